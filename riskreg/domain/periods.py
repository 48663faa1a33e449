"""Periods of results: what they are measured over, how they are named, and when an indicator's next one is due."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from riskreg.domain.dates import add_months
from riskreg.domain.sentences import MONTHS, day, month


class Basis(StrEnum):
    """What a result is measured over. Results are compared only with those on the same basis."""

    ANNUAL = "annual"
    QUARTER = "quarter"
    MONTH = "month"
    TERM = "term"
    SNAPSHOT = "snapshot"
    ROLLING_QUARTER = "rolling three months"
    ROLLING_YEAR = "rolling twelve months"
    YEAR_TO_DATE = "year to date"


NAMES = {
    Basis.ANNUAL: "Year to {}",
    Basis.QUARTER: "Quarter to {}",
    Basis.MONTH: "{}",
    Basis.TERM: "Term to {}",
    Basis.SNAPSHOT: "End of {}",
    Basis.ROLLING_QUARTER: "Three months to {}",
    Basis.ROLLING_YEAR: "Twelve months to {}",
    Basis.YEAR_TO_DATE: "Year to date, {}",
}
CYCLE_ENDS = 8  # August: the school year by which the plan sets its targets
YEARS = re.compile(r"(?<![0-9])(?P<first>(?:19|20)[0-9]{2})(?:\s?[/–-]\s?(?P<last>(?:20)?[0-9]{2})(?![0-9/–-]))?")
SPAN_BEGINS, SPAN_ENDS = (4, 1), (8, 31)  # a year such as 2016/17 is a council's, from April, or a school's, to August
MONTH_WORDS = [f"{name[:3]}(?:{name[3:]})?" if name != "September" else "Sept?(?:ember)?" for name in MONTHS]
MONTH = re.compile(rf"\b({'|'.join(MONTH_WORDS)})[\s,./-]+((?:19|20)[0-9]{{2}})(?![0-9])", re.IGNORECASE)
# Who entered in September 2016 is counted in a year that ends in August: the month is none that the period ends in.
NOT_ITS_END = re.compile(
    r"\b(?:from|since|start\w*|beg[aiu]n\w*|entry|entered|intake|admissions?|cohort|published|released)\b",
    re.IGNORECASE,
)
Days = tuple[date, date]


def period_name(basis: str, period_end: date) -> str:
    """Name a period with its year, as it reads on pages: Quarter to March 2017. Another basis is named by its words."""
    words = NAMES[Basis(basis)] if basis in NAMES else f"{basis.capitalize()}, {{}}"
    return words.format(month(period_end))


def target_year_of(period_end: date) -> int:
    """Return the year whose target a period is judged against unless someone says otherwise: that of its school year.

    It is assumed, as it is for the results of the plan, that a figure after August belongs to the cycle of the next.
    """
    return period_end.year + (period_end.month > CYCLE_ENDS)


def next_period_end(last: date, frequency_months: int) -> date:
    """Return the last day of the period that follows: where one ended with its month, so does the next."""
    day_on = timedelta(days=1)
    if (last + day_on).month == last.month:
        return add_months(last, frequency_months)
    return add_months(last + day_on, frequency_months) - day_on


def is_due(last_period_end: date | None, frequency_months: int, period_end: date) -> bool:
    """Whether the result of a period is asked for: so many months lie between, or no result is known yet."""
    return last_period_end is None or add_months(last_period_end, frequency_months) <= period_end


def periods_in(words: str) -> Iterator[Days]:
    """Yield the first and the last day of each year that words name: of 2017, or of one like 2016/17."""
    for found in YEARS.finditer(words):
        first, last = int(found["first"]), int((found["last"] or "0")[-2:])
        if last and last == (first + 1) % 100:
            yield date(first, *SPAN_BEGINS), date(first + 1, *SPAN_ENDS)
        else:
            yield date(first, 1, 1), date(first, 12, 31)


def names_another_year(words: str, ends: date) -> bool:
    """Whether words name one year or several, and the day lies in none of them."""
    periods = list(periods_in(words))
    return bool(periods) and not any(first <= ends <= last for first, last in periods)


def misnamed(name: str, ends: date) -> str:
    """Return, as a sentence, why a period of this name cannot have ended on this day; empty when it can.

    A name need not say its month. One that says when something began or was published names another month.
    """
    if NOT_ITS_END.search(name):
        periods = [(first, last.replace(year=last.year + 1)) for first, last in periods_in(name)]
        fits = any(first <= ends <= last for first, last in periods) or not periods
    else:
        named = {f"{words[:3].title()} {year}" for words, year in MONTH.findall(name)}
        fits = not names_another_year(name, ends) and (not named or f"{month(ends)[:3]} {ends.year}" in named)
    return "" if fits else f"“{name}” cannot have ended on {day(ends)}. Correct the name or the last day of the period."
