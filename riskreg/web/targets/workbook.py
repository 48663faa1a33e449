"""The targets of the years ahead as a workbook: downloaded, filled in, uploaded again and set, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.errors import RowProblem, RuleBroken
from riskreg.domain.target_setting import read_written, written_target
from riskreg.domain.targets import TargetKind
from riskreg.exchange.headings import find_header
from riskreg.exchange.mapping import read_lines
from riskreg.exchange.sheets import Cell, Kind
from riskreg.exchange.tables import BrokenTable, Problem
from riskreg.exchange.typed import CellParser, filled_or, whole_figure, worded, words
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.models import Upload
from riskreg.queries.indicators import group_names
from riskreg.queries.targets import SheetTarget, codes_of_indicators, sheet_targets
from riskreg.services.targets import TargetEntry, preview_targets, set_targets
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.web.access import current_actor, needs
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.listing import asked_one_of
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn
from riskreg.web.spreadsheets.uploading import columns_of, known_upload, take, take_files
from riskreg.web.stepping import wants_change
from riskreg.web.targets.forms import ReasonForm
from riskreg.web.targets.room import blueprint
from riskreg.web.targets.stepping import set_or_show

YEARS = 5  # the present one and those ahead
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CODE, YEAR, STATE = "Code", "Year", "State"
FIGURES = {
    "value": "Target",
    "floor": "Floor standard",
    "green_tolerance": "GREEN within",
    "amber_tolerance": "AMBER within",
}
COLUMNS_OF = {"indicator": CODE, "year": YEAR, "kind": FIGURES["value"], "revision": STATE, **FIGURES}
READ = (CODE, YEAR, *FIGURES.values(), STATE)
TARGETS = Purpose("targets", tuple(WantedColumn(name, needed=True) for name in READ))
NOTES = (
    "Fill in the yellow cells and upload the workbook again. Nothing is saved before you have seen what it does.",
    "A cell that stays as it is changes nothing. Rows may be deleted.",
    "Target: a figure; ↑ or ↓ where it should rise or fall; National average, or National average +2; N/A; or nothing.",
    "State: which state of the target you downloaded. Leave it: by it, a change that was made meanwhile is noticed.",
)
take_files(blueprint, "workbook")


@blueprint.route("/indicators/targets", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def workbook() -> ResponseReturnValue:
    """Offer the targets of the years ahead as a workbook, or take one in."""
    form = UploadForm()
    if form.validate_on_submit():
        with saving(form):
            upload = take(form, TARGETS)
            if upload.mapping is None:
                raise RuleBroken(_lacking(upload), "file")
            return redirect(url_for("targets.uploaded", upload_id=upload.id))
    return page("targets/workbook.html", form=form, groups=group_names(), years=_years())


def _years() -> list[int]:
    return list(range(clock.today().year, clock.today().year + YEARS))


def _lacking(upload: Upload) -> str:
    """Say which of our headings the file lacks: it has to be the workbook that is downloaded here."""
    book = open_upload(upload)
    found = [find_header(sheet, TARGETS.wanted).columns for sheet in book.visible]
    lacks = [name for name in READ if name not in max(found, key=len, default={})]
    there = ", ".join(lacks) if lacks else "the headings as they were"
    return f"“{upload.name}” is not the workbook of targets that is downloaded here. It lacks: {there}."


@blueprint.get("/indicators/targets/download")
@needs(Permission.PUBLISH_RESULT)
def download() -> ResponseReturnValue:
    """Send the targets of a service group, or of all, for the years ahead."""
    years, group = _years(), asked_one_of("group", group_names())
    content = write_workbook([_sheet(sheet_targets(years, group))], "Targets", NOTES)
    name = f"targets-{years[0]}-to-{years[-1]}.xlsx"
    return send_file(BytesIO(content), mimetype=MEDIA_TYPE, as_attachment=True, download_name=name)


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


@dataclass(slots=True)
class _Taken:
    """What a workbook holds: the entries of the rows that can be read, and what is wrong with it."""

    name: str
    entries: list[TargetEntry]
    cells: dict[str, Mapping[str, Cell]]
    problems: list[Problem]

    def named(self, problem: RowProblem) -> Problem:
        """Name a problem of an entry by its sheet, row and column."""
        heading = COLUMNS_OF.get(problem.field or "", CODE)
        return self.cells[problem.row][heading].problem(self.name, heading, problem.sentence)


class TakenForm(ReasonForm):
    """Why the targets of a workbook are set so; what is wrong with its rows stands in a table."""

    taken: _Taken

    def show_row_broken(self, problem: RowProblem) -> None:
        """Show a problem of a row by its sheet, row and column."""
        if problem.row in self.taken.cells:
            self.taken.problems.append(self.taken.named(problem))
            self.form_errors[:] = ["Some rows of the workbook are not right. Nothing was saved."]
        else:
            super().show_row_broken(problem)


@blueprint.route("/indicators/targets/<id:upload_id>", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def uploaded(upload_id: int) -> ResponseReturnValue:
    """Ask why the targets of a workbook are set so, and set them after showing what that does."""
    upload, there = known_upload(TARGETS, upload_id), url_for("indicators.listing")
    form = TakenForm()
    form.taken = _taken_of(upload)
    if form.validate_on_submit() and not wants_change() and not form.taken.problems:
        actor, register_id, now = current_actor(), present_register().id, clock.now()
        entries, reason = form.taken.entries, form.reason.data

        def save(shown: str) -> Any:
            done = set_targets(actor, register_id, entries, reason, now, shown=shown)
            drop_upload(upload)
            return done

        look: Form = form
        answer = set_or_show(
            look, lambda: preview_targets(actor, register_id, entries, reason, now), save, there, request.path
        )
        if answer is not None:
            return answer
    return page("targets/uploaded.html", form=form, taken=form.taken, upload=upload)


def _taken_of(upload: Upload) -> _Taken:
    """Read the workbook: an entry for each row that can be read."""
    mapping, ids = columns_of(upload, TARGETS), codes_of_indicators()
    taken = _Taken(upload.name, [], {}, [])
    parsers: dict[str, CellParser[Any]] = dict.fromkeys(FIGURES.values(), _figure_words)
    parsers |= {CODE: worded(str), YEAR: whole_figure(1000, 9999), STATE: filled_or(whole_figure(0, 10**9))}
    try:
        for line in read_lines(open_upload(upload), mapping, parsers) if mapping else ():
            if line.problems:
                taken.problems += line.problems
                continue
            row = f"row {line.number}"
            taken.cells[row] = line.cells
            taken.entries.append(_entry(line.values, ids, row))
    except BrokenTable as broken:
        taken.problems += broken.problems
    return taken


def _figure_words(cell: Cell) -> str:
    """Return what a cell says, with every digit of a figure."""
    if cell.kind is Kind.FIGURE and cell.exact is not None:  # its format hides digits that were typed
        return f"{cell.exact:f}{'%' if cell.percent else ''}"
    return words(cell)


def _entry(values: Mapping[str, Any], ids: Mapping[str, int], row: str) -> TargetEntry:
    figures = {field: values[heading] for field, heading in FIGURES.items()}
    kind, value = read_written(figures.pop("value"))
    return TargetEntry(
        ids.get(values[CODE].strip(), 0), values[YEAR], kind, value, **figures, revision=values[STATE], row=row
    )
