"""Which days a series falls on, and when an agenda or a record may change."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.errors import RuleBroken
from riskreg.domain.meetings import check_closing, check_planned, moved, series

TODAY = date(2017, 4, 3)


def test_one_meeting_is_one_day_and_may_be_today() -> None:
    assert series(TODAY, None, None, TODAY) == [TODAY]


def test_a_series_goes_on_until_its_last_day_included() -> None:
    days = series(date(2017, 4, 25), 2, date(2017, 5, 23), TODAY)
    assert days == [date(2017, 4, 25), date(2017, 5, 9), date(2017, 5, 23)]


@pytest.mark.parametrize(
    ("first", "weeks", "until", "field"),
    [
        (date(2017, 4, 2), None, None, "held_on"),
        (TODAY, None, date(2017, 5, 1), "weeks"),
        (TODAY, 0, date(2017, 5, 1), "weeks"),
        (TODAY, 2, None, "until"),
        (TODAY, 2, date(2017, 4, 2), "until"),
        (TODAY, 1, date(2020, 1, 1), "until"),
    ],
)
def test_dates_that_make_no_sense_are_refused_at_their_field(
    first: date, weeks: int | None, until: date | None, field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        series(first, weeks, until, TODAY)
    assert refused.value.field == field


@given(weeks=st.integers(1, 52), days=st.integers(0, 400))
def test_the_days_of_a_series_lie_so_many_weeks_apart_and_none_is_after_the_last(weeks: int, days: int) -> None:
    until = date.fromordinal(TODAY.toordinal() + days)
    found = series(TODAY, weeks, until, TODAY)
    assert found[0] == TODAY
    assert found[-1] <= until
    assert {(b - a).days for a, b in pairwise(found)} <= {7 * weeks}


@pytest.mark.parametrize(
    ("item", "step", "order"), [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc")]
)
def test_an_item_moves_one_place_and_stays_at_the_end(item: str, step: int, order: str) -> None:
    assert "".join(moved("abc", item, step)) == order


def test_a_closed_record_is_not_changed() -> None:
    check_planned("planned", TODAY)
    with pytest.raises(RuleBroken, match="is closed"):
        check_planned("closed", TODAY)


def test_a_record_is_closed_when_the_meeting_was_held_and_something_was_recorded() -> None:
    check_closing(TODAY, TODAY, decisions=1, notes=0)
    check_closing(TODAY, TODAY, decisions=0, notes=1)
    with pytest.raises(RuleBroken, match="An empty meeting cannot be closed"):
        check_closing(TODAY, TODAY, decisions=0, notes=0)
    with pytest.raises(RuleBroken, match="from that day on"):
        check_closing(date(2017, 4, 4), TODAY, decisions=1, notes=1)
