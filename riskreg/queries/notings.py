"""What DMT has noted: of each escalation last, of one in full, and at one meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import Escalation, Noting, Person, Reference, Register, Risk


@dataclass(frozen=True, slots=True)
class Noted:
    """DMT noted an escalation: what it remarked, who recorded it, when, and at which meeting if at one."""

    escalation_id: int
    text: str
    by: str
    at: datetime
    meeting_on: date | None
    prefix: str
    number: int

    @property
    def reference(self) -> str:
        """CYPE 01."""
        return written_reference(self.prefix, self.number)


_NOTED: Select[*tuple[Any, ...]] = (
    select(Noting.escalation_id, Noting.text, Person.name, Noting.noted_at, Noting.meeting_on)
    .add_columns(Register.prefix, Reference.number)
    .join(Person, Person.id == Noting.person_id)
    .join(Escalation, Escalation.id == Noting.escalation_id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Register, Register.id == Reference.register_id)
)


def _read(query: Select[*tuple[Any, ...]]) -> list[Noted]:
    return [Noted(*row) for row in db.session.execute(query)]


def escalations_to_note(ids: Sequence[int]) -> Sequence[Escalation]:
    """Return the escalations of some ids, as far as there are, each with its risk and reference, by one query."""
    query = select(Escalation).where(Escalation.id.in_(ids)).order_by(Escalation.id)
    risk = joinedload(Escalation.risk).joinedload(Risk.reference).joinedload(Reference.register)
    return db.session.scalars(query.options(risk)).all()


def last_notings(escalation_ids: Sequence[int]) -> Mapping[int, Noted]:
    """Return what DMT noted last of each escalation that it has noted, by one query."""
    newest = select(func.max(Noting.id)).where(Noting.escalation_id.in_(escalation_ids)).group_by(Noting.escalation_id)
    return {one.escalation_id: one for one in _read(_NOTED.where(Noting.id.in_(newest)))}


def notings_of(escalation_id: int) -> Sequence[Noted]:
    """Return everything that DMT noted of an escalation, the newest first, by one query."""
    return _read(_NOTED.where(Noting.escalation_id == escalation_id).order_by(Noting.id.desc()))


def notings_at(register_id: int, held_on: date) -> Sequence[Noted]:
    """Return what was noted at the meeting of that day, in the order in which it was recorded, by one query."""
    at = _NOTED.where(Risk.register_id == register_id, Noting.meeting_on == held_on)
    return _read(at.order_by(Noting.id))
