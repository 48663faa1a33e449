"""What happened to one risk, from the audit trail, newest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from riskreg.extensions import db
from riskreg.models import AuditEvent, Person

Rows = Select[*tuple[Any, ...]]
AT_FIRST = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `by` is None when the register did it itself."""

    id: int
    at: datetime
    verb: str
    sentence: str
    by: str | None


@dataclass(frozen=True, slots=True)
class History:
    """The events of a risk; `more` when older ones were left out."""

    events: Sequence[Event]
    more: bool


# Built once and not for every page: building a statement takes longer than running it.
_EVENTS: Rows = (
    select(AuditEvent.id, AuditEvent.at, AuditEvent.verb, AuditEvent.sentence, Person.name)
    .outerjoin(Person, Person.id == AuditEvent.person_id)
    .order_by(AuditEvent.id.desc())
)
_OF_RISK = _EVENTS.where(AuditEvent.risk_id == bindparam("risk_id"))
_LATEST_OF_RISK = _OF_RISK.limit(AT_FIRST + 1)


def history_of_risk(risk_id: int, *, everything: bool = False) -> History:
    """Return the latest events of a risk, or all of them, by one query."""
    found = _read(_OF_RISK if everything else _LATEST_OF_RISK, {"risk_id": risk_id})
    return History(found if everything else found[:AT_FIRST], not everything and len(found) > AT_FIRST)


def changes_since(
    risk_id: int,
    entered: datetime,
    reviewed: datetime | None,
    indicators: Collection[int],
    contracts: Collection[int],
) -> History:
    """Return the latest events of a risk and of what it is linked to, by one query.

    After its last review, whose own events do not count; all from the moment it was entered when there was none.
    """
    later = AuditEvent.at > reviewed if reviewed else AuditEvent.at >= entered
    subjects = [f"indicator:{one}" for one in indicators] + [f"contract:{one}" for one in contracts]
    about = or_(AuditEvent.risk_id == risk_id, AuditEvent.subject.in_(subjects))
    found = _read(_EVENTS.where(later, about).limit(AT_FIRST + 1))
    return History(found[:AT_FIRST], len(found) > AT_FIRST)


def changes_since_revision(risk_id: int, revision: int) -> Sequence[Event]:
    """Return what happened to a risk after the state that a page showed, by one query."""
    return _read(_EVENTS.where(AuditEvent.risk_id == risk_id, AuditEvent.risk_revision > revision).limit(AT_FIRST))


def _read(query: Rows, given: Mapping[str, Any] | None = None) -> list[Event]:
    return [Event(*row) for row in db.session.execute(query, given)]
