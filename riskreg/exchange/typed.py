"""What people type into a cell: figures with signs and commas, dates in any form, words for what is not known.

As in `exchange.cells`, a parser returns the value or raises ValueError with the sentence that the maker of the sheet
reads; but it takes the cell, and so knows a date, a percentage, a formula or a merged cell from words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from riskreg.domain.dates import PLAN_YEARS, PartialDate, read_partial
from riskreg.domain.sentences import day as written_day
from riskreg.exchange.cells import whole
from riskreg.exchange.sheets import Cell, Kind
from riskreg.exchange.tables import quoted, showable

T = TypeVar("T")
CellParser = Callable[[Cell], T]

NOT_KNOWN = frozenset(
    {"n/a", "na", "n.a.", "n/k", "-", "--", "–", "—", "..", "...", "…", ":", "not known", "unknown", "not available"}
    | {"not applicable", "none", "nil return", "tbc", "tba", "no data"}
)
FIGURE = re.compile(
    r"(?P<sign>[-+]?) ?(?P<pound>£?) ?(?P<digits>([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?|\.[0-9]+) ?(?P<percent>%?)"
)
BRACKETED = re.compile(r"\( ?£?[0-9.,]+ ?%? ?\)")
MOST_WHOLE, MOST_PLACES = 15, 10  # as in a plan's tables
DAY_NOUGHT, DAY_NOUGHT_1904 = date(1899, 12, 30), date(1904, 1, 1)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)  # of those that a bare number is read as
SPACE = re.compile(r"[^\S\n]")  # no-break and thin ones too, which nobody sees
TIME = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?$")
SHORT_YEAR = re.compile(r"(?P<before>([0-9]{1,2}[-/. ])?([0-9]{1,2}|[A-Za-z]{3,9})[-/. ])'?(?P<year>[0-9]{2})")
YEAR = re.compile(r"(?P<first>[0-9]{4})(\s*[/–-]\s*(?P<last>[0-9]{2}|[0-9]{4}))?")
EMPTY = "the cell is empty."


def as_shown(cell: Cell) -> str:
    """Return a cell's words as a spreadsheet shows them: TRUE, not yes, and every kind of space as a plain one."""
    return str(cell.value).upper() if cell.kind is Kind.TRUTH else SPACE.sub(" ", cell.words)


def _counted_day(cell: Cell) -> date | None:
    """Return the day that a bare number is, as its workbook counts days; None for any other cell."""
    if not isinstance(cell.value, Decimal) or cell.value != cell.value.to_integral_value():
        return None
    nought = DAY_NOUGHT_1904 if cell.from_1904 else DAY_NOUGHT
    if not (FIRST_DAY - nought).days <= cell.value <= (LAST_DAY - nought).days:
        return None
    return nought + timedelta(days=int(cell.value))


def readable(cell: Cell) -> Cell:
    """Return the cell. Raises ValueError when it is a formula, an error or part of a merged cell."""
    if cell.kind is Kind.FORMULA:
        raise ValueError("the cell holds a formula; paste its value instead.")
    if cell.kind is Kind.ERROR:
        raise ValueError(f"the cell holds the error {cell.words}.")
    if cell.kind is Kind.MERGED:
        raise ValueError(f"the cell is merged with {cell.merged_into}; unmerge them and fill each.")
    return cell


def words(cell: Cell) -> str:
    """Any words, as they stand; a figure or a date as words; nothing for an empty cell."""
    return showable(readable(cell).words)


def worded(parse: Callable[[str], T]) -> CellParser[T]:
    """Parse a cell's words by a parser of words, such as `choice`; the cell must be filled."""

    def parsed(cell: Cell) -> T:
        found = words(cell)
        if not found:
            raise ValueError(EMPTY)
        return parse(found)

    return parsed


def filled_or(parse: CellParser[T]) -> CellParser[T | None]:
    """Parse a cell that may be empty, which is read as None."""

    def parsed(cell: Cell) -> T | None:
        if cell.kind is Kind.EMPTY:
            return None
        try:
            return parse(cell)
        except ValueError as error:
            if not _says_not_known(cell):
                raise
            raise ValueError(f"{error} Leave the cell empty if there is none.") from None

    return parsed


def known_or(parse: CellParser[T]) -> CellParser[T | None]:
    """Parse a cell that may be empty or say N/A, - or the like, all of which are read as None."""

    def parsed(cell: Cell) -> T | None:
        return None if cell.kind is Kind.EMPTY or _says_not_known(cell) else parse(cell)

    return parsed


def _says_not_known(cell: Cell) -> bool:
    return cell.kind is Kind.TEXT and cell.words.casefold() in NOT_KNOWN


