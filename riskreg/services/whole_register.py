"""A whole register as one workbook: what it is made of, writing it, and reading it back by the same columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from riskreg.database import LARGEST_ID
from riskreg.domain.dates import LONDON
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import ActionStatus, RiskStatus
from riskreg.domain.scoring import LEVELS, Rag
from riskreg.exchange.cells import choice
from riskreg.exchange.headings import find_header
from riskreg.exchange.mapping import ColumnMapping, read_lines
from riskreg.exchange.sheets import Cell, Workbook
from riskreg.exchange.tables import BrokenTable, Problem, quoted
from riskreg.exchange.typed import EMPTY, day, filled_or, readable, whole_figure, worded
from riskreg.exchange.typed import words as any_words
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, PERCENT, RAG, YES_NO, Export
from riskreg.queries.exports import export_rows
from riskreg.queries.exports_controls import CONTROLS
from riskreg.queries.exports_dmt import DECISIONS, ESCALATIONS, NOTINGS
from riskreg.queries.exports_history import ASSESSMENTS, PAST_LINKS, REFERENCES, RESPONSES, UPDATES, VERSIONS
from riskreg.queries.exports_risks import ACTIONS, LINKS, REVIEWS, RISKS

COMES_BACK = (
    *(REFERENCES, RISKS, VERSIONS, ASSESSMENTS, RESPONSES, CONTROLS, ACTIONS, UPDATES, LINKS, PAST_LINKS, REVIEWS),
)
FOR_READING = (ESCALATIONS, DECISIONS, NOTINGS)
FOLLOWS = {
    "risks": (
        *("own_rag", "effective_rag", "likelihood", "impact", "score", "assessed_on", "rationale", "target_rag"),
        *("open_actions", "links", "last_review_on"),
    ),
    "actions": ("slips", "last_update_at"),
}
MOST_RISKS, MOST_LINES = 10_000, 50_000  # of the sheet of risks, and of any other
NOTES = (
    "The whole register, as it was stored when this workbook was made. It can be taken in where no risk is held yet.",
    f"These sheets come back: {', '.join(one.name for one in COMES_BACK)}.",
    "Controls and actions get new numbers; what was counted or follows from other sheets is worked out anew.",
    f"These sheets are for reading only: {', '.join(one.name for one in FOR_READING)}.",
    "What stands in the indicators and contracts is put before DMT (the Directorate Management Team) anew.",
    "Evidence and the audit trail are not in this workbook.",
)
WIDTHS = {DAY: 18, MOMENT: 26, NUMBER: 11, PERCENT: 11, YES_NO: 10, RAG: 10}


def whole_register_file() -> bytes:
    """Return the workbook, by one query a sheet."""
    sheets = [
        NewSheet(
            export.name,
            [NewColumn(column.name, WIDTHS.get(column.unit, 30)) for column in export.columns],
            _rows(export),
        )
        for export in (*COMES_BACK, *FOR_READING)
    ]
    return write_workbook(sheets, "The whole register", NOTES)


def _rows(export: Export) -> Iterator[list[object]]:
    for row in export_rows(export):
        yield [json.dumps(value, sort_keys=True) if isinstance(value, dict) else value for value in row]


def is_whole_register(book: Workbook) -> bool:
    """Whether a workbook has the sheets of a whole register."""
    return all(book.sheet(export.name) for export in COMES_BACK)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of one of its sheets: the values by column. `mapping` says where each column stands."""

    file: str
    mapping: ColumnMapping
    number: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        """The value in a column."""
        return self.values[column]

    def problem(self, column: str, message: str) -> Problem:
        """Say what is wrong with the cell of a column."""
        return Problem(
            self.file, self.number, f"{self.mapping.columns[column]} ({column})", message, self.mapping.sheet
        )


def read_whole_register(book: Workbook) -> dict[str, list[SheetLine]]:
    """Return the lines of each sheet that comes back. Raises BrokenTable with everything that cannot be read."""
    problems: list[Problem] = []
    found: dict[str, list[SheetLine]] = {}
    for export in COMES_BACK:
        found[export.name] = list(_read(book, export, problems))
    if problems:
        raise BrokenTable(problems)
    return found


