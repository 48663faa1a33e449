"""When reviews fall due, and that a review says something."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import check_review, next_review_due
from riskreg.domain.scoring import Rag

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
RAGS = st.sampled_from(Rag)


@pytest.mark.parametrize(
    ("counted_from", "rag", "due"),
    [
        ("2017-04-03", "RED", "2017-05-03"),
        ("2017-04-03", "AMBER", "2017-07-03"),
        ("2017-04-03", "GREEN", "2017-10-03"),
        ("2017-01-31", "RED", "2017-02-28"),
        ("2016-01-31", "RED", "2016-02-29"),
        ("2017-08-31", "GREEN", "2018-02-28"),
    ],
)
def test_a_review_is_due_by_rating_counted_from_the_last(policy: Policy, counted_from: str, rag: str, due: str) -> None:
    assert next_review_due(date.fromisoformat(counted_from), Rag(rag), policy).isoformat() == due


@pytest.mark.parametrize(
    ("rag", "escalated_on", "due"),
    [
        ("AMBER", "2017-04-10", "2017-04-24"),
        ("AMBER", "2017-04-03", "2017-04-17"),
        ("AMBER", "2017-04-02", "2017-07-03"),
        ("RED", "2017-04-19", "2017-05-03"),
        ("RED", "2017-04-20", "2017-05-03"),
        ("RED", "2017-04-18", "2017-05-02"),
    ],
)
def test_an_escalation_since_the_last_review_brings_the_next_one_forward(
    policy: Policy, rag: str, escalated_on: str, due: str
) -> None:
    found = next_review_due(date(2017, 4, 3), Rag(rag), policy, date.fromisoformat(escalated_on))
    assert found.isoformat() == due


@given(DAYS, RAGS, DAYS)
def test_an_escalation_never_puts_a_review_off(policy: Policy, counted_from: date, rag: Rag, risen: date) -> None:
    due = next_review_due(counted_from, rag, policy)
    assert counted_from < next_review_due(counted_from, rag, policy, risen) <= due


@given(DAYS, RAGS, RAGS)
def test_a_worse_rating_is_never_reviewed_later(policy: Policy, counted_from: date, one: Rag, other: Rag) -> None:
    worse, better = sorted((one, other), key=lambda rag: -rag.severity)
    assert next_review_due(counted_from, worse, policy) <= next_review_due(counted_from, better, policy)


@pytest.mark.parametrize(("changed", "words"), [(True, "what has changed"), (False, "why nothing has changed")])
@pytest.mark.parametrize("note", ["", " \n "])
def test_a_review_without_a_sentence_is_refused(changed: bool, words: str, note: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refused:
        check_review(changed=changed, note=note)
    assert refused.value.field == "note"


@pytest.mark.parametrize("changed", [True, False])
def test_no_change_with_a_sentence_is_a_review(changed: bool) -> None:
    check_review(changed=changed, note="Still right: the new panel meets in May.")
