"""Finding the row of headings, and saying what is missing, twice there or unknown."""

from __future__ import annotations

import pytest

from riskreg.exchange.headings import find_header, plain_heading
from tests.exchange import books

WANTED = {"Indicator": ("Measure", "Name of indicator"), "Result": ("Value", "Outturn"), "Target": ()}


@pytest.mark.parametrize(
    ("heading", "same"),
    [("RESULT", "Result"), ("Results:", "Result"), ("Re-sult", "Result"), ("Name of  Indicators", "name_of_indicator")],
)
def test_case_spaces_punctuation_and_plural_do_not_matter(heading: str, same: str) -> None:
    assert plain_heading(heading) == plain_heading(same)


@pytest.mark.parametrize(("heading", "other"), [("GPs", "GP1"), ("2016", "2017"), ("Likelihood", "Impact"), ("£", "x")])
def test_other_headings_stay_others(heading: str, other: str) -> None:
    assert plain_heading(heading) != plain_heading(other)


def test_a_header_lower_down_is_found_with_other_names() -> None:
    sheet = books.sheet_of(
        books.book(["Kent results"], [], ["Result", "is here"], ["Note", "MEASURES", "out-turn", "target"])
    )
    header = find_header(sheet, WANTED)
    assert header.row == 4
    assert header.columns == {"Indicator": "B", "Result": "C", "Target": "D"}
    assert header.headings == {"Indicator": "MEASURES", "Result": "out-turn", "Target": "target"}
    assert (header.missing, header.repeated, header.unknown) == ({}, {}, {"A": "Note"})
    assert header.problems("a.xlsx", "Results") == []


def test_a_missing_column_is_told_with_the_nearest_name() -> None:
    header = find_header(books.sheet_of(books.book(["Indicator", "Resul", "Year"])), WANTED)
    assert header.missing == {"Result": "Resul", "Target": ""}
    assert [str(one) for one in header.problems("a.xlsx", "Results", optional={"Target"})] == [
        "a.xlsx, Results, row 1, column Result: the column is missing. “Resul” – did you mean “Result”?"
    ]
    assert len(header.problems("a.xlsx", "Results")) == 2


def test_a_column_that_is_there_twice_is_told() -> None:
    header = find_header(books.sheet_of(books.book(["Indicator", "Result", "Target", "RESULTS"])), WANTED)
    assert header.columns["Result"] == "B"
    assert [str(one) for one in header.problems("a.xlsx", "Results")] == [
        "a.xlsx, Results, row 1, column Result: the column is there more than once: in B and D."
    ]


def test_a_columns_own_name_goes_before_its_other_names() -> None:
    header = find_header(books.sheet_of(books.book(["Indicator", "Value", "Result", "Target"])), WANTED)
    assert header.columns["Result"] == "C"
    assert header.unknown == {"B": "Value"}
    assert not header.repeated


def test_no_header_in_the_first_thirty_rows() -> None:
    rows = [["x", row] for row in range(30)]
    header = find_header(books.sheet_of(books.book(*rows, ["Indicator", "Result"])), WANTED)
    assert header.row is None
    assert [str(one) for one in header.problems("a.xlsx", "Results")] == [
        "a.xlsx, Results: none of the first 30 rows names the columns “Indicator”, “Result”, “Target”."
    ]


def test_a_person_may_say_which_row_it_is() -> None:
    sheet = books.sheet_of(books.book(["Indicator", "Result", "Target"], ["Measure", "Value", "x"]))
    assert find_header(sheet, WANTED, row=2).columns == {"Indicator": "A", "Result": "B"}
    assert find_header(sheet, WANTED, row=9).row is None
