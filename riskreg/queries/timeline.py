"""The ratings of one risk over time: its assessments, and the escalations that raised what the register showed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from riskreg.domain.scoring import Rag, effective_rag
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    Assessment,
    AuditEvent,
    Decision,
    Escalation,
    EscalationSignal,
    Person,
    Reference,
    Register,
    Risk,
    SignalRow,
)
from riskreg.queries.audit import AuditLine
from riskreg.queries.change_parts import ITSELF

Rows = Select[*tuple[Any, ...]]
RISK: Any = bindparam("risk_id")
Decider = aliased(Person)


@dataclass(frozen=True, slots=True)
class RiskName:
    """A risk by name, and what it was entered with."""

    id: int
    prefix: str
    number: int
    title: str
    status: str
    own_rag: str
    effective_rag: str
    recorded_at: datetime

    @property
    def reference(self) -> str:
        """CYPE 01."""
        return written_reference(self.prefix, self.number)


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment of the current rating. `by` is empty for a published one."""

    at: datetime
    rag: str
    likelihood: int | None
    impact: int | None
    rationale: str
    by: str


@dataclass(frozen=True, slots=True)
class Escalated:
    """An escalation from when it was opened until it ended. `ended_by` is empty where no decision ended it."""

    id: int
    opened_at: datetime
    ended_at: datetime | None
    rag_after: str
    status: str
    ended_why: str
    why: str
    by: str
    ended_by: str

    def holds_at(self, moment: datetime) -> bool:
        """Whether it raised the rating shown right after a moment."""
        return self.opened_at <= moment and (self.ended_at is None or moment < self.ended_at)


@dataclass(frozen=True, slots=True)
class Turn:
    """A moment from which the ratings read so, what happened, why, and who did it."""

    at: datetime
    own: str
    shown: str
    what: str
    why: str
    by: str
    escalation_id: int | None = None


# Built once and not for every page: building a statement takes longer than running it.
_NAME: Rows = (
    select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status, Risk.own_rag, Risk.effective_rag)
    .add_columns(Risk.recorded_at)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Register, Register.id == Risk.register_id)
    .where(Risk.id == RISK)
)
_ASSESSED: Rows = (
    select(Assessment.recorded_at, Assessment.rag, Assessment.likelihood, Assessment.impact, Assessment.rationale)
    .add_columns(func.coalesce(Person.name, ""))
    .outerjoin(Person, Person.id == Assessment.person_id)
    .where(Assessment.risk_id == RISK, Assessment.kind == "current")
    .order_by(Assessment.id)
)
_ESCALATED: Rows = (
    select(Escalation.id, Escalation.opened_at, Escalation.ended_at, Escalation.rag_after, Escalation.status)
    .add_columns(Escalation.ended_why, Escalation.reason, func.coalesce(Person.name, "").label("by"))
    .add_columns(func.coalesce(Decider.name, "").label("ended_by"))
    .outerjoin(Person, Person.id == Escalation.person_id)
    .outerjoin(Decision, and_(Decision.escalation_id == Escalation.id, Decision.decided_at == Escalation.ended_at))
    .outerjoin(Decider, Decider.id == Decision.person_id)
    .where(Escalation.risk_id == RISK)
    .order_by(Escalation.opened_at, Escalation.id)
)
_SENTENCES: Rows = (
    select(EscalationSignal.escalation_id, SignalRow.sentence)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
    .where(EscalationSignal.risk_id == RISK, EscalationSignal.joined_at <= Escalation.opened_at)
    .order_by(EscalationSignal.joined_at, SignalRow.severity.desc(), SignalRow.id)
)
_EVENTS: Rows = (
    select(AuditEvent.id, AuditEvent.at, Person.name, AuditEvent.verb, AuditEvent.subject, AuditEvent.sentence)
    .add_columns(AuditEvent.detail)
    .outerjoin(Person, Person.id == AuditEvent.person_id)
    .where(AuditEvent.risk_id == RISK)
    .order_by(AuditEvent.id.desc())
)
_COUNT: Rows = select(func.count(AuditEvent.id)).where(AuditEvent.risk_id == RISK)


def risk_name(risk_id: int) -> RiskName | None:
    """Return a risk by name, by one query; None when there is none."""
    row = db.session.execute(_NAME, {"risk_id": risk_id}).one_or_none()
    return RiskName(*row) if row else None


def assessments_of(risk_id: int) -> Sequence[Assessed]:
    """Return the assessments of the current rating, the oldest first, by one query."""
    return [Assessed(*row) for row in db.session.execute(_ASSESSED, {"risk_id": risk_id})]


def escalations_of(risk_id: int) -> Sequence[Escalated]:
    """Return the escalations of a risk, the oldest first, each with what opened it, by two queries."""
    said: dict[int, list[str]] = {}
    for escalation_id, sentence in db.session.execute(_SENTENCES, {"risk_id": risk_id}):
        said.setdefault(escalation_id, []).append(sentence)
    return [
        Escalated(
            id=row.id,
            opened_at=row.opened_at,
            ended_at=row.ended_at,
            rag_after=row.rag_after,
            status=row.status,
            ended_why=row.ended_why,
            why=" ".join([row.reason, *said.get(row.id, ())]).strip(),
            by=row.by,
            ended_by=row.ended_by,
        )
        for row in db.session.execute(_ESCALATED, {"risk_id": risk_id})
    ]


def count_events(risk_id: int) -> int:
    """Return how many events the audit trail holds of a risk, by one query."""
    return db.session.scalar(_COUNT, {"risk_id": risk_id}) or 0


def events_of(risk: RiskName, *, limit: int, offset: int) -> list[AuditLine]:
    """Return a page of what the audit trail holds of a risk, the newest first, by one query."""
    rows = db.session.execute(_EVENTS.limit(limit).offset(offset), {"risk_id": risk.id})
    return [
        AuditLine(
            id=row.id,
            at=row.at,
            person=row.name,
            verb=row.verb,
            subject=row.subject,
            sentence=row.sentence,
            risk_id=risk.id,
            reference=risk.reference,
            risk_revision=None,
            detail=row.detail or {},
        )
        for row in rows
    ]


def turns_of(risk: RiskName, assessed: Sequence[Assessed], escalated: Sequence[Escalated]) -> list[Turn]:
    """Return every moment at which a rating was given or an escalation began or ended, the oldest first."""
    rated = sorted(assessed, key=lambda one: one.at) or [
        Assessed(risk.recorded_at, risk.own_rag, None, None, "Without a recorded assessment.", "")
    ]

    def ratings_at(moment: datetime) -> tuple[str, str]:
        own = next((one.rag for one in reversed(rated) if one.at <= moment), rated[0].rag)
        raised = next((Rag(one.rag_after) for one in escalated if one.holds_at(moment)), None)
        return own, effective_rag(Rag(own), escalated_to=raised).value

    def happened() -> Iterator[tuple[datetime, int, str, str, str, int | None]]:
        for one in rated:
            score = f"score {one.likelihood * one.impact}" if one.likelihood and one.impact else "without a score"
            yield one.at, 0, f"Rated {one.rag}, {score}", one.rationale, one.by or "as published", None
        for live in escalated:
            yield live.opened_at, 1, "Escalation opened", live.why, live.by or ITSELF, live.id
            if live.ended_at:
                yield (
                    live.ended_at,
                    2,
                    f"Escalation ended: {live.status}",
                    live.ended_why,
                    live.ended_by or ITSELF,
                    live.id,
                )

    found = sorted(happened(), key=lambda one: one[:2])
    return [Turn(at, *ratings_at(at), what, why, by, key) for at, _, what, why, by, key in found]
