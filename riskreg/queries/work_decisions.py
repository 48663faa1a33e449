"""What DMT decided on a person's risks since that person last said to have read its decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.lifecycle import LEADS_TO, DecisionKind, RiskStatus
from riskreg.domain.referrals import ReferralState
from riskreg.extensions import db
from riskreg.models import Decision, DecisionRead, Escalation, Reference, Register, Risk
from riskreg.queries.before_dmt import STANDING, Standing
from riskreg.queries.work import MOST

DAYS_AT_FIRST = 30  # how far back somebody looks who has never said to have read any


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision of DMT on a risk of ours that we have not read yet.

    `is_last`: no later one was taken on its escalation. `raised_again`: a later escalation put the risk before DMT.
    """

    id: int
    escalation_id: int
    prefix: str
    number: int
    title: str
    post_id: int
    kind: str
    reason: str
    decided_on: date
    due_on: date | None
    deferred_to: date | None
    risk_status: str
    review_due_on: date
    is_last: bool
    raised_again: bool
    standing: Standing

    @property
    def stands(self) -> bool:
        """Whether what it asks still holds: nothing was decided, answered or raised since."""
        if not self.is_last or self.raised_again or self.standing.status != LEADS_TO[DecisionKind(self.kind)]:
            return False
        if self.kind == DecisionKind.REFER:
            return self.standing.referral in (None, ReferralState.PROPOSED)
        return self.kind != DecisionKind.CLOSE or self.risk_status == RiskStatus.CLOSED


_Later, _Again = aliased(Decision), aliased(Escalation)
_SUPERSEDED = select(_Later.id).where(_Later.escalation_id == Escalation.id, _Later.id > Decision.id).exists()
_RAISED_AGAIN = select(_Again.id).where(_Again.risk_id == Escalation.risk_id, _Again.id > Escalation.id).exists()


def new_decisions(person_id: int, posts: Collection[int], today: date) -> Sequence[NewDecision]:
    """Return the decisions on our risks that the person has not read, the newest first; one query, MOST + 1 rows.

    Those that the person took are known to them.
    """
    read = select(DecisionRead.decision_id).where(DecisionRead.person_id == person_id).scalar_subquery()
    lately = and_(read.is_(None), Decision.decided_on >= today - timedelta(days=DAYS_AT_FIRST))
    rows = db.session.execute(
        select(Decision.id, Escalation.id, Register.prefix, Reference.number, Risk.title, Risk.owner_post_id)
        .add_columns(Decision.kind, Decision.reason, Decision.decided_on, Decision.due_on, Decision.deferred_to)
        .add_columns(Risk.status, Risk.review_due_on, ~_SUPERSEDED, _RAISED_AGAIN, *STANDING)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(or_(Decision.id > read, lately), Decision.person_id != person_id, Risk.owner_post_id.in_(posts))
        .order_by(Decision.id.desc())
        .limit(MOST + 1)
    )
    known = len(STANDING)
    return [NewDecision(*(*row[:-known], Standing(*row[-known:]))) for row in rows]
