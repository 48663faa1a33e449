"""Risks that DMT referred to the corporate register, and what its co-ordinator answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.escalation import Decision, Escalation
from riskreg.models.register import Reference, Register

IS_STANDING = "state IN ('proposed', 'accepted')"


class Referral(Table):
    """One risk proposed to the corporate register. Accepted, it has a reference there until it ends.

    The directorate keeps managing the risk; at most one referral of an escalation stands.
    """

    __tablename__ = "referral"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'accepted', 'declined', 'ended')", name="state"),
        CheckConstraint("state <> 'accepted' OR reference_id IS NOT NULL", name="reference"),
        CheckConstraint("(state IN ('proposed', 'ended')) OR answer <> ''", name="answer"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        Index(
            "uq_referral_standing",
            "escalation_id",
            unique=True,
            sqlite_where=text(IS_STANDING),
            postgresql_where=text(IS_STANDING),
        ),
        Index("ix_referral_register", "register_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), unique=True)
    state: Mapped[str] = mapped_column(default="proposed")
    reference_id: Mapped[int | None] = mapped_column(ForeignKey("reference.id"), unique=True)
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)

    register: Mapped[Register] = relationship()
    escalation: Mapped[Escalation] = relationship()
    decision: Mapped[Decision] = relationship()
    reference: Mapped[Reference | None] = relationship()
