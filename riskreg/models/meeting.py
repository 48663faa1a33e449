"""Meetings of DMT with their agenda and record, and the packs made for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.escalation import Decision, Escalation
from riskreg.models.person import Person
from riskreg.models.register import Register
from riskreg.models.risk import Risk


class Meeting(Table):
    """A meeting of DMT on a day. Once closed, its record stays as it is.

    `not_held` is the reason why it was closed without being held; empty for every other.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("register_id", "held_on"),
        CheckConstraint("state IN ('planned', 'closed')", name="state"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    held_on: Mapped[date]
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
    not_held: Mapped[str] = mapped_column(default="", server_default="")
    revision: Mapped[int] = mapped_column(default=0)

    register: Mapped[Register] = relationship()
    closer: Mapped[Person | None] = relationship()
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="meeting",
        cascade="all, delete-orphan",
        order_by="(AgendaItem.position, AgendaItem.id)",
    )


class AgendaItem(Table):
    """One item of an agenda. `text` keeps its words as they were put there; `note` is what was said about it.

    `decision_id` is set when the meeting is closed: from then on the record does not depend on what is decided later.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("kind IN ('escalation', 'review', 'note')", name="kind"),
        CheckConstraint("kind <> 'escalation' OR escalation_id IS NOT NULL", name="escalation"),
        CheckConstraint("kind <> 'review' OR risk_id IS NOT NULL", name="review"),
        CheckConstraint("text <> ''", name="text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int]
    kind: Mapped[str]
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"))
    risk_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"))
    text: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), unique=True)
    revision: Mapped[int] = mapped_column(default=0)

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    escalation: Mapped[Escalation | None] = relationship()
    risk: Mapped[Risk | None] = relationship()
    decision: Mapped[Decision | None] = relationship()


class Pack(Table):
    """What DMT or the Cabinet Committee was given to read, frozen as it stood on a day; only added.

    `since`: the day from which it tells the movement.
    """

    __tablename__ = "pack"
    __table_args__ = (CheckConstraint("kind IN ('meeting', 'committee')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[str] = mapped_column(default="meeting")
    as_at: Mapped[date]
    since: Mapped[date | None]
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)

    meeting: Mapped[Meeting | None] = relationship()
    maker: Mapped[Person] = relationship()
