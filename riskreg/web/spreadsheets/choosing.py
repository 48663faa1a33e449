"""The page on which a person says which sheet to read, which row names its columns, and which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, takewhile

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.errors import RuleBroken
from riskreg.exchange.mapping import ColumnMapping, too_many_rows
from riskreg.exchange.sheets import Line, Sheet, Workbook, letter_of
from riskreg.exchange.tables import BrokenTable
from riskreg.models import Upload
from riskreg.services.uploads import forget_mapping, keep_mapping, open_upload, refused, set_columns
from riskreg.web.access import current_actor
from riskreg.web.listing import address_with, asked_id
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.forms import ColumnsForm, columns_form
from riskreg.web.spreadsheets.purposes import Purpose
from riskreg.web.spreadsheets.uploading import columns_of, fits, hidden_sheets, mappings_for, suggested

SHOWN_COLUMNS, AFTER_HEADINGS = 30, 5
LOWEST_HEADINGS = 200  # rows down to which headings may stand
OWN = frozenset({"sheet", "row", "kept"})  # what the address says for this page alone


@dataclass(frozen=True, slots=True)
class Layout:
    """The sheet as it is shown, the row of its headings (0: none has any), and the columns chosen at first."""

    sheet: Sheet
    number: int
    row: int
    present: ColumnMapping | None
    kept: str
    lines: Sequence[Line]

    @property
    def letters(self) -> list[str]:
        """The letters of the columns that can be chosen."""
        return [letter_of(number) for number in range(1, self.sheet.last_column + 1)]

    @property
    def options(self) -> list[tuple[str, str]]:
        """Each column by its letter and heading, or by its letter and what it holds first."""
        top = self._top
        said = {letter: top.cell(letter).words if top else "" for letter in self.letters}
        return [(letter, f"{letter}: {words[:60]}" if words else letter) for letter, words in said.items()]

    @property
    def _top(self) -> Line | None:
        if self.row:
            return next((line for line in self.lines if line.number == self.row), None)
        return self.lines[0] if self.lines else None

    def doubts(self, purpose: Purpose) -> list[str]:
        """What is to be known before the columns are chosen: those not found, or found twice, and a sheet too long."""
        header = purpose.header_of(self.sheet, self.row) if self.row and not self.kept else None
        found = header if header and header.row else None
        lacks, twice = (purpose.not_found(found), purpose.doubled(found)) if found else ("", "")
        many = too_many_rows(self.sheet, self.row, purpose.most)
        return [f"{one[:1].upper()}{one[1:]}" for one in (lacks, twice, many) if one]

    def mapping(self, chosen: dict[str, str]) -> ColumnMapping:
        """Return what was chosen as a mapping. Raises RuleBroken, with a sentence, for what can be none."""
        top = self._top if self.row else None
        headings = {name: top.cell(letters).words for name, letters in chosen.items()} if top else {}
        try:
            return ColumnMapping(self.sheet.name, self.row, chosen, headings)
        except ValueError as error:
            raise RuleBroken(str(error)) from None


def choose_columns(upload: Upload, purpose: Purpose, there: str, back: str) -> ResponseReturnValue:
    """Show the sheet and ask for its columns, or keep the answer with the file and go `there`.

    `back` is where the reader goes without choosing.
    """
    if request.form.get("forget"):
        return _forget(purpose)
    try:
        book = open_upload(upload)
        layout = _laid_out(book, purpose, upload)
    except BrokenTable as broken:  # a file that reads well at its start may be broken further down
        raise NotFound(refused(broken).sentence) from None
    form = columns_form(purpose, layout.options, layout.present.columns if layout.present else {})
    if form.validate_on_submit() and (answer := _kept(form, layout, upload, there)):
        return answer
    return page(
        "spreadsheets/columns.html",
        form=form,
        upload=upload,
        book=book,
        layout=layout,
        kept=[(key, name, fits(book, mapping)) for key, name, mapping in mappings_for(purpose)],
        hidden=hidden_sheets(book),
        doubts=layout.doubts(purpose),
        shown=layout.letters[:SHOWN_COLUMNS],
        lowest=LOWEST_HEADINGS,
        carried=[(name, value) for name, value in request.args.items(multi=True) if name not in OWN],
        back=back,
    )


def _kept(form: ColumnsForm, layout: Layout, upload: Upload, there: str) -> ResponseReturnValue | None:
    answer = None
    with saving(form):
        mapping = layout.mapping(form.chosen())
        if not form.show_lacks(mapping):
            set_columns(upload, mapping)
            if form.keep_as.data:
                keep_mapping(current_actor(), upload.purpose, form.keep_as.data, mapping, clock.now())
            answer = redirect(there)
    return answer


def _forget(purpose: Purpose) -> ResponseReturnValue:
    with saving():
        words = request.form["forget"]
        if re.fullmatch("[0-9]{1,9}", words):
            forget_mapping(purpose.name, int(words))
        flash("The choices are forgotten.")
        return redirect(address_with(kept=None))


def _laid_out(book: Workbook, purpose: Purpose, upload: Upload) -> Layout:
    """Return the sheet that the address asks for; else what was chosen, what fitted before, or what is suggested."""
    asked_sheet, asked_row, asked_kept = asked_id("sheet"), asked_id("row"), asked_id("kept")
    kept = {key: (name, mapping) for key, name, mapping in mappings_for(purpose)}
    present, name = columns_of(upload, purpose), ""
    if asked_sheet is not None or asked_row is not None:
        present = None
    elif asked_kept in kept:
        name, present = kept[asked_kept]
    elif present is None:
        name, present = next((one for one in kept.values() if fits(book, one[1])), ("", suggested(book, purpose)))
    sheets = [sheet.name for sheet in book.visible]
    if present is not None and present.sheet in sheets:
        return _layout(book, sheets.index(present.sheet), present.header_row, present, name)
    number = min(max(asked_sheet or 1, 1), len(sheets)) - 1
    row = None if asked_row is None else min(asked_row, LOWEST_HEADINGS)
    header = purpose.header_of(book.visible[number], row)
    found = ColumnMapping(sheets[number], header.row, header.columns, header.headings) if header.row else None
    return _layout(book, number, (header.row or 1) if row is None else row, found, "")


def _layout(book: Workbook, number: int, row: int, present: ColumnMapping | None, kept: str) -> Layout:
    sheet = book.visible[number]
    upper = takewhile(lambda line: line.number <= max(row, AFTER_HEADINGS) + AFTER_HEADINGS, sheet.lines())
    lines = list(islice(upper, LOWEST_HEADINGS + AFTER_HEADINGS))
    return Layout(sheet, number + 1, row, present, kept, lines)
