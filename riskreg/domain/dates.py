"""Dates of any precision: a plan says “31 March 2018”, “March 2018”, “2018” or words (design, section 3)."""

from __future__ import annotations

import calendar
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from riskreg.domain.sentences import MONTHS, day, month

LONDON = ZoneInfo("Europe/London")
WRITTEN = re.compile(
    r"((?P<day>\d{1,2})(st|nd|rd|th)?[\s,./-]+)?((?P<month>[a-z]{3,9}|\d{1,2})[\s,./-]+)?(?P<year>\d{4})",
    re.ASCII | re.IGNORECASE,
)
PLAN_YEARS = range(1900, 2200)
PARTIAL = re.compile(r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2}))?)?", re.ASCII)


def day_of(moment: datetime) -> date:
    """Return the day in London on which an aware moment falls."""
    return moment.astimezone(LONDON).date()


def add_months(start: date, months: int) -> date:
    """Return the same day that many months later (earlier when negative), or the last day of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month_index = divmod(index, 12)
    last = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start.day, last))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month or the year. `text` is its ISO form cut to what is known."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no date: ValueError, with a sentence."""
        if found := PARTIAL.fullmatch(self.text):
            with suppress(ValueError):
                date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
                return
        raise ValueError(f"“{self.text}” is not a date such as 2018-03-31, 2018-03 or 2018")

    @property
    def first_day(self) -> date:
        """The first day it can mean."""
        year, month_number, day_number = (*(int(part) for part in self.text.split("-")), 1, 1)[:3]
        return date(year, month_number, day_number)

    @property
    def last_day(self) -> date:
        """The last day it can mean: a month counts from its end (design, section 3, Signals from contracts)."""
        return _last_day(self.text)

    def __str__(self) -> str:
        """As the pages write it: 31 March 2018, March 2018 or 2018."""
        if len(self.text) == len("2018"):
            return self.text
        return month(self.last_day) if len(self.text) == len("2018-03") else day(self.last_day)


@lru_cache(maxsize=10_000)  # the milestones of contracts are reckoned again and again
def _last_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return date(*parts)
    last_month = parts[1] if len(parts) == 2 else 12
    return date(parts[0], last_month, calendar.monthrange(parts[0], last_month)[1])


def stored_partial(text: str) -> PartialDate | None:
    """Return a date as it is stored in ISO form; None for the empty text, which stands for none."""
    return PartialDate(text) if text else None


def read_partial(words: str) -> PartialDate:
    """Return the date that someone typed: 31 March 2018, 31/3/2018, March 2018, 3/2018, 2018, or any in ISO form.

    The day comes before the month, as it is written here. Raises ValueError, with a sentence, for what is no date.
    """
    text = words.strip()
    if found := PARTIAL.fullmatch(text) or WRITTEN.fullmatch(text):
        on, in_month, year = found["day"], found["month"], int(found["year"])
        if on and not in_month:
            on, in_month = None, on
        with suppress(ValueError):
            months = [f"{_month_number(in_month):02d}"] if in_month else []
            days = [f"{int(on):02d}"] if on else []
            known = PartialDate("-".join([f"{year:04d}", *months, *days]))
            if year in PLAN_YEARS:
                return known
    raise ValueError(f"“{text[:40]}” is not a date such as 31 March 2018, March 2018 or 2018.")


def _month_number(words: str) -> int:
    """Return 1 to 12 for a month by number, name or the first letters of its name. 0 for anything else."""
    if words.isdecimal():
        return int(words)
    return next((number for number, name in enumerate(MONTHS, 1) if name.lower().startswith(words.lower())), 0)
