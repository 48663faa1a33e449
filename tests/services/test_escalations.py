"""DMT decides: what each decision does, what it needs, and what happens when two things happen at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Decision, Escalation, Message, Risk
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.audit import record
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make

NOW = make.NOW
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def member() -> Actor:
    """A DMT member."""
    return Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())


def owner_of(risk: Risk) -> Actor:
    """Whoever holds the owning post."""
    holdings = risk.owner_post.holdings
    person = holdings[0].person if holdings else make.PersonFactory(holding=risk.owner_post)
    return Actor(person.id, person.name, frozenset({Role.RISK_OWNER}), frozenset({risk.owner_post_id}))


def escalated() -> Escalation:
    """An AMBER risk that its owner has put before DMT."""
    risk = make.RiskFactory()
    return raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)


def taken(kind: DecisionKind, reason: str = "Seen and agreed.", **dates: date) -> DecisionTaken:
    """A decision with its dates."""
    return DecisionTaken(kind, reason, **dates)


DUE = date(2017, 5, 1)


@pytest.mark.parametrize(
    ("decision", "status", "effective"),
    [
        (taken(DecisionKind.CONFIRM, due_on=DUE), "confirmed", "RED"),
        (taken(DecisionKind.REFER), "referred to corporate", "RED"),
        (taken(DecisionKind.RETURN, due_on=DUE), "returned to owner", "RED"),
        (taken(DecisionKind.DEFER, deferred_to=DUE), "deferred to a meeting", "RED"),
        (taken(DecisionKind.DECLINE), "declined", "AMBER"),
        (taken(DecisionKind.DE_ESCALATE), "de-escalated", "AMBER"),
        (taken(DecisionKind.CLOSE), "closed", "AMBER"),
    ],
)
def test_each_decision_takes_effect(decision: DecisionTaken, status: str, effective: str) -> None:
    """The status, the rating shown, the record of what was seen, and the owner told."""
    make.corporate_register()
    escalation = escalated()
    risk = escalation.risk
    own = risk.own_rag
    row = record_decision(member(), escalation, decision, risk.revision, LATER)
    assert (escalation.status, risk.effective_rag, risk.own_rag) == (status, effective, own)
    assert row.seen["effective_rag"] == "RED"
    assert db.session.scalars(select(Message.kind).where(Message.kind == "decision_made")).all() == ["decision_made"]
    assert (risk.status == "closed") is (decision.kind is DecisionKind.CLOSE)


def test_a_decision_brings_the_review_forward_to_the_day_dmt_asked_for() -> None:
    """Confirmed: the owner must re-assess by a date."""
    escalation = escalated()
    soon = date(2017, 4, 10)
    decision = taken(DecisionKind.CONFIRM, due_on=soon)
    record_decision(member(), escalation, decision, escalation.risk.revision, NOW)
    assert escalation.risk.review_due_on == soon


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_decision_without_a_reason_is_refused_and_nothing_changes(reason: str) -> None:
    """The status stays, no row is written."""
    escalation = escalated()
    with pytest.raises(RuleBroken) as refused:
        record_decision(member(), escalation, taken(DecisionKind.DECLINE, reason), escalation.risk.revision, NOW)
    assert refused.value.field == "reason"
    assert escalation.status == "awaiting DMT"
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0


def test_a_decision_on_a_risk_that_changed_meanwhile_is_not_taken() -> None:
    """The page was opened before the owner's word."""
    escalation = escalated()
    seen = escalation.risk.revision
    record(owner_of(escalation.risk), "updated", "risk:1", "A word from the owner.", now=NOW, risk=escalation.risk)
    db.session.flush()
    with pytest.raises(ChangedMeanwhile):
        record_decision(member(), escalation, taken(DecisionKind.DECLINE), seen, LATER)
    assert escalation.status == "awaiting DMT"


def test_the_second_of_two_members_sees_that_the_first_has_decided() -> None:
    """Both had the same page open."""
    escalation = escalated()
    seen = escalation.risk.revision
    record_decision(member(), escalation, taken(DecisionKind.DECLINE), seen, LATER)
    with pytest.raises(ChangedMeanwhile):
        record_decision(member(), escalation, taken(DecisionKind.DE_ESCALATE), seen, LATER)
    with pytest.raises(RuleBroken, match="ended already"):
        record_decision(member(), escalation, taken(DecisionKind.DE_ESCALATE), escalation.risk.revision, LATER)


