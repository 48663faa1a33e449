"""A mapping of columns: suggested, kept as JSON, applied again, and noticing that a sheet is laid out anew."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from riskreg.exchange import typed
from riskreg.exchange.mapping import ColumnMapping, apply_mapping, read_lines, suggest_mapping
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable
from tests.exchange import books

WANTED = {"Indicator": ("Measure",), "Result": (), "Comment": ()}
PARSERS: dict[str, typed.CellParser[Any]] = {
    "Indicator": typed.worded(str),
    "Result": typed.filled_or(typed.figure("percent")),
    "Comment": typed.words,
}
ROWS: tuple[list[Any], ...] = (
    ["Results of 2016/17"],
    ["Measure", "Year", "Result"],
    ["SISE01", 2017, 74.5],
    [],
    [None, 2017],
    ["SISE02", 2017, "N/A"],
    [None, 2017, 5],
    ["SISE03", 2017, "=C3"],
    ["SISE04", 2017],
)


def opened(*rows: Any, **more: Any) -> Workbook:
    return read_workbook(books.book(*rows, **more), "a.xlsx")


def suggested() -> ColumnMapping:
    mapping = suggest_mapping(opened(*ROWS), WANTED)
    assert mapping
    return mapping


def test_the_visible_sheet_with_the_most_columns_is_suggested() -> None:
    def more(workbook: Any) -> None:
        for name, state in (("Old", "hidden"), ("Notes", "visible")):
            workbook.create_sheet(name).append(["Indicator", "Result", "Comment"][: 3 if state == "hidden" else 1])
            workbook[name].sheet_state = state

    assert suggest_mapping(opened(*ROWS, change=more), WANTED) == ColumnMapping(
        "Results", 2, {"Indicator": "A", "Result": "C"}, {"Indicator": "Measure", "Result": "Result"}
    )
    assert suggest_mapping(opened(["x", "y"]), WANTED) is None


def test_lines_are_read_with_their_values_beside_what_is_wrong() -> None:
    lines = list(read_lines(opened(*ROWS), suggested(), PARSERS))
    assert [line.number for line in lines] == [3, 6, 7, 8, 9]
    assert lines[0].values == {"Indicator": "SISE01", "Result": Decimal("74.5"), "Comment": ""}
    assert lines[4].values == {"Indicator": "SISE04", "Result": None, "Comment": ""}
    assert [str(one) for line in lines for one in line.problems] == [
        "a.xlsx, Results, row 6, column C (Result): “N/A” is not a figure. Leave the cell empty if there is none.",
        "a.xlsx, Results, row 7, column A (Measure): the cell is empty.",
        "a.xlsx, Results, row 8, column C (Result): the cell holds a formula; paste its value instead.",
    ]
    assert lines[1].values == {"Indicator": "SISE02", "Comment": ""}
    assert lines[1].cells["Result"].address == "Results!C6"


def test_a_wanted_column_that_is_not_mapped_is_read_as_empty() -> None:
    mapping = ColumnMapping("Results", 2, {"Result": "C"})
    first = next(read_lines(opened(*ROWS), mapping, PARSERS))
    assert str(first.problems[0]) == "a.xlsx, Results, row 3, column Indicator: the cell is empty."


def test_a_line_of_which_only_merged_cells_are_mapped_is_passed_over() -> None:
    workbook = opened(["Indicator", "Result"], [], ["x", 1], change=lambda one: one.active.merge_cells("A1:A2"))
    mapping = suggest_mapping(workbook, WANTED)
    assert mapping
    assert [line.number for line in apply_mapping(workbook, mapping)] == [3]


def test_a_mapping_without_headings_reads_from_the_first_row() -> None:
    mapping = ColumnMapping("", 0, {"Indicator": "A", "Result": "B"})
    lines = list(apply_mapping(read_workbook(b"x,1\ny,2\n", "a.csv"), mapping))
    assert [[cell.words for cell in line.cells.values()] for line in lines] == [["x", "1"], ["y", "2"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [["Results"], ["Measure", "Year", "Target"], ["x", 1, 2]],
            "a.xlsx, Results, row 2, column C (Result): the column is headed “Target”, where “Result” was before.",
        ),
        (
            [["Results"], ["Measure", "Year"], ["x", 1, 2]],
            "a.xlsx, Results, row 2, column C (Result): the column has no heading, where “Result” was before.",
        ),
    ],
)
def test_another_heading_than_before_is_told(rows: list[Any], said: str) -> None:
    with pytest.raises(BrokenTable) as refused:
        list(apply_mapping(opened(*rows), suggested()))
    assert str(refused.value) == said


def test_a_header_row_that_has_gone_is_told_for_every_column() -> None:
    with pytest.raises(BrokenTable, match="has no heading") as refused:
        list(apply_mapping(opened(["Measure", "Year", "Result"]), suggested()))
    assert len(refused.value.problems) == 2


def test_a_sheet_that_has_gone_is_told_with_those_that_are_there() -> None:
    with pytest.raises(BrokenTable, match=r"^a.xlsx: the sheet “Results” is not there; there is “Summer”\.$"):
        list(apply_mapping(opened(["x"], name="Summer"), suggested()))
    with pytest.raises(BrokenTable, match=r"^a.csv: the sheet “Results” is not there\.$"):
        list(apply_mapping(read_workbook(b"a,b\n", "a.csv"), suggested()))


def test_a_mapping_is_kept_as_json() -> None:
    mapping = suggested()
    assert ColumnMapping.from_data(json.loads(json.dumps(mapping.to_data())), WANTED) == mapping


GOOD: dict[str, Any] = {"sheet": "R", "header_row": 1, "columns": {"Result": "C"}, "headings": {"Result": "Result"}}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more": 1}, "no mapping"),
        ({"sheet": None}, "no sheet and row"),
        ({"header_row": True}, "no sheet and row"),
        ({"header_row": -1}, "a number from 0 to 100,000"),
        ({"columns": []}, "names no columns"),
        ({"columns": {"Result": 3}}, "names no columns"),
        ({"columns": {"Outturn": "C"}}, "“Outturn” is not wanted any more"),
        ({"columns": {"Result": "c"}}, "“c”, given for “Result”, is not a column"),
        ({"columns": {"Result": "ZZZ"}}, "is not a column"),
        ({"columns": {"Result": "C", "Indicator": "C"}}, "Column C is given for two things"),
        ({"columns": {"Indicator": "C"}}, "a heading of a column that it does not hold"),
    ],
)
def test_json_that_is_no_mapping_is_refused(change: dict[str, Any], said: str) -> None:
    assert ColumnMapping.from_data(GOOD, WANTED).columns == {"Result": "C"}
    with pytest.raises(ValueError, match=said):
        ColumnMapping.from_data({**GOOD, **change}, WANTED)
    with pytest.raises(ValueError, match="no mapping"):
        ColumnMapping.from_data([], WANTED)
