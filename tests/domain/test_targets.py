"""How a result is judged: every kind of target, both ways, close to target, floors, direction of travel."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.targets import (
    Direction,
    Polarity,
    Target,
    TargetKind,
    direction_of_travel,
    judge,
)

D = Decimal
HIGHER, LOWER, CLOSE = Polarity.HIGHER, Polarity.LOWER, Polarity.CLOSE
FIGURES = st.decimals(-1000, 1000, places=2)
FLOORS = st.none() | FIGURES


def at(value: str, floor: str | None = None) -> Target:
    return Target(TargetKind.FIGURE, D(value), D(floor) if floor else None)


@pytest.mark.parametrize(
    ("value", "goal", "rag"),
    [
        ("78", "78", "GREEN"),
        ("78.01", "78", "GREEN"),
        ("77.99", "78", "AMBER"),
        ("70.2", "78", "AMBER"),
        ("70.19", "78", "RED"),
        ("70", "78", "RED"),
        ("74", "74", "GREEN"),
        ("-0.50", "-0.5", "GREEN"),
        ("-0.55", "-0.5", "AMBER"),
        ("-0.56", "-0.5", "RED"),
        ("0", "0", "GREEN"),
        ("-0.01", "0", "RED"),
    ],
)
def test_higher_is_better_with_a_floor_ten_per_cent_below(policy: Policy, value: str, goal: str, rag: str) -> None:
    found = judge(D(value), at(goal), HIGHER, None, policy)
    assert found.rag == rag
    assert found.floor_assumed
    assert "assumed" in found.why


@pytest.mark.parametrize(
    ("value", "goal", "rag"),
    [
        ("2.5", "2.5", "GREEN"),
        ("2.4", "2.5", "GREEN"),
        ("2.51", "2.5", "AMBER"),
        ("2.75", "2.5", "AMBER"),
        ("2.76", "2.5", "RED"),
        ("3.0", "2.5", "RED"),
        ("0", "0", "GREEN"),
        ("3", "0", "RED"),
        ("-2", "-2", "GREEN"),
        ("-1.8", "-2", "AMBER"),
        ("-1.79", "-2", "RED"),
    ],
)
def test_lower_is_better_mirrors_it_with_the_floor_above(policy: Policy, value: str, goal: str, rag: str) -> None:
    assert judge(D(value), at(goal), LOWER, None, policy).rag == rag


@pytest.mark.parametrize(
    ("value", "polarity", "floor", "rag"),
    [
        ("65", HIGHER, "65", "AMBER"),
        ("64.9", HIGHER, "65", "RED"),
        ("79", HIGHER, "65", "AMBER"),
        ("80", HIGHER, "65", "GREEN"),
        ("90", LOWER, "90", "AMBER"),
        ("90.1", LOWER, "90", "RED"),
        ("80", LOWER, "90", "GREEN"),
    ],
)
def test_a_floor_standard_that_is_known_counts_as_reached(
    policy: Policy, value: str, polarity: Polarity, floor: str, rag: str
) -> None:
    found = judge(D(value), at("80", floor), polarity, None, policy)
    assert (found.rag, found.floor, found.floor_assumed, found.why) == (Rag(rag), D(floor), False, "")


def test_the_assumed_floor_is_shown_and_never_rounded(policy: Policy) -> None:
    found = judge(D(70), at("78"), HIGHER, None, policy)
    assert (found.target, found.floor) == (D(78), D("70.2"))
    assert found.why == "The floor is assumed: the target worsened by 10% of itself."


@pytest.mark.parametrize(
    ("value", "rag"),
    [
        ("5", "GREEN"),
        ("5.5", "GREEN"),
        ("4.5", "GREEN"),
        ("5.6", "AMBER"),
        ("4", "AMBER"),
        ("6.1", "RED"),
        ("3", "RED"),
    ],
)
def test_close_to_target_is_judged_by_two_tolerances(policy: Policy, value: str, rag: str) -> None:
    target = Target(TargetKind.FIGURE, D(5), green_tolerance=D("0.5"), amber_tolerance=D(1))
    found = judge(D(value), target, CLOSE, None, policy)
    assert (found.rag, found.floor, found.floor_assumed, found.by_distance) == (Rag(rag), D(1), False, True)
    assert found.why == "Close to target is better: GREEN within 0.5, AMBER within 1 of the target."


@pytest.mark.parametrize(
    ("value", "rag"),
    [("5.25", "GREEN"), ("4.75", "GREEN"), ("5.26", "AMBER"), ("5.5", "AMBER"), ("4.5", "AMBER"), ("5.51", "RED")],
)
def test_tolerances_that_are_not_known_are_shares_of_the_target(policy: Policy, value: str, rag: str) -> None:
    assert judge(D(value), at("5"), CLOSE, None, policy).rag == rag


@pytest.mark.parametrize(
    ("green", "amber", "words"),
    [
        (None, None, "GREEN within 0.25 (assumed), AMBER within 0.5 (assumed) of"),
        ("0.1", None, "GREEN within 0.1, AMBER within 0.5 (assumed) of"),
        (None, "0.4", "GREEN within 0.25 (assumed), AMBER within 0.4 of"),
    ],
)
def test_each_assumed_tolerance_is_said_to_be_assumed(
    policy: Policy, green: str | None, amber: str | None, words: str
) -> None:
    target = Target(TargetKind.FIGURE, D(5), None, D(green) if green else None, D(amber) if amber else None)
    found = judge(D(5), target, CLOSE, None, policy)
    assert words in found.why
    assert found.floor_assumed


def test_close_to_nought_without_tolerances_leaves_no_room(policy: Policy) -> None:
    assert judge(D(0), at("0"), CLOSE, None, policy).rag is Rag.GREEN
    assert judge(D("0.1"), at("0"), CLOSE, None, policy).rag is Rag.RED


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (None, "no target was set"),
        (Target(TargetKind.BLANK), "no target was set"),
        (Target(TargetKind.FIGURE), "no target was set"),
        (Target(TargetKind.NOT_APPLICABLE), "no target applies"),
        (Target(TargetKind.UP), "only that it should rise"),
        (Target(TargetKind.DOWN), "only that it should fall"),
        (Target(TargetKind.NATIONAL), "not known yet for this period"),
        (Target(TargetKind.NATIONAL_PLUS, D(2)), "not known yet for this period"),
    ],
)
@pytest.mark.parametrize("polarity", Polarity)
def test_without_a_usable_target_a_result_is_not_rated_and_says_why(
    policy: Policy, target: Target | None, words: str, polarity: Polarity
) -> None:
    found = judge(D(50), target, polarity, None, policy)
    assert (found.rag, found.target, found.floor) == (None, None, None)
    assert found.why.startswith("Not rated: ")
    assert words in found.why


@pytest.mark.parametrize("kind", [TargetKind.UP, TargetKind.DOWN, TargetKind.NOT_APPLICABLE, TargetKind.BLANK])
def test_a_national_figure_rates_nothing_that_does_not_refer_to_it(policy: Policy, kind: TargetKind) -> None:
    assert judge(D(50), Target(kind), HIGHER, D(50), policy).rag is None


@pytest.mark.parametrize(
    ("value", "polarity", "rag"),
    [
        ("60", HIGHER, "GREEN"),
        ("59.9", HIGHER, "AMBER"),
        ("53", HIGHER, "RED"),
        ("60", LOWER, "GREEN"),
        ("67", LOWER, "RED"),
    ],
)
def test_the_national_average_judges_once_it_is_known(policy: Policy, value: str, polarity: Polarity, rag: str) -> None:
    found = judge(D(value), Target(TargetKind.NATIONAL), polarity, D(60), policy)
    assert (found.rag, found.target) == (Rag(rag), D(60))


def test_an_addition_to_the_national_average_counts_in_points(policy: Policy) -> None:
    target = Target(TargetKind.NATIONAL_PLUS, D(2))
    assert judge(D(62), target, HIGHER, D(60), policy).rag is Rag.GREEN
    assert judge(D("61.9"), target, HIGHER, D(60), policy).rag is Rag.AMBER
    assert judge(D(62), target, HIGHER, D(60), policy).target == D(62)


@pytest.mark.parametrize("polarity", [LOWER, CLOSE])
def test_an_addition_that_might_be_meant_either_way_rates_nothing(policy: Policy, polarity: Polarity) -> None:
    found = judge(D(62), Target(TargetKind.NATIONAL_PLUS, D(2)), polarity, D(60), policy)
    assert found.rag is None
    assert "which way" in found.why


def test_a_national_average_of_nought_is_known(policy: Policy) -> None:
    assert judge(D(0), Target(TargetKind.NATIONAL), HIGHER, D(0), policy).rag is Rag.GREEN


def test_decimal_fractions_are_compared_as_they_are_printed(policy: Policy) -> None:
    assert judge(D("0.3"), at("0.30"), HIGHER, None, policy).rag is Rag.GREEN
    assert judge(D("0.27"), at("0.3"), HIGHER, None, policy).rag is Rag.AMBER


@given(FIGURES, FIGURES, FIGURES, FLOORS)
def test_judging_is_monotone_when_higher_is_better(
    policy: Policy, one: Decimal, other: Decimal, goal: Decimal, floor: Decimal | None
) -> None:
    worse, better = sorted((one, other))
    ratings = [
        judge(value, Target(TargetKind.FIGURE, goal, floor), HIGHER, None, policy).rag for value in (better, worse)
    ]
    assert ratings[0] is not None
    assert ratings[1] is not None
    assert not ratings[0].worse_than(ratings[1])


@given(FIGURES, FIGURES, FLOORS)
def test_lower_is_better_is_the_mirror_image_of_higher(
    policy: Policy, value: Decimal, goal: Decimal, floor: Decimal | None
) -> None:
    up = judge(value, Target(TargetKind.FIGURE, goal, floor), HIGHER, None, policy)
    down = judge(-value, Target(TargetKind.FIGURE, -goal, None if floor is None else -floor), LOWER, None, policy)
    assert up.rag is down.rag


@given(FIGURES, st.decimals(0, 50, places=2), st.decimals(0, 50, places=2))
def test_close_to_target_judges_both_sides_alike_and_nearer_never_worse(
    policy: Policy, goal: Decimal, one: Decimal, other: Decimal
) -> None:
    near, far = sorted((one, other))
    target = Target(TargetKind.FIGURE, goal)
    above, below, further = (judge(goal + by, target, CLOSE, None, policy).rag for by in (near, -near, far))
    assert above is below
    assert above is not None
    assert further is not None
    assert not above.worse_than(further)


@given(FIGURES, FLOORS, st.sampled_from(Polarity))
def test_a_result_equal_to_its_target_is_green(
    policy: Policy, goal: Decimal, floor: Decimal | None, polarity: Polarity
) -> None:
    assert judge(goal, Target(TargetKind.FIGURE, goal, floor), polarity, None, policy).rag is Rag.GREEN


@given(FIGURES, FLOORS)
def test_judging_is_the_same_every_time(policy: Policy, value: Decimal, floor: Decimal | None) -> None:
    target = Target(TargetKind.FIGURE, D(50), floor)
    assert judge(value, target, HIGHER, None, policy) == judge(value, target, HIGHER, None, policy)


@pytest.mark.parametrize(
    ("before", "now", "polarity", "goal", "direction"),
    [
        ("74", "70", HIGHER, None, Direction.WORSE),
        ("70", "74", HIGHER, None, Direction.BETTER),
        ("5.0", "3.0", LOWER, None, Direction.BETTER),
        ("3.0", "5.0", LOWER, None, Direction.WORSE),
        ("3.0", "3", LOWER, None, Direction.SAME),
        ("-0.5", "-0.4", HIGHER, None, Direction.BETTER),
        ("4", "4.5", CLOSE, "5", Direction.BETTER),
        ("4.5", "6", CLOSE, "5", Direction.WORSE),
        ("4", "6", CLOSE, "5", Direction.SAME),
        ("4", "4", CLOSE, None, Direction.SAME),
        ("4", "5", CLOSE, None, None),
    ],
)
def test_direction_of_travel_is_better_same_or_worse(
    before: str, now: str, polarity: Polarity, goal: str | None, direction: Direction | None
) -> None:
    assert direction_of_travel(D(before), D(now), polarity, D(goal) if goal else None) is direction


@given(FIGURES, FIGURES, st.sampled_from(Polarity))
def test_the_way_back_is_the_opposite_direction(one: Decimal, other: Decimal, polarity: Polarity) -> None:
    opposite = {Direction.BETTER: Direction.WORSE, Direction.WORSE: Direction.BETTER, Direction.SAME: Direction.SAME}
    there, back = (direction_of_travel(*pair, polarity, D(5)) for pair in ((one, other), (other, one)))
    assert there is not None
    assert back is opposite[there]
