"""Periods of results: what they are measured over, how they are named, and when an indicator's next one is due."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from riskreg.domain.dates import add_months
from riskreg.domain.sentences import month


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


def period_name(basis: str, period_end: date) -> str:
    """Name a period with its year, as it reads on pages: Quarter to March 2017. Another basis is named by its words."""
    words = NAMES[Basis(basis)] if basis in NAMES else f"{basis.capitalize()}, {{}}"
    return words.format(month(period_end))


def target_year_of(period_end: date) -> int:
    """Return the year whose target a period is judged against unless someone says otherwise: that of its school year.

    It is assumed, as it is for the results of the plan, that a figure after August belongs to the cycle of the next.
    """
    return period_end.year + (period_end.month > CYCLE_ENDS)


def is_due(last_period_end: date | None, frequency_months: int, period_end: date) -> bool:
    """Whether the result of a period is asked for: so many months lie between, or no result is known yet."""
    return last_period_end is None or add_months(last_period_end, frequency_months) <= period_end
