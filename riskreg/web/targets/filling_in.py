"""What is set for years by a workbook: uploaded, looked at row by row, and set all, or without the rows left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any, Generic, TypeVar

from flask import redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.errors import RowProblem, RuleBroken
from riskreg.exchange.headings import find_header
from riskreg.exchange.mapping import ColumnMapping, ReadLine, hidden_parts, read_at_once, rows_with_problems
from riskreg.exchange.sheets import Cell, Kind
from riskreg.exchange.tables import BrokenTable, Problem, quoted
from riskreg.exchange.typed import CellParser, as_shown, calendar_year, filled_or, whole_figure, worded, words
from riskreg.models import Upload
from riskreg.queries.indicator_names import Named, Names
from riskreg.services.actors import Actor
from riskreg.services.evaluation import Evaluation
from riskreg.services.rejudging import SettingOutcome
from riskreg.services.setting_years import Rows, YearEntry
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.services.year_shares import SharesAsked
from riskreg.web.access import current_actor
from riskreg.web.downloads import MEDIA_TYPES
from riskreg.web.forms import Form
from riskreg.web.in_force import present_register
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn
from riskreg.web.spreadsheets.uploading import GONE, columns_of, hidden_sheets, known_upload, take
from riskreg.web.stepping import is_sent
from riskreg.web.targets.forms import TakenForm
from riskreg.web.targets.stepping import set_or_show

CODE, YEAR, STATE = "Code", "Year", "State"
Entry = TypeVar("Entry", bound=YearEntry)


@dataclass(frozen=True, slots=True)
class Yearly(Generic[Entry]):
    """What a workbook sets for years. `called`: in the plural; `steps`: the views that ask for it and that show it.

    `figures`: our headings by the fields of an entry, beside code, year and state. `entry` is made of the values by
    heading, the indicator's id, and the row. `wrong`, `shares`, `preview` and `save` are those of the service. `told`:
    the headings that are not read.
    """

    called: str
    steps: tuple[str, str]
    figures: Mapping[str, str]
    parsers: Mapping[str, CellParser[Any]]
    entry: Callable[[Mapping[str, Any], int, str], Entry]
    wrong: Callable[[int, Sequence[Entry], datetime, Rows], Sequence[RowProblem]]
    shares: Callable[[Sequence[Entry]], SharesAsked]
    preview: Callable[[Actor, int, Sequence[Entry], str, datetime], SettingOutcome]
    save: Callable[..., tuple[SettingOutcome, Evaluation]]
    told: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """All that is read, in the order of the sheet."""
        return (CODE, YEAR, *self.figures.values(), STATE)

    @property
    def purpose(self) -> Purpose:
        """Every column is needed: it has to be the workbook that is downloaded here. All go by the name of targets."""
        return Purpose("targets", tuple(WantedColumn(name, needed=True) for name in self.headings), told=self.told)

    def heading_of(self, name: str | None) -> str:
        """The heading of the column that a problem of an entry is in."""
        return {"year": YEAR, "revision": STATE, **self.figures}.get(name or "", CODE)


@dataclass(slots=True)
class Taken(Generic[Entry]):
    """What a workbook holds: the entries of the rows that are right, and what is wrong with the others.

    `doubts`: what may be another than was meant, in sentences.
    """

    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> int:
        """How many rows have a problem."""
        return rows_with_problems(self.problems)


def send_workbook(content: bytes, name: str) -> ResponseReturnValue:
    """Send a workbook to be filled in."""
    return send_file(BytesIO(content), mimetype=MEDIA_TYPES["xlsx"], as_attachment=True, download_name=name)


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
    """Say what the file has instead of our headings: it has to be the workbook that is downloaded here."""
    book, purpose = open_upload(upload), yearly.purpose
    found = [(sheet, find_header(sheet, purpose.wanted)) for sheet in book.visible]
    sheet, header = max(found, key=lambda one: len(one[1].columns))
    where = f"In the sheet {quoted(sheet.name)}, " if sheet.name else ""
    wrong = [one for one in (purpose.not_found(header), purpose.doubled(header)) if one]
    lacks = " ".join(wrong) or "the headings are not as they were."
    said = f"{where}{lacks}" if where else f"{lacks[:1].upper()}{lacks[1:]}"
    start = f"“{upload.name}” is not the workbook of {yearly.called} that is downloaded here. {said}"
    return f"{start} {hidden_sheets(book)}".strip()


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
    if is_sent(form):
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
        CODE: worded(str), YEAR: calendar_year, STATE: filled_or(whole_figure(0, 10**9)), **yearly.parsers
    }  # fmt: skip
    book = open_upload(upload)
    lines = read_at_once(book, mapping, parsers)
    names, cells, entries, taken = Names.all(), {}, dict[str, Entry](), Taken[Entry]()
    unread = dict[tuple[int, int], list[str]]()
    for line in lines:
        row = f"row {line.number}"
        cells[row] = line.cells
        found, wrong = _indicator(line, names, upload.name)
        taken.problems += wrong
        if found and not wrong:
            entries[row] = yearly.entry(line.values, found.id, row)
        elif found and YEAR in line.values:
            unread.setdefault((found.id, line.values[YEAR]), []).append(row)
    wrong_rows = yearly.wrong(present_register().id, list(entries.values()), clock.now(), unread)
    refused = {one.row for one in wrong_rows}
    right = [entry for row, entry in entries.items() if row not in refused]
    shares = yearly.shares(right)
    for one in (*wrong_rows, *shares.problems):
        heading = yearly.heading_of(one.field)
        taken.problems.append(cells[one.row][heading].problem(upload.name, heading, one.sentence))
        entries.pop(one.row, None)
    taken.problems.sort(key=lambda one: one.row or 0)
    taken.entries += entries.values()
    taken.doubts += [*hidden_parts(book, mapping), *shares.doubts]
    return taken


def _indicator(line: ReadLine, names: Names, file: str) -> tuple[Named | None, list[Problem]]:
    """Return the indicator of a line, if there is one of its code, and what is wrong with the line so far."""
    wrong = list(line.problems)
    if CODE not in line.values:
        return None, wrong
    try:
        return names.found(line.values[CODE], ""), wrong
    except ValueError as error:
        return None, [*wrong, line.cells[CODE].problem(file, CODE, str(error))]


def every_digit(cell: Cell) -> str:
    """Return what a cell says, with every digit of a figure."""
    if cell.kind is Kind.FIGURE and cell.exact is not None:  # its format hides digits that were typed
        return f"{cell.exact:f}{'%' if cell.percent else ''}"
    return as_shown(cell) if words(cell) else ""
