"""Bringing what is stored of a risk for quick reading into line with its assessments and escalations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select, update

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LIVE, OWES_AN_ANSWER, EscalationStatus, RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import Escalated, next_review_due
from riskreg.domain.scoring import Rag, effective_rag
from riskreg.extensions import db
from riskreg.models import Assessment, Escalation, Review, Risk, RiskResponse


def live_escalation(risk_id: int) -> Escalation | None:
    """The escalation of the risk that still raises its effective RAG, if there is one."""
    return db.session.scalar(select(Escalation).where(Escalation.risk_id == risk_id, Escalation.status.in_(LIVE)))


def reviewed_since(risk_id: int, moment: datetime) -> bool:
    """Whether the owner has reviewed the risk since a moment."""
    review = select(Review.id).where(Review.risk_id == risk_id, Review.recorded_at >= moment).limit(1)
    return db.session.scalar(review) is not None


def tolerated_until(risk: Risk) -> date | None:
    """The day until which the response in force tolerates a risk, while no review has been done since."""
    newest = select(RiskResponse.until_on).where(RiskResponse.risk_id == risk.id).order_by(RiskResponse.id.desc())
    until = db.session.scalar(newest.limit(1))
    return until if until and until > risk.review_counted_from else None


def settle(risk: Risk, policy: Policy, live: Escalation | None) -> None:
    """Set the own rating, the effective RAG and the day the next review is due, given the live escalation."""
    db.session.flush()
    current = select(Assessment.rag, Assessment.likelihood, Assessment.impact)
    current = current.where(Assessment.risk_id == risk.id, Assessment.kind == "current")
    if own := db.session.execute(current.order_by(Assessment.id.desc()).limit(1)).first():
        risk.own_rag, risk.own_likelihood, risk.own_impact = own
    risk.effective_rag = effective_rag(risk.own, escalated_to=Rag(live.rag_after) if live else None)
    reviewed = live is not None and reviewed_since(risk.id, live.waiting_since)
    risk.review_due_on = _due(
        risk.review_counted_from, risk.own, policy, live, reviewed=reviewed, tolerated=tolerated_until(risk)
    )


def _due(
    counted_from: date, own: Rag, policy: Policy, live: Escalation | None, *, reviewed: bool, tolerated: date | None
) -> date:
    """The day of the next review. `reviewed`: since the live escalation came before DMT; `tolerated`: until when.

    What the policy gives the owner for looking at an escalation holds while DMT has not decided; then DMT's word does.
    """
    escalated = None
    if live is not None:
        escalated = Escalated(
            shown=effective_rag(own, escalated_to=Rag(live.rag_after)),
            came_on=None if reviewed else day_of(live.waiting_since),
            decided=live.status != EscalationStatus.AWAITING,
            asked_by=live.due_on if live.status in OWES_AN_ANSWER else None,
        )
    return next_review_due(counted_from, own, policy, escalated, tolerated)


def settle_reviews(register_id: int, policy: Policy) -> int:
    """Set the day of the next review of every open risk as settle does, and return how many it moved.

    By five queries for the whole register: only the policy has changed, and with it nothing else of a risk.
    """
    db.session.flush()
    ours = Risk.register_id == register_id
    escalated = select(Escalation).join(Risk, Risk.id == Escalation.risk_id).where(ours, Escalation.status.in_(LIVE))
    live = {row.risk_id: row for row in db.session.scalars(escalated)}
    last = select(Review.risk_id, func.max(Review.recorded_at)).join(Risk, Risk.id == Review.risk_id)
    last = last.where(ours).group_by(Review.risk_id)
    reviewed: dict[int, datetime] = {row[0]: row[1] for row in db.session.execute(last)}
    newest = select(func.max(RiskResponse.id)).group_by(RiskResponse.risk_id)
    response = select(RiskResponse.risk_id, RiskResponse.until_on).where(RiskResponse.id.in_(newest))
    tolerated: dict[int, date | None] = {row[0]: row[1] for row in db.session.execute(response)}
    moved = []
    risks = select(Risk.id, Risk.review_counted_from, Risk.own_rag, Risk.review_due_on)
    risks = risks.where(ours, Risk.status == RiskStatus.OPEN)
    for id_, counted_from, own, before in db.session.execute(risks):
        escalation, until = live.get(id_), tolerated.get(id_)
        due = _due(
            counted_from,
            Rag(own),
            policy,
            escalation,
            reviewed=bool(escalation and id_ in reviewed and reviewed[id_] >= escalation.waiting_since),
            tolerated=until if until and until > counted_from else None,
        )
        if due != before:
            moved.append({"id": id_, "review_due_on": due})
    if moved:
        db.session.execute(update(Risk), moved)
        db.session.expire_all()
    return len(moved)
