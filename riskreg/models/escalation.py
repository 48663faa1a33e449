"""Signals found, escalations with the signals or the person that raised them, and the decisions of DMT."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.extensions import Table
from riskreg.models.contract import Contract
from riskreg.models.indicator import Indicator, Result
from riskreg.models.person import Person
from riskreg.models.risk import Risk

IS_LIVE = "status IN ({})".format(", ".join(f"'{status}'" for status in LIVE))


class SignalRow(Table):
    """A fact found in linked data on a day; its state tells what has become of it, the rest never changes."""

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint("(indicator_id IS NULL) <> (contract_id IS NULL)", name="one_subject"),
        CheckConstraint("state IN ('stands', 'overtaken', 'recovered', 'withdrawn')", name="state"),
        Index(
            "uq_signal_standing_indicator",
            "indicator_id",
            "fact",
            unique=True,
            sqlite_where=text("state = 'stands'"),
            postgresql_where=text("state = 'stands'"),
        ),
        Index(
            "uq_signal_standing_contract",
            "contract_id",
            "fact",
            unique=True,
            sqlite_where=text("state = 'stands'"),
            postgresql_where=text("state = 'stands'"),
        ),
        Index("ix_signal_indicator", "indicator_id"),
        Index("ix_signal_contract", "contract_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("result.id"))
    kind: Mapped[str]
    fact: Mapped[str]
    severity: Mapped[int]
    reaches: Mapped[int]
    sentence: Mapped[str]
    since: Mapped[date]
    found_on: Mapped[date]
    found_at: Mapped[datetime]
    policy_version: Mapped[int]
    state: Mapped[str] = mapped_column(default="stands")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(default="")

    indicator: Mapped[Indicator | None] = relationship()
    contract: Mapped[Contract | None] = relationship()
    result: Mapped[Result | None] = relationship()


class Escalation(Table):
    """One risk put before DMT. `reason` and `person_id` are set when a person did it. At most one lives per risk.

    `proposal` says why de-escalation is proposed, empty when it is not.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        CheckConstraint("rag_before IN ('RED', 'AMBER', 'GREEN')", name="rag_before"),
        CheckConstraint("rag_after IN ('RED', 'AMBER', 'GREEN')", name="rag_after"),
        Index("uq_escalation_live", "risk_id", unique=True, sqlite_where=text(IS_LIVE), postgresql_where=text(IS_LIVE)),
        Index("ix_escalation_status", "status", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    status: Mapped[str] = mapped_column(default="awaiting DMT")
    reason: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    rag_before: Mapped[str]
    rag_after: Mapped[str]
    policy_version: Mapped[int]
    opened_on: Mapped[date]
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime]
    due_on: Mapped[date | None]
    meeting_on: Mapped[date | None]
    proposal: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(default="")

    risk: Mapped[Risk] = relationship()
    person: Mapped[Person | None] = relationship()
    evidence: Mapped[list[EscalationSignal]] = relationship(
        back_populates="escalation", order_by="EscalationSignal.signal_id"
    )
    decisions: Mapped[list[Decision]] = relationship(back_populates="escalation", order_by="Decision.id")

    @property
    def is_live(self) -> bool:
        """Whether it still raises the risk's effective RAG."""
        return EscalationStatus(self.status) in LIVE


class EscalationSignal(Table):
    """A signal that an escalation holds, with the link's reason as it read then."""

    __tablename__ = "escalation_signal"
    __table_args__ = (Index("uq_escalation_signal_risk", "risk_id", "signal_id", unique=True),)

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signal.id"), primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    joined_at: Mapped[datetime]
    link_reason: Mapped[str]

    escalation: Mapped[Escalation] = relationship(back_populates="evidence")
    signal: Mapped[SignalRow] = relationship()


class Decision(Table):
    """What DMT said, who said it for DMT, and the state of the risk that was seen; only added.

    `meeting_on` is the day of the meeting at which it was decided, if it was one; `deferred_to` that of the meeting to
    which a deferral goes.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        UniqueConstraint("escalation_id", "seen_revision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"))
    kind: Mapped[str]
    reason: Mapped[str]
    due_on: Mapped[date | None]
    meeting_on: Mapped[date | None]
    deferred_to: Mapped[date | None]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_on: Mapped[date]
    decided_at: Mapped[datetime]
    seen_revision: Mapped[int]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON)

    escalation: Mapped[Escalation] = relationship(back_populates="decisions")
    person: Mapped[Person] = relationship()


class DecisionRead(Table):
    """Up to which decision a person has said to have read those on their risks."""

    __tablename__ = "decision_read"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
