"""Bringing what is stored of a risk for quick reading into line with its assessments and escalations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import next_review_due
from riskreg.domain.scoring import Rag, effective_rag
from riskreg.extensions import db
from riskreg.models import Assessment, Escalation, Review, Risk, RiskResponse

OWES_AN_ANSWER = (EscalationStatus.CONFIRMED, EscalationStatus.RETURNED)


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
    owes = live is not None and live.status in OWES_AN_ANSWER
    by = [one for one in (live.due_on if live and owes else None, tolerated_until(risk)) if one]
    reviewed = live is not None and reviewed_since(risk.id, live.opened_at)
    risk.review_due_on = next_review_due(
        risk.review_counted_from,
        risk.effective,
        policy,
        escalated_on=day_of(live.opened_at) if live and not reviewed else None,
        asked_by=min(by, default=None),
    )
