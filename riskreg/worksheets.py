"""Writing a spreadsheet in which nothing can run: every text is text, whatever it begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Self

from riskreg.domain.dates import LONDON

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CELL_MOST = 32_767
CUT = " […]"
MOST_DIGITS = 15  # of a figure that a spreadsheet keeps; one with more is written as text
FIRST_YEAR = 1900
A4 = 9
LINE_END = re.compile("\r\n?")
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
HEADING = {"bold": True, "bottom": 1}
PLAIN = {"text_wrap": True, "valign": "top"}
DAY, MOMENT = "d mmmm yyyy", "d mmmm yyyy hh:mm:ss"


def writable(words: str) -> str:
    """Return words as a cell can hold them: no control characters, one sign for a line end, cut where a cell ends."""
    shown = UNWRITABLE.sub("�", LINE_END.sub("\n", words))
    return shown if len(shown) <= CELL_MOST else shown[: CELL_MOST - len(CUT)] + CUT


class Book:
    """A spreadsheet while it is written; `content` has the file after the `with` block.

    Cells are put row by row, from left to right: what is behind is not kept in memory.
    """

    def __init__(self, title: str) -> None:
        from xlsxwriter import Workbook  # noqa: PLC0415 - loaded by the first who writes a workbook

        self._written = BytesIO()
        self._book: Any = Workbook(self._written, OPTIONS)
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self._book.set_properties({"title": writable(title)})

    def __enter__(self) -> Self:
        """Begin to write."""
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the file; what it was kept in meanwhile is deleted, even when the writing failed."""
        self._book.close()

    def sheet(self, name: str, columns: Sequence[tuple[str, int]], frozen_columns: int = 0) -> Any:
        """Add a sheet whose first row names its columns, each given with its width in characters."""
        sheet = self._book.add_worksheet(name)
        for number, (heading, width) in enumerate(columns):
            sheet.set_column(number, number, width)
            self.put(sheet, (0, number), heading, **HEADING)
        sheet.freeze_panes(1, frozen_columns)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def put(self, sheet: Any, place: tuple[int, int], value: object, **look: object) -> None:
        """Write one value at a row and a column, both from 0. A moment is written in London time."""
        match value:
            case None | "":
                sheet.write_blank(*place, None, self._format(look))
            case bool():
                sheet.write_boolean(*place, value, self._format(look))
            case int() | Decimal() if _digits(value) <= MOST_DIGITS:
                sheet.write_number(*place, float(value), self._format({**_places(value), **look}))
            case datetime() if value.year >= FIRST_YEAR:
                moment = value.astimezone(LONDON) if value.tzinfo else value
                sheet.write_datetime(*place, moment.replace(tzinfo=None, microsecond=0), self._dated(MOMENT, look))
            case date() if value.year >= FIRST_YEAR:
                sheet.write_datetime(*place, value, self._dated(DAY, look))
            case _:
                words = f"{value:f}" if isinstance(value, Decimal) else str(value)
                sheet.write_string(*place, writable(words), self._format(look))

    def content(self) -> bytes:
        """Return the file once it is finished."""
        return self._written.getvalue()

    def _dated(self, number_format: str, look: dict[str, object]) -> Any:
        return self._format({"num_format": number_format, "align": "left", **look})

    def _format(self, look: dict[str, object]) -> Any:
        key = tuple(sorted({**PLAIN, **look}.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(key))
        return self._formats[key]


def _digits(value: int | Decimal) -> int:
    digits = Decimal(value).as_tuple()
    return len(digits.digits) + max(int(digits.exponent), 0)


def _places(value: int | Decimal) -> dict[str, object]:
    """Return the number format that shows a figure with the places it has: 70.0 is not 70."""
    places = -int(Decimal(value).as_tuple().exponent)
    return {"num_format": f"0.{'0' * places}"} if places > 0 else {}
