"""The audit trail, newest first, narrowed to what an auditor asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, false, func, literal, or_, select, union_all

from riskreg.domain.dates import LONDON
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    Action,
    AuditEvent,
    Contract,
    Decision,
    Indicator,
    Link,
    Person,
    Post,
    Reference,
    Register,
    Risk,
)

Rows = Select[*tuple[Any, ...]]
SIGN_INS = ("sign in", "refuse a sign-in")
REFERENCE = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*0*([1-9][0-9]{0,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the trail is narrowed to. `person_id` 0 is the register itself; days are London days, both included.

    `linked` adds the events of the indicators and contracts that the risk depends on; `sign_ins` adds the sign-ins,
    which are left out otherwise unless their verb is asked for.
    """

    person_id: int | None = None
    reference: str = ""
    linked: bool = False
    verb: str = ""
    from_day: date | None = None
    to_day: date | None = None
    sign_ins: bool = False

    @property
    def narrows(self) -> bool:
        """Whether anything but sign-ins is left out."""
        return replace(self, linked=False, sign_ins=False) != AuditFilter()


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
            reference=written_reference(row.prefix, row.number) if row.number is not None else "",
            risk_revision=row.risk_revision,
            detail=row.detail or {},
        )
        for row in rows
    ]


def subject_names(lines: Sequence[AuditLine]) -> dict[str, str]:
    """Return the names of the indicators, contracts, posts and actions that events are about, by one query."""
    keys: dict[str, list[int]] = {}
    for kind, _, key in (line.subject.partition(":") for line in lines):
        if key.isdecimal():
            keys.setdefault(kind, []).append(int(key))
    names = (
        ("indicator", Indicator.id, Indicator.code + " " + Indicator.name),
        ("contract", Contract.id, Contract.code + " " + Contract.title),
        ("post", Post.id, "post " + Post.title),
        ("action", Action.id, "action “" + Action.text + "”"),
    )
    query = union_all(
        *(select(literal(kind), key, name).where(key.in_(keys.get(kind, ()))) for kind, key, name in names)
    )
    return {f"{row[0]}:{row[1]}": row[2] for row in db.session.execute(query)}


def seen_by_dmt(lines: Sequence[AuditLine]) -> dict[int, dict[str, Any]]:
    """Return, by the number of its event, what DMT saw when it made a decision; one query."""
    decided = {(line.subject, line.at): line.id for line in lines if line.verb == "decided"}
    keys = [int(name.partition(":")[2]) for name, _ in decided]
    query = select(Decision.escalation_id, Decision.decided_at, Decision.seen).where(Decision.escalation_id.in_(keys))
    found = ((decided.get((f"escalation:{row[0]}", row[1])), row[2]) for row in db.session.execute(query))
    return {key: facts for key, facts in found if key is not None}


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
        query = query.where(_about(wanted.reference, linked=wanted.linked))
    if wanted.verb:
        query = query.where(AuditEvent.verb == wanted.verb)
    elif not wanted.sign_ins:
        query = query.where(AuditEvent.verb.not_in(SIGN_INS))
    if wanted.from_day:
        query = query.where(AuditEvent.at >= _start_of(wanted.from_day))
    if wanted.to_day:
        query = query.where(AuditEvent.at < _start_of(wanted.to_day + timedelta(days=1)))
    return query


def _about(reference: str, *, linked: bool) -> ColumnElement[bool]:
    """The condition that an event is about a risk, or about what it depends on; what is no reference is about none."""
    found = REFERENCE.fullmatch(reference.strip())
    if not found:
        return false()
    risks = (
        select(Risk.id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(func.upper(Register.prefix) == found[1].upper(), Reference.number == int(found[2]))
    )
    of_risk = AuditEvent.risk_id.in_(risks)
    if not linked:
        return of_risk
    links = (("indicator:", Link.indicator_id), ("contract:", Link.contract_id))
    subjects = union_all(
        *(
            select(literal(kind) + cast(key, String)).where(Link.risk_id.in_(risks), key.is_not(None))
            for kind, key in links
        )
    )
    return or_(of_risk, AuditEvent.subject.in_(subjects))


def _start_of(day: date) -> datetime:
    """The moment at which a day begins in London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)
