"""The register as a spreadsheet, in the council's own columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from riskreg.reports.sections import Content, day, marked, owned
from riskreg.worksheets import Book


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and how a risk fills it."""

    heading: str
    width: int
    value: Callable[[Content], Any]


def _controls(risk: Content) -> str:
    return "\n".join(f"{marked(one['text'], one)}{owned(one['owner'])}" for one in risk["controls"])


def _actions(risk: Content) -> str:
    return "\n".join(
        f"{marked(one['text'], one)}{owned(one['owner'])}, {day(one['due_on'])}" for one in risk["actions"]
    )


def _timescale(risk: Content) -> date | None:
    return date.fromisoformat(risk["timescale"]) if risk["timescale"] else None


# RAG stands beside the levels, since a published rating may have one and no score.
COLUMNS: Sequence[Column] = (
    Column("Reference", 11, lambda risk: risk["reference"]),
    Column("Title", 32, lambda risk: marked(risk["title"], risk)),
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
    register = content["register"]
    with Book(f"{register['name']}: risk register as at {day(content['as_at'])}") as book:
        sheet = book.sheet("Register", [(column.heading, column.width) for column in COLUMNS], frozen_columns=2)
        for line, risk in enumerate(content["risks"], 1):
            for number, column in enumerate(COLUMNS):
                book.put(sheet, (line, number), column.value(risk))
        sheet.autofilter(0, 0, max(len(content["risks"]), 1), len(COLUMNS) - 1)
    return book.content()
