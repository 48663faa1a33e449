"""Reading a period's results from a spreadsheet: the rows that are right, and what is wrong with the others.

Nothing is published here. The entries go the way of all results, by `services.publishing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from riskreg.domain.errors import RowsBroken
from riskreg.domain.figures import share_doubts, share_question
from riskreg.domain.periods import Basis, names_another_year, period_name, target_year_of
from riskreg.domain.sentences import day, rows_named
from riskreg.exchange import typed
from riskreg.exchange.cells import choice
from riskreg.exchange.mapping import ColumnMapping, ReadLine, hidden_parts, read_at_once, rows_with_problems
from riskreg.exchange.periods import period_end
from riskreg.exchange.sheets import Cell, Kind, Workbook
from riskreg.exchange.tables import Problem, quoted
from riskreg.queries.indicator_names import EarlierResult, Named, Names, earlier_results
from riskreg.services.results import ResultEntry, read_entries

CODE, INDICATOR, BASIS, ENDS = "Code", "Indicator", "Measured over", "Period ends"
RESULT, STATUS, NOTE, REASON, COMMENT = "Result", "Status", "Note", "Reason for correction", "Comment"
COLUMN_OF = {
    "indicator": CODE,
    "value": RESULT,
    "status": STATUS,
    "basis": BASIS,
    "reason": REASON,
    "period_end": ENDS,
    "period": ENDS,
}
FEWEST_ALIKE = 3
SHARE_ALIKE = Decimal("0.8")  # of the figures that have one before them
parse_basis = choice(*Basis)
STATUSES = {"provisional": "provisional", "p": "provisional", "final": "final", "f": "final", "actual": "final"}


@dataclass(frozen=True, slots=True)
class GivenPeriod:
    """What was said with the file, for rows that do not say it. `name` empty: the period is named by its last day."""

    ends: date | None
    target_year: int | None = None
    name: str = ""
    status: str = "provisional"


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row that is right. `is_new`: its figure and status are not published already; `before`: the period before."""

    number: int
    indicator: Named
    entry: ResultEntry
    comment: str
    is_new: bool = True
    before: EarlierResult | None = None

    @property
    def value(self) -> Decimal:
        """The figure."""
        return Decimal(self.entry.value)


