"""The escalations that an indicator caused: every one that one of its signals joined, with what DMT decided last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, select

from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, EscalationSignal, Reference, Register, Risk, SignalRow


@dataclass(frozen=True, slots=True)
class CausedEscalation:
    """An escalation, since when the indicator is a reason for it, and the last decision on it, if there is one."""

    id: int
    risk_id: int
    reference: str
    title: str
    status: str
    opened_on: date
    joined_at: datetime
    ended_at: datetime | None
    decision: str | None
    decided_at: datetime | None
    reason: str | None


def escalations_caused(indicator_id: int) -> list[CausedEscalation]:
    """Return the escalations that hold a signal of the indicator, the latest first, by one query."""
    last = (
        select(func.max(Decision.id))
        .where(Decision.escalation_id == Escalation.id)
        .correlate(Escalation)
        .scalar_subquery()
    )
    joined = (
        select(EscalationSignal.escalation_id, func.min(EscalationSignal.joined_at).label("joined_at"))
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(SignalRow.indicator_id == indicator_id)
        .group_by(EscalationSignal.escalation_id)
        .subquery()
    )
    query = (
        select(Escalation.id, Risk.id.label("risk_id"), Register.prefix, Reference.number, Risk.title)
        .add_columns(Escalation.status, Escalation.opened_on, joined.c.joined_at, Escalation.ended_at)
        .add_columns(Decision.kind, Decision.decided_at, Decision.reason)
        .join(joined, joined.c.escalation_id == Escalation.id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .outerjoin(Decision, Decision.id == last)
        .order_by(Escalation.id.desc())
    )
    return [_caused(row) for row in db.session.execute(query)]


def _caused(row: Row[Any]) -> CausedEscalation:
    return CausedEscalation(
        id=row.id,
        risk_id=row.risk_id,
        reference=written_reference(row.prefix, row.number),
        title=row.title,
        status=row.status,
        opened_on=row.opened_on,
        joined_at=row.joined_at,
        ended_at=row.ended_at,
        decision=row.kind,
        decided_at=row.decided_at,
        reason=row.reason,
    )
