"""What moved in a register between two days: escalations that came and went, ratings that changed, risks that left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.lifecycle import EscalationStatus, RiskStatus
from riskreg.extensions import db
from riskreg.models import Assessment, Escalation, EscalationSignal, Reference, Register, Risk, SignalRow

S = EscalationStatus
GONE = (S.DECLINED, S.WITHDRAWN, S.DE_ESCALATED)
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
    """Return what moved from one day to another, both included, the earliest first; five queries.

    Without a first day, everything until the last. Opening positions are no movement.
    """
    first = since or date.min
    found = [*_raised(register_id, first, until), *_gone(register_id, first, until)]
    found += [*_assessed(register_id, first, until), *_left(register_id, first, until)]
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
        yield _movement(row, row.opened_on, "put before DMT", row.rag_before, row.rag_after, " ".join(reasons))


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


def _left(register_id: int, first: date, last: date) -> Iterator[Movement]:
    """Risks that left the register."""
    query = _of(register_id, Risk.status, Risk.closed_on, Risk.closing_reason)
    query = query.where(Risk.status.in_((RiskStatus.CLOSED, RiskStatus.MERGED)))
    query = query.where(Risk.closed_on >= first, Risk.closed_on <= last)
    for row in db.session.execute(query):
        yield _movement(row, row.closed_on, f"left the register: {row.status}", "", "", row.closing_reason)
