"""Files kept as evidence; their content lies in a table of its own, so that lists never read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.escalation import Escalation
from riskreg.models.mitigation import Action
from riskreg.models.person import Person
from riskreg.models.risk import Risk


class Evidence(Table):
    """A file that bears on a risk, or on one of its actions or escalations. `size` in bytes, `sha256` of its content.

    One that should not be here loses its content; what it was, and why it went, stays.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("action_id IS NULL OR escalation_id IS NULL", name="one_place"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(removed_at IS NULL) = (removed_why = '')", name="removed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"), index=True)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    description: Mapped[str]
    added_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_why: Mapped[str] = mapped_column(default="")

    risk: Mapped[Risk] = relationship()
    action: Mapped[Action | None] = relationship()
    escalation: Mapped[Escalation | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=person_id)


class EvidenceContent(Table):
    """What is in a file."""

    __tablename__ = "evidence_content"

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True)
    content: Mapped[bytes]