def test_closing_names_the_actions_that_are_still_open() -> None:
    """They are ended first."""
    escalation = escalated()
    make.ActionFactory(risk=escalation.risk, text="Find a second provider")
    with pytest.raises(RuleBroken, match="Find a second provider"):
        record_decision(member(), escalation, taken(DecisionKind.CLOSE), escalation.risk.revision, NOW)


def test_only_dmt_decides() -> None:
    """The owner does not."""
    escalation = escalated()
    with pytest.raises(NotPermitted):
        record_decision(
            owner_of(escalation.risk), escalation, taken(DecisionKind.DECLINE), escalation.risk.revision, NOW
        )


def test_only_the_owner_the_coordinator_or_dmt_puts_a_risk_before_dmt() -> None:
    """Another owner is refused."""
    with pytest.raises(NotPermitted):
        raise_escalation(owner_of(make.RiskFactory()), make.RiskFactory(), "Look at this.", NOW)


def test_a_risk_is_before_dmt_once() -> None:
    """The second time is refused, by the rule and by the database."""
    escalation = escalated()
    with pytest.raises(RuleBroken, match="already"):
        raise_escalation(owner_of(escalation.risk), escalation.risk, "Again.", NOW)


NO_CHANGE = ReviewAnswers(True, True, True, False, "All as it was.")


def test_a_review_answers_what_dmt_asked_for() -> None:
    """The confirmed escalation comes before DMT again, with the owner's new rating."""
    escalation = escalated()
    risk = escalation.risk
    decision = taken(DecisionKind.CONFIRM, due_on=DUE)
    record_decision(member(), escalation, decision, risk.revision, NOW)
    answers = ReviewAnswers(True, False, True, True, "Controls are not enough.", current=Rating(4, 4, "More likely."))
    complete_review(owner_of(risk), risk, answers, risk.revision, LATER)
    assert escalation.status == "awaiting DMT"
    assert (risk.own_rag, risk.effective_rag) == ("RED", "RED")
    assert risk.review_counted_from == date(2017, 4, 4)
    verbs = db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()
    assert verbs == ["escalated", "decided", "assessed", "reviewed", "answered"]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        (ReviewAnswers(True, True, True, False, " "), "note"),
        (ReviewAnswers(True, True, True, False, "Nothing.", current=Rating(1, 1)), "changed"),
        (ReviewAnswers(True, True, True, True, "More.", current=Rating(6, 1)), "likelihood"),
        (ReviewAnswers(True, True, True, True, "More.", target=Rating(5, 5)), "rationale"),
    ],
)
def test_a_review_that_makes_no_sense_is_refused_beside_its_question(answers: ReviewAnswers, field: str) -> None:
    """And nothing is written."""
    risk = make.RiskFactory()
    with pytest.raises(RuleBroken) as refused:
        complete_review(owner_of(risk), risk, answers, risk.revision, NOW)
    assert refused.value.field == field


def test_no_change_is_a_review_and_moves_the_next_one() -> None:
    """AMBER: three months from today."""
    risk = make.RiskFactory(review_due_on=date(2017, 3, 1))
    complete_review(owner_of(risk), risk, NO_CHANGE, risk.revision, NOW)
    assert risk.review_due_on == date(2017, 7, 3)


def test_a_review_may_put_the_risk_before_dmt() -> None:
    """The last question of the review."""
    risk = make.RiskFactory()
    answers = ReviewAnswers(True, True, True, True, "We cannot hold this alone.", escalate=True)
    complete_review(owner_of(risk), risk, answers, risk.revision, NOW)
    escalation = db.session.scalars(select(Escalation)).one()
    assert (escalation.reason, risk.effective_rag) == ("We cannot hold this alone.", "RED")


def test_another_persons_risk_is_not_reviewed() -> None:
    """Only the holder of the owning post, or the deputy."""
    risk = make.RiskFactory()
    with pytest.raises(NotPermitted):
        complete_review(owner_of(make.RiskFactory()), risk, NO_CHANGE, risk.revision, NOW)
