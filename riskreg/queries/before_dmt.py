"""How an escalation that lives stands before DMT: one reading, so that every page says the same of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Referral, Review, Risk

S = EscalationStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an escalation stands and how it came there.

    `automatic`: the register raised it by itself. `raised`: the rating shown is worse than the owner's own.
    `decided_at`: the last decision that was more than putting it off. `reviewed_at`: the risk's last review.
    `referral`: where the corporate register has it, when that last decision referred it there.
    """

    status: str
    automatic: bool
    raised: bool
    due_on: date | None
    meeting_on: date | None
    decided_at: datetime | None
    reviewed_at: datetime | None
    referral: str | None

    @property
    def is_answered(self) -> bool:
        """Whether the owner has reviewed the risk since DMT last decided."""
        return bool(self.decided_at and self.reviewed_at and self.reviewed_at >= self.decided_at)

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the rating shown is the register's own doing, on which DMT has not decided yet."""
        undecided = self.status in (S.AWAITING, S.DEFERRED) and self.decided_at is None
        return self.automatic and self.raised and undecided


def waits_since(status: str, opened_on: date, waiting_since: datetime) -> date | None:
    """Return since when an escalation waits for a decision, where it came before DMT earlier than that; else None."""
    since = day_of(waiting_since)
    return since if status in (S.AWAITING, S.DEFERRED) and since != opened_on else None


_DECIDED_AT = (
    select(func.max(Decision.decided_at))
    .where(Decision.escalation_id == Escalation.id, Decision.kind != DecisionKind.DEFER)
    .correlate(Escalation)
    .scalar_subquery()
)
_REVIEWED_AT = (
    select(func.max(Review.recorded_at))
    .where(Review.risk_id == Escalation.risk_id)
    .correlate(Escalation)
    .scalar_subquery()
)
_Later = aliased(Decision)
_DECIDED_SINCE = select(_Later.id).where(
    _Later.escalation_id == Referral.escalation_id, _Later.id > Referral.decision_id, _Later.kind != DecisionKind.DEFER
)
_REFERRAL = (
    select(Referral.state)
    .where(Referral.escalation_id == Escalation.id, ~_DECIDED_SINCE.exists())
    .correlate(Escalation)
    .scalar_subquery()
)
# The columns of a Standing, in its order; for statements that read Escalation and Risk.
STANDING: tuple[Any, ...] = (
    Escalation.status,
    Escalation.person_id.is_(None),
    Risk.effective_rag != Risk.own_rag,
    Escalation.due_on,
    Escalation.meeting_on,
    _DECIDED_AT,
    _REVIEWED_AT,
    _REFERRAL,
)


def standing_of(escalation_id: int) -> Standing:
    """Return how an escalation stands, by one query."""
    row = db.session.execute(
        select(*STANDING).join(Risk, Risk.id == Escalation.risk_id).where(Escalation.id == escalation_id)
    ).one()
    return Standing(*row)
