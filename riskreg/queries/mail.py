"""What the administrator sees of the outbox: how much waits, since when, and what did not go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from riskreg.extensions import db
from riskreg.models import AuditEvent, Message, Person
from riskreg.models.outbox import LOST, ON_ITS_WAY

# Claimed by a sender, or begun: either is being sent, and the pages show the two as one, under the first.
SENDING = ("claimed", "started")
STATES = ("waiting", "claimed", "failed", "unknown", "sent", "dropped")
UNSENT = (*ON_ITS_WAY, *LOST)
ACCOUNT_KINDS = "account_"


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many messages are in each of STATES, and when the oldest that has not gone was put in."""

    counts: dict[str, int]
    oldest_unsent: datetime | None

    @property
    def total(self) -> int:
        """All messages."""
        return sum(self.counts.values())

    @property
    def unsent(self) -> int:
        """Those that have not gone."""
        return sum(count for state, count in self.counts.items() if state in UNSENT)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a message. `person` None: the register did it itself."""

    at: datetime
    person: str | None
    verb: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message without its text. `secret`: its text is shown to nobody, since it lets a person sign in."""

    id: int
    kind: str
    name: str
    email: str
    state: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_error: str
    subject: str

    @property
    def secret(self) -> bool:
        """Whether its text is kept from everyone but who it is for."""
        return self.kind.startswith(ACCOUNT_KINDS)


def outbox_counts() -> Outbox:
    """Return the counts by state and the oldest that has not gone, by two queries."""
    found = db.session.execute(select(Message.state, func.count()).group_by(Message.state))
    counts: dict[str, int] = {}
    for state, count in found:
        shown = SENDING[0] if state in SENDING else state
        counts[shown] = counts.get(shown, 0) + count
    oldest = db.session.scalar(select(func.min(Message.created_at)).where(Message.state.in_(UNSENT)))
    return Outbox({state: counts.get(state, 0) for state in STATES}, oldest)


def last_trouble() -> str:
    """Return what went wrong with the message that waits and was tried last; empty when none was; by one query."""
    tried = select(Message.last_error).where(Message.state == "waiting", Message.attempts > 0)
    return db.session.scalar(tried.order_by(Message.next_attempt_at.desc(), Message.id.desc()).limit(1)) or ""


def history(message: Message) -> list[Event]:
    """Return what the audit trail holds of a message, the oldest first, by one query."""
    rows = db.session.execute(
        select(AuditEvent.at, Person.name, AuditEvent.verb, AuditEvent.sentence)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        # Nothing happened to it before it was put in; the day is in an index, and what an event is about is not.
        .where(AuditEvent.at >= message.created_at, AuditEvent.subject == f"message:{message.id}")
        .order_by(AuditEvent.id)
    )
    return [Event(*row) for row in rows]


def messages(state: str, *, offset: int, size: int) -> list[MessageLine]:
    """Return one page of messages in a state, or of all that have not gone when it is empty; by one query.

    What needs the administrator comes first, then the longest waiting; sent ones with the newest first.
    """
    columns: tuple[Any, ...] = (
        Message.id, Message.kind, Person.name, Person.email, Message.state, Message.attempts, Message.created_at,
        Message.next_attempt_at, Message.sent_at, Message.last_error, Message.subject,
    )  # fmt: skip
    query = select(*columns).join(Person, Person.id == Message.person_id)
    shown = (SENDING if state in SENDING else (state,)) if state else UNSENT
    query = query.where(Message.state.in_(shown))
    if state in ("sent", "dropped"):
        query = query.order_by(Message.id.desc())
    else:
        query = query.order_by(case((Message.state.in_(LOST), 0), else_=1), Message.id)
    return [MessageLine(*row) for row in db.session.execute(query.offset(offset).limit(size))]
