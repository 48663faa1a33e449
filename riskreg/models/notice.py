"""What people are to be told: one thing to one person, once, whatever happens to the jobs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.outbox import Message
from riskreg.models.person import Person


class Notice(Table):
    """That a person is told of a thing at a stage of one due date. It waits until a digest takes it along.

    `thing` is what it is about, such as “risk:3” or “action:12”; `due_on` is the day of what happened where nothing is
    due. `facts` is what cannot be read from the register later; the words are found when the digest is written.
    States: waiting, told (`message_id` is the digest), dropped (`ended_why` says why it was not told).
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("kind", "thing", "person_id", "stage", "due_on"),
        CheckConstraint("state IN ('waiting', 'told', 'dropped')", name="state"),
        CheckConstraint("(state = 'dropped') = (ended_why <> '')", name="ended_why"),
        Index("ix_notice_state_person", "state", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    thing: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    stage: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(default="waiting")
    created_at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"), index=True)
    ended_why: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()
    message: Mapped[Message | None] = relationship()
