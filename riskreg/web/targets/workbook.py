"""The targets of the years ahead as a workbook: downloaded, filled in, uploaded again and set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.target_setting import read_written, written_target
from riskreg.domain.targets import TargetKind
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.queries.indicators import group_names
from riskreg.queries.targets import SheetTarget, sheet_targets
from riskreg.services.targets import TargetEntry, preview_targets, set_targets, wrong_targets
from riskreg.services.year_shares import ask_of_targets
from riskreg.web.access import needs
from riskreg.web.listing import asked_one_of
from riskreg.web.spreadsheets.uploading import take_files
from riskreg.web.targets.filling_in import CODE, STATE, YEAR, Yearly, asked_for, every_digit, send_workbook, shown
from riskreg.web.targets.room import blueprint

YEARS = 5  # the present one and those ahead
FIGURES = {
    "value": "Target",
    "floor": "Floor standard",
    "green_tolerance": "GREEN within",
    "amber_tolerance": "AMBER within",
}
NOTES = (
    "Fill in the yellow cells and upload the workbook again. Nothing is saved before you have seen what it does.",
    "A cell that stays as it is changes nothing. Rows may be deleted.",
    "Target: a figure; ↑ or ↓ where it should rise or fall; National average, or National average +2; N/A; or nothing.",
    "State: which state of the target you downloaded. Leave it: by it, a change that was made meanwhile is noticed.",
)
take_files(blueprint, "workbook")


def _entry(values: Mapping[str, Any], indicator_id: int, row: str) -> TargetEntry:
    figures = {field: values[heading] for field, heading in FIGURES.items()}
    kind, value = read_written(figures.pop("value"))
    return TargetEntry(indicator_id, values[YEAR], kind, value, **figures, revision=values[STATE], row=row)


TARGETS = Yearly(
    "targets",
    ("targets.workbook", "targets.uploaded"),
    FIGURES,
    dict.fromkeys(FIGURES.values(), every_digit),
    _entry,
    wrong_targets,
    ask_of_targets,
    preview_targets,
    set_targets,
    ("Indicator", "Service group", "Unit", "Better"),
)


def _years() -> list[int]:
    return list(range(clock.today().year, clock.today().year + YEARS))


@blueprint.route("/indicators/targets", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def workbook() -> ResponseReturnValue:
    """Offer the targets of the years ahead as a workbook, or take one in."""
    return asked_for(TARGETS, "targets/workbook.html", groups=group_names(), years=_years())


@blueprint.get("/indicators/targets/download")
@needs(Permission.PUBLISH_RESULT)
def download() -> ResponseReturnValue:
    """Send the targets of a service group, or of all, for the years ahead."""
    years, group = _years(), asked_one_of("group", group_names())
    content = write_workbook([_sheet(sheet_targets(years, group))], "Targets", NOTES)
    return send_workbook(content, f"targets-{years[0]}-to-{years[-1]}.xlsx")


@blueprint.route("/indicators/targets/<id:upload_id>", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def uploaded(upload_id: int) -> ResponseReturnValue:
    """Ask why the targets of a workbook are set so, and set them after showing what that does."""
    return shown(TARGETS, upload_id, "Why the targets are set so")


def _sheet(targets: Sequence[SheetTarget]) -> NewSheet:
    columns = (
        NewColumn(CODE, 10), NewColumn("Indicator", 60), NewColumn("Service group", 26), NewColumn("Unit", 9),
        NewColumn("Better", 9, note="which way is better: higher, lower, or close to the target"), NewColumn(YEAR, 7),
        NewColumn(FIGURES["value"], 20, typed=True),
        NewColumn(FIGURES["floor"], 15, typed=True, note="where AMBER ends; empty: assumed from the policy"),
        NewColumn(FIGURES["green_tolerance"], 14, typed=True, note="only where close to the target is better"),
        NewColumn(FIGURES["amber_tolerance"], 14, typed=True, note="only where close to the target is better"),
        NewColumn(STATE, 8),
    )  # fmt: skip
    return NewSheet("Targets", columns, (_cells(one) for one in targets), frozen_columns=2)


def _cells(one: SheetTarget) -> tuple[Any, ...]:
    target = one.target
    about = (one.code, one.name, one.group, one.unit, one.polarity, one.year)
    if target is None:
        return (*about, None, None, None, None, None)
    value = target.value if target.kind is TargetKind.FIGURE else written_target(target) or None
    return (*about, value, target.floor, target.green_tolerance, target.amber_tolerance, one.revision)
