"""The outbox, the ledger of reminders, and what the jobs did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.person import Person
from riskreg.models.risk import Risk


class Message(Table):
    """An e-mail, written in the same transaction as the change that causes it, at most once per its key.

    `facts` is what the templates are given; what was sent is kept in the three text columns.
    States: waiting, claimed (a sender holds it until `lease_until`), started (DATA was begun), sent, failed (refused
    for good), unknown (the outcome of a started one cannot be known), dropped (the administrator let it be).
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("kind", "subject_key", "person_id", "period"),
        CheckConstraint(
            "state IN ('waiting', 'claimed', 'started', 'sent', 'failed', 'unknown', 'dropped')", name="state"
        ),
        Index("ix_message_due", "state", "next_attempt_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_key: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    period: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_holder: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")

    person: Mapped[Person] = relationship()


class Reminder(Table):
    """That a person is told of a risk's review at a stage of one due date: once, whatever happens to the jobs."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("risk_id", "person_id", "stage", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stage: Mapped[str]
    due_on: Mapped[date]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)

    risk: Mapped[Risk] = relationship()
    message: Mapped[Message] = relationship()


class JobRun(Table):
    """One run of a job: when, for which day, and what it did or why it failed."""

    __tablename__ = "job_run"
    __table_args__ = (Index("ix_job_run_job_started", "job", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str]
    day: Mapped[date]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    outcome: Mapped[str] = mapped_column(default="")
