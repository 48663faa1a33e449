"""What may become what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import (
    ACTION_TRANSITIONS,
    DECISIONS,
    LIVE,
    OPEN_ACTIONS,
    RISK_TRANSITIONS,
    ActionStatus,
    DecisionKind,
    DecisionTaken,
    EscalationStatus,
    RiskStatus,
    change_action,
    change_risk,
    decide,
)

TODAY = date(2017, 4, 3)
K = DecisionKind
S = EscalationStatus
OUTCOME = {
    K.CONFIRM: S.CONFIRMED,
    K.REFER: S.REFERRED,
    K.RETURN: S.RETURNED,
    K.DECLINE: S.DECLINED,
    K.DEFER: S.DEFERRED,
    K.DE_ESCALATE: S.DE_ESCALATED,
    K.CLOSE: S.CLOSED,
}
ALLOWED = {
    S.AWAITING: set(K),
    S.DEFERRED: set(K),
    S.RETURNED: set(K) - {K.RETURN},
    S.CONFIRMED: {K.REFER, K.RETURN, K.DE_ESCALATE, K.CLOSE},
    S.REFERRED: {K.CONFIRM, K.RETURN, K.DE_ESCALATE, K.CLOSE},
}
RISK_STEPS = {
    (RiskStatus.DRAFT, "propose"): RiskStatus.PROPOSED,
    (RiskStatus.PROPOSED, "approve"): RiskStatus.OPEN,
    (RiskStatus.PROPOSED, "send back"): RiskStatus.DRAFT,
    (RiskStatus.OPEN, "close"): RiskStatus.CLOSED,
    (RiskStatus.OPEN, "merge"): RiskStatus.MERGED,
    (RiskStatus.DRAFT, "discard"): RiskStatus.CLOSED,
    (RiskStatus.PROPOSED, "discard"): RiskStatus.CLOSED,
    (RiskStatus.CLOSED, "reopen"): RiskStatus.OPEN,
    (RiskStatus.CLOSED, "take up again"): RiskStatus.DRAFT,
}
A = ActionStatus
ACTION_STEPS = {
    (A.NOT_STARTED, A.IN_PROGRESS),
    (A.NOT_STARTED, A.DONE),
    (A.NOT_STARTED, A.CANCELLED),
    (A.IN_PROGRESS, A.DONE),
    (A.IN_PROGRESS, A.CANCELLED),
    (A.DONE, A.IN_PROGRESS),
    (A.CANCELLED, A.IN_PROGRESS),
}


def dates_of(kind: DecisionKind) -> dict[str, date]:
    """The dates that a decision needs."""
    if kind is K.DEFER:
        return {"deferred_to": TODAY + timedelta(days=1)}
    return {"due_on": TODAY} if kind in (K.CONFIRM, K.RETURN) else {}


def complete(kind: DecisionKind) -> DecisionTaken:
    return DecisionTaken(kind, "Because.", meeting_on=TODAY, **dates_of(kind))


@pytest.mark.parametrize("kind", DecisionKind, ids=lambda one: one.name.lower())
@pytest.mark.parametrize("status", EscalationStatus, ids=lambda one: one.name.lower())
def test_each_decision_leads_where_the_design_says_or_is_refused(status: S, kind: K) -> None:
    if kind in ALLOWED.get(status, set()):
        assert decide(status, complete(kind), TODAY) is OUTCOME[kind]
    else:
        with pytest.raises(RuleBroken, match=f"that is {status} cannot take the decision") as refused:
            decide(status, complete(kind), TODAY)
        assert refused.value.field == "kind"


def test_what_is_live_can_be_decided_and_what_has_ended_cannot() -> None:
    assert set(DECISIONS) == set(LIVE)
    ended = set(S) - set(LIVE)
    assert ended == {S.DECLINED, S.WITHDRAWN, S.DE_ESCALATED, S.CLOSED}


def test_every_live_escalation_can_be_ended() -> None:
    for options in DECISIONS.values():
        assert set(options.values()) - set(LIVE)


@pytest.mark.parametrize("reason", ["", "   "])
@pytest.mark.parametrize("kind", DecisionKind, ids=lambda one: one.name.lower())
def test_a_decision_without_a_reason_is_refused(kind: K, reason: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        decide(S.AWAITING, DecisionTaken(kind, reason, TODAY, TODAY), TODAY)
    assert refused.value.field == "reason"


@pytest.mark.parametrize(
    ("kind", "field", "earliest"),
    [
        (K.CONFIRM, "due_on", TODAY),
        (K.RETURN, "due_on", TODAY),
        (K.DEFER, "deferred_to", TODAY + timedelta(days=1)),
    ],
    ids=str,
)
def test_a_decision_that_needs_a_date_needs_one_that_is_not_over(kind: K, field: str, earliest: date) -> None:
    for day in (None, earliest - timedelta(days=1)):
        with pytest.raises(RuleBroken) as refused:
            decide(S.AWAITING, DecisionTaken(kind, "Because.", **{field: day}), TODAY)
        assert refused.value.field == field
    decide(S.AWAITING, DecisionTaken(kind, "Because.", **{field: earliest}), TODAY)


@pytest.mark.parametrize(
    ("kind", "field"), [(K.CONFIRM, "due_on"), (K.RETURN, "due_on"), (K.DEFER, "deferred_to")], ids=str
)
@pytest.mark.parametrize(
    ("today", "latest"),
    [(date(2017, 4, 3), date(2018, 4, 3)), (date(2016, 2, 29), date(2017, 2, 28))],
)
def test_a_date_that_dmt_gives_is_at_most_a_year_ahead(kind: K, field: str, today: date, latest: date) -> None:
    decide(S.AWAITING, DecisionTaken(kind, "Because.", **{field: latest}), today)
    for on in (latest + timedelta(days=1), date(2097, 4, 28)):
        with pytest.raises(RuleBroken, match=f"must be within a year: by {latest.day} ") as refused:
            decide(S.AWAITING, DecisionTaken(kind, "Because.", **{field: on}), today)
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "field"),
    [(K.DECLINE, "due_on"), (K.DEFER, "due_on"), (K.CONFIRM, "deferred_to"), (K.CLOSE, "deferred_to")],
    ids=str,
)
def test_a_date_that_the_decision_does_not_have_is_refused_and_not_dropped(kind: K, field: str) -> None:
    with pytest.raises(RuleBroken, match="Empty this date") as refused:
        decide(
            S.AWAITING, DecisionTaken(kind, "Because.", **{**dates_of(kind), field: TODAY + timedelta(days=9)}), TODAY
        )
    assert refused.value.field == field


@pytest.mark.parametrize("kind", [K.REFER, K.DECLINE, K.DE_ESCALATE, K.CLOSE], ids=str)
def test_the_other_decisions_need_no_date(kind: K) -> None:
    assert decide(S.AWAITING, DecisionTaken(kind, "Because."), TODAY) is OUTCOME[kind]


def test_a_risk_with_open_actions_is_not_closed_and_they_are_named() -> None:
    with pytest.raises(RuleBroken, match="“Train staff” and “Tell schools”"):
        decide(S.AWAITING, complete(K.CLOSE), TODAY, ["Train staff", "Tell schools"])
    assert decide(S.AWAITING, complete(K.DECLINE), TODAY, ["Train staff"]) is S.DECLINED


@pytest.mark.parametrize("step", sorted({step for _, step in RISK_STEPS} | {"escalate"}))
@pytest.mark.parametrize("status", RiskStatus, ids=lambda one: one.name.lower())
def test_each_step_of_a_risk_leads_where_the_table_says_or_is_refused(status: RiskStatus, step: str) -> None:
    after = RISK_STEPS.get((status, step))
    if after is not None:
        assert change_risk(status, step, was_open=step != "take up again") is after
    else:
        with pytest.raises(RuleBroken, match=f"A risk that is {status} cannot be changed by “{step}”"):
            change_risk(status, step)


def test_a_closed_risk_is_reopened_if_it_was_ever_open_and_else_becomes_a_draft() -> None:
    with pytest.raises(RuleBroken, match="discarded before it was approved, so it cannot be reopened"):
        change_risk(RiskStatus.CLOSED, "reopen", was_open=False)
    with pytest.raises(RuleBroken, match="Reopen it instead"):
        change_risk(RiskStatus.CLOSED, "take up again", was_open=True)


def test_a_merged_risk_stays_merged_and_every_status_is_in_the_table() -> None:
    assert set(RISK_TRANSITIONS) == set(RiskStatus)
    assert not RISK_TRANSITIONS[RiskStatus.MERGED]


@pytest.mark.parametrize("after", ActionStatus, ids=lambda one: one.name.lower())
@pytest.mark.parametrize("before", ActionStatus, ids=lambda one: one.name.lower())
def test_each_step_of_an_action_is_allowed_or_refused_by_the_table(before: A, after: A) -> None:
    if before is after or (before, after) in ACTION_STEPS:
        assert change_action(before, after) is after
    else:
        with pytest.raises(RuleBroken, match=f"that is {before} cannot become {after}"):
            change_action(before, after)


def test_an_action_is_open_until_it_is_done_or_cancelled() -> None:
    assert set(ACTION_TRANSITIONS) == set(ActionStatus)
    assert set(OPEN_ACTIONS) == {A.NOT_STARTED, A.IN_PROGRESS}


def test_what_dmt_did_is_told_as_done() -> None:
    assert [kind.done for kind in DecisionKind] == [
        "confirmed",
        "referred to the corporate register",
        "returned to the owner",
        "declined",
        "deferred to a meeting",
        "de-escalated",
        "risk closed",
    ]
