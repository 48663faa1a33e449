"""Reading a table that somebody made: every problem is found and named before anything is done with it.

A table is a CSV file in UTF-8 whose first row names its columns. What a table must look like is a dataclass of
cells (`needed`, `optional`, `wording`, `flag`) wrapped in a TableSpec; `read_table` returns one of them for each row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Generic, TypeVar

from riskreg.domain.sentences import plural

LONGEST = 4000
SHOWN = 60
UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOT_UTF8 = "the file is not in UTF-8: save it as “CSV UTF-8” and try again."
Parser = Callable[[str], Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file. `row` counts as a spreadsheet does, the header being 1; None: the whole file.

    `sheet` is the name of a workbook's sheet; a CSV file has none.
    """

    file: str
    row: int | None
    column: str
    message: str
    sheet: str = ""

    def __str__(self) -> str:
        """The sentence for the person who made the file."""
        place = [part for part in (self.file, self.sheet) if part]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column:
            place.append(f"column {self.column}")
        return f"{', '.join(place)}: {self.message}"


class BrokenTable(Exception):  # noqa: N818 - as the errors of the rulebook, it says what happened
    """The file was refused. The text lists every problem, one sentence on a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `parse` turns a cell's words into a value or raises ValueError with what is wrong with them.

    An empty cell is not parsed: it is a problem when `required`, otherwise it becomes `empty`.
    """

    name: str
    parse: Parser
    required: bool = False
    empty: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of any table; `row` is its number in the file, for what is found wrong with it later."""

    row: int


R = TypeVar("R", bound=Row)


def needed(parse: Callable[[str], T]) -> T:
    """Declare a column whose cells must be filled."""
    value: T = field(metadata={"parse": parse, "required": True})
    return value


def optional(parse: Callable[[str], T]) -> T | None:
    """Declare a column whose cells may be empty, which is read as None."""
    value: T | None = field(metadata={"parse": parse})
    return value


def wording() -> str:
    """Declare a column of words that may be empty, which stays empty words."""
    value: str = field(metadata={"parse": words, "empty": ""})
    return value


def flag() -> bool:
    """Declare a column that says `yes` or nothing."""
    value: bool = field(metadata={"parse": yes, "empty": False})
    return value


@dataclass(frozen=True, slots=True)
class TableSpec(Generic[R]):
    """What a table must look like: its name, the dataclass of a row, and the columns no two rows may share."""

    name: str
    row_type: type[R]
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the dataclass."""
        cells = (one for one in fields(self.row_type) if "parse" in one.metadata)
        return tuple(Column(one.name, **one.metadata) for one in cells)


def read_table(source: Path | bytes, spec: TableSpec[R]) -> list[R]:
    """Return the rows of a file, or of what was uploaded. Raises BrokenTable with every problem found.

    Rows without a single word, which spreadsheets leave behind, are passed over.
    """
    name = source.name if isinstance(source, Path) else spec.name
    content = _content(source, name)
    problems: list[Problem] = []
    records = cut(content, name, problems)
    columns = {column.name: column for column in spec.columns}
    header = _header(records)
    if not problems:
        problems += [Problem(name, 1, column, why) for column, why in _header_faults(header, list(columns))]
    if problems:
        raise BrokenTable(problems)
    rows: list[R] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, record in records:
        cells = [plain(cell) for cell in record]
        if not any(cells):
            continue
        found = _values(cells, [columns[column] for column in header])
        problems += [Problem(name, number, column, why) for column, why in found.faults]
        problems += _repeated(spec, dict(zip(header, cells, strict=False)), seen, name, number)
        if not found.faults:
            rows.append(spec.row_type(row=number, **found.values))
    if problems:
        raise BrokenTable(problems)
    return rows


def _content(source: Path | bytes, name: str) -> str:
    try:
        content = (source if isinstance(source, bytes) else source.read_bytes()).decode("utf-8-sig")
    except FileNotFoundError:
        raise BrokenTable([Problem(name, None, "", "the file is missing.")]) from None
    except OSError as error:
        raise BrokenTable([Problem(name, None, "", f"the file cannot be read ({error.strerror}).")]) from None
    except UnicodeDecodeError:
        raise BrokenTable([Problem(name, None, "", NOT_UTF8)]) from None
    if not content.strip():
        raise BrokenTable([Problem(name, None, "", "the file is empty.")])
    return content


