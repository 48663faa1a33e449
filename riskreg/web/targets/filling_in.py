"""What is set for years by a workbook: uploaded, looked at row by row, and set all, or without the rows left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import Any, Generic, TypeVar

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.errors import RowProblem, RuleBroken
from riskreg.exchange.headings import find_header
from riskreg.exchange.mapping import ColumnMapping, read_lines
from riskreg.exchange.sheets import Cell, Kind
from riskreg.exchange.tables import BrokenTable, Problem
from riskreg.exchange.typed import CellParser, filled_or, whole_figure, worded, words
from riskreg.models import Upload
from riskreg.queries.targets import codes_of_indicators
from riskreg.services.actors import Actor
from riskreg.services.evaluation import Evaluation
from riskreg.services.rejudging import SettingOutcome, YearEntry
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.web.access import current_actor
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn
from riskreg.web.spreadsheets.uploading import GONE, columns_of, known_upload, take
from riskreg.web.stepping import wants_change
from riskreg.web.targets.forms import TakenForm
from riskreg.web.targets.stepping import set_or_show

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CODE, YEAR, STATE = "Code", "Year", "State"
MOST_ROWS = 2_000
TOO_MANY = f"the sheet has more than {MOST_ROWS:,} rows below its headings. Send at most so many at once."
Entry = TypeVar("Entry", bound=YearEntry)


@dataclass(frozen=True, slots=True)
class Yearly(Generic[Entry]):
    """What a workbook sets for years. `called`: in the plural; `steps`: the views that ask for it and that show it.

    `figures`: our headings by the fields of an entry, beside code, year and state. `entry` is made of the values by
    heading, the indicator's id, and the row. `wrong`, `preview` and `save` are those of the service.
    """

    called: str
    steps: tuple[str, str]
    figures: Mapping[str, str]
    parsers: Mapping[str, CellParser[Any]]
    entry: Callable[[Mapping[str, Any], int, str], Entry]
    wrong: Callable[[int, Sequence[Entry], datetime], Sequence[RowProblem]]
    preview: Callable[[Actor, int, Sequence[Entry], str, datetime], SettingOutcome]
    save: Callable[..., tuple[SettingOutcome, Evaluation]]

    @property
    def headings(self) -> tuple[str, ...]:
        """All that is read, in the order of the sheet."""
        return (CODE, YEAR, *self.figures.values(), STATE)

    @property
    def purpose(self) -> Purpose:
        """Every column is needed: it has to be the workbook that is downloaded here. All go by the name of targets."""
        return Purpose("targets", tuple(WantedColumn(name, needed=True) for name in self.headings))

    def heading_of(self, name: str | None) -> str:
        """The heading of the column that a problem of an entry is in."""
        return {"year": YEAR, "revision": STATE, **self.figures}.get(name or "", CODE)


@dataclass(slots=True)
class Taken(Generic[Entry]):
    """What a workbook holds: the entries of the rows that are right, and what is wrong with the others."""

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """How many rows have a problem."""
        return len({one.row for one in self.problems})


def send_workbook(content: bytes, name: str) -> ResponseReturnValue:
    """Send a workbook to be filled in."""
    return send_file(BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


def asked_for(yearly: Yearly[Any], template: str, **facts: Any) -> ResponseReturnValue:
    """Offer a workbook, or take one in."""
    form = UploadForm()
    if form.validate_on_submit():
        with saving(form):
            upload = take(form, yearly.purpose)
            if upload.mapping is None:
                raise RuleBroken(_lacking(yearly, upload), "file")
            return redirect(url_for(yearly.steps[1], upload_id=upload.id))
    return page(template, form=form, **facts)


def _lacking(yearly: Yearly[Any], upload: Upload) -> str:
    """Say which of our headings the file lacks: it has to be the workbook that is downloaded here."""
    book = open_upload(upload)
    found = [find_header(sheet, yearly.purpose.wanted).columns for sheet in book.visible]
    lacks = [name for name in yearly.headings if name not in max(found, key=len, default={})]
    there = ", ".join(lacks) if lacks else "the headings as they were"
    return f"“{upload.name}” is not the workbook of {yearly.called} that is downloaded here. It lacks: {there}."


def shown(yearly: Yearly[Any], upload_id: int, reason: str) -> ResponseReturnValue:
    """Show what is wrong with the rows of a workbook, ask why, and set what is right after showing what that does.

    `reason` is the question why.
    """
    upload = known_upload(yearly.purpose, upload_id)
    mapping = columns_of(upload, yearly.purpose)
    if mapping is None:  # the other workbook of years
        raise NotFound(GONE)
    try:
        taken = _taken(yearly, upload, mapping)
    except BrokenTable as broken:
        return _page(yearly, upload, Taken(problems=list(broken.problems)), None, status=422)
    form = TakenForm()
    form.ask(reason)
    form.set_counts(len(taken.entries), taken.wrong)
    if form.validate_on_submit() and not wants_change():
        answer = _set_or_show(yearly, form, taken, upload)
        if answer is not None:
            return answer
    return _page(yearly, upload, taken, form)


def _set_or_show(yearly: Yearly[Any], form: TakenForm, taken: Taken[Any], upload: Upload) -> ResponseReturnValue | None:
    actor, register_id, now = current_actor(), present_register().id, clock.now()
    entries, reason = taken.entries, form.reason.data

    def save(digest: str) -> tuple[SettingOutcome, Evaluation]:
        done = yearly.save(actor, register_id, entries, reason, now, shown=digest)
        drop_upload(upload)
        return done

    there = url_for("indicators.listing")
    return set_or_show(
        form, lambda: yearly.preview(actor, register_id, entries, reason, now), save, there, request.path
    )


def _page(
    yearly: Yearly[Any], upload: Upload, taken: Taken[Any], form: Form | None, status: int = 200
) -> ResponseReturnValue:
    back = url_for(yearly.steps[0])
    return page(
        "targets/uploaded.html", form=form, status=status, taken=taken, upload=upload, called=yearly.called, back=back
    )


def _taken(yearly: Yearly[Entry], upload: Upload, mapping: ColumnMapping) -> Taken[Entry]:
    """Read the workbook: an entry for each row that is right. Raises BrokenTable when it cannot be read to its end."""
    parsers: dict[str, CellParser[Any]] = {
        CODE: worded(str), YEAR: whole_figure(1000, 9999), STATE: filled_or(whole_figure(0, 10**9)), **yearly.parsers
    }  # fmt: skip
    lines = list(islice(read_lines(open_upload(upload), mapping, parsers), MOST_ROWS + 1))
    if len(lines) > MOST_ROWS:
        raise BrokenTable([Problem(upload.name, None, "", TOO_MANY, mapping.sheet)])
    ids, cells, entries, taken = codes_of_indicators(), {}, dict[str, Entry](), Taken[Entry]()
    for line in lines:
        taken.problems += line.problems
        if not line.problems:
            row = f"row {line.number}"
            cells[row] = line.cells
            entries[row] = yearly.entry(line.values, ids.get(line.values[CODE].strip().upper(), 0), row)
    for one in yearly.wrong(present_register().id, list(entries.values()), clock.now()):
        heading = yearly.heading_of(one.field)
        taken.problems.append(cells[one.row][heading].problem(upload.name, heading, one.sentence))
        entries.pop(one.row, None)
    taken.problems.sort(key=lambda one: one.row or 0)
    taken.entries += entries.values()
    return taken


def every_digit(cell: Cell) -> str:
    """Return what a cell says, with every digit of a figure."""
    if cell.kind is Kind.FIGURE and cell.exact is not None:  # its format hides digits that were typed
        return f"{cell.exact:f}{'%' if cell.percent else ''}"
    return words(cell)
