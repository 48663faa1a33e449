"""The cells of an .xlsx file, as a person sees them: figures with the digits shown, dates, formulas, merged cells."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache, partial
from typing import Any

from riskreg.exchange.packages import BROKEN, Extent, Merge
from riskreg.exchange.sheets import MOST_COLUMNS, MOST_ROWS, Cell, Kind, Line, Sheet, Workbook
from riskreg.exchange.tables import BrokenTable, Problem, plain

DIGITS = Context(prec=15, rounding=ROUND_HALF_UP)  # what a spreadsheet itself keeps of a figure for people to see
HIDING = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')  # what a number format only prints around the figure
PLACES = re.compile(r"[#,]*[0#?]+(\.(?P<must>0+)?(?P<may>[#?]*))?[^0#?.,/eE]*")
FROM_1904 = 1904  # the year from which workbooks of old Macintoshes count days
ESCAPED = re.compile("_x005F(_x[0-9A-Fa-f]{4}_)|_x000D_\n?")


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number format shows a figure: as a percentage or not, and with how many places (None: any)."""

    percent: bool = False
    least: int | None = None
    most: int | None = None

    def figure(self, stored: Decimal) -> Decimal:
        """Return the figure as it is shown."""
        figure = stored.scaleb(2) if self.percent else stored
        figure = figure or figure.copy_abs()
        if self.least is None or self.most is None:
            return figure
        places = min(max(_places(figure), self.least), self.most)
        return figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _places(figure: Decimal) -> int:
    return max(-int(figure.as_tuple().exponent), 0)


@lru_cache(maxsize=1_000)
def shown_by(number_format: str) -> Shown:
    """Return how a number format shows figures. Of formats with several sections the first is asked."""
    section = HIDING.sub("", number_format).partition(";")[0]
    percent = "%" in section
    found = PLACES.fullmatch(section.replace("%", "").strip(" £$€()+-"))
    if not found:
        return Shown(percent)
    least = len(found["must"] or "")
    return Shown(percent, least, least + len(found["may"] or ""))


def read_sheets(content: bytes, name: str, extents: Mapping[str, Extent]) -> Workbook:
    """Return the workbook of a package that was examined. Raises BrokenTable when nothing in it can be read."""
    from openpyxl import load_workbook  # noqa: PLC0415 - 30 MB, loaded by the first who reads a workbook

    try:
        with _quiet():
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = tuple(_sheet(one, name, extents) for one in book.worksheets)
    except Exception as error:
        raise _broken(name, "") from error
    problems = [problem for sheet in sheets for problem in _too_large(sheet, name)]
    if not any(not sheet.hidden for sheet in sheets):
        problems.append(Problem(name, None, "", "every sheet is hidden: unhide the one that is meant."))
    elif not any(sheet.last_row for sheet in sheets if not sheet.hidden):
        problems.append(Problem(name, None, "", "the file is empty: none of its sheets that are shown holds anything."))
    if problems:
        raise BrokenTable(problems)
    return Workbook(name, sheets)


def _quiet() -> warnings.catch_warnings[None]:
    """Keep openpyxl's remarks on what it leaves out, such as drop-down lists, from whoever sends a file."""
    return warnings.catch_warnings(action="ignore")


def _broken(name: str, sheet: str) -> BrokenTable:
    return BrokenTable([Problem(name, None, "", BROKEN, sheet)])


def _sheet(opened: Any, name: str, extents: Mapping[str, Extent]) -> Sheet:
    extent = extents[opened._worksheet_path.lstrip("/")]  # noqa: SLF001 - the only place that joins a sheet to its part
    opened.reset_dimensions()  # what the part says of its own size is often wrong
    source = partial(_lines, opened, name, extent)
    hidden = tuple(extent.hidden_rows), tuple(extent.hidden_columns)
    return Sheet(opened.title, opened.sheet_state != "visible", extent.last_row, extent.last_column, source, *hidden)


