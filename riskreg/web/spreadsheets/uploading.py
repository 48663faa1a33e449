"""Taking a spreadsheet in and finding it again at the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.errors import RuleBroken
from riskreg.exchange.headings import Header, find_header
from riskreg.exchange.mapping import ColumnMapping, apply_mapping, suggest_mapping, too_many_rows
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable, Problem
from riskreg.exchange.workbooks import LISTS
from riskreg.models import Upload
from riskreg.services.uploads import keep_upload, kept_mappings, open_upload, own_file, set_columns
from riskreg.web.access import current_actor
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose
from riskreg.web.uploads import allow_large_files

GONE = (
    "This file is not here any more: it was taken in, discarded, or uploaded more than a day ago."
    " Upload it again to take it in."
)


def take_files(blueprint: Blueprint, *names: str) -> None:
    """Let these views of a blueprint read requests that are as large as a file."""

    def allow(endpoint: str | None, values: dict[str, Any] | None) -> None:
        if endpoint in {f"{blueprint.name}.{name}" for name in names}:
            allow_large_files(endpoint, values)

    blueprint.url_value_preprocessor(allow)


def take(form: UploadForm, purpose: Purpose) -> Upload:
    """Keep the file of a form that is right, with its columns where they bear our own headings.

    To be called within `saving(form)`, which shows beside the file why it cannot be read. Raises RuleBroken when its
    only sheet has more rows than are taken at once.
    """
    upload = keep_upload(current_actor(), purpose.name, form.name, form.content, clock.now())
    book = open_upload(upload)
    found = suggest_mapping(book, purpose.wanted)
    filled = [sheet for sheet in book.visible if sheet.last_row]
    if found and len(filled) == 1 and (many := too_many_rows(filled[0], found.header_row, purpose.most)):
        raise RuleBroken(str(Problem(upload.name, None, "", many, filled[0].name)), "file")
    if found and purpose.is_ours(found) and not _header_of(book, found, purpose).repeated:
        set_columns(upload, found)
    return upload


def _header_of(book: Workbook, mapping: ColumnMapping, purpose: Purpose) -> Header:
    """Return the row of headings that a mapping was suggested from."""
    sheet = next(one for one in book.visible if one.name == mapping.sheet)
    return find_header(sheet, purpose.wanted, mapping.header_row)


def ask_for_file(
    form: UploadForm, purpose: Purpose, onward: Callable[[Upload], str], template: str, **facts: Any
) -> ResponseReturnValue:
    """Ask for a file, or keep it and go to the address that `onward` gives for what was kept."""
    if form.validate_on_submit():
        with saving(form):
            return redirect(onward(take(form, purpose)))
    return page(template, form=form, **facts)


def hidden_sheets(book: Workbook) -> str:
    """Return, as a sentence, which sheets are hidden and so not read; empty when none is."""
    names = [sheet.name for sheet in book.sheets if sheet.hidden and sheet.name != LISTS]
    how = "To have one read, show it in your spreadsheet and upload the file again."
    return f"Hidden sheets are not read: {', '.join(names)}. {how}" if names else ""


def known_upload(purpose: Purpose, upload_id: int) -> Upload:
    """Return the person's own file. Raises NotFound, with a sentence, for one that is gone or not theirs."""
    upload = own_file(current_actor(), upload_id)
    if upload is None or upload.purpose != purpose.name:
        raise NotFound(GONE)
    return upload


def columns_of(upload: Upload, purpose: Purpose) -> ColumnMapping | None:
    """Return how the file's columns are read; None while that has not been chosen."""
    return _read(upload.mapping, purpose)


def _read(data: object, purpose: Purpose) -> ColumnMapping | None:
    try:
        return ColumnMapping.from_data(data, purpose.wanted)
    except ValueError:
        return None


def mappings_for(purpose: Purpose) -> Iterator[tuple[int, str, ColumnMapping]]:
    """Yield what was kept of earlier spreadsheets: id, name and mapping."""
    for row in kept_mappings(purpose.name):
        if mapping := _read(row.mapping, purpose):
            yield row.id, row.name, mapping


def suggested(book: Workbook, purpose: Purpose) -> ColumnMapping | None:
    """Return what fits best of our own headings and the presets; None when no sheet has any of them."""
    tried = [suggest_mapping(book, wanted) for wanted in (purpose.wanted, *purpose.presets.values())]
    return max((one for one in tried if one), key=lambda one: len(one.columns), default=None)


def fits(book: Workbook, mapping: ColumnMapping) -> bool:
    """Whether the sheet and the headings of a mapping are where they were."""
    try:
        next(apply_mapping(book, mapping), None)
    except BrokenTable:
        return False
    return True
