"""The outbox, what the jobs did, and which schedulers are about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.person import Person

# States of a message: waiting for its turn or with a sender; and lost, until the administrator says what becomes of it.
ON_ITS_WAY = ("waiting", "claimed", "started")
LOST = ("failed", "unknown")


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
        Index("ix_message_kind_state", "kind", "state"),
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


class SchedulerSeen(Table):
    """A scheduler that is running, or was until `seen_at`. `leads`: it runs the jobs."""

    __tablename__ = "scheduler_seen"
    __table_args__ = (UniqueConstraint("holder"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]
    host: Mapped[str]
    leads: Mapped[bool]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)


class DemonstrationDay(Table):
    """The day to which a demonstration was moved on; one row, and none in real use."""

    __tablename__ = "demonstration_day"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
