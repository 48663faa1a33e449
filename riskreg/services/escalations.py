"""A person puts a risk before DMT; DMT decides; the owner answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import (
    LIVE,
    DecisionKind,
    DecisionTaken,
    EscalationStatus,
    RiskStatus,
    change_risk,
    decide,
)
from riskreg.domain.sentences import closed, day
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Risk
from riskreg.queries.policies import policy_on
from riskreg.services import notices
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import leave_register, open_actions
from riskreg.services.locking import lock_register, lock_risk
from riskreg.services.meetings import check_held
from riskreg.services.referrals import follow_decision
from riskreg.services.settling import live_escalation, settle


def raise_escalation(actor: Actor, risk: Risk, reason: str, now: datetime) -> Escalation:
    """Put a risk before DMT by a person's judgement, with the reason. Raises RuleBroken when it is there already."""
    actor.require(Permission.RAISE_ESCALATION)
    may = actor.may(Permission.ESCALATE_ANY) or holds(actor.posts, risk.owner_post_id)
    require(may, "Only the owner of the risk may put it before DMT.")
    lock_register(risk.register_id)
    if risk.status != RiskStatus.OPEN:
        raise RuleBroken("Only an open risk can be put before DMT.")
    if live_escalation(risk.id):
        raise RuleBroken("This risk is before DMT already.")
    if not reason.strip():
        raise RuleBroken("Say why DMT should look at this risk.", "reason")
    policy = policy_on(risk.register_id, day_of(now))
    escalation = Escalation(
        risk=risk,
        status=EscalationStatus.AWAITING,
        reason=reason.strip(),
        person_id=actor.person_id,
        rag_before=risk.own_rag,
        rag_after=risk.own.raised(),
        policy_version=policy.version,
        opened_on=day_of(now),
        opened_at=now,
        waiting_since=now,
    )
    db.session.add(escalation)
    settle(risk, policy, escalation)
    text = f"Put before DMT by {actor.name}: {reason.strip()}"
    record(actor, "escalated", f"escalation:{escalation.id}", text, now=now, risk=risk)
    notices.tell_of_escalations([notices.Raised(escalation, (text,))], now)
    return escalation


def record_decision(
    actor: Actor, escalation: Escalation, decision: DecisionTaken, seen_revision: int, now: datetime
) -> Decision:
    """Record what DMT decided, and let it take effect. The owner is told in the same transaction.

    Raises RuleBroken for what the tables do not allow, and ChangedMeanwhile when the risk changed since it was seen.
    """
    actor.require(Permission.DECIDE)
    risk = escalation.risk
    lock_risk(risk, seen_revision)
    today = day_of(now)
    status = _leads_to(escalation, decision, today)
    check_held(risk.register_id, decision.meeting_on, today)
    row = Decision(
        escalation=escalation,
        kind=decision.kind,
        reason=decision.reason.strip(),
        due_on=decision.due_on,
        meeting_on=decision.meeting_on,
        deferred_to=decision.deferred_to,
        person_id=actor.person_id,
        decided_on=today,
        decided_at=now,
        seen_revision=seen_revision,
        seen=_as_seen(escalation),
    )
    db.session.add(row)
    escalation.status, escalation.proposal = status, ""
    escalation.due_on = row.due_on
    escalation.meeting_on = row.deferred_to
    ended = status not in LIVE
    if ended:
        escalation.ended_at, escalation.ended_why = now, row.reason
    if decision.kind is DecisionKind.CLOSE:
        leave_register(actor, risk, change_risk(RiskStatus(risk.status), "close"), row.reason, now)
    settle(risk, policy_on(risk.register_id, today), None if ended else escalation)
    record(actor, "decided", f"escalation:{escalation.id}", _sentence(row, risk), now=now, risk=risk, kind=row.kind)
    follow_decision(actor, escalation, row, now)
    notices.tell_of_decision(escalation, row, actor.name, now)
    return row


def _leads_to(escalation: Escalation, decision: DecisionTaken, today: date) -> EscalationStatus:
    before, risk = EscalationStatus(escalation.status), escalation.risk
    if before not in LIVE:
        raise RuleBroken(f"This escalation has ended already: it is {before}.")
    has_corporate = risk.register.parent_id is not None
    waiting = [one.text for one in open_actions(risk.id)]
    return decide(before, decision, today, waiting, has_corporate=has_corporate)


def _as_seen(escalation: Escalation) -> dict[str, Any]:
    """The state of the risk that DMT saw when it decided."""
    risk = escalation.risk
    return {
        "status": escalation.status,
        "own_rag": risk.own_rag,
        "effective_rag": risk.effective_rag,
        "reason": escalation.reason,
        "signals": [
            {"id": one.signal_id, "sentence": one.signal.sentence, "state": one.signal.state}
            for one in escalation.evidence
        ],
    }


def _sentence(decision: Decision, risk: Risk) -> str:
    text = f"DMT decided: {decision.kind}. {closed(decision.reason)}"
    if decision.due_on:
        text += f" The owner is asked for an answer by {day(decision.due_on)}."
    if decision.deferred_to:
        text += f" It comes to the meeting of {day(decision.deferred_to)}."
    if decision.meeting_on:
        text += f" Decided at the meeting of {day(decision.meeting_on)}."
    return f"{text} The rating shown is {risk.effective_rag}."
