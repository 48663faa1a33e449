"""Which column of somebody's sheet holds what is wanted: suggested, chosen by a person, kept for next time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from riskreg.domain.sentences import listed, rows_named
from riskreg.exchange.headings import Wanted, find_header, plain_heading
from riskreg.exchange.sheets import MOST_COLUMNS, MOST_ROWS, Cell, Kind, Line, Sheet, Workbook, column_of
from riskreg.exchange.tables import BrokenTable, Problem, quoted

MOST_AT_ONCE = 2_000  # rows that are shown and taken in together
TOO_MANY = "the sheet has more than {:,} rows below its headings. Send at most so many at once."
LETTERS = re.compile("[A-Z]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A sheet, the row that names its columns (0: none does), and the letters of each wanted column.

    `headings` keeps what is written over each, so that a sheet laid out anew is noticed next time. Raises ValueError,
    with a sentence, for what can be no mapping.
    """

    sheet: str
    header_row: int
    columns: Mapping[str, str]
    headings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse letters that name no column that is read, and one column for two things."""
        if not 0 <= self.header_row <= MOST_ROWS:
            raise ValueError(f"The row of the headings is a number from 0 to {MOST_ROWS:,}.")
        for name, letters in self.columns.items():
            if not LETTERS.fullmatch(letters) or column_of(letters) > MOST_COLUMNS:
                raise ValueError(f"{quoted(letters)}, given for {quoted(name)}, is not a column.")
        if not set(self.headings) <= set(self.columns):
            raise ValueError("The mapping keeps a heading of a column that it does not hold.")
        letters_used = list(self.columns.values())
        for letters in letters_used:
            if letters_used.count(letters) > 1:
                raise ValueError(f"Column {letters} is given for two things.")

    def to_data(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: object, wanted: Wanted) -> ColumnMapping:
        """Return the mapping that JSON holds. Raises ValueError, with a sentence, for any other."""
        if not isinstance(data, dict) or set(data) != {"sheet", "header_row", "columns", "headings"}:
            raise ValueError("This is no mapping of columns.")
        if not isinstance(data["sheet"], str) or type(data["header_row"]) is not int:
            raise ValueError("The mapping names no sheet and row.")
        for part in ("columns", "headings"):
            held = data[part]
            if not isinstance(held, dict) or not all(isinstance(one, str) for one in (*held, *held.values())):
                raise ValueError("The mapping names no columns.")
            if unknown := next((name for name in held if name not in wanted), ""):
                raise ValueError(f"{quoted(unknown)} is not wanted any more.")
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A line below the headings: its number, and its cell for each column of the mapping."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line that was read: the values of the cells that are right, and what is wrong with the others."""

    number: int
    values: Mapping[str, Any]
    problems: tuple[Problem, ...]
    cells: Mapping[str, Cell]


def suggest_mapping(workbook: Workbook, wanted: Wanted) -> ColumnMapping | None:
    """Return the visible sheet and row that name the most wanted columns; None when no sheet names any."""
    found = [(sheet, find_header(sheet, wanted)) for sheet in workbook.visible]
    sheet, header = max(found, key=lambda pair: len(pair[1].columns))
    if header.row is None:
        return None
    return ColumnMapping(sheet.name, header.row, header.columns, header.headings)


def apply_mapping(workbook: Workbook, mapping: ColumnMapping) -> Iterator[Mapped]:
    """Yield each line below the headings that holds anything in the columns of the mapping.

    Raises BrokenTable when the sheet is not there, or when another heading stands where the mapping says.
    """
    sheet = _sheet(workbook, mapping)
    problems = list(_moved(workbook.name, sheet, mapping))
    if problems:
        raise BrokenTable(problems)
    for line in sheet.lines():
        if line.number > mapping.header_row:
            cells = {name: line.cell(letters) for name, letters in mapping.columns.items()}
            if any(cell.filled for cell in cells.values()):
                yield Mapped(line.number, cells)


