"""When reviews fall due, and that a review says something."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import Escalated, check_review, next_review_due
from riskreg.domain.scoring import Rag

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
RAGS = st.sampled_from(Rag)
TOLERATED = st.none() | DAYS


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


REVIEWED = date(2017, 4, 3)
UNDECIDED = [  # own rating, rating shown, the day it came before DMT, the day of the review
    ("AMBER", "RED", "2017-04-03", "2017-04-17"),
    ("AMBER", "RED", "2017-04-10", "2017-04-24"),
    ("AMBER", "RED", "2017-04-20", "2017-05-04"),  # and not 3 May, a month after the last review
    ("AMBER", "RED", "2017-05-15", "2017-05-29"),  # and not 3 May, which had passed
    ("AMBER", "RED", "2017-06-18", "2017-07-02"),
    ("AMBER", "RED", "2017-06-19", "2017-07-03"),
    ("AMBER", "RED", "2017-06-20", "2017-07-03"),
    ("AMBER", "RED", "2017-07-10", "2017-07-03"),  # late already, and by its own day
    ("AMBER", "RED", "2017-12-31", "2017-07-03"),
    ("GREEN", "AMBER", "2017-04-10", "2017-04-24"),
    ("GREEN", "AMBER", "2017-09-01", "2017-09-15"),
    ("GREEN", "AMBER", "2017-10-04", "2017-10-03"),
    ("RED", "RED", "2017-04-18", "2017-05-02"),
    ("RED", "RED", "2017-04-20", "2017-05-03"),
    ("RED", "RED", "2017-05-20", "2017-05-03"),
    ("AMBER", "RED", None, "2017-05-03"),  # reviewed since it came there
    ("GREEN", "AMBER", None, "2017-07-03"),
    ("AMBER", "RED", "2017-04-02", "2017-05-03"),
]
DECIDED = [  # the same, once DMT has decided and given no day
    ("AMBER", "RED", "2017-04-03", "2017-05-03"),
    ("AMBER", "RED", "2017-04-19", "2017-05-03"),
    ("AMBER", "RED", "2017-04-20", "2017-05-04"),
    ("AMBER", "RED", "2017-05-15", "2017-05-29"),
    ("AMBER", "RED", "2017-06-20", "2017-07-03"),
    ("AMBER", "RED", "2017-07-10", "2017-07-03"),
    ("GREEN", "AMBER", "2017-06-30", "2017-07-14"),
    ("RED", "RED", "2017-05-20", "2017-05-03"),
    ("AMBER", "RED", None, "2017-05-03"),
]


@pytest.mark.parametrize(
    ("decided", "own", "shown", "came_on", "due"),
    [*((False, *row) for row in UNDECIDED), *((True, *row) for row in DECIDED)],
)
def test_an_escalation_brings_the_review_forward_from_the_day_it_came_before_dmt(
    policy: Policy, decided: bool, own: str, shown: str, came_on: str | None, due: str
) -> None:
    came = date.fromisoformat(came_on) if came_on else None
    escalated = Escalated(Rag(shown), came, decided=decided)
    assert next_review_due(REVIEWED, Rag(own), policy, escalated).isoformat() == due


@pytest.mark.parametrize("asked_by", ["2017-04-05", "2017-06-30", "2018-03-31"])
@pytest.mark.parametrize("came_on", ["2017-04-03", "2017-12-31"])
def test_the_day_that_dmt_gave_stands_in_place_of_any_other(policy: Policy, asked_by: str, came_on: str) -> None:
    by = date.fromisoformat(asked_by)
    escalated = Escalated(Rag.RED, date.fromisoformat(came_on), decided=True, asked_by=by)
    assert next_review_due(REVIEWED, Rag.AMBER, policy, escalated) == by


@pytest.mark.parametrize(
    ("until", "due"), [("2017-04-10", "2017-04-10"), ("2017-04-25", "2017-04-24"), ("2018-01-01", "2017-04-24")]
)
def test_the_end_of_tolerating_brings_a_review_forward_before_dmt_too(policy: Policy, until: str, due: str) -> None:
    escalated = Escalated(Rag.RED, date(2017, 4, 10))
    found = next_review_due(REVIEWED, Rag.AMBER, policy, escalated, date.fromisoformat(until))
    assert found.isoformat() == due


@given(DAYS, RAGS, DAYS, st.booleans(), TOLERATED)
def test_an_escalation_never_puts_a_review_off(
    policy: Policy, counted_from: date, own: Rag, came_on: date, decided: bool, until: date | None
) -> None:
    escalated = Escalated(own.raised(), came_on, decided=decided)
    due = next_review_due(counted_from, own, policy, tolerated_until=until)
    assert next_review_due(counted_from, own, policy, escalated, until) <= due


@given(DAYS, RAGS, DAYS, st.booleans(), TOLERATED)
def test_an_escalation_makes_nobody_late_who_was_not(
    policy: Policy, counted_from: date, own: Rag, came_on: date, decided: bool, until: date | None
) -> None:
    """Seen by the day on which it comes before DMT, whichever rating it raises, and however much later one looks."""
    before = next_review_due(counted_from, own, policy, tolerated_until=until)
    escalated = Escalated(own.raised(), max(came_on, counted_from), decided=decided)
    due = next_review_due(counted_from, own, policy, escalated, until)
    soonest = max(came_on, counted_from) + timedelta(days=policy.escalated_review_days)
    assert due == before or due >= soonest
    assert due >= min(before, soonest)


@given(DAYS, RAGS, DAYS)
def test_a_decision_that_gives_no_day_never_makes_the_review_earlier(
    policy: Policy, counted_from: date, own: Rag, came_on: date
) -> None:
    dues = [
        next_review_due(counted_from, own, policy, Escalated(own.raised(), came_on, decided=decided))
        for decided in (False, True)
    ]
    assert dues == sorted(dues)


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
