"""The register as a spreadsheet, in the council's own columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from riskreg.reports.outline import Content, day, owned

CELL_MOST = 32_767
CUT = " […]"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and how a risk fills it."""

    heading: str
    width: int
    value: Callable[[Content], Any]


def _controls(risk: Content) -> str:
    return "\n".join(f"{one['text']}{owned(one['owner'])}" for one in risk["controls"])


def _actions(risk: Content) -> str:
    return "\n".join(f"{one['text']}{owned(one['owner'])}, {day(one['due_on'])}" for one in risk["actions"])


def _timescale(risk: Content) -> date | None:
    return date.fromisoformat(risk["timescale"]) if risk["timescale"] else None


# RAG stands beside the levels, since a published rating may have one and no score.
COLUMNS: Sequence[Column] = (
    Column("Reference", 11, lambda risk: risk["reference"]),
    Column("Title", 32, lambda risk: risk["title"]),
    Column("Cause", 36, lambda risk: risk["cause"]),
    Column("Event", 36, lambda risk: risk["event"]),
    Column("Consequence", 36, lambda risk: risk["consequence"]),
    Column("Owner", 28, lambda risk: risk["owner"]),
    Column("Current likelihood", 11, lambda risk: risk["current"]["likelihood"]),
    Column("Current impact", 11, lambda risk: risk["current"]["impact"]),
    Column("Current RAG", 11, lambda risk: risk["own_rag"]),
    Column("RAG shown", 11, lambda risk: risk["rag"]),
    Column("Target likelihood", 11, lambda risk: risk["target"]["likelihood"]),
    Column("Target impact", 11, lambda risk: risk["target"]["impact"]),
    Column("Target RAG", 11, lambda risk: risk["target"]["rag"]),
    Column("Timescale", 14, _timescale),
    Column("Controls with owners", 48, _controls),
    Column("Actions with owners and dates", 48, _actions),
    Column("Direction of travel", 13, lambda risk: risk["direction"] or "first rating"),
)


def register_workbook(content: Content) -> bytes:
    """Return the frozen register as an .xlsx file: one risk a row, every text as text, whatever it begins with."""
    written = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(written, options) as book:
        register = content["register"]
        book.set_properties({"title": f"{register['name']}: risk register as at {day(content['as_at'])}"})
        sheet = book.add_worksheet("Register")
        top = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        dated = book.add_format({"num_format": "d mmmm yyyy", "align": "left", "valign": "top"})
        for number, column in enumerate(COLUMNS):
            sheet.set_column(number, number, column.width)
            sheet.write_string(0, number, column.heading, top)
        for line, risk in enumerate(content["risks"], 1):
            for number, column in enumerate(COLUMNS):
                _write(sheet, (line, number), column.value(risk), text, dated)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(content["risks"]), 1), len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return written.getvalue()


def _write(sheet: Any, place: tuple[int, int], value: Any, text: Any, dated: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(*place, value, dated)
    elif isinstance(value, int):
        sheet.write_number(*place, value, text)
    elif not value:
        sheet.write_blank(*place, None, text)
    else:
        words = str(value)
        fits = len(words) <= CELL_MOST
        sheet.write_string(*place, words if fits else words[: CELL_MOST - len(CUT)] + CUT, text)