def _sheet(workbook: Workbook, mapping: ColumnMapping) -> Sheet:
    if sheet := workbook.sheet(mapping.sheet):
        return sheet
    there = ", ".join(quoted(one.name) for one in workbook.visible if one.name)
    why = f"the sheet {quoted(mapping.sheet)} is not there{f'; there is {there}' if there else ''}."
    raise BrokenTable([Problem(workbook.name, None, "", why)])


def _moved(file: str, sheet: Sheet, mapping: ColumnMapping) -> Iterator[Problem]:
    """Yield a problem for each column over which something else is written than when the mapping was made."""
    if not mapping.header_row:
        return
    header = next((line for line in sheet.lines() if line.number >= mapping.header_row), None)
    if header is None or header.number != mapping.header_row:
        header = Line(sheet.name, mapping.header_row, {})
    for name, heading in mapping.headings.items():
        cell = header.cell(mapping.columns[name])
        if plain_heading(cell.words) != plain_heading(heading):
            found = f"is headed {quoted(cell.words)}" if cell.words else "has no heading"
            yield cell.problem(file, name, f"the column {found}, where {quoted(heading)} was before.")


def read_lines(
    workbook: Workbook, mapping: ColumnMapping, parsers: Mapping[str, Callable[[Cell], Any]]
) -> Iterator[ReadLine]:
    """Yield each line with the value of every parsed column; a column that is not mapped is read as an empty cell.

    Raises BrokenTable as `apply_mapping` does.
    """
    for line in apply_mapping(workbook, mapping):
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, parse in parsers.items():
            cell = line.cells.get(name) or Cell(None, Kind.EMPTY, mapping.sheet, line.number, 0)
            try:
                values[name] = parse(cell)
            except ValueError as error:
                problems.append(cell.problem(workbook.name, mapping.headings.get(name, name), str(error)))
        yield ReadLine(line.number, values, tuple(problems), line.cells)


def read_at_once(
    workbook: Workbook, mapping: ColumnMapping, parsers: Mapping[str, Callable[[Cell], Any]]
) -> list[ReadLine]:
    """Return the lines as `read_lines` yields them. Raises BrokenTable also when they are too many for one step."""
    lines = list(islice(read_lines(workbook, mapping, parsers), MOST_AT_ONCE + 1))
    if len(lines) > MOST_AT_ONCE:
        raise BrokenTable([Problem(workbook.name, None, "", TOO_MANY.format(MOST_AT_ONCE), mapping.sheet)])
    return lines


def rows_with_problems(problems: Iterable[Problem]) -> int:
    """Return in how many rows something is wrong."""
    return len({one.row for one in problems if one.row is not None})


def hidden_parts(workbook: Workbook, mapping: ColumnMapping) -> Iterator[str]:
    """Yield, as sentences, which rows and columns are read though nobody sees them in the sheet."""
    sheet = workbook.sheet(mapping.sheet)
    if sheet is None:
        return
    if rows := [f"row {number}" for number in sheet.hidden_rows if number > mapping.header_row]:
        said = rows_named(rows)
        yield f"Hidden rows are read as well: {said}. Delete what is not meant and upload the file again."
    letters = sorted(mapping.columns.values(), key=column_of)
    if columns := [one for one in letters if any(a <= column_of(one) <= z for a, z in sheet.hidden_columns)]:
        yield f"Hidden columns are read as well: {listed(columns)}. Choose others if they are not meant."


def too_many_rows(sheet: Sheet, header_row: int, most: int) -> str:
    """Return, as a sentence, that more rows are below the headings than are taken at once; empty when there are not.

    No more of the sheet is read than that needs. Raises BrokenTable when it turns out broken on the way.
    """
    if sheet.last_row - header_row <= most:
        return ""
    below = (line for line in sheet.lines() if line.number > header_row and line.filled)
    many = next(islice(below, most, None), None) is not None
    return TOO_MANY.format(most) if many else ""
