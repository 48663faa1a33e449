"""Marking a message of the outbox, only as far as it is still as its sender must find it: the statements of posting."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Update, bindparam, select, update
from sqlalchemy.orm import joinedload

from riskreg.extensions import db
from riskreg.models import Message

_OUTBOX = cast("Table", Message.__table__)
_MINE = _OUTBOX.c.lease_holder == bindparam("holder")


def _change(*as_expected: ColumnElement[bool]) -> Update:
    return update(_OUTBOX).where(_OUTBOX.c.id == bindparam("key"), *as_expected).returning(_OUTBOX.c.id)


# Built once and not for every message: building a statement takes longer than running it.
_CLAIMED = _change(_OUTBOX.c.state == "waiting").values(attempts=_OUTBOX.c.attempts + 1)
_STARTED = _change(_OUTBOX.c.state == "claimed", _MINE)
_LET_GO = _change(_OUTBOX.c.state.in_(("claimed", "started")), _MINE)
_NEXT = (
    select(Message.id)
    .where(Message.state == "waiting", Message.next_attempt_at <= bindparam("now"))
    .order_by(Message.next_attempt_at, Message.id)
    .limit(1)
)
# Those whose sender has let its lease run out, by the state in which it left them.
_TAKEN_BACK = (
    update(_OUTBOX)
    .where(_OUTBOX.c.state == bindparam("was"), _OUTBOX.c.lease_until < bindparam("now"))
    .values(lease_until=None, lease_holder=None)
    .returning(_OUTBOX.c.id)
)
_WITH_PERSON = select(Message).where(Message.id == bindparam("key")).options(joinedload(Message.person))


def next_due(now: datetime) -> int | None:
    """Return the id of the message that has been due for longest, by one query; None when none is due."""
    key: int | None = db.session.scalar(_NEXT, {"now": now})
    return key


def take_back(was: str, becomes: str, error: str, now: datetime) -> list[int]:
    """Settle the messages in one state whose sender has let its lease run out; return their ids."""
    values = {"was": was, "now": now, "state": becomes, "last_error": error}
    return list(db.session.scalars(_TAKEN_BACK, values))


def with_person(message_id: int) -> Message:
    """Return a message and whom it is for, by one query. Raises NoResultFound for one that is not there."""
    return db.session.scalars(_WITH_PERSON, {"key": message_id}).one()


def mark_claimed(message_id: int, holder: str, lease_until: datetime) -> bool:
    """Claim a waiting message for a sender; whether it was still waiting."""
    lease = {"state": "claimed", "lease_holder": holder, "lease_until": lease_until}
    return _changed(_CLAIMED, message_id, lease)


def mark_started(message_id: int, holder: str, kept: dict[str, Any]) -> bool:
    """Note that a claimed message begins to leave, with what is kept of it; whether the sender still held it."""
    return _changed(_STARTED, message_id, {"state": "started", "holder": holder, **kept})


def mark_let_go(message_id: int, holder: str, state: str, values: dict[str, Any]) -> bool:
    """Let go of a message in its new state; whether the sender still held it."""
    return _changed(_LET_GO, message_id, {"state": state, "holder": holder, "lease_until": None, **values})


def _changed(change: Update, message_id: int, values: dict[str, Any]) -> bool:
    return db.session.execute(change, {"key": message_id, **values}).one_or_none() is not None
