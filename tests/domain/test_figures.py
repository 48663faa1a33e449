"""Reading figures: whether a percentage was meant as a share is asked where it can be meant in two ways."""

from __future__ import annotations

from decimal import Decimal

import pytest

from riskreg.domain.figures import is_gap, share_doubts, share_question


@pytest.mark.parametrize(
    ("words", "earlier", "question"),
    [
        ("0.745", "74", "“0.745”: is it 74.5% or 0.745%?"),
        ("0.055", "5.5", "“0.055”: is it 5.5% or 0.055%?"),
        ("0.8", "81", "“0.8”: is it 80% or 0.8%?"),
        ("0.7", None, "“0.7”: is it 70% or 0.7%?"),
        ("0.90", "10", "“0.90”: is it 90% or 0.90%?"),
        ("-0.05", "-4", "“-0.05”: is it -5% or -0.05%?"),
        ("0.5", "5", "“0.5”: is it 50% or 0.5%?"),
        ("0.5", "4.9", ""),
        ("0.8", "0.7", ""),
        ("0.8", "0", ""),
        ("0", "74", ""),
        ("1", "98", ""),
        ("74.5", "74", ""),
        ("0.745%", "74", ""),
        ("0.745 %", None, ""),
    ],
)
def test_a_share_is_asked_for_where_the_earlier_figure_is_nearer_to_a_hundred_times_it(
    words: str, earlier: str | None, question: str
) -> None:
    value = Decimal(words.rstrip("% "))
    assert share_question(words, value, "percent", Decimal(earlier) if earlier else None) == question


def test_a_count_is_never_a_share() -> None:
    assert share_question("0.5", Decimal("0.5"), "number", Decimal(50)) == ""


def test_of_many_doubts_the_first_five_are_told() -> None:
    asked = [(f"Row {number}, EY-05", "is it?") for number in range(7)]
    assert list(share_doubts(asked[:1])) == ["Row 0, EY-05: is it? No earlier figure tells; write the sign."]
    assert len(list(share_doubts(asked[:5]))) == 5
    assert list(share_doubts(asked))[5:] == ["The same is asked of 2 more figures."]


@pytest.mark.parametrize(
    ("name", "gap"),
    [("Free School Meal Gap at Key Stage 4", True), ("The gap at age 11", True), ("Attainment 8", False)],
)
def test_which_indicators_are_gaps_is_said_by_their_names(name: str, gap: bool) -> None:
    assert is_gap(name) is gap