@dataclass(frozen=True, slots=True)
class FileReading:
    """What a file holds. `empty` counts rows without a result; `doubts` are sentences about the file as a whole.

    `named`: the indicator of each row, by its number, also of one that has a problem.
    """

    rows: tuple[FileRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    empty: int = 0
    doubts: tuple[str, ...] = ()
    named: Mapping[int, Named] = field(default_factory=dict)

    @property
    def wrong(self) -> int:
        """How many rows have a problem."""
        return rows_with_problems(self.problems)

    @property
    def new(self) -> tuple[FileRow, ...]:
        """The rows that say anything new."""
        return tuple(row for row in self.rows if row.is_new)


def read_results(book: Workbook, mapping: ColumnMapping, given: GivenPeriod, today: date) -> FileReading:
    """Read a file as its columns are mapped. Raises BrokenTable when that cannot be done at all, or it is too long."""
    lines = read_at_once(book, mapping, PARSERS)
    reader = _Reader(book.name, mapping, given, Names.all())
    for line in lines:
        reader.take(line)
    reader.refuse_repeated()
    reader.refuse_broken(today)
    reader.look_back()
    reader.ask_of_shares()
    rows = tuple(reader.rows[number] for number in sorted(reader.rows))
    problems = tuple(sorted(reader.problems, key=lambda one: one.row or 0))
    doubts = (*hidden_parts(book, mapping), *_doubts(book, mapping, rows), *share_doubts(reader.asked))
    return FileReading(rows, problems, reader.empty, doubts, reader.named)


def _status(words: str) -> str:
    if words.casefold() not in STATUSES:
        raise ValueError(f"{quoted(words)} is neither provisional nor final.")
    return STATUSES[words.casefold()]


def _as_it_is(cell: Cell) -> Cell:
    return cell


def _basis(words: str) -> Basis:
    basis: Basis = parse_basis(words.casefold())
    return basis


PARSERS: Mapping[str, Any] = {
    CODE: _as_it_is,
    INDICATOR: _as_it_is,
    RESULT: _as_it_is,
    ENDS: _as_it_is,
    BASIS: typed.filled_or(typed.worded(_basis)),
    STATUS: typed.filled_or(typed.worded(_status)),
    NOTE: typed.words,
    REASON: typed.words,
    COMMENT: typed.words,
}


@dataclass(slots=True)
class _Reader:
    """Reads row by row, and keeps what is right, what is wrong, and the lines that they stand in."""

    file: str
    mapping: ColumnMapping
    given: GivenPeriod
    names: Names
    rows: dict[int, FileRow] = field(default_factory=dict)
    lines: dict[int, ReadLine] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    named: dict[int, Named] = field(default_factory=dict)
    periods: dict[tuple[int, str, date], list[int]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    empty: int = 0

    def take(self, line: ReadLine) -> None:
        """Read a line: a row that is right, one with problems, or one without a result."""
        if self._has_no_result(line):
            self.empty += 1
            return
        self.lines[line.number] = line
        problems = list(line.problems)
        parts: dict[str, Any] = {}
        for column, read in ((CODE, self._indicator), (ENDS, self._ends), (RESULT, self._value)):
            try:
                parts[column] = read(line, parts)
            except ValueError as error:
                problems.append(self._problem(line, column, str(error)))
        if CODE in parts:
            self.named[line.number] = parts[CODE]
        if CODE in parts and ENDS in parts and BASIS in line.values:
            period = (parts[CODE].id, line.values[BASIS] or parts[CODE].basis, parts[ENDS])
            self.periods.setdefault(period, []).append(line.number)
        if problems:
            self.problems += problems
            return
        self.rows[line.number] = self._row(line, parts[CODE], parts[ENDS], parts[RESULT])

    def _has_no_result(self, line: ReadLine) -> bool:
        """Whether a line holds no result and nothing that would go with one: an indicator not filled in, a heading."""
        cell = line.values[RESULT]
        if cell.kind is Kind.MERGED:  # the heading of a group of rows is often merged across them all
            first = [line.values[name] for name in (CODE, INDICATOR)]
            return any(cell.merged_into == one.address for one in first if one.filled)
        return cell.kind is Kind.EMPTY and not any(line.values.get(name) for name in (NOTE, REASON, COMMENT))

    def _indicator(self, line: ReadLine, _parts: Mapping[str, Any]) -> Named:
        return self.names.found(typed.words(line.values[CODE]), typed.words(line.values[INDICATOR]))

    def _ends(self, line: ReadLine, _parts: Mapping[str, Any]) -> date:
        return period_end(line.values[ENDS], self.given.ends)

    def _value(self, line: ReadLine, parts: Mapping[str, Any]) -> str:
        cell = line.values[RESULT]
        if cell.kind is Kind.EMPTY:
            raise ValueError("there is a note, a reason or a comment, but no result.")
        unit = parts[CODE].unit if CODE in parts else ""
        value = typed.filled_or(typed.figure(unit and ("percent" if unit == "percent" else "number")))(cell)
        return f"{value:f}"

    def _row(self, line: ReadLine, found: Named, ends: date, value: str) -> FileRow:
        basis, given = line.values[BASIS] or found.basis, self.given
        place = f"{self.mapping.sheet}, row {line.number}" if self.mapping.sheet else f"row {line.number}"
        entry = ResultEntry(
            found.id, value, given.name or period_name(basis, ends), ends, given.target_year or target_year_of(ends),
            status=line.values[STATUS] or given.status, note=line.values[NOTE], reason=line.values[REASON],
            basis=basis, row=place,
        )  # fmt: skip
        return FileRow(line.number, found, entry, line.values[COMMENT])

    def _problem(self, line: ReadLine, column: str, message: str) -> Problem:
        if column == CODE and not line.values[CODE].filled:
            column = INDICATOR
        cell = line.values.get(column)
        if not isinstance(cell, Cell):
            cell = line.cells.get(column) or Cell(None, Kind.EMPTY, self.mapping.sheet, line.number, 0)
        return cell.problem(self.file, self.mapping.headings.get(column, column), message)

    def _refuse(self, number: int, column: str, message: str) -> None:
        self.problems.append(self._problem(self.lines[number], column, message))
        self.rows.pop(number, None)

    def refuse_repeated(self) -> None:
        """Refuse every row of an indicator that is there twice for one period: which is meant, nobody can tell.

        Rows that have another problem count as well: without them, their twin would stand for what they were to say.
        """
        for (_, _, ends), numbers in self.periods.items():
            for number in numbers if len(numbers) > 1 else ():
                others = rows_named([f"row {one}" for one in numbers if one != number])
                self._refuse(number, CODE, f"the indicator is there for the period to {day(ends)} in {others} too.")

    def refuse_broken(self, today: date) -> None:
        """Refuse what publishing would refuse, and note what is published already."""
        try:
            readings = read_entries([row.entry for row in self.rows.values()], today) if self.rows else []
        except RowsBroken as broken:
            by_place = {row.entry.row: number for number, row in self.rows.items()}
            for one in broken.problems:
                self._refuse(by_place[one.row], COLUMN_OF.get(one.field or "", RESULT), one.sentence)
            self.refuse_broken(today)
            return
        for number, reading in zip(list(self.rows), readings, strict=True):
            self.rows[number] = replace(self.rows[number], is_new=reading.is_new)

    def look_back(self) -> None:
        """Put beside each row the result of the period before it, on the same basis."""
        known = earlier_results({row.indicator.id for row in self.rows.values()})
        for number, row in self.rows.items():
            entry = row.entry
            earlier = [one for one in known.get((row.indicator.id, entry.basis), ()) if one.ends < entry.period_end]
            self.rows[number] = replace(row, before=earlier[-1] if earlier else None)

    def ask_of_shares(self) -> None:
        """Refuse 0.745 for a percentage that was 74% before, and doubt it where none was: only its maker knows."""
        for number, row in list(self.rows.items()):
            cell, earlier = self.lines[number].values[RESULT], row.before.value if row.before else None
            question = share_question(cell.words, row.value, row.indicator.unit, earlier)
            if question and earlier is not None:
                self._refuse(number, RESULT, f"{question} Write the sign.")
            elif question and row.is_new:
                self.asked.append((f"Row {number}, {row.indicator.code}", question))


def _doubts(book: Workbook, mapping: ColumnMapping, rows: tuple[FileRow, ...]) -> Iterator[str]:
    """Say what speaks for a file of another period: the same figures as before, or another year in its names."""
    known = [(row.before, row.value) for row in rows if row.before]
    same = Counter(before.period for before, value in known if before.value == value)
    if same.total() >= FEWEST_ALIKE and same.total() >= SHARE_ALIKE * len(known):
        share = f"All {len(rows)}" if same.total() == len(rows) else f"{same.total():,} of the {len(rows):,}"
        period = same.most_common(1)[0][0]
        yield f"{share} figures are those that are published for {period} already. Is it the right file?"
    if not rows:
        return
    ends = max(row.entry.period_end for row in rows)
    above = [] if not mapping.header_row else _words_above(book, mapping)
    for words in (book.name, mapping.sheet, *above, mapping.headings.get(RESULT, "")):
        if names_another_year(words, ends):
            yield f"{quoted(words)} names another year than that of the period to {day(ends)}. Is it the right file?"


def _words_above(book: Workbook, mapping: ColumnMapping) -> list[str]:
    """Return what is written above the headings."""
    sheet = book.sheet(mapping.sheet)
    lines = islice(sheet.lines(), mapping.header_row) if sheet else ()
    above = (line for line in lines if line.number < mapping.header_row)
    return [cell.words for line in above for cell in line.cells.values() if cell.kind is Kind.TEXT]
