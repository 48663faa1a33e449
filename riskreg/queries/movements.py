"""What moved in a register between two days: escalations, ratings that changed, risks that came, left or came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.lifecycle import EscalationStatus, RiskStatus
from riskreg.extensions import db
from riskreg.models import (
    Assessment,
    Escalation,
    EscalationSignal,
    Reference,
    Register,
    Risk,
    RiskVersion,
    SignalRow,
)
from riskreg.queries.as_at import register_began
from riskreg.queries.keeping import BEFORE_APPROVAL

S = EscalationStatus
GONE = (S.DECLINED, S.WITHDRAWN, S.DE_ESCALATED)
KNOWN = (RiskStatus.OPEN, RiskStatus.CLOSED, RiskStatus.MERGED)
RAISED = "put before DMT"
Rows = Select[*tuple[Any, ...]]
_RISK = (Risk.id, Register.prefix, Reference.number, Risk.title)


@dataclass(frozen=True, slots=True)
class Movement:
    """One thing that moved a risk. `before` and `after` are ratings, empty where none changed by it."""

    on: date
    risk_id: int
    reference: str
    title: str
    what: str
    before: str
    after: str
    reason: str


def movements(register_id: int, since: date | None, until: date) -> list[Movement]:
    """Return what moved from one day to another, both included, the earliest first; six queries.

    Without a first day, everything until the last. Opening positions are no movement.
    """
    first = since or date.min
    found = [*_raised(register_id, first, until), *_gone(register_id, first, until)]
    found += [*_assessed(register_id, first, until), *_came_or_left(register_id, first, until)]
    return sorted(found, key=lambda one: (one.on, one.reference, one.what))


def _of(register_id: int, *columns: Any) -> Rows:
    return (
        select(*_RISK, *columns)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Risk.register_id == register_id)
    )


def _movement(row: Any, on: date, what: str, before: str, after: str, reason: str) -> Movement:
    return Movement(on, row[0], f"{row[1]} {row[2]:02d}", row[3], what, before, after, reason)


def _raised(register_id: int, first: date, last: date) -> Iterator[Movement]:
    """Risks that came before DMT, with what put them there."""
    within = (Risk.register_id == register_id, Escalation.opened_on >= first, Escalation.opened_on <= last)
    signals: dict[int, list[str]] = {}
    for escalation_id, sentence in db.session.execute(
        select(EscalationSignal.escalation_id, SignalRow.sentence)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(*within)
        .order_by(SignalRow.severity.desc(), SignalRow.id)
    ):
        signals.setdefault(escalation_id, []).append(sentence)
    columns = (Escalation.id, Escalation.opened_on, Escalation.rag_before, Escalation.rag_after, Escalation.reason)
    for row in db.session.execute(
        _of(register_id, *columns).join(Escalation, Escalation.risk_id == Risk.id).where(*within)
    ):
        reasons = ([row.reason] if row.reason else []) + signals.get(row[4], [])
        yield _movement(row, row.opened_on, RAISED, row.rag_before, row.rag_after, " ".join(reasons))


def _gone(register_id: int, first: date, last: date) -> Iterator[Movement]:
    """Escalations that ended while the risk stays in the register."""
    query = _of(register_id, Escalation.status, Escalation.ended_at, Escalation.ended_why)
    query = query.join(Escalation, Escalation.risk_id == Risk.id).where(Escalation.status.in_(GONE))
    query = query.where(Escalation.ended_at <= datetime.combine(last, time.max, LONDON))
    if first > date.min:
        query = query.where(Escalation.ended_at >= datetime.combine(first, time.min, LONDON))
    for row in db.session.execute(query):
        yield _movement(row, day_of(row.ended_at), f"escalation {row.status}", "", "", row.ended_why)


def _assessed(register_id: int, first: date, last: date) -> Iterator[Movement]:
    """Ratings that a person changed."""
    earlier = aliased(Assessment)
    previous = (
        select(func.max(earlier.id))
        .where(earlier.risk_id == Assessment.risk_id, earlier.kind == "current", earlier.id < Assessment.id)
        .correlate(Assessment)
        .scalar_subquery()
    )
    known = aliased(Assessment)
    query = _of(register_id, Assessment.assessed_on, known.rag, Assessment.rag, Assessment.rationale)
    query = query.join(Assessment, Assessment.risk_id == Risk.id).join(known, known.id == previous)
    query = query.where(Assessment.kind == "current", Assessment.person_id.is_not(None))
    query = query.where(Assessment.assessed_on >= first, Assessment.assessed_on <= last, known.rag != Assessment.rag)
    for row in db.session.execute(query):
        yield _movement(row, row[4], "rated anew by the owner", row[5], row[6], row[7])


def _came_or_left(register_id: int, first: date, last: date) -> Iterator[Movement]:
    """Risks whose status changed: new ones, closed and merged ones, and those that were reopened."""
    was, began = aliased(RiskVersion), register_began(register_id)
    before = (was.risk_id == RiskVersion.risk_id) & (was.version == RiskVersion.version - 1)
    query = _of(register_id, RiskVersion.status, was.status, RiskVersion.recorded_at, RiskVersion.change_reason)
    query = query.join(RiskVersion, RiskVersion.risk_id == Risk.id).outerjoin(was, before)
    query = query.where(RiskVersion.status.in_(KNOWN), was.id.is_(None) | (was.status != RiskVersion.status))
    never_open = and_(RiskVersion.status == RiskStatus.CLOSED, was.status.in_(BEFORE_APPROVAL))
    query = query.where(was.id.is_(None) | ~never_open)
    query = query.where(RiskVersion.recorded_at <= datetime.combine(last, time.max, LONDON))
    if first > date.min:
        query = query.where(RiskVersion.recorded_at >= datetime.combine(first, time.min, LONDON))
    for row in db.session.execute(query):
        _, _, _, _, status, earlier, at, reason = row
        if earlier is None and day_of(at) == began:
            continue  # the opening position
        yield _movement(row, day_of(at), _what(status, earlier), "", "", reason)


def _what(status: str, earlier: str | None) -> str:
    if status != RiskStatus.OPEN:
        return f"left the register: {status}"
    return "reopened" if earlier == RiskStatus.CLOSED else "new in the register"
