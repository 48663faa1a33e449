"""Spreadsheets as people send them, made in the tests themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from openpyxl import Workbook as Opened
from xlsxwriter import Workbook

from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Cell, Line, Sheet
from riskreg.exchange.tables import BrokenTable

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def made(fill: Callable[[Any], None]) -> bytes:
    """A workbook that XlsxWriter makes."""
    written = io.BytesIO()
    with Workbook(written) as book:
        fill(book)
    return written.getvalue()


def book(*rows: Sequence[Any], name: str = "Results", change: Callable[[Any], None] | None = None) -> bytes:
    """A workbook that openpyxl makes, with one sheet; `change` may do more to it."""
    opened = Opened()
    opened.active.title = name
    for row in rows:
        opened.active.append(row)
    if change:
        change(opened)
    saved = io.BytesIO()
    opened.save(saved)
    return saved.getvalue()


def repacked(content: bytes, members: Mapping[str, bytes]) -> bytes:
    """The same package with these members added, or put in the place of those that have their names."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        kept = {name: old.read(name) for name in old.namelist()}
        for name, held in {**kept, **members}.items():
            new.writestr(name, held)
    return changed.getvalue()


def part(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """One member of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read(name)


def sheet_of(content: bytes, name: str = "a.xlsx") -> Sheet:
    return read_workbook(content, name).sheets[0]


def lines_of(content: bytes, name: str = "a.xlsx") -> list[Line]:
    return list(sheet_of(content, name).lines())


def first_cell(content: bytes, name: str = "a.xlsx") -> Cell:
    return lines_of(content, name)[0].cell("A")


def refusals(content: bytes, name: str = "a.xlsx") -> list[str]:
    """The sentences with which a file is refused."""
    with pytest.raises(BrokenTable) as refused:
        read_workbook(content, name)
    return str(refused.value).splitlines()
