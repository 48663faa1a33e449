"""The outbox: messages are put in with the change that causes them, and what the administrator decides about one.

`riskreg.services.posting` takes them out again and sends them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from riskreg.domain.access import Permission
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.extensions import db
from riskreg.models import Message, Person
from riskreg.models.outbox import LOST
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.event_notices import tell_of_failed_mail

UNSETTLED = ("waiting", *LOST)
TRIED = "tried to send a message"
STATE_WORDS = {
    "waiting": "waiting",
    "claimed": "being sent",
    "started": "being sent",
    "sent": "sent",
    "failed": "refused for good",
    "unknown": "perhaps sent",
    "dropped": "dropped",
}


def queue_message(
    kind: str, subject_key: str, person_id: int, period: str, facts: Mapping[str, Any], now: datetime
) -> Message | None:
    """Put a message into the outbox unless its key is there already; return it, or None when nothing was added.

    Somebody who is inactive gets none. Safe against another transaction doing the same: the database's own “on
    conflict do nothing” waits for it and then adds nothing.
    """
    person = db.session.get(Person, person_id)
    if person is None or not person.active:
        return None
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = {"kind": kind, "subject_key": subject_key, "person_id": person_id, "period": period}
    statement = (
        insert(Message)
        .values(**key, facts=dict(facts), created_at=now, next_attempt_at=now)
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(Message)
    )
    message: Message | None = db.session.scalars(statement).one_or_none()
    return message


def anything_to_send(now: datetime) -> bool:
    """Whether a message is due, or a sender let one down; one small read."""
    due = Message.state.in_(("waiting",)) & (Message.next_attempt_at <= now)
    let_down = Message.state.in_(("claimed", "started")) & (Message.lease_until < now)
    return bool(db.session.scalar(select(exists().where(or_(due, let_down)))))


def note_attempt(message_id: int, state: str, error: str, now: datetime) -> None:
    """Note in the audit trail that an attempt at sending did not succeed, and what became of the message."""
    sentence = f"Message {message_id} is {STATE_WORDS[state]}. {error}"
    record(SYSTEM, TRIED, f"message:{message_id}", sentence, now=now)
    if state in LOST:
        tell_of_failed_mail(db.session.get_one(Message, message_id), state, error, now)


def send_again(actor: Actor, message: Message, reason: str, now: datetime) -> None:
    """Have a message sent once more, at once: for one that failed, is only perhaps sent, or waits for its next try.

    Raises NotPermitted, RuleBroken for any other or without a reason, ChangedMeanwhile when a sender was faster.
    """
    _settle(actor, message, reason, now, verb="send again", state="waiting")


def let_be(actor: Actor, message: Message, reason: str, now: datetime) -> None:
    """Give a message up: nothing tries to send it any more. Raises as send_again does."""
    _settle(actor, message, reason, now, verb="dropped", state="dropped")


def _settle(actor: Actor, message: Message, reason: str, now: datetime, *, verb: str, state: str) -> None:
    actor.require(Permission.MANAGE_MAIL)
    if not reason.strip():
        raise RuleBroken("Give the reason.", "reason")
    before = message.state
    if before not in UNSETTLED:
        raise RuleBroken(f"This message is {STATE_WORDS[before]}: there is nothing left to do about it.")
    changed = db.session.execute(
        update(Message)
        .where(Message.id == message.id, Message.state == before)
        .values(state=state, next_attempt_at=now, attempts=0, lease_until=None, lease_holder=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    db.session.refresh(message)
    if changed is None:
        raise ChangedMeanwhile(f"The message has meanwhile become: {STATE_WORDS[message.state]}.")
    done = "is sent again" if state == "waiting" else "is dropped"
    sentence = f"A message to {message.person.name} that was {STATE_WORDS[before]} {done}. {reason.strip()}"
    record(
        actor, verb, f"message:{message.id}", sentence, now=now,
        before=before, after=state, error=message.last_error, reason=reason.strip(),
    )  # fmt: skip