def _too_large(sheet: Sheet, name: str) -> Iterator[Problem]:
    if sheet.last_row > MOST_ROWS:
        why = f"the sheet has {sheet.last_row:,} rows; {MOST_ROWS:,} are the most."
        yield Problem(name, None, "", why, sheet.name)
    if sheet.last_column > MOST_COLUMNS:
        why = f"the sheet has {sheet.last_column:,} columns; {MOST_COLUMNS} are the most."
        yield Problem(name, None, "", why, sheet.name)


def _lines(opened: Any, name: str, extent: Extent) -> Iterator[Line]:
    rows = opened.iter_rows(max_col=extent.last_column)  # however far the formatting of its rows reaches
    tops = sorted(extent.merges, key=lambda merge: merge.top, reverse=True)
    active: list[Merge] = []
    number = 0
    while number < extent.last_row:
        number += 1
        try:
            with _quiet():
                row = next(rows)
            cells = {cell.column: _cell(opened.title, cell) for cell in row if cell.value not in (None, "")}
        except Exception as error:
            raise _broken(name, opened.title) from error
        while tops and tops[-1].top <= number:
            active.append(tops.pop())
        active = [merge for merge in active if merge.bottom >= number][:MOST_COLUMNS]
        for merge in active:
            cells.update(_covered(opened.title, number, merge))
        if cells:
            yield Line(opened.title, number, cells)


def _covered(sheet: str, row: int, merge: Merge) -> Iterator[tuple[int, Cell]]:
    """Yield the cells of a row that a merged range covers, its first cell excepted."""
    first = Cell(None, Kind.EMPTY, sheet, merge.top, merge.left).address
    for column in range(merge.left, min(merge.right, MOST_COLUMNS) + 1):
        if (row, column) != (merge.top, merge.left):
            yield column, Cell(None, Kind.MERGED, sheet, row, column, merged_into=first)


def _cell(sheet: str, cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type
    if kind == "s":
        text = plain(ESCAPED.sub(lambda found: found[1] or "\n", str(value)))
        return Cell(text or None, Kind.TEXT if text else Kind.EMPTY, sheet, cell.row, cell.column)
    if kind == "n":
        return _figure(sheet, cell)
    if kind == "d" and isinstance(value, date):
        return _date(sheet, cell)
    if kind == "f":
        return Cell(str(getattr(value, "text", value)), Kind.FORMULA, sheet, cell.row, cell.column)
    kinds = {"b": Kind.TRUTH, "e": Kind.ERROR}
    return Cell(value if kind == "b" else str(value), kinds.get(kind, Kind.TEXT), sheet, cell.row, cell.column)


def _figure(sheet: str, cell: Any) -> Cell:
    stored = DIGITS.create_decimal(repr(cell.value)).normalize()
    if not stored.is_finite():
        return Cell(repr(cell.value), Kind.ERROR, sheet, cell.row, cell.column)
    shown = shown_by(cell.number_format)
    figure = shown.figure(stored)
    whole = stored.scaleb(2) if shown.percent else stored
    exact = _written_out(whole) if whole != figure else None
    found = Cell(_written_out(figure), Kind.FIGURE, sheet, cell.row, cell.column, shown.percent, exact)
    return found._replace(from_1904=True) if cell.parent.parent.epoch.year == FROM_1904 else found


def _written_out(figure: Decimal) -> Decimal:
    """Return a figure without an exponent that only cuts zeros short: 1200, not 1.2E+3."""
    return figure.quantize(Decimal(1)) if int(figure.as_tuple().exponent) > 0 and figure.adjusted() < 27 else figure


def _date(sheet: str, cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, datetime):
        value = value.replace(microsecond=0)
        if value.time() == time():
            value = value.date()
    shown = HIDING.sub("", cell.number_format).lower()
    return Cell(value, Kind.DATE, sheet, cell.row, cell.column, month_only="y" in shown and "d" not in shown)
