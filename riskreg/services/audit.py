"""Writing the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from riskreg.domain.sentences import closed
from riskreg.extensions import db
from riskreg.models import AuditEvent, Risk
from riskreg.services.actors import Actor
from riskreg.services.event_notices import MENTIONS, tell_of_mentions


def record(
    actor: Actor,
    verb: str,
    subject: str,
    sentence: str,
    *,
    now: datetime,
    risk: Risk | None = None,
    owner: int | None = None,
    **detail: Any,
) -> AuditEvent:
    """Add an event. `subject` names the thing as `kind:id`; `detail` holds old and new values as JSON can.

    The sentence says when a deputy acted for the post that owns the matter: `owner`, or else the risk's.
    An event on a risk counts as a change of it: its revision rises, so that a page opened before is noticed.
    Whoever is mentioned in what was written is told.
    """
    event = add_event(actor, verb, subject, sentence, now=now, risk=risk, owner=owner, **detail)
    db.session.flush()
    if MENTIONS in sentence and actor.person_id is not None:
        tell_of_mentions(actor, event, risk, now)
    return event


def add_event(
    actor: Actor,
    verb: str,
    subject: str,
    sentence: str,
    *,
    now: datetime,
    risk: Risk | None = None,
    owner: int | None = None,
    **detail: Any,
) -> AuditEvent:
    """Add an event as `record` does, and leave the flushing to who adds thousands of them."""
    if risk is not None:
        risk.revision += 1
    if post := actor.stands_in_for(owner or (risk.owner_post_id if risk else None)):
        sentence = f"{closed(sentence)} Done as deputy for the {post}."
    event = AuditEvent(
        at=now,
        person_id=actor.person_id,
        verb=verb,
        subject=subject,
        sentence=sentence,
        risk_id=risk.id if risk else None,
        risk_revision=risk.revision if risk else None,
        detail=detail,
    )
    db.session.add(event)
    return event