def _read(book: Workbook, export: Export, problems: list[Problem]) -> Iterator[SheetLine]:
    sheet = book.sheet(export.name)
    if sheet is None:
        problems.append(Problem(book.name, None, "", f"the sheet {quoted(export.name)} is not there."))
        return
    most = MOST_RISKS if export is RISKS else MOST_LINES
    if sheet.last_row > most + 1:
        why = f"the sheet has {sheet.last_row - 1:,} rows; {most:,} are the most."
        problems.append(Problem(book.name, None, "", why, sheet.name))
        return
    columns = [column.name for column in export.columns if column.name not in FOLLOWS.get(export.name, ())]
    header = find_header(sheet, dict.fromkeys(columns, ()), row=1)
    if wrong := header.problems(book.name, sheet.name):
        problems += wrong
        return
    mapping = ColumnMapping(sheet.name, 1, header.columns, header.headings)
    for line in read_lines(book, mapping, _parsers(export, columns)):
        problems += line.problems
        if not line.problems:
            yield SheetLine(book.name, mapping, line.number, line.values)


def _parsers(export: Export, columns: Sequence[str]) -> Mapping[str, Callable[[Cell], Any]]:
    units = {column.name: column.unit for column in export.columns}
    needed = NEEDED[export.name]
    found: dict[str, Callable[[Cell], Any]] = {}
    for name in columns:
        special = SPECIAL.get((export.name, name))
        parse = special or BY_UNIT.get(units[name], any_words)
        if parse is any_words:
            found[name] = worded(str) if name in needed else any_words
        else:
            found[name] = parse if name in needed else filled_or(parse)
    return found


def moment(cell: Cell) -> datetime:
    """A moment, written in London time, to the second."""
    value = readable(cell).value
    if not cell.words:
        raise ValueError(EMPTY)
    if not isinstance(value, date):
        raise ValueError(f"{quoted(cell.words)} is not a day and a time.")  # noqa: TRY004 - as every reader of a cell
    at = value.time() if isinstance(value, datetime) else time()
    return datetime(value.year, value.month, value.day, at.hour, at.minute, at.second, tzinfo=LONDON).astimezone(UTC)


def truth(cell: Cell) -> bool:
    """Yes or no."""
    value = readable(cell).value
    if isinstance(value, bool):
        return value
    return worded(choice("yes", "no"))(cell) == "yes"


BY_UNIT: dict[str, Callable[[Cell], Any]] = {
    DAY: day,
    MOMENT: moment,
    NUMBER: whole_figure(0, LARGEST_ID),
    PERCENT: whole_figure(0, 100),
    YES_NO: truth,
    RAG: worded(choice(*Rag)),
}
_level = whole_figure(LEVELS[0], LEVELS[-1])
_heeds = worded(choice("any", "red", "watch"))
_subject = worded(choice("indicator", "contract"))
SPECIAL: dict[tuple[str, str], Callable[[Cell], Any]] = {
    ("risks", "status"): worded(choice(*RiskStatus)),
    ("versions", "status"): worded(choice(*RiskStatus)),
    ("assessments", "kind"): worded(choice("current", "target", "inherent")),
    ("assessments", "likelihood"): _level,
    ("assessments", "impact"): _level,
    ("responses", "kind"): worded(choice(*ResponseKind)),
    ("actions", "status"): worded(choice(*ActionStatus)),
    ("updates", "status"): worded(choice(*ActionStatus)),
    ("links", "kind"): _subject,
    ("links", "heeds"): _heeds,
    ("past-links", "kind"): _subject,
    ("past-links", "heeds"): _heeds,
}
_owned = {"risk", "text", "status", "progress", "due_on"}
NEEDED: dict[str, set[str]] = {
    "references": {"reference"},
    "risks": {
        *("reference", "title", "status", "owner", "division", "review_due_on", "review_counted_from"),
        *("assumed", "recorded_at"),
    },
    "versions": {"risk", "version", "title", "status", "owner", "recorded_at"},
    "assessments": {"risk", "kind", "rag", "assessed_on", "recorded_at"},
    "responses": {"risk", "kind", "reason", "decided_on", "by", "recorded_at"},
    "controls": {"risk", "control", "text", "assumed", "recorded_at"},
    "actions": _owned | {"action", "owner", "first_due_on", "assumed", "recorded_at"},
    "updates": _owned | {"action", "by", "at"},
    "links": {"risk", "kind", "code", "reason", "heeds", "assumed", "recorded_at"},
    "past-links": {"risk", "kind", "code", "reason", "heeds", "ended_on", "ended_why", "ended_at"},
    "reviews": {
        *("risk", "due_on", "done_on", "done_by", "still_right", "controls_work", "actions_on_track", "changed"),
        *("escalate", "note", "recorded_at"),
    },
}
