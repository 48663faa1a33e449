"""A straight line through the last results: exact where they lie on one, with a range where they do not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.forecast import Measure, Point, prospects, straight_line
from riskreg.domain.policy import Policy
from riskreg.domain.targets import Polarity, Target, TargetKind

D = Decimal
PERCENT = Measure("percent", 0, Polarity.HIGHER)
FIGURES = st.decimals(-1000, 1000, places=2)


def yearly(*values: str, first: int = 2014) -> list[Point]:
    return [Point(date(first + number, 8, 31), D(value)) for number, value in enumerate(values)]


def at(value: str, floor: str | None = None) -> Target:
    return Target(TargetKind.FIGURE, D(value), D(floor) if floor else None)


@pytest.mark.parametrize(
    ("values", "goal", "said"),
    [
        (("70", "72", "74"), "78", ("78", "78", "78", "GREEN")),
        (("70", "72", "74"), "84", ("78", "78", "78", "AMBER")),
        (("70", "72", "74"), "90", ("78", "78", "78", "RED")),
        (("74", "72", "70"), "70", ("66", "66", "66", "AMBER")),
        (("70", "70", "70"), "70", ("70", "70", "70", "GREEN")),
        (("90", "94", "98"), "99", ("100", "100", "100", "GREEN")),  # no share above 100%
        (("8", "5", "2"), "1", ("0", "0", "0", "RED")),
        (("70", "74", "71"), "84", ("73", "59", "87", "RED")),
    ],
)
def test_where_the_line_leads_and_how_that_would_be_judged(
    values: tuple[str, ...], goal: str, said: tuple[str, ...], policy: Policy
) -> None:
    """Two years after the last of three: figure, range and rating, by the floor that the policy assumes."""
    (found,) = prospects(yearly(*values), 2016, {2018: at(goal)}, PERCENT, policy)
    line = found.forecast
    assert (str(line.value), str(line.low), str(line.high), str(found.judgement.rag)) == said
    assert found.misses is (said[3] != "GREEN")
    assert (found.year, line.on) == (2018, date(2018, 8, 31))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_results_give_no_forecast(count: int, policy: Policy) -> None:
    points = yearly(*("70" for _ in range(count)))
    assert straight_line(points, date(2018, 8, 31)) is None
    assert prospects(points, 2016, {2018: at("84")}, PERCENT, policy) == []


def test_only_years_ahead_with_a_figure_are_compared(policy: Policy) -> None:
    targets = {2016: at("70"), 2017: Target(TargetKind.UP), 2018: at("80"), 2019: Target(TargetKind.NATIONAL)}
    assert [one.year for one in prospects(yearly("70", "72", "74"), 2016, targets, PERCENT, policy)] == [2018]


def test_only_the_last_eight_results_count() -> None:
    points = yearly("0", "100", *(str(value) for value in range(70, 78)), first=2007)
    found = straight_line(points, date(2017, 8, 31))
    assert found is not None
    assert found.low <= D("78.01")
    assert abs(found.value - 78) < D("0.01")


def test_results_of_one_day_make_no_line() -> None:
    assert straight_line([Point(date(2016, 8, 31), D(value)) for value in (1, 2, 3)], date(2018, 8, 31)) is None


@given(start=FIGURES, step=FIGURES, count=st.integers(3, 8), ahead=st.integers(0, 2000))
def test_a_perfect_line_is_forecast_exactly(start: Decimal, step: Decimal, count: int, ahead: int) -> None:
    first = date(2010, 8, 31)
    points = [Point(first + timedelta(days=100 * number), start + step * number) for number in range(count)]
    found = straight_line(points, first + timedelta(days=100 * ahead))
    assert found is not None
    assert found.value == found.low == found.high == start + step * ahead


@given(values=st.lists(FIGURES, min_size=3, max_size=12), ahead=st.integers(-400, 3000), nearer=st.integers(0, 400))
def test_the_range_holds_the_forecast_and_grows_with_the_distance(
    values: list[Decimal], ahead: int, nearer: int
) -> None:
    points = [Point(date(2010, 8, 31) + timedelta(days=90 * number), value) for number, value in enumerate(values)]
    last = points[-1].on
    found = straight_line(points, last + timedelta(days=ahead))
    assert found is not None
    assert found.low <= found.value <= found.high
    if ahead >= nearer:
        near = straight_line(points, last + timedelta(days=ahead - nearer))
        assert near is not None
        assert near.high - near.low <= found.high - found.low + D("1e-9")


@given(values=st.lists(FIGURES, min_size=3, max_size=8), move=FIGURES)
def test_what_moves_the_results_moves_the_forecast(values: list[Decimal], move: Decimal) -> None:
    points = yearly(*(str(value) for value in values))
    found = straight_line(points, date(2030, 8, 31))
    moved = straight_line([Point(one.on, one.value + move) for one in points], date(2030, 8, 31))
    assert found is not None
    assert moved is not None
    assert abs(moved.value - found.value - move) < D("1e-9")
    assert abs((moved.high - moved.low) - (found.high - found.low)) < D("1e-9")
