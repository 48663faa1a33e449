"""Whom to tell of what: the messages that a change puts into the outbox, in its own transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.models import Decision, Escalation
from riskreg.queries.people import holders_of, people_with_role
from riskreg.services.outbox import queue_message


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation that was opened, or came back before DMT, with the sentences that did it."""

    escalation: Escalation
    sentences: tuple[str, ...]


def tell_of_escalations(raised: Sequence[Raised], now: datetime) -> None:
    """Tell each owner of the own risks, and each DMT member of all: one message a person, however many risks."""
    if not raised:
        return
    today = day_of(now)
    told: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    members = people_with_role(Role.DMT_MEMBER, today)
    for one in raised:
        facts = _facts(one)
        for person in holders_of(one.escalation.risk.owner_post_id, today):
            told["owner", person.person_id].append(facts)
        for person in members:
            told["dmt", person.person_id].append(facts)
    for (audience, person_id), escalations in told.items():
        # The moment is part of the key: the same escalation may come back before DMT later, on new facts only.
        key = f"{audience}:escalation:{escalations[0]['id']}"
        facts = {"for": audience, "escalations": escalations}
        queue_message("escalation_raised", key, person_id, now.isoformat(), facts, now)


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
        "meeting_on": decision.meeting_on.isoformat() if decision.meeting_on else None,
        "decided_by": decided_by,
        "rag_now": risk.effective_rag,
    }
    for person in holders_of(risk.owner_post_id, day_of(now)):
        queue_message("decision_made", f"decision:{decision.id}", person.person_id, "once", facts, now)
