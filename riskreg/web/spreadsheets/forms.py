"""The forms of a spreadsheet on its way in: the file, and which of its columns holds what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import request
from wtforms.validators import ValidationError

from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import check_size, read_name, size_words
from riskreg.domain.sentences import listed
from riskreg.exchange.mapping import ColumnMapping
from riskreg.exchange.opening import MOST_BYTES
from riskreg.exchange.tables import quoted
from riskreg.services.uploads import LONGEST_NAME
from riskreg.web.fields import SelectField, TextField
from riskreg.web.forms import Form
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn
from riskreg.web.uploads import FileField, Received


class UploadForm(Form):
    """A spreadsheet. A room that asks for more derives its own form from it."""

    file = FileField(
        "Spreadsheet",
        needed="Choose a file.",
        hint=f"An Excel workbook (.xlsx) or a CSV file of up to {size_words(MOST_BYTES)}.",
    )

    def validate_file(self, _field: Any) -> None:
        """Say what is wrong with its name or size; its content is read when it is kept."""
        try:
            check_size(read_name(self.file.data.filename), self._received.size)
        except RuleBroken as broken:
            raise ValidationError(broken.sentence) from None

    @property
    def _received(self) -> Received:
        stream: Received = self.file.data.stream
        return stream

    @property
    def name(self) -> str:
        """The name of the file, only once one was chosen."""
        return str(self.file.data.filename)

    @property
    def content(self) -> bytes:
        """The file, only once one was chosen."""
        return self._received.getvalue()


class ColumnsForm(Form):
    """Which column holds what. `columns_form` gives it a list to choose from for each wanted column."""

    keep_as = TextField(
        "Keep these choices for next time (optional)",
        hint="Give them a name, such as the name of the file that comes every month.",
        called="name",
        limit=LONGEST_NAME,
    )
    purpose: Purpose

    def chosen(self) -> dict[str, str]:
        """Return the letters of each column that was chosen, by the name of the wanted column."""
        letters = {column.name: str(self[_field(number)].data) for number, column in enumerate(self.purpose.columns)}
        return {name: one for name, one in letters.items() if one}

    def show_lacks(self, mapping: ColumnMapping) -> bool:
        """Show which columns are still to be chosen; return whether there are any."""
        names = [column.name for column in self.purpose.columns]
        lacks = self.purpose.lacks(mapping)
        for name, sentence in lacks:
            self.show_broken(sentence, _field(names.index(name)))
        return bool(lacks)

    @property
    def choices(self) -> list[Any]:
        """The fields of the wanted columns, in their order."""
        return [self[_field(number)] for number in range(len(self.purpose.columns))]


def _field(number: int) -> str:
    return f"column_{number}"


def _labelled(column: WantedColumn, purpose: Purpose) -> tuple[str, str]:
    """Return the label and the hint of a column: that it may be left out, or which other one will do in its place."""
    instead = [name for group in purpose.either if column.name in group for name in group if name != column.name]
    if instead:
        return column.name, f"{column.hint} Either this or {quoted(listed(instead))} is needed.".strip()
    return column.name if column.needed else f"{column.name} (optional)", column.hint


def columns_form(purpose: Purpose, options: Sequence[tuple[str, str]], present: Mapping[str, str]) -> ColumnsForm:
    """Return the form for a purpose. `options`: letters and heading of each column; `present`: chosen at first."""

    class Chosen(ColumnsForm):
        """The fields differ by purpose."""

    for number, column in enumerate(purpose.columns):
        label, hint = _labelled(column, purpose)
        choices = [("", "Not in this file"), *options]
        setattr(Chosen, _field(number), SelectField(label, choices=choices, hint=hint))
    given = {_field(number): present.get(column.name, "") for number, column in enumerate(purpose.columns)}
    form = cast("ColumnsForm", Chosen(request.form or None, data=given))
    form.purpose = purpose
    return form
