"""Taking a whole register in, from a workbook that was changed before or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
from sqlalchemy import select

from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Workbook
from riskreg.extensions import db
from riskreg.models import Register
from riskreg.services.restoring import Restored, take_in_whole_register
from tests.services.by_hand import everybody


def register_id() -> int:
    """The number of the plan's register."""
    return db.session.scalars(select(Register.id).where(Register.prefix == "CYPE")).one()


def book(content: bytes, change: Callable[[Any], None] | None = None) -> Workbook:
    """The workbook as it is read, after a change of it."""
    if change is not None:
        opened, written = openpyxl.load_workbook(BytesIO(content)), BytesIO()
        change(opened)
        opened.save(written)
        content = written.getvalue()
    return read_workbook(content, "all.xlsx")


def take_in(found: Workbook, now: datetime) -> Restored:
    """Take a whole register in, by somebody with every role."""
    return take_in_whole_register(everybody(), register_id(), found, now)
