"""What a cell may hold besides words: choices, figures, dates and codes.

Each parser returns the value or raises ValueError with the sentence that the maker of the table reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from riskreg.domain.dates import PLAN_YEARS, PartialDate
from riskreg.exchange.tables import quoted

FIGURE = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
WHOLE = re.compile(r"-?[0-9]{1,9}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PARTIAL_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
C = TypeVar("C", bound=str)


def choice(*allowed: C) -> Callable[[str], C]:
    """One of the words, spelled as they are; a StrEnum comes back as its member."""
    values = {str(value): value for value in allowed}
    listed = " or ".join(filter(None, [", ".join(list(values)[:-1]), list(values)[-1]]))

    def parse(cell: str) -> C:
        if cell not in values:
            raise ValueError(f"{quoted(cell)} is not {listed}.")
        return values[cell]

    return parse


def choices(*allowed: C) -> Callable[[str], tuple[C, ...]]:
    """Several of the words, with semicolons between them, none twice."""
    one = choice(*allowed)

    def parse(cell: str) -> tuple[C, ...]:
        found = tuple(one(part.strip()) for part in cell.split(";"))
        if len(set(found)) < len(found):
            raise ValueError(f"{quoted(cell)} says the same twice.")
        return found

    return parse


def matching(pattern: str, example: str) -> Callable[[str], str]:
    """A code that keeps to a pattern; `example` is shown to whoever broke it."""
    expected = re.compile(pattern, re.ASCII)

    def parse(cell: str) -> str:
        if not expected.fullmatch(cell):
            raise ValueError(f"{quoted(cell)} is not written as {example}.")
        return cell

    return parse


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number between two bounds, both included."""

    def parse(cell: str) -> int:
        if not WHOLE.fullmatch(cell) or not lowest <= int(cell) <= highest:
            raise ValueError(f"{quoted(cell)} is not a whole number from {lowest:,} to {highest:,}.")
        return int(cell)

    return parse


def calendar_year(cell: str) -> int:
    """A year such as 2017."""
    if not WHOLE.fullmatch(cell) or int(cell) not in PLAN_YEARS:
        raise ValueError(f"{quoted(cell)} is not a year such as 2017.")
    return int(cell)


def decimal(cell: str) -> Decimal:
    """A figure with the digits it was published with: no thousands comma, no unit, no exponent."""
    if not FIGURE.fullmatch(cell):
        raise ValueError(f"{quoted(cell)} is not a figure such as 1200 or -3.5.")
    return Decimal(cell)


def iso_date(cell: str) -> date:
    """A day that exists, as 2017-04-03."""
    if not DAY.fullmatch(cell):
        raise ValueError(f"{quoted(cell)} is not a date such as 2017-04-03.")
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"{quoted(cell)} is a date that does not exist.") from None
    if found.year not in PLAN_YEARS:
        raise ValueError(f"{quoted(cell)} is not between {PLAN_YEARS[0]} and {PLAN_YEARS[-1]}.")
    return found


def partial_date(cell: str) -> PartialDate:
    """A date known to the day, the month or the year."""
    if not PARTIAL_DAY.fullmatch(cell):
        raise ValueError(f"{quoted(cell)} is not a date such as 2018-03-31, 2018-03 or 2018.")
    try:
        found = PartialDate(cell)
    except ValueError:
        raise ValueError(f"{quoted(cell)} is a date that does not exist.") from None
    if found.last_day.year not in PLAN_YEARS:
        raise ValueError(f"{quoted(cell)} is not between {PLAN_YEARS[0]} and {PLAN_YEARS[-1]}.")
    return found
