"""How figures, dates and lists are read out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.sentences import (
    MONTHS,
    closed,
    day,
    figure,
    listed,
    month,
    moved,
    number,
    plural,
    rows_named,
    shortened,
    shortest,
    the,
)

FIGURES = st.decimals(-(10**9), 10**9, places=3)


def test_a_date_has_no_nought_before_the_day() -> None:
    assert day(date(2017, 3, 5)) == "5 March 2017"
    assert month(date(2017, 3, 5)) == "March 2017"


def test_the_year_has_twelve_months_in_their_order() -> None:
    assert len(MONTHS) == 12
    assert [month(date(2017, at, 1)) for at in (1, 9, 12)] == ["January 2017", "September 2017", "December 2017"]


@pytest.mark.parametrize(
    ("text", "unit", "read"),
    [
        ("70", "percent", "70%"),
        ("70.0", "percent", "70.0%"),
        ("3020", "number", "3,020"),
        ("1234567.5", "number", "1,234,567.5"),
        ("-0.50", "score", "-0.50"),
        ("0.030", "percent", "0.030%"),
        ("0", "number", "0"),
        ("1E+3", "number", "1,000"),
    ],
)
def test_a_published_figure_keeps_its_precision(text: str, unit: str, read: str) -> None:
    assert figure(Decimal(text), unit) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [("70.20", "70.2"), ("70.00", "70"), ("100", "100"), ("0.00", "0"), ("1200.0", "1,200"), ("-0.550", "-0.55")],
)
def test_a_computed_figure_drops_trailing_noughts_and_no_others(text: str, read: str) -> None:
    assert shortest(Decimal(text)) == read


@given(FIGURES)
def test_shortening_never_changes_the_figure(value: Decimal) -> None:
    assert Decimal(shortest(value).replace(",", "")) == value
    assert Decimal(number(value).replace(",", "")) == value


@pytest.mark.parametrize(
    ("count", "read"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (1000, "1,000 days"), (-1, "-1 days")]
)
def test_a_count_takes_its_noun_along(count: int, read: str) -> None:
    assert plural(count, "day") == read


def test_a_noun_with_a_plural_of_its_own_uses_it() -> None:
    assert plural(2, "review of one", "reviews of many") == "2 reviews of many"
    assert plural(1, "review of one", "reviews of many") == "1 review of one"


@pytest.mark.parametrize(
    ("words", "read"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_in_a_row_end_with_and(words: list[str], read: str) -> None:
    assert listed(words) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [("  The plan is good ", "The plan is good."), ("Is it?", "Is it?"), ("Done.", "Done."), ("", ""), ("…", "…")],
)
def test_what_was_typed_ends_before_a_sentence_follows(typed: str, read: str) -> None:
    assert closed(typed) == read


@pytest.mark.parametrize(
    ("slips", "now", "read"),
    [
        (0, date(2017, 8, 31), ""),
        (0, date(2017, 9, 30), "moved by 30 days"),
        (1, date(2017, 9, 1), "moved once, by 1 day"),
        (2, date(2019, 6, 30), "moved twice, by 668 days in all"),
        (3, date(2017, 9, 2), "moved 3 times, by 2 days in all"),
        (0, date(2017, 8, 1), "now 30 days earlier"),
        (1, date(2017, 8, 31), "moved once, now as it was first"),
    ],
)
def test_a_date_that_moved_says_how_often_and_how_far(slips: int, now: date, read: str) -> None:
    assert moved(slips, date(2017, 8, 31), now) == read


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["row 3"], "row 3"),
        (["row 3", "row 4"], "row 3 and row 4"),
        (["row 3", "row 4", "row 5"], "row 3, row 4 and row 5"),
        ([f"row {number}" for number in range(3, 202)], "row 3 and 198 more rows"),
    ],
)
def test_of_many_rows_the_first_is_named(rows: list[str], said: str) -> None:
    assert rows_named(rows) == said


@pytest.mark.parametrize(
    ("title", "within"),
    [
        ("Head of Early Help", "the Head of Early Help"),
        ("The Clerk", "The Clerk"),
        ("the Clerk", "the Clerk"),
        ("An Adviser", "An Adviser"),
        ("Theatre Manager", "the Theatre Manager"),
        ("Area Adviser", "the Area Adviser"),
    ],
)
def test_a_post_has_one_article_within_a_sentence(title: str, within: str) -> None:
    assert the(title) == within


@given(text=st.text(max_size=60), most=st.integers(1, 40))
def test_a_text_that_is_shortened_keeps_to_its_length_and_says_that_it_goes_on(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) <= most
    assert (short == text) if len(text) <= most else short.endswith("…")


def test_a_text_is_shortened_behind_a_whole_word() -> None:
    assert shortened("Take-up of free places", 12) == "Take-up of…"
    assert shortened("Take-up", 4) == "Tak…"
