"""Spreadsheets that are written: nothing in them runs, and read again they say the same."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Kind
from riskreg.exchange.tables import plain
from riskreg.exchange.workbooks import NewColumn, NewSheet, write_workbook
from riskreg.worksheets import CELL_MOST, CUT, writable
from tests.exchange import books

START = st.sampled_from(
    ["", "=", "+", "-", "@", "\t", "\r", "\n", "=HYPERLINK(", "{=1}", "http://", "'=", "_x0041_", "1"]
)
NASTY = st.builds("{}{}".format, START, st.text(max_size=20))
VALUE: st.SearchStrategy[Any] = st.one_of(
    NASTY,
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4),
    st.dates(),
    st.datetimes(min_value=datetime.fromisoformat("1901-01-01")).map(lambda moment: moment.replace(microsecond=0)),
)


def written(*values: Any) -> bytes:
    columns = [NewColumn(f"C{number}") for number in range(len(values))]
    return write_workbook([NewSheet("Results", columns, [values])], "Results")


def types_of(content: bytes) -> set[str]:
    """The types of all cells of a file that hold anything, its hidden sheets too."""
    opened = load_workbook(io.BytesIO(content))
    return {cell.data_type for sheet in opened for row in sheet for cell in row if cell.value is not None}


@given(st.lists(NASTY, min_size=1, max_size=8))
@settings(max_examples=100)
def test_no_text_ever_runs_as_a_formula(texts: list[str]) -> None:
    columns = [NewColumn(text, choices=(text,), note=text, typed=True) for text in texts]
    content = write_workbook([NewSheet("Results", columns, [texts])], texts[0], notes=texts)
    assert types_of(content) <= {"s"}
    for number in (1, 2, 3):
        assert b"<f>" not in books.part(content, f"xl/worksheets/sheet{number}.xml")


@given(st.lists(VALUE, min_size=1, max_size=8))
@settings(max_examples=150)
def test_what_was_written_reads_the_same(values: list[Any]) -> None:
    line = {line.number: line for line in books.lines_of(written(*values))}
    for number, value in enumerate(values):
        cell = line[2].cell(chr(ord("A") + number)) if 2 in line else None
        found = cell.value if cell else None
        assert found == _read_as(value), (value, cell)
        if isinstance(value, Decimal) and cell and cell.kind is Kind.FIGURE:
            assert str(cell.value) == f"{abs(value) if value == 0 else value:f}"


def _read_as(value: Any) -> Any:
    """What a value is when it comes back: words without space around them, long figures and early dates as words."""
    match value:
        case str():
            return plain(writable(value)) or None
        case bool() | None:
            return value
        case int() | Decimal() if len(Decimal(value).as_tuple().digits) > 15:
            return f"{value:f}" if isinstance(value, Decimal) else str(value)
        case datetime():
            return value if value.time() != datetime.min.time() else value.date()
        case date() if value.year < 1900:
            return value.isoformat()
        case _:
            return value


def test_moments_are_written_in_london_time() -> None:
    lines = books.lines_of(written(datetime(2017, 7, 1, 8, 30, 59, 999, tzinfo=UTC)))
    assert lines[1].cell("A").value == datetime.fromisoformat("2017-07-01T09:30:59")


def test_long_words_are_cut_and_what_no_cell_holds_is_shown() -> None:
    lines = books.lines_of(written("x" * 40_000, "a\x01b\ud800c"))
    assert lines[1].cell("A").words == "x" * (CELL_MOST - len(CUT)) + CUT
    assert lines[1].cell("B").words == "a�b�c"


def test_a_sheet_to_fill_in_is_locked_but_for_its_typed_columns() -> None:
    columns = (
        NewColumn("Indicator", 40),
        NewColumn("Result", typed=True, note="a figure"),
        NewColumn("Kind", choices=("a", "b")),
    )
    content = write_workbook(
        [NewSheet("Results", columns, [("x", None, "a"), ("y", 5, "b")])], "Results", ["Fill it in."]
    )
    opened = load_workbook(io.BytesIO(content))
    sheet = opened["Results"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [[cell.protection.locked for cell in row] for row in sheet] == [[True] * 3, *([[True, False, True]] * 2)]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:C3"
    assert sheet.column_dimensions["A"].width == pytest.approx(40, abs=1)
    assert [cell.value for (cell,) in opened["Notes"]] == ["Notes", "Fill it in.", "Result: a figure"]
    assert opened.properties.title == "Results"


def test_choices_are_offered_from_a_hidden_sheet() -> None:
    words = ("RED", "AMBER, or worse", "=GREEN", "x" * 300)
    columns = (NewColumn("RAG", choices=words), NewColumn("Own RAG", choices=words), NewColumn("Kind", choices=("a",)))
    content = write_workbook([NewSheet("Risks", columns, [("RED", None, "a")])], "Risks")
    opened = load_workbook(io.BytesIO(content))
    rules = {str(rule.sqref): rule.formula1 for rule in opened["Risks"].data_validations.dataValidation}
    assert rules == {"A2:A1002": "Lists!$A$2:$A$5", "B2:B1002": "Lists!$A$2:$A$5", "C2:C1002": "Lists!$B$2:$B$2"}
    assert opened["Lists"].sheet_state == "hidden"
    assert [cell.value for cell in opened["Lists"]["A"]][1:] == list(words)
    assert not opened["Risks"].protection.sheet
    assert [sheet.name for sheet in read_workbook(content, "a.xlsx").visible] == ["Risks"]


def test_rows_may_come_from_a_generator_and_must_fit_the_columns() -> None:
    columns = (NewColumn("A"), NewColumn("B"))
    rows = ((number, "x") for number in range(3))
    assert len(books.lines_of(write_workbook([NewSheet("R", columns, rows)], "R"))) == 4
    with pytest.raises(ValueError, match="shorter"):
        write_workbook([NewSheet("R", columns, [(1, 2, 3)])], "R")
