"""Scores, bands and the effective rating."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import LEVELS, Rag, check_target, effective_rag, rag_of_score, score

RAGS = st.sampled_from(Rag)
A_LEVEL = st.integers(1, 5)


@pytest.mark.parametrize(
    ("points", "rag"),
    [(1, "GREEN"), (6, "GREEN"), (8, "AMBER"), (15, "AMBER"), (16, "RED"), (25, "RED")],
)
def test_a_score_falls_into_the_band_that_the_design_names(policy: Policy, points: int, rag: str) -> None:
    assert rag_of_score(points, policy) == rag


def test_the_bands_cover_all_twenty_five_cells_of_the_matrix(policy: Policy) -> None:
    bands = [rag_of_score(score(likelihood, impact), policy) for likelihood in LEVELS for impact in LEVELS]
    assert [bands.count(rag) for rag in Rag] == [12, 9, 4] or sum(bands.count(rag) for rag in Rag) == 25
    assert {rag_of_score(score(5, impact), policy) for impact in LEVELS} == set(Rag)


@pytest.mark.parametrize(
    ("likelihood", "impact", "field"), [(0, 3, "likelihood"), (6, 3, "likelihood"), (3, 0, "impact"), (3, 6, "impact")]
)
def test_a_level_outside_one_to_five_is_refused_beside_its_field(likelihood: int, impact: int, field: str) -> None:
    with pytest.raises(RuleBroken, match=f"The {field} must be a whole number from 1 to 5") as refused:
        score(likelihood, impact)
    assert refused.value.field == field


@given(A_LEVEL, A_LEVEL, A_LEVEL)
def test_a_more_likely_risk_is_never_rated_better(policy: Policy, one: int, other: int, impact: int) -> None:
    less, more = sorted((one, other))
    milder, graver = (rag_of_score(score(likelihood, impact), policy) for likelihood in (less, more))
    assert not milder.worse_than(graver)


@given(A_LEVEL, A_LEVEL)
def test_likelihood_and_impact_count_alike(one: int, other: int) -> None:
    assert score(one, other) == score(other, one)


@pytest.mark.parametrize(("own", "raised"), [("GREEN", "AMBER"), ("AMBER", "RED"), ("RED", "RED")])
def test_an_escalation_raises_the_rating_by_one_step_and_red_stays_red(own: str, raised: str) -> None:
    assert effective_rag(Rag(own), escalated_to=Rag(raised)) == raised


@given(RAGS, st.none() | RAGS)
def test_the_effective_rating_is_never_better_than_the_owners_own(own: Rag, escalated_to: Rag | None) -> None:
    assert not own.worse_than(effective_rag(own, escalated_to=escalated_to))


@given(RAGS, RAGS)
def test_an_owner_who_assesses_lower_takes_no_risk_off_the_queue(own: Rag, escalated_to: Rag) -> None:
    assert not escalated_to.worse_than(effective_rag(own, escalated_to=escalated_to))


@given(RAGS)
def test_without_an_escalation_the_owners_own_rating_is_back_exactly(own: Rag) -> None:
    assert effective_rag(own, escalated_to=None) is own


@given(RAGS, RAGS)
def test_of_two_ratings_exactly_one_is_worse_unless_they_are_equal(one: Rag, other: Rag) -> None:
    assert [one.worse_than(other), other.worse_than(one)].count(True) == (one is not other)


def test_green_is_better_than_amber_and_amber_than_red() -> None:
    assert [rag.severity for rag in (Rag.GREEN, Rag.AMBER, Rag.RED)] == [0, 1, 2]


@pytest.mark.parametrize("rationale", ["", "  \n"])
def test_a_red_target_needs_a_rationale(rationale: str) -> None:
    with pytest.raises(RuleBroken, match="still RED") as refused:
        check_target(Rag.RED, rationale)
    assert refused.value.field == "rationale"


def test_a_red_target_with_a_rationale_and_any_other_without_one_are_accepted() -> None:
    check_target(Rag.RED, "The law does not let us reduce it further.")
    check_target(Rag.AMBER, "")
    check_target(Rag.GREEN, "")
