"""The rules of what is frozen for readers: which period a report may cover, and for which day a pack may be made."""

from __future__ import annotations

from datetime import date

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day

FINANCIAL_YEAR = (4, 1)  # 1 April


def financial_year_of(today: date) -> date:
    """Return the first day of the council's financial year that a day lies in."""
    first = date(today.year, *FINANCIAL_YEAR)
    return first if first <= today else date(today.year - 1, *FINANCIAL_YEAR)


def check_period(since: date, until: date, today: date, began: date | None) -> None:
    """A report covers days that are over or present, of a register that existed. Raises RuleBroken naming the field."""
    if until > today:
        raise RuleBroken("The last day of the report must be today or earlier.", "until")
    if since > until:
        raise RuleBroken("The first day of the report must not be after the last.", "since")
    if began is None or until < began:
        when = f" until {day(began)}" if began else " yet"
        raise RuleBroken(f"The register has no risk{when}, so there is nothing to report.", "until")
    if since < (first := financial_year_of(began)):
        raise RuleBroken(
            f"The first day of the report must be {day(first)} or later: the register was begun on {day(began)}.",
            "since",
        )


def check_pack_day(held_on: date, today: date) -> None:
    """A pack is made until the day of its meeting: not all that waited on a past day is kept. Raises RuleBroken."""
    if held_on < today:
        raise RuleBroken(
            f"The meeting of {day(held_on)} is over. A pack says what waits for DMT on the day it is made,"
            " and not all of that, such as what was proposed, is kept for a past day."
            " Look at the register as at that day instead."
        )
