"""Risks: the text, versioned, and the judgements of it, only added."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import Table
from riskreg.models.organisation import Division, Service
from riskreg.models.person import Person, Post
from riskreg.models.register import Reference, Register

RAG_CHECK = "rag IN ('RED', 'AMBER', 'GREEN')"


class Risk(Table):
    """A risk as it stands. `own_rag` and `effective_rag` follow from the assessments and escalations by the rules.

    `own_likelihood` and `own_impact` are those of the latest current assessment; a published rating has neither.
    `revision` counts every change to the risk or anything under it; a page that was opened at an older one is refused.
    `closed_on` is the day it left the register: closed without one, it was discarded before it was ever approved.
    `exempt_why` says why it stays out of what is published; empty when it does not.
    """

    __tablename__ = "risk"
    __table_args__ = (
        CheckConstraint("own_rag IN ('RED', 'AMBER', 'GREEN')", name="own_rag"),
        CheckConstraint("effective_rag IN ('RED', 'AMBER', 'GREEN')", name="effective_rag"),
        CheckConstraint("own_likelihood BETWEEN 1 AND 5", name="own_likelihood"),
        CheckConstraint("own_impact BETWEEN 1 AND 5", name="own_impact"),
        CheckConstraint("(own_likelihood IS NULL) = (own_impact IS NULL)", name="own_both_or_none"),
        CheckConstraint("status IN ('draft', 'proposed', 'open', 'closed', 'merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        Index("ix_risk_listing", "register_id", "status", "effective_rag", "reference_id", "review_due_on"),
        Index(
            "ix_risk_counts",
            *("register_id", "status", "division_id", "effective_rag", "review_due_on", "owner_post_id", "recorded_at"),
            "closed_on",
        ),
        Index(
            "ix_risk_scores",
            *("register_id", "status", "own_likelihood", "own_impact", "own_rag", "division_id", "owner_post_id"),
        ),
        # On SQLite there is also ix_risk_title for the order of the titles: see migration 0018.
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    reference_id: Mapped[int] = mapped_column(ForeignKey("reference.id"), unique=True)
    title: Mapped[str]
    cause: Mapped[str] = mapped_column(default="")
    event: Mapped[str] = mapped_column(default="")
    consequence: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    objective: Mapped[str] = mapped_column(default="")
    published_text: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="open")
    owner_post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    own_rag: Mapped[str]
    own_likelihood: Mapped[int | None]
    own_impact: Mapped[int | None]
    effective_rag: Mapped[str]
    review_counted_from: Mapped[date]
    review_due_on: Mapped[date] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=0)
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    closed_on: Mapped[date | None]
    closing_reason: Mapped[str] = mapped_column(default="")
    exempt_why: Mapped[str] = mapped_column(default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("risk.id"), index=True)

    register: Mapped[Register] = relationship()
    reference: Mapped[Reference] = relationship()
    owner_post: Mapped[Post] = relationship()
    division: Mapped[Division] = relationship()
    service: Mapped[Service | None] = relationship()
    merged_into: Mapped[Risk | None] = relationship(remote_side="Risk.id")

    @property
    def was_discarded(self) -> bool:
        """Whether it was discarded before it was approved, so that it never was in the register."""
        return self.status == RiskStatus.CLOSED and self.closed_on is None

    @property
    def own(self) -> Rag:
        """The owner's own rating."""
        return Rag(self.own_rag)

    @property
    def effective(self) -> Rag:
        """The rating with a live escalation counted in."""
        return Rag(self.effective_rag)


class RiskVersion(Table):
    """The text of a risk as it read from a moment on."""

    __tablename__ = "risk_version"
    __table_args__ = (UniqueConstraint("risk_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    version: Mapped[int]
    title: Mapped[str]
    cause: Mapped[str]
    event: Mapped[str]
    consequence: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    objective: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    owner_post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    change_reason: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person | None] = relationship()


class Assessment(Table):
    """A person's judgement of a risk on a day. A published rating may have a RAG and no score."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("kind IN ('current', 'target', 'inherent')", name="kind"),
        CheckConstraint(RAG_CHECK, name="rag"),
        CheckConstraint("likelihood BETWEEN 1 AND 5", name="likelihood"),
        CheckConstraint("impact BETWEEN 1 AND 5", name="impact"),
        CheckConstraint("(likelihood IS NULL) = (impact IS NULL)", name="both_or_none"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    kind: Mapped[str]
    likelihood: Mapped[int | None]
    impact: Mapped[int | None]
    rag: Mapped[str]
    rationale: Mapped[str] = mapped_column(default="")
    assessed_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    source_line: Mapped[str] = mapped_column(default="")

    person: Mapped[Person | None] = relationship()


class RiskResponse(Table):
    """What is done about a risk from a day on: treat, tolerate until a date, transfer or terminate; only added."""

    __tablename__ = "risk_response"
    __table_args__ = (
        CheckConstraint("kind IN ('treat', 'tolerate', 'transfer', 'terminate')", name="kind"),
        CheckConstraint("(kind = 'tolerate') = (until_on IS NOT NULL)", name="until"),
        CheckConstraint("reason <> ''", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    kind: Mapped[str]
    until_on: Mapped[date | None]
    reason: Mapped[str]
    decided_on: Mapped[date]
    recorded_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship()


class Review(Table):
    """One review by the owner, with the answers to its questions."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint("note <> ''", name="note"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    done_on: Mapped[date]
    due_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    still_right: Mapped[bool]
    controls_work: Mapped[bool]
    actions_on_track: Mapped[bool]
    changed: Mapped[bool]
    escalate: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str]
    recorded_at: Mapped[datetime]

    risk: Mapped[Risk] = relationship()
    person: Mapped[Person] = relationship()


class ReviewDraft(Table):
    """The answers of a review that someone left half way, as they were typed; gone when the review is done."""

    __tablename__ = "review_draft"
    __table_args__ = (UniqueConstraint("risk_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    seen_revision: Mapped[int]
    saved_at: Mapped[datetime]