def cut(content: str, name: str, problems: list[Problem], separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Yield each record of a CSV file with its row; what cannot be cut into cells ends the reading with a problem."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = f"the row cannot be read from here on ({error}); look for a quotation mark that is not closed."
            problems.append(Problem(name, number, "", why))
            return


def plain(cell: str) -> str:
    """Return a cell's words without spaces around them, every line end as one sign."""
    return cell.strip().replace("\r\n", "\n").replace("\r", "\n")


def _header(records: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Return the names of the columns; empty cells at the end of the row, which spreadsheets leave, name none."""
    header = [plain(cell) for cell in next(records, (1, []))[1]]
    while header and not header[-1]:
        header.pop()
    return header


def _header_faults(header: list[str], names: list[str]) -> Iterator[tuple[str, str]]:
    missing = [name for name in names if name not in header]
    for column in dict.fromkeys(header):
        if column not in names:
            near = get_close_matches(column, missing, n=1)
            meant = f" Is it “{near[0]}”?" if near else ""
            yield _shown(column), f"this is no column of the table.{meant}" if column else "a column has no name."
        elif header.count(column) > 1:
            yield column, "the column is there twice."
    for column in missing:
        yield column, "the column is missing."


@dataclass(slots=True)
class _Found:
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)


def _values(cells: list[str], columns: list[Column]) -> _Found:
    found = _Found()
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        found.faults.append(("", f"{cells_for(len(cells), len(columns))}; look for a comma outside quotation marks."))
    elif len(cells) < len(columns):
        found.faults.append(("", f"{cells_for(len(cells), len(columns))}."))
    if found.faults:
        return found
    for cell, column in zip(cells[: len(columns)], columns, strict=True):
        try:
            found.values[column.name] = _value(cell, column)
        except ValueError as error:
            found.faults.append((column.name, str(error)))
    return found


def cells_for(cells: int, columns: int) -> str:
    """Begin the sentence on a row that does not fit: the row has 1 cell for 2 columns."""
    return f"the row has {plural(cells, 'cell')} for {plural(columns, 'column')}"


def _value(cell: str, column: Column) -> Any:
    if not cell:
        if column.required:
            raise ValueError("the cell is empty.")
        return column.empty
    return column.parse(showable(cell))


def showable(cell: str) -> str:
    """Return a cell's words. Raises ValueError when they are too long, or hold what no page can show."""
    if len(cell) > LONGEST:
        raise ValueError(f"the text has {len(cell):,} characters; {LONGEST:,} are the most.")
    if control := UNSHOWABLE.search(cell):
        raise ValueError(f"the text holds a control character (U+{ord(control.group()):04X}).")
    return cell


def _repeated(
    spec: TableSpec[Any], cells: dict[str, str], seen: dict[tuple[str, ...], int], name: str, number: int
) -> Iterator[Problem]:
    """Yield a problem when an earlier row has the same key."""
    key = tuple(cells.get(column, "") for column in spec.key)
    if not any(key):
        return
    first = seen.setdefault(key, number)
    if first != number:
        said = [f"{column} {quoted(cell)}" for column, cell in zip(spec.key, key, strict=True) if cell]
        there = "are together" if len(said) > 1 else "is"
        why = f"{' and '.join(said)} {there} in row {first} already."
        yield Problem(name, number, spec.key[0] if len(key) == 1 else "", why)


def _shown(cell: str) -> str:
    shown = UNSHOWABLE.sub("�", cell).replace("\n", " ")
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def quoted(cell: object) -> str:
    """Return a cell's words in quotation marks, cut short when they are long, as the sentences show them."""
    return f"“{_shown(str(cell))}”"


def words(cell: str) -> str:
    """Any words, as they stand."""
    return cell


def yes(cell: str) -> bool:
    """`yes`; an empty cell means no."""
    if cell != "yes":
        raise ValueError(f"{quoted(cell)} is neither yes nor empty.")
    return True
