"""Writing a spreadsheet that people fill in and send back, or that is kept as a file of the register."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from riskreg.exchange.sheets import letter_of
from riskreg.worksheets import Book

NOTES, LISTS = "Notes", "Lists"
SPARE_ROWS = 1_000
NOTE_WIDTH, LIST_WIDTH = 100, 30
TO_FILL = {"locked": False, "bg_color": "#FFF2CC"}


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to write: its heading and its width in characters.

    `typed`: people fill it in, and all other columns of its sheet are locked (by no password). `choices`: the words
    that a cell offers and takes. `note`: what to write there, for the sheet of notes.
    """

    heading: str
    width: int = 16
    typed: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A sheet to write: its name (at most 31 characters, none of []:*?/\\), its columns and its rows.

    A row holds words, whole numbers, Decimals, dates, moments (written in London time), True or False, and None.
    """

    name: str
    columns: Sequence[NewColumn]
    rows: Iterable[Sequence[object]]
    frozen_columns: int = 1


def write_workbook(sheets: Sequence[NewSheet], title: str, notes: Sequence[str] = ()) -> bytes:
    """Return an .xlsx file with these sheets, one more for notes if there are any, and a hidden one for choices.

    Rows are taken one by one, so they may come from a generator of any length. No cell can ever run as a formula.
    """
    lists: list[tuple[str, ...]] = []
    with Book(title) as book:
        for new in sheets:
            _write(book, new, lists)
        told = [*notes, *(f"{one.heading}: {one.note}" for new in sheets for one in new.columns if one.note)]
        if told:
            _write(book, NewSheet(NOTES, (NewColumn(NOTES, NOTE_WIDTH),), ([note] for note in told)), lists)
        if lists:
            columns = [NewColumn(f"List {number}", LIST_WIDTH) for number in range(1, len(lists) + 1)]
            _write(book, NewSheet(LISTS, columns, zip_longest(*lists)), []).hide()
    return book.content()


def _write(book: Book, new: NewSheet, lists: list[tuple[str, ...]]) -> Any:
    """Write one sheet and return it; what it offers for choice is added to the lists."""
    sheet = book.sheet(new.name, [(one.heading, one.width) for one in new.columns], new.frozen_columns)
    looks = [TO_FILL if one.typed else {} for one in new.columns]
    line = 0
    for line, row in enumerate(new.rows, 1):
        for column, (value, look) in enumerate(zip(row, looks, strict=True)):
            book.put(sheet, (line, column), value, **look)
    to_fill = any(looks)
    if to_fill:
        sheet.protect("", {"format_columns": True, "autofilter": True})
    sheet.autofilter(0, 0, max(line, 1), len(new.columns) - 1)
    last = max(line if to_fill else line + SPARE_ROWS, 1)
    for column, one in enumerate(new.columns):
        if one.choices:
            _offer(sheet, (column, last), one.choices, lists)
    return sheet


def _offer(sheet: Any, place: tuple[int, int], choices: tuple[str, ...], lists: list[tuple[str, ...]]) -> None:
    """Let the cells of a column take only these words, which stand in the sheet of lists."""
    if choices not in lists:
        lists.append(choices)
    letters = letter_of(lists.index(choices) + 1)
    column, last = place
    source = f"={LISTS}!${letters}$2:${letters}${len(choices) + 1}"
    message = {"error_title": "Not one of the choices", "error_message": "Choose one of the words of the list."}
    sheet.data_validation(1, column, last, column, {"validate": "list", "source": source, **message})
