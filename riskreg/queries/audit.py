"""The audit trail, newest first, narrowed to what an auditor asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select

from riskreg.domain.dates import LONDON
from riskreg.extensions import db
from riskreg.models import AuditEvent, Person, Reference, Register, Risk

Rows = Select[*tuple[Any, ...]]
REFERENCE = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*0*([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the trail is narrowed to. `person_id` 0 is the register itself; days are London days, both included."""

    person_id: int | None = None
    reference: str = ""
    verb: str = ""
    from_day: date | None = None
    to_day: date | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != AuditFilter()


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event. `person` None: the register did it itself. `detail` holds the old and new values."""

    id: int
    at: datetime
    person: str | None
    verb: str
    subject: str
    sentence: str
    risk_id: int | None
    reference: str
    risk_revision: int | None
    detail: dict[str, Any]


def audit_count(wanted: AuditFilter) -> int:
    """Return how many events there are, by one query."""
    query = _narrowed(select(func.count()).select_from(AuditEvent), wanted)
    return db.session.scalar(query) or 0


def audit_lines(wanted: AuditFilter, *, offset: int, size: int) -> list[AuditLine]:
    """Return one page of events, the newest first, by one query."""
    query = (
        select(AuditEvent.id, AuditEvent.at, Person.name, AuditEvent.verb, AuditEvent.subject, AuditEvent.sentence)
        .add_columns(AuditEvent.risk_id, Register.prefix, Reference.number, AuditEvent.risk_revision, AuditEvent.detail)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .outerjoin(Risk, Risk.id == AuditEvent.risk_id)
        .outerjoin(Reference, Reference.id == Risk.reference_id)
        .outerjoin(Register, Register.id == Reference.register_id)
        .order_by(AuditEvent.id.desc())
    )
    rows = db.session.execute(_narrowed(query, wanted).offset(offset).limit(size))
    return [
        AuditLine(
            id=row.id,
            at=row.at,
            person=row.name,
            verb=row.verb,
            subject=row.subject,
            sentence=row.sentence,
            risk_id=row.risk_id,
            reference=f"{row.prefix} {row.number:02d}" if row.number is not None else "",
            risk_revision=row.risk_revision,
            detail=row.detail or {},
        )
        for row in rows
    ]


def audit_people() -> list[tuple[int, str]]:
    """Return everyone who could have done something, by name, by one query."""
    query = select(Person.id, Person.name).order_by(func.lower(Person.name), Person.id)
    return [(row.id, row.name) for row in db.session.execute(query)]


def audit_verbs() -> list[str]:
    """Return the verbs that occur in the trail, by one query."""
    return list(db.session.scalars(select(AuditEvent.verb).distinct().order_by(AuditEvent.verb)))


def _narrowed(query: Rows, wanted: AuditFilter) -> Rows:
    if wanted.person_id is not None:
        who = AuditEvent.person_id
        query = query.where(who == wanted.person_id if wanted.person_id else who.is_(None))
    if wanted.reference:
        query = query.where(_about(wanted.reference))
    if wanted.verb:
        query = query.where(AuditEvent.verb == wanted.verb)
    if wanted.from_day:
        query = query.where(AuditEvent.at >= _start_of(wanted.from_day))
    if wanted.to_day:
        query = query.where(AuditEvent.at < _start_of(wanted.to_day + timedelta(days=1)))
    return query


def _about(reference: str) -> ColumnElement[bool]:
    """The condition that an event is about a risk; what is no reference is about none."""
    found = REFERENCE.fullmatch(reference.strip())
    if not found:
        return false()
    risks = (
        select(Risk.id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(func.upper(Register.prefix) == found[1].upper(), Reference.number == int(found[2]))
    )
    return AuditEvent.risk_id.in_(risks)


def _start_of(day: date) -> datetime:
    """The moment at which a day begins in London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
