"""Whom to tell of what: the messages that a change puts into the outbox, in its own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.referrals import Answer
from riskreg.models import Decision, Escalation, Message, Referral, Risk
from riskreg.queries.meetings import next_meeting
from riskreg.queries.people import holders_of, holders_of_posts, people_with_role
from riskreg.services.actors import Actor
from riskreg.services.outbox import queue_message


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation that was opened, came `back` before DMT or was joined, with the sentences that did it."""

    escalation: Escalation
    sentences: tuple[str, ...]
    back: bool = False


def tell_of_escalations(raised: Sequence[Raised], now: datetime) -> list[Message]:
    """Tell each owner of the own risks, and each DMT member of all: one message a person, however many risks."""
    told = [(one.escalation.risk, _facts(one)) for one in raised]
    meeting = next_meeting(told[0][0].register_id, day_of(now)) if told else None
    return _tell("escalation_raised", told, now, meeting_on=meeting.held_on.isoformat() if meeting else None)


def tell_of_withdrawals(withdrawn: Sequence[Escalation], ratings: Mapping[int, str], now: datetime) -> list[Message]:
    """Tell those who were told of an escalation that the register withdrew it, and why; `ratings` as shown before."""
    return _tell("escalation_withdrawn", [(one.risk, _withdrawal(one, ratings[one.risk_id])) for one in withdrawn], now)


def _tell(
    kind: str, escalations: Sequence[tuple[Risk, dict[str, Any]]], now: datetime, **more: object
) -> list[Message]:
    if not escalations:
        return []
    today = day_of(now)
    told: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    members = people_with_role(Role.DMT_MEMBER, today)
    owners = holders_of_posts({risk.owner_post_id for risk, _ in escalations}, today)
    for risk, facts in escalations:
        for person in owners.get(risk.owner_post_id, ()):
            told["owner", person.person_id].append(facts)
        for person in members:
            told["dmt", person.person_id].append(facts)
    queued = []
    for (audience, person_id), known in told.items():
        # The moment is part of the key: the same escalation may come back before DMT later, on new facts only.
        key = f"{audience}:escalation:{known[0]['id']}"
        facts = {"for": audience, "escalations": known, **more}
        queued.append(queue_message(kind, key, person_id, now.isoformat(), facts, now))
    return [message for message in queued if message]


def _withdrawal(escalation: Escalation, before: str) -> dict[str, Any]:
    risk = escalation.risk
    return {
        "id": escalation.id,
        "risk_id": risk.id,
        "reference": str(risk.reference),
        "title": risk.title,
        "rag_before": before,
        "rag_after": risk.effective_rag,
        "why": escalation.ended_why,
    }


def _facts(one: Raised) -> dict[str, Any]:
    escalation = one.escalation
    return {
        "id": escalation.id,
        "risk_id": escalation.risk_id,
        "reference": str(escalation.risk.reference),
        "title": escalation.risk.title,
        "rag_before": escalation.rag_before,
        "rag_after": escalation.rag_after,
        "sentences": list(one.sentences),
        "review_due_on": escalation.risk.review_due_on.isoformat(),
    }


def tell_of_decision(escalation: Escalation, decision: Decision, decided_by: str, now: datetime) -> None:
    """Tell the holder and the deputies of the owning post what DMT decided."""
    risk = escalation.risk
    facts = {
        "escalation_id": escalation.id,
        "risk_id": risk.id,
        "reference": str(risk.reference),
        "title": risk.title,
        "decision": decision.kind,
        "reason": decision.reason,
        "due_on": decision.due_on.isoformat() if decision.due_on else None,
        "meeting_on": decision.deferred_to.isoformat() if decision.deferred_to else None,
        "decided_by": decided_by,
        "rag_now": risk.effective_rag,
    }
    for person in holders_of(risk.owner_post_id, day_of(now)):
        queue_message("decision_made", f"decision:{decision.id}", person.person_id, "once", facts, now)


def tell_of_referral(referral: Referral, decided_by: str, now: datetime) -> None:
    """Tell those who answer for the corporate register that a risk was proposed to it."""
    facts = {**_referred(referral), "reason": referral.decision.reason, "decided_by": decided_by}
    for person in people_with_role(Role.CORPORATE_COORDINATOR, day_of(now)):
        queue_message("referral_proposed", f"referral:{referral.id}", person.person_id, "once", facts, now)


def tell_of_referral_answer(referral: Referral, answer: Answer, said: str, by: str, now: datetime) -> None:
    """Tell the owner of the risk, the deputies and each DMT member: one message a person, an owner as the owner."""
    today = day_of(now)
    members = people_with_role(Role.DMT_MEMBER, today)
    owners = holders_of(referral.escalation.risk.owner_post_id, today)
    told = {person.person_id: "dmt" for person in members} | {person.person_id: "owner" for person in owners}
    known = {**_referred(referral), "answer": answer, "said": said, "by": by}
    known["corporate"] = str(referral.reference) if referral.reference else None
    for person_id, audience in told.items():
        facts = {**known, "audience": audience}
        queue_message("referral_answered", f"referral:{referral.id}", person_id, answer, facts, now)


def _referred(referral: Referral) -> dict[str, Any]:
    risk = referral.escalation.risk
    return {
        "referral_id": referral.id,
        "escalation_id": referral.escalation_id,
        "risk_id": risk.id,
        "reference": str(risk.reference),
        "title": risk.title,
        "own_rag": risk.own_rag,
        "rag_now": risk.effective_rag,
    }


def tell_of_answer(actor: Actor, risk: Risk, to: int | None, answer: str, reason: str, now: datetime) -> None:
    """Tell who proposed a risk that it was approved, sent back or discarded; nobody is told of their own answer."""
    if to is None or to == actor.person_id:
        return
    facts = {
        "risk_id": risk.id,
        "reference": str(risk.reference),
        "title": risk.title,
        "answer": answer,
        "reason": reason,
        "answered_by": actor.name,
    }
    queue_message("proposal_answered", f"risk:{risk.id}:{risk.revision}", to, "once", facts, now)
