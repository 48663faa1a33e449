"""The audit trail: who did what to what, when, with the old and the new; only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.person import Person


class AuditEvent(Table):
    """One event. `person_id` None: the register did it itself. `risk_revision` is the risk's after the event."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_risk", "risk_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str]
    subject: Mapped[str]
    sentence: Mapped[str]
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"))
    risk_revision: Mapped[int | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)

    person: Mapped[Person | None] = relationship()
