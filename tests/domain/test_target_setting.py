"""What can be a target: every kind, floors on the right side, tolerances in order, and the words of a cell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.target_setting import read_target, read_written, target_faults, target_words, written_target
from riskreg.domain.targets import Polarity, Target, TargetKind

K = TargetKind
HIGHER, LOWER, CLOSE = Polarity.HIGHER, Polarity.LOWER, Polarity.CLOSE


def typed(kind: str = "figure", unit: str = "percent", **words: str) -> Target:
    return read_target(words, kind, unit)


@pytest.mark.parametrize(
    ("kind", "words", "field"),
    [
        ("figure", {}, "value"),
        ("figure", {"value": "about 80"}, "value"),
        ("figure", {"value": "101"}, "value"),
        ("figure", {"value": "80", "floor": "low"}, "floor"),
        ("figure", {"value": "80", "green_tolerance": "-1"}, "green_tolerance"),
        ("up", {"value": "80"}, "value"),
        ("blank", {"floor": "70"}, "floor"),
        ("not_applicable", {"amber_tolerance": "2"}, "amber_tolerance"),
        ("national", {"value": "80"}, "value"),
        ("national_plus", {}, "value"),
        ("sideways", {}, "kind"),
    ],
)
def test_what_is_no_target_is_refused_beside_its_field(kind: str, words: dict[str, str], field: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        typed(kind, **words)
    assert caught.value.field == field


def test_a_count_is_whole_and_its_tolerance_need_not_be() -> None:
    with pytest.raises(RuleBroken, match="whole number"):
        typed(unit="number", value="80.5")
    assert typed(unit="number", value="1,200", green_tolerance="12.5").green_tolerance == Decimal("12.5")


@pytest.mark.parametrize(
    ("polarity", "words", "field"),
    [
        (HIGHER, {"value": "80", "floor": "80.1"}, "floor"),
        (HIGHER, {"value": "80", "floor": "80"}, ""),
        (HIGHER, {"value": "80", "floor": "70"}, ""),
        (LOWER, {"value": "20", "floor": "19.9"}, "floor"),
        (LOWER, {"value": "20", "floor": "25"}, ""),
        (CLOSE, {"value": "100", "floor": "90"}, "floor"),
        (HIGHER, {"value": "80", "green_tolerance": "2"}, "green_tolerance"),
        (CLOSE, {"value": "100", "green_tolerance": "5", "amber_tolerance": "4"}, "green_tolerance"),
        (CLOSE, {"value": "100", "green_tolerance": "4", "amber_tolerance": "4"}, ""),
        (CLOSE, {"value": "100", "green_tolerance": "11"}, "green_tolerance"),  # AMBER is assumed to end at 10
        (CLOSE, {"value": "100", "amber_tolerance": "4"}, "amber_tolerance"),  # GREEN is assumed to end at 5
        (CLOSE, {"value": "100", "amber_tolerance": "5"}, ""),
        (CLOSE, {"value": "100"}, ""),
    ],
)
def test_floors_and_tolerances_lie_where_they_can_be_judged_by(
    polarity: Polarity, words: dict[str, str], field: str, policy: Policy
) -> None:
    faults = [one.field for one in target_faults(typed(**words), polarity, policy)]
    assert faults == ([field] if field else [])


@pytest.mark.parametrize("polarity", [LOWER, CLOSE])
def test_an_addition_to_the_average_needs_higher_to_be_better(polarity: Polarity, policy: Policy) -> None:
    target = typed("national_plus", value="2")
    assert [one.field for one in target_faults(target, polarity, policy)] == ["kind"]
    assert not list(target_faults(target, HIGHER, policy))


@pytest.mark.parametrize(
    ("target", "said", "cell"),
    [
        (Target(K.FIGURE, Decimal("77.50"), Decimal(70)), "77.50%, floor 70%", "77.50"),
        (
            Target(K.FIGURE, Decimal(5), None, Decimal(1), Decimal("2.5")),
            "5%, GREEN within 1, AMBER within 2.5",
            "5",
        ),
        (Target(K.UP), "it should rise", "↑"),
        (Target(K.DOWN), "it should fall", "↓"),
        (Target(K.NATIONAL), "the national average", "National average"),
        (Target(K.NATIONAL_PLUS, Decimal(2)), "the national average plus 2%", "National average +2"),
        (Target(K.NATIONAL_PLUS, Decimal(-2)), "the national average minus 2%", "National average -2"),
        (Target(K.NOT_APPLICABLE), "none applies", "N/A"),
        (Target(K.BLANK), "none is set", ""),
    ],
)
def test_a_target_reads_the_same_in_a_sentence_and_in_a_cell(target: Target, said: str, cell: str) -> None:
    assert target_words(target, "percent") == said
    assert written_target(target) == cell
    kind, value = read_written(cell)
    words = {"value": value, "floor": "", "green_tolerance": "", "amber_tolerance": ""}
    read = read_target(words, kind, "percent")
    assert (read.kind, read.value) == (target.kind, target.value)


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("'= National average", K.NATIONAL, ""),
        ("National average +2%", K.NATIONAL_PLUS, "+2%"),
        ("UP", K.UP, ""),
        ("n/a", K.NOT_APPLICABLE, ""),
        ("tbc", K.FIGURE, "tbc"),
    ],
)
def test_the_words_of_a_plan_are_known_and_others_have_to_be_figures(cell: str, kind: TargetKind, value: str) -> None:
    assert read_written(cell) == (kind, value)
