"""A whole register as one workbook: what it is made of, writing it, and reading it back by the same columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riskreg.exchange.headings import find_header
from riskreg.exchange.mapping import ColumnMapping, read_lines
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable, Problem, quoted
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, PERCENT, RAG, YES_NO, Export
from riskreg.queries.exports import export_rows
from riskreg.queries.exports_comments import RESULT_COMMENTS
from riskreg.queries.exports_contract_history import CONTRACT_PROVIDERS, CONTRACT_REVIEWS, CONTRACT_ROUTES
from riskreg.queries.exports_contracts import CONTRACTS
from riskreg.queries.exports_controls import CONTROLS
from riskreg.queries.exports_dmt import DECISIONS, ESCALATIONS, NOTINGS
from riskreg.queries.exports_evidence import INDICATORS, RESULTS, TARGETS
from riskreg.queries.exports_history import ASSESSMENTS, PAST_LINKS, REFERENCES, RESPONSES, UPDATES, VERSIONS
from riskreg.queries.exports_meetings import AGENDA, MEETINGS
from riskreg.queries.exports_referrals import REFERRALS
from riskreg.queries.exports_replaced import PAST_NATIONAL, PAST_TARGETS
from riskreg.queries.exports_risks import ACTIONS, LINKS, REVIEWS, RISKS
from riskreg.queries.exports_signals import ESCALATION_SIGNALS, SIGNALS
from riskreg.services.whole_columns import columns_read, parsers_of

COMES_BACK = (
    *(REFERENCES, RISKS, VERSIONS, ASSESSMENTS, RESPONSES, CONTROLS, ACTIONS, UPDATES, LINKS, PAST_LINKS, REVIEWS),
)
SUBJECTS = (
    *(CONTRACTS, CONTRACT_ROUTES, CONTRACT_REVIEWS, CONTRACT_PROVIDERS),
    *(INDICATORS, TARGETS, PAST_TARGETS, PAST_NATIONAL, RESULTS, RESULT_COMMENTS),
)  # what risks depend on: added where it is not held
BEFORE_DMT = (SIGNALS, ESCALATIONS, ESCALATION_SIGNALS, DECISIONS, NOTINGS, REFERRALS, MEETINGS, AGENDA)
# A workbook without these had its escalations, decisions and notings for reading only.
ONLY_WITH_ALL = (SIGNALS, ESCALATION_SIGNALS, REFERRALS, MEETINGS, AGENDA)
MOST_RISKS, MOST_LINES = 10_000, 50_000  # of the sheet of risks, and of any other
NOTES = (
    "The whole register, as it was stored when this workbook was made. It can be taken in where no risk is held yet.",
    f"These sheets come back: {', '.join(one.name for one in COMES_BACK)}.",
    f"Indicators and contracts are added where they are not held, from {', '.join(one.name for one in SUBJECTS)}.",
    "An indicator or a contract that is held already stays as it is.",
    f"What came before DMT (the Directorate Management Team) comes back: {', '.join(one.name for one in BEFORE_DMT)}.",
    "What was put before DMT is not put there again.",
    "Rows get new numbers; what was counted or follows from other sheets is worked out anew.",
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
        for export in (*COMES_BACK, *SUBJECTS, *BEFORE_DMT)
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
    """Return the lines of each sheet that comes back, and of each of what risks depend on.

    A workbook in which what came before DMT was for reading only gives none of it. Raises BrokenTable with everything
    that cannot be read.
    """
    problems: list[Problem] = []
    found: dict[str, list[SheetLine]] = {one.name: [] for one in (*COMES_BACK, *SUBJECTS)}
    # A workbook that was made when indicators and contracts were only named has none of their sheets.
    whole = any(book.sheet(export.name) for export in SUBJECTS)
    decided = any(book.sheet(export.name) for export in ONLY_WITH_ALL)
    for export in (*COMES_BACK, *(SUBJECTS if whole else ()), *(BEFORE_DMT if decided else ())):
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
    columns = columns_read(export)
    header = find_header(sheet, dict.fromkeys(columns, ()), row=1)
    if wrong := header.problems(book.name, sheet.name):
        problems += wrong
        return
    mapping = ColumnMapping(sheet.name, 1, header.columns, header.headings)
    for line in read_lines(book, mapping, parsers_of(export, columns)):
        problems += line.problems
        if not line.problems:
            yield SheetLine(book.name, mapping, line.number, line.values)