def figure(unit: str = "") -> CellParser[Decimal]:
    """A figure, with thousands commas or not, and with the digits it is shown with.

    A percent sign may be there when `unit` is percent, a pound sign when it is pounds, and either when it is empty.
    What is shown as 74.5% is 74.5. A figure in brackets is refused, since it may be negative or may not.
    """

    def parsed(cell: Cell) -> Decimal:
        value, percent, pound = _figure(readable(cell))
        if percent and unit not in ("", "percent"):
            raise ValueError(f"{quoted(cell.words)} is a percentage; this column holds none.")
        if pound and unit not in ("", "pounds"):
            raise ValueError(f"{quoted(cell.words)} is an amount in pounds; this column holds none.")
        if value.adjusted() >= MOST_WHOLE or -int(value.as_tuple().exponent) > MOST_PLACES:
            raise ValueError(f"{quoted(cell.words)} has too many digits.")
        return value

    return parsed


def _figure(cell: Cell) -> tuple[Decimal, bool, bool]:
    """Return a figure, whether it is a percentage and whether it is in pounds."""
    if cell.kind is Kind.EMPTY:
        raise ValueError(EMPTY)
    if isinstance(cell.value, Decimal):
        return cell.value, cell.percent, False
    said = as_shown(cell)
    if cell.kind is Kind.DATE:
        raise ValueError(f"{quoted(said)} is a date, not a figure.")
    if BRACKETED.fullmatch(said):
        raise ValueError(f"{quoted(said)} is in brackets: write it without, and with a minus sign if it is negative.")
    found = FIGURE.fullmatch(said.replace("\N{MINUS SIGN}", "-"))
    if cell.kind is not Kind.TEXT or not found:
        raise ValueError(f"{quoted(said)} is not a figure.")
    value = Decimal(found["sign"] + found["digits"].replace(",", ""))
    return value, bool(found["percent"]), bool(found["pound"])


def whole_figure(lowest: int, highest: int) -> CellParser[int]:
    """A whole number between two bounds, both included."""
    within = whole(lowest, highest)

    def parsed(cell: Cell) -> int:
        value = figure("number")(cell)
        return within(f"{value:.0f}" if value == value.to_integral_value() else as_shown(cell))

    return parsed


def calendar_year(cell: Cell) -> int:
    """A year by itself, such as 2018; of 2018/19 nobody can tell which is meant."""
    if not words(cell):
        raise ValueError(EMPTY)
    try:
        return whole_figure(1000, 9999)(cell)
    except ValueError:
        raise ValueError(f"{quoted(as_shown(cell))} is not a year such as 2018.") from None


def partial_day(cell: Cell) -> PartialDate:
    """A date known to the day, the month or the year, in any form that people write; the day before the month.

    A bare number is a day when it is one of 1990 to 2100 as its workbook counts days, from 1900 or from 1904.
    """
    if readable(cell).kind is Kind.EMPTY:
        raise ValueError(EMPTY)
    if counted := _counted_day(cell):
        return PartialDate(counted.isoformat())
    said = TIME.sub("", as_shown(cell))
    short = SHORT_YEAR.fullmatch(said)
    try:
        return read_partial(f"{short['before']}20{short['year']}" if short else said)
    except ValueError:
        raise ValueError(
            f"{quoted(as_shown(cell))} is not a date such as 31 March 2018, 31/3/2018 or March 2018."
        ) from None


def day(cell: Cell) -> date:
    """A date known to the day."""
    found = partial_day(cell)
    if len(found.text) < len("2017-04-03"):
        raise ValueError(f"{quoted(found)} is not a day; write it as {written_day(found.last_day)}.")
    return found.last_day


@dataclass(frozen=True, slots=True)
class Years:
    """A year: 2017 is from 2017 to 2017, 2016/17 from 2016 to 2017."""

    first: int
    last: int

    def __str__(self) -> str:
        """As it is written: 2017 or 2016/17."""
        return str(self.first) if self.first == self.last else f"{self.first}/{self.last % 100:02d}"


def year(cell: Cell) -> Years:
    """A calendar year, or a year that spans two: 2017, 2016/17, 2016-17 or 2016/2017."""
    said = as_shown(cell) if words(cell) else ""
    if not said:
        raise ValueError(EMPTY)
    if found := YEAR.fullmatch(said):
        first, tail = int(found["first"]), found["last"]
        if first in PLAN_YEARS and tail in (None, str(first + 1), f"{(first + 1) % 100:02d}"):
            return Years(first, first + 1 if tail else first)
    raise ValueError(f"{quoted(said)} is not a year such as 2017 or 2016/17.")
