"""A spreadsheet as it was read: sheets, lines and cells, each knowing where it stands.

Nothing here asks whether the file came as .xlsx or as CSV; `exchange.opening.read_workbook` makes these from either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from riskreg.exchange.tables import Problem

MOST_ROWS = 100_000
MOST_COLUMNS = 200
LETTERS = 26


class Kind(StrEnum):
    """What a cell holds."""

    EMPTY = "nothing"
    TEXT = "text"
    FIGURE = "a figure"
    DATE = "a date"
    TRUTH = "true or false"
    FORMULA = "a formula"
    ERROR = "an error"
    MERGED = "part of a merged cell"


@cache
def letter_of(column: int) -> str:
    """Return the letters of a column: A for 1, AA for 27."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def column_of(letters: str) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * LETTERS + ord(letter) - ord("A") + 1
    return number


class Cell(NamedTuple):
    """One cell, not to be changed. `value` is what a person sees there, not what the program keeps.

    A figure has the digits that its format shows: 0.7449 shown as 74.5% is 74.5 with `percent`, and `exact` is 74.49.
    A date with a time of day is a datetime without zone; `month_only` marks a date that is shown as a month (Apr-17).
    Of merged cells the first has the value; the others are MERGED, and `merged_into` is the address of the first.
    `from_1904` marks a figure of a workbook that counts days from 1904, should it be a day.
    """

    value: str | Decimal | date | bool | None
    kind: Kind
    sheet: str
    row: int
    column: int
    percent: bool = False
    exact: Decimal | None = None
    month_only: bool = False
    merged_into: str = ""
    from_1904: bool = False

    @property
    def letter(self) -> str:
        """The letters of its column: D."""
        return letter_of(self.column)

    @property
    def address(self) -> str:
        """Where it stands, as a spreadsheet writes it: Results!D7; D7 in a CSV file, which has no sheets."""
        return f"{self.sheet}!{self.letter}{self.row}" if self.sheet else f"{self.letter}{self.row}"

    @property
    def filled(self) -> bool:
        """Whether it holds anything of its own."""
        return self.kind not in (Kind.EMPTY, Kind.MERGED)

    @property
    def words(self) -> str:
        """What it holds, as words: 74.5%, 2017-04-03, 2017-04 for a month, yes or no, or nothing."""
        if self.kind in (Kind.EMPTY, Kind.MERGED):
            return ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, Decimal):
            return f"{self.value:f}{'%' if self.percent else ''}"
        if isinstance(self.value, datetime):
            return self.value.isoformat(sep=" ")
        if isinstance(self.value, date):
            return self.value.isoformat()[: len("2017-04")] if self.month_only else self.value.isoformat()
        return self.value or ""

    def problem(self, file: str, heading: str, message: str) -> Problem:
        """Return what is wrong with it: “results.xlsx, Results, row 7, column D (Result): …”."""
        column = f"{self.letter} ({heading})" if self.letter and heading else self.letter or heading
        return Problem(file, self.row, column, message, self.sheet)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet with its number, and its cells by number of column; empty cells are not kept."""

    sheet: str
    number: int
    cells: Mapping[int, Cell]

    def cell(self, letters: str) -> Cell:
        """Return the cell of a column by its letters; an EMPTY one when nothing is there."""
        column = column_of(letters)
        return self.cells.get(column) or Cell(None, Kind.EMPTY, self.sheet, self.number, column)

    @property
    def filled(self) -> bool:
        """Whether any of its cells holds anything of its own."""
        return any(cell.filled for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet. `last_row` and `last_column` are the last that hold anything (0: the sheet is empty).

    `hidden_rows` are those of the rows that hold anything, `hidden_columns` the first and the last of each group.
    """

    name: str
    hidden: bool
    last_row: int
    last_column: int
    source: Callable[[], Iterator[Line]]
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[tuple[int, int], ...] = ()

    def lines(self) -> Iterator[Line]:
        """Yield the lines that hold anything, from the top, read afresh each time: never all of them in memory.

        Raises BrokenTable when the file turns out broken on the way.
        """
        return self.source()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file with its name and its sheets, in their order. A CSV file has one, whose name is empty."""

    name: str
    sheets: tuple[Sheet, ...]

    @property
    def visible(self) -> tuple[Sheet, ...]:
        """The sheets that a person sees."""
        return tuple(sheet for sheet in self.sheets if not sheet.hidden)

    def sheet(self, name: str) -> Sheet | None:
        """Return the visible sheet of that name, None when there is none."""
        return next((sheet for sheet in self.visible if sheet.name == name), None)
