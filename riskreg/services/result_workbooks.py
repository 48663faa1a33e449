"""The file of a period's results that is downloaded, filled in and uploaded again: as a workbook or as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from riskreg.domain.sentences import day
from riskreg.exchange.csv_files import BYTE_ORDER_MARK, csv_file
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.queries.due_results import DueRow
from riskreg.services.result_files import BASIS, CODE, COMMENT, ENDS, INDICATOR, NOTE, REASON, RESULT, STATUS

SHEET = "Results"
COLUMNS = (
    NewColumn(CODE, width=10),
    NewColumn(INDICATOR, width=60),
    NewColumn("Unit", width=10),
    NewColumn(BASIS, width=18),
    NewColumn(ENDS, width=14),
    NewColumn("Previous result", width=14),
    NewColumn("Previous period", width=24),
    NewColumn("Target", width=12),
    NewColumn(RESULT, width=12, typed=True, note="a figure as it is published; left empty, the row is left out"),
    NewColumn(STATUS, width=12, typed=True, choices=("provisional", "final"), note="provisional while it may change"),
    NewColumn(NOTE, width=30, typed=True, note="where the figure comes from, if that needs saying"),
    NewColumn(REASON, width=30, typed=True, note="needed only for a period whose result is published already"),
    NewColumn(COMMENT, width=40, typed=True, note="for a result that is not GREEN: what is behind it, what is done"),
)


def result_workbook(rows: Sequence[DueRow], ends: date) -> bytes:
    """Return the workbook: the cells to fill in are yellow, all others locked, and nothing in it runs as a formula."""
    return write_workbook(
        [NewSheet(SHEET, COLUMNS, _lines(rows, ends), frozen_columns=2)],
        title=f"Results to {day(ends)}",
        notes=[
            f"Type the results of the period to {day(ends)} into the yellow cells of the sheet {SHEET}.",
            "Save the file and upload it where you downloaded it. What they do is shown before anything is saved.",
        ],
    )


def result_csv(rows: Sequence[DueRow], ends: date) -> Iterator[str]:
    """Return the lines of the same table as CSV."""
    yield BYTE_ORDER_MARK
    yield from csv_file([column.heading for column in COLUMNS], _lines(rows, ends))


def _lines(rows: Sequence[DueRow], ends: date) -> Iterator[Sequence[object]]:
    for row in rows:
        before = row.before_value if row.before_value is not None else ("no figure" if row.before_period else None)
        previous = (before, row.before_period)
        target = row.target_value if row.target_value is not None else row.target or None
        yield (
            row.code, row.name, row.unit, row.basis, ends, *previous, target, None, "provisional", None, None, None,
        )  # fmt: skip
