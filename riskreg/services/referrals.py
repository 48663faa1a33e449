"""Risks that DMT refers to the corporate register: proposed with the decision, answered there, ended with DMT's next.

The directorate keeps its risk throughout: a referral points at the escalation and changes nothing of the risk's own.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.domain.referrals import STANDING, Answer, ReferralState, answer_referral, end_referral
from riskreg.domain.sentences import closed
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Referral, Risk
from riskreg.queries.policies import policy_on
from riskreg.services import notices
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.escalation_notices import tell_of_referral_end
from riskreg.services.locking import lock_register, lock_risk
from riskreg.services.references import next_reference
from riskreg.services.settling import settle

SAID = {
    Answer.ACCEPT: "Accepted in the corporate register as {reference}. {said} The directorate keeps managing the risk.",
    Answer.DECLINE: "Declined by the corporate register; the risk is before DMT again. {said}",
    Answer.HAND_BACK: "Handed back by the corporate register, where it was {reference}; the risk is before DMT again."
    " {said}",
}
VERBS = {Answer.ACCEPT: "accepted", Answer.DECLINE: "declined", Answer.HAND_BACK: "handed back"}


def follow_decision(actor: Actor, escalation: Escalation, decision: Decision, now: datetime) -> None:
    """Let a decision of DMT take effect on referrals: one is proposed, or the one that stands ends."""
    if decision.kind == DecisionKind.REFER:
        propose_referral(escalation, decision, actor.name, now)
        return
    standing = select(Referral).where(Referral.escalation_id == escalation.id, Referral.state.in_(STANDING))
    found = db.session.scalar(standing)
    if found is None:
        return
    found.state = end_referral(ReferralState(found.state))
    found.ended_at, found.ended_why = now, f"DMT decided: {decision.kind}. {closed(decision.reason)}"
    found.revision += 1
    held = f"; its reference {found.reference} stays used" if found.reference else ""
    text = f"The referral to the corporate register has ended{held}. {found.ended_why}"
    record(actor, "ended the referral", f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)
    tell_of_referral_end(actor, found, now)


def propose_referral(escalation: Escalation, decision: Decision, decided_by: str, now: datetime) -> Referral:
    """Propose a risk to the corporate register above its own, and tell those who answer for that."""
    parent_id = escalation.risk.register.parent_id
    referral = Referral(register_id=parent_id, escalation=escalation, decision=decision, state=ReferralState.PROPOSED)
    db.session.add(referral)
    db.session.flush()
    notices.tell_of_referral(referral, decided_by, now)
    return referral


def propose_earlier(register_id: int, now: datetime) -> list[Referral]:
    """Propose what DMT referred while no corporate register stood above the register; nothing a second time."""
    found = db.session.scalars(
        select(Decision)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(Risk.register_id == register_id, Escalation.status == EscalationStatus.REFERRED)
        .where(Decision.kind == DecisionKind.REFER)
        .where(~select(Referral.id).where(Referral.escalation_id == Escalation.id).exists())
        .order_by(Decision.id)
    )
    last = {decision.escalation_id: decision for decision in found}
    return [propose_referral(one.escalation, one, one.person.name, now) for one in last.values()]


def give_answer(
    actor: Actor, referral: Referral, answer: Answer, said: str, seen_revision: int, now: datetime
) -> Referral:
    """Record what the corporate register answers, and let it take effect. The directorate is told by e-mail.

    Accepted, the risk gets the next reference there and stays as it is here. Declined or handed back, it is before DMT
    again. `seen_revision` is the risk's: whatever is answered counts as a change of it, so that of two who answer at
    once the second is refused. Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.ANSWER_REFERRAL)
    escalation = referral.escalation
    lock_risk(escalation.risk, seen_revision)
    lock_register(referral.register_id)
    state, said = answer_referral(ReferralState(referral.state), answer, said), said.strip()
    if answer is Answer.ACCEPT:
        referral.reference = next_reference(referral.register_id)
    referral.state = state
    referral.revision += 1
    if answer is Answer.HAND_BACK:
        referral.ended_at, referral.ended_why = now, f"Handed back by {actor.name}: {said}"
    else:
        referral.answer, referral.answered_at, referral.answered_by = said, now, actor.person_id
    if answer is not Answer.ACCEPT:
        _before_dmt_again(escalation, now)
    text = SAID[answer].format(reference=referral.reference, said=closed(said))
    record(actor, VERBS[answer], f"escalation:{escalation.id}", text, now=now, risk=escalation.risk)
    notices.tell_of_referral_answer(referral, answer, said, actor.name, now)
    return referral


def _before_dmt_again(escalation: Escalation, now: datetime) -> None:
    escalation.status, escalation.waiting_since, escalation.due_on = EscalationStatus.AWAITING, now, None
    settle(escalation.risk, policy_on(escalation.risk.register_id, day_of(now)), escalation)
