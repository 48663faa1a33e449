"""Whom to tell of what: the messages that a change puts into the outbox, in its own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Message, Person, Referral, Risk
from riskreg.queries.meetings import next_meeting
from riskreg.queries.people import people_with_role
from riskreg.queries.staff import Owners, Staff
from riskreg.services.actors import Actor
from riskreg.services.outbox import queue_message


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation that was opened, came `back` before DMT or was joined, with the sentences that did it.

    `again`: they say nothing new, since it was joined by reasons that had wrongly been said to have gone.
    """

    escalation: Escalation
    sentences: tuple[str, ...]
    back: bool = False
    again: bool = False


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
    told: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    staff = Staff(day_of(now), {risk.owner_post_id for risk, _ in escalations})
    members = staff.with_role(Role.DMT_MEMBER)
    for risk, facts in escalations:
        owners = staff.owners(risk.owner_post_id)
        for person in owners.people:
            told["owner", person.person_id].append({**facts, **vacancy(owners, risk)})
        for person in members:
            told["dmt", person.person_id].append(facts)
    queued = []
    for (audience, person_id), known in told.items():
        # The moment is part of the key: the same escalation may come back before DMT later, on new facts only.
        key = f"{audience}:escalation:{known[0]['id']}"
        facts = {"for": audience, "escalations": known, **more}
        queued.append(queue_message(kind, key, person_id, now.isoformat(), facts, now))
    return [message for message in queued if message]


def vacancy(owners: Owners, risk: Risk) -> dict[str, Any]:
    """What messages say of a vacant post: its title, empty when somebody holds it; `lone`: nobody is above either."""
    return {"vacant": risk.owner_post.title if owners.vacant else "", "lone": owners.lone}


def _withdrawal(escalation: Escalation, before: str) -> dict[str, Any]:
    return {
        **_of_risk(escalation.risk),
        "id": escalation.id,
        "rag_before": before,
        "rag_after": escalation.risk.effective_rag,
        "why": escalation.ended_why,
        "decided": _decided(escalation),
    }


def _decided(escalation: Escalation) -> dict[str, Any] | None:
    """What DMT decided last on an escalation, as messages tell it; None when it has not decided."""
    if not escalation.decisions:
        return None
    last = escalation.decisions[-1]
    return {
        "decision": last.kind,
        "reason": last.reason,
        "decided_on": last.decided_on.isoformat(),
        "due_on": last.due_on.isoformat() if last.due_on else None,
        "meeting_on": last.deferred_to.isoformat() if last.deferred_to else None,
    }


def _facts(one: Raised) -> dict[str, Any]:
    escalation = one.escalation
    return {
        **_of_risk(escalation.risk),
        "id": escalation.id,
        "rag_before": escalation.rag_before,
        "rag_after": escalation.rag_after,
        "sentences": list(one.sentences),
        "review_due_on": escalation.risk.review_due_on.isoformat(),
        "again": _decided(escalation) if one.back else None,
    }


def tell_of_decision(escalation: Escalation, decision: Decision, decided_by: str, now: datetime) -> None:
    """Tell the owner, or the line above where that post is vacant, what DMT decided and when the next review is due."""
    risk = escalation.risk
    facts = {
        **_of_risk(risk),
        "escalation_id": escalation.id,
        "decision": decision.kind,
        "reason": decision.reason,
        "due_on": decision.due_on.isoformat() if decision.due_on else None,
        "meeting_on": decision.deferred_to.isoformat() if decision.deferred_to else None,
        "decided_by": decided_by,
        "rag_now": risk.effective_rag,
        "review_due_on": risk.review_due_on.isoformat() if risk.status == RiskStatus.OPEN else None,
    }
    owners = Staff(day_of(now), [risk.owner_post_id]).owners(risk.owner_post_id)
    facts |= vacancy(owners, risk)
    for person in owners.people:
        queue_message("decision_made", f"decision:{decision.id}", person.person_id, "once", facts, now)


def tell_of_referral(referral: Referral, decided_by: str, now: datetime) -> None:
    """Tell those who answer for the corporate register that a risk was proposed to it."""
    facts = {**_referred(referral), "reason": referral.decision.reason, "decided_by": decided_by}
    for person in people_with_role(Role.CORPORATE_COORDINATOR, day_of(now)):
        queue_message("referral_proposed", f"referral:{referral.id}", person.person_id, "once", facts, now)


def tell_of_referral_answer(referral: Referral, answer: Answer, said: str, by: str, now: datetime) -> None:
    """Tell the owner of the risk, or the line above, and each DMT member: each once, an owner as the owner."""
    risk = referral.escalation.risk
    staff = Staff(day_of(now), [risk.owner_post_id])
    owners = staff.owners(risk.owner_post_id)
    told = {person.person_id: "dmt" for person in staff.with_role(Role.DMT_MEMBER)}
    told |= {person.person_id: "owner" for person in owners.people}
    known = {**_referred(referral), "answer": answer, "said": said, "by": by, **vacancy(owners, risk)}
    known["corporate"] = str(referral.reference) if referral.reference else None
    known["review_due_on"] = risk.review_due_on.isoformat()
    for person_id, audience in told.items():
        facts = {**known, "audience": audience}
        queue_message("referral_answered", f"referral:{referral.id}", person_id, answer, facts, now)


def _referred(referral: Referral) -> dict[str, Any]:
    risk = referral.escalation.risk
    return {
        **_of_risk(risk),
        "referral_id": referral.id,
        "escalation_id": referral.escalation_id,
        "own_rag": risk.own_rag,
        "rag_now": risk.effective_rag,
    }


def _of_risk(risk: Risk) -> dict[str, Any]:
    return {"risk_id": risk.id, "reference": str(risk.reference), "title": risk.title}


def tell_of_answer(actor: Actor, risk: Risk, to: int | None, answer: str, reason: str, now: datetime) -> None:
    """Tell who proposed a risk that it was approved, sent back or discarded; nobody is told of their own answer.

    When who proposed it has left, those who own the risk are told, or the line above where that post is vacant.
    """
    if to is None or to == actor.person_id:
        return
    facts: dict[str, Any] = {
        **_of_risk(risk),
        "answer": answer,
        "reason": reason,
        "answered_by": actor.name,
        "audience": "proposer",
        **vacancy(Owners(()), risk),
    }
    people: Iterable[int] = [to]
    if not db.session.get_one(Person, to).active:
        owners = Staff(day_of(now), [risk.owner_post_id]).owners(risk.owner_post_id)
        people = [one.person_id for one in owners.people if one.person_id != actor.person_id]
        facts |= {"audience": "owner", **vacancy(owners, risk)}
    for person_id in people:
        queue_message("proposal_answered", f"risk:{risk.id}:{risk.revision}", person_id, "once", facts, now)
