"""What DMT decided on a person's risks since that person last said to have read its decisions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select

from riskreg.extensions import db
from riskreg.models import Decision, DecisionRead, Escalation, Reference, Register, Risk
from riskreg.queries.work import MOST

DAYS_AT_FIRST = 30  # how far back somebody looks who has never said to have read any


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A decision of DMT on a risk of ours that we have not read yet."""

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
    meeting_on: date | None


def new_decisions(person_id: int, posts: Collection[int], today: date) -> Sequence[NewDecision]:
    """Return the decisions on our risks that the person has not read, the newest first; one query, MOST + 1 rows.

    Those that the person took are known to them.
    """
    read = select(DecisionRead.decision_id).where(DecisionRead.person_id == person_id).scalar_subquery()
    lately = and_(read.is_(None), Decision.decided_on >= today - timedelta(days=DAYS_AT_FIRST))
    rows = db.session.execute(
        select(Decision.id, Escalation.id, Register.prefix, Reference.number, Risk.title, Risk.owner_post_id)
        .add_columns(Decision.kind, Decision.reason, Decision.decided_on, Decision.due_on, Decision.meeting_on)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(or_(Decision.id > read, lately), Decision.person_id != person_id, Risk.owner_post_id.in_(posts))
        .order_by(Decision.id.desc())
        .limit(MOST + 1)
    )
    return [NewDecision(*row) for row in rows]
