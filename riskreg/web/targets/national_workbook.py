"""A year's national figures and those of the neighbours as a workbook: downloaded, filled in, uploaded and set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.errors import RowProblem
from riskreg.domain.target_setting import target_words
from riskreg.exchange.cells import choice
from riskreg.exchange.sheets import Cell
from riskreg.exchange.typed import figure, filled_or, worded
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.queries.indicators import group_names
from riskreg.queries.targets import SheetNational, sheet_national
from riskreg.services.benchmarks import BenchmarkEntry, preview_benchmarks, set_benchmarks, wrong_benchmarks
from riskreg.services.setting_years import Rows
from riskreg.services.year_shares import ask_of_benchmarks
from riskreg.web.access import needs
from riskreg.web.listing import asked_one_of
from riskreg.web.spreadsheets.uploading import take_files
from riskreg.web.targets.filling_in import CODE, STATE, YEAR, Yearly, asked_for, every_digit, send_workbook, shown
from riskreg.web.targets.room import blueprint

YEARS = 4  # the present one and those before: national figures come late
VALUE, COMPARABLE, NEIGHBOURS = "National figure", "Comparable", "Statistical neighbours"
NOTES = (
    "Fill in the yellow cells and upload the workbook again. Nothing is saved before you have seen what it does.",
    "A cell that stays as it is changes nothing; an emptied one: the figure is not known. Rows may be deleted.",
    "Comparable: no, where it is not measured as our own results are; no result is judged by it then. Empty means yes.",
    "Statistical neighbours: the average of the councils that are most like ours.",
    "State: which state of the figures you downloaded. Leave it: by it, a change that was made meanwhile is noticed.",
)
take_files(blueprint, "national_workbook")


def _figure(cell: Cell) -> str:
    """Return the words of a figure, or nothing; what is none is refused here, with the hint to leave the cell empty."""
    filled_or(figure())(cell)
    return every_digit(cell)


def _entry(values: Mapping[str, Any], indicator_id: int, row: str) -> BenchmarkEntry:
    return BenchmarkEntry(
        indicator_id, values[YEAR], values[VALUE], values[NEIGHBOURS], values[COMPARABLE] != "no", values[STATE], row
    )


def _wrong(_register_id: int, entries: Sequence[BenchmarkEntry], _now: datetime, unread: Rows) -> Sequence[RowProblem]:
    return wrong_benchmarks(entries, unread)


NATIONAL = Yearly(
    "national figures",
    ("targets.national_workbook", "targets.national_uploaded"),
    {"value": VALUE, "comparable": COMPARABLE, "neighbours": NEIGHBOURS},
    {
        VALUE: _figure,
        COMPARABLE: filled_or(worded(lambda said: choice("yes", "no")(said.strip().lower()))),
        NEIGHBOURS: _figure,
    },
    _entry,
    _wrong,
    ask_of_benchmarks,
    preview_benchmarks,
    set_benchmarks,
    ("Indicator", "Service group", "Unit", "Target"),
)


def _years() -> list[int]:
    present = clock.today().year
    return list(range(present, present - YEARS, -1))


@blueprint.route("/indicators/national", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def national_workbook() -> ResponseReturnValue:
    """Offer the national figures of a year as a workbook, or take one in."""
    return asked_for(NATIONAL, "targets/national_workbook.html", groups=group_names(), years=_years())


@blueprint.get("/indicators/national/download")
@needs(Permission.PUBLISH_RESULT)
def national_download() -> ResponseReturnValue:
    """Send the national figures of a year, of a service group or of all."""
    group, years = asked_one_of("group", group_names()), [str(one) for one in _years()]
    year = asked_one_of("year", years) or years[0]
    content = write_workbook([_sheet(sheet_national(int(year), group))], f"National figures of {year}", NOTES)
    return send_workbook(content, f"national-figures-{year}.xlsx")


@blueprint.route("/indicators/national/<id:upload_id>", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def national_uploaded(upload_id: int) -> ResponseReturnValue:
    """Ask where the national figures of a workbook come from, and set them after showing what that does."""
    return shown(NATIONAL, upload_id, "Where the figures come from, or why they change")


def _sheet(figures: Sequence[SheetNational]) -> NewSheet:
    columns = (
        NewColumn(CODE, 10), NewColumn("Indicator", 60), NewColumn("Service group", 26), NewColumn("Unit", 9),
        NewColumn("Target", 24, note="results of a target of the national average are judged once it is known"),
        NewColumn(YEAR, 7),
        NewColumn(VALUE, 15, typed=True, note="a figure as it is published, or nothing"),
        NewColumn(COMPARABLE, 13, typed=True, choices=("yes", "no")),
        NewColumn(NEIGHBOURS, 21, typed=True, note="a figure as it is published, or nothing"),
        NewColumn(STATE, 8),
    )  # fmt: skip
    return NewSheet("National figures", columns, (_cells(one) for one in figures), frozen_columns=2)


def _cells(one: SheetNational) -> tuple[Any, ...]:
    target = target_words(one.target, one.unit) if one.target else "none is set"
    comparable = None if one.revision is None else "yes" if one.comparable else "no"
    about = (one.code, one.name, one.group, one.unit, target, one.year)
    return (*about, one.value, comparable, one.neighbours, one.revision)
