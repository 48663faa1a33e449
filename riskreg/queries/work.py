"""What is owed under a person's posts: as owner of risks and actions, and as manager of contracts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, or_, select

from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import LIVE, OPEN_ACTIONS, EscalationStatus, RiskStatus
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Contract,
    Escalation,
    Holding,
    Indicator,
    JobRun,
    Link,
    Post,
    Reference,
    Register,
    Risk,
    SignalRow,
)
from riskreg.queries.people import held_on

MOST = 50
OWED = (EscalationStatus.CONFIRMED, EscalationStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class OwedReview:
    """A risk whose review falls due, or whose escalation DMT has given back to the owner with a date."""

    risk_id: int
    prefix: str
    number: int
    title: str
    rag: str
    post_id: int
    due_on: date
    escalation_id: int | None
    escalation_status: str | None
    answer_by: date | None


@dataclass(frozen=True, slots=True)
class BeforeDmt:
    """A risk of ours that is before DMT and on which DMT has not decided or keeps its decision."""

    escalation_id: int
    prefix: str
    number: int
    title: str
    rag: str
    post_id: int
    status: str
    automatic: bool
    rag_before: str
    rag_after: str
    waiting_since: datetime
    proposal: str


@dataclass(frozen=True, slots=True)
class OwedAction:
    """An action that falls due."""

    id: int
    text: str
    due_on: date
    progress: int
    post_id: int
    prefix: str
    number: int


@dataclass(frozen=True, slots=True)
class SlippingIndicator:
    """A signal that stands on an indicator to which a risk of ours is linked."""

    indicator_id: int
    name: str
    sentence: str
    since: date
    prefix: str
    number: int
    post_id: int


@dataclass(frozen=True, slots=True)
class ContractSignal:
    """A signal that stands on a contract of ours, and whom it reaches."""

    contract_id: int
    title: str
    sentence: str
    reaches: int
    since: date
    post_id: int


def owed_reviews(posts: Collection[int], today: date, days: int) -> Sequence[OwedReview]:
    """Return the risks that owe a review within so many days, or an answer to DMT, by day; one query, MOST + 1 rows."""
    owes = Escalation.status.in_(OWED)
    due = func.coalesce(Escalation.due_on, Risk.review_due_on)
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.effective_rag, Risk.owner_post_id)
        .add_columns(Risk.review_due_on, Escalation.id, Escalation.status, Escalation.due_on)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, owes))
        .where(Risk.owner_post_id.in_(posts), Risk.status == RiskStatus.OPEN)
        .where(or_(Risk.review_due_on <= today + timedelta(days=days), Escalation.id.is_not(None)))
        .order_by(due, Reference.number)
        .limit(MOST + 1)
    )
    return [OwedReview(*row) for row in rows]


def before_dmt(posts: Collection[int]) -> Sequence[BeforeDmt]:
    """Return our risks that wait for DMT or were referred, the longest waiting first; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Escalation.id, Register.prefix, Reference.number, Risk.title, Risk.effective_rag, Risk.owner_post_id)
        .add_columns(Escalation.status, Escalation.person_id.is_(None), Escalation.rag_before, Escalation.rag_after)
        .add_columns(Escalation.waiting_since, Escalation.proposal)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Escalation.status.in_([status for status in LIVE if status not in OWED]))
        .where(Risk.owner_post_id.in_(posts))
        .order_by(Escalation.waiting_since, Escalation.id)
        .limit(MOST + 1)
    )
    return [BeforeDmt(*row) for row in rows]


def owed_actions(posts: Collection[int], today: date, days: int) -> Sequence[OwedAction]:
    """Return our open actions that are due within so many days or late, by day; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Action.id, Action.text, Action.due_on, Action.progress, Action.owner_post_id)
        .add_columns(Register.prefix, Reference.number)
        .join(Risk, Risk.id == Action.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Action.owner_post_id.in_(posts), Action.status.in_(OPEN_ACTIONS), Risk.status == RiskStatus.OPEN)
        .where(Action.due_on <= today + timedelta(days=days))
        .order_by(Action.due_on, Action.id)
        .limit(MOST + 1)
    )
    return [OwedAction(*row) for row in rows]


def slipping_indicators(posts: Collection[int]) -> Sequence[SlippingIndicator]:
    """Return what stands on the indicators under our risks, the gravest first; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Indicator.id, Indicator.name, SignalRow.sentence, SignalRow.since, Register.prefix, Reference.number)
        .add_columns(Risk.owner_post_id)
        .join(SignalRow, SignalRow.indicator_id == Indicator.id)
        .join(Link, Link.indicator_id == Indicator.id)
        .join(Risk, Risk.id == Link.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(SignalRow.state == SignalState.STANDS, Risk.owner_post_id.in_(posts), Risk.status == RiskStatus.OPEN)
        .order_by(SignalRow.severity.desc(), SignalRow.since, Reference.number, SignalRow.id)
        .limit(MOST + 1)
    )
    return [SlippingIndicator(*row) for row in rows]


def contract_signals(posts: Collection[int]) -> Sequence[ContractSignal]:
    """Return what stands on the contracts we manage, the furthest reaching first; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Contract.id, Contract.title, SignalRow.sentence, SignalRow.reaches, SignalRow.since)
        .add_columns(Contract.owner_post_id)
        .join(SignalRow, SignalRow.contract_id == Contract.id)
        .where(SignalRow.state == SignalState.STANDS, Contract.owner_post_id.in_(posts))
        .order_by(SignalRow.reaches.desc(), SignalRow.since, Contract.position)
        .limit(MOST + 1)
    )
    return [ContractSignal(*row) for row in rows]


def posts_stood_in_for(person_id: int, today: date) -> dict[int, str]:
    """Return the titles of the posts in which the person is the deputy, by id; one query."""
    rows = db.session.execute(
        select(Post.id, Post.title)
        .join(Holding, Holding.post_id == Post.id)
        .where(Holding.person_id == person_id, Holding.deputy, held_on(today))
    )
    return {row[0]: row[1] for row in rows}


def failed_jobs() -> Sequence[str]:
    """Return the jobs whose last finished run failed, by one query."""
    last = select(func.max(JobRun.id)).where(JobRun.ok.is_not(None)).group_by(JobRun.job)
    failed = select(JobRun.job).where(JobRun.id.in_(last), JobRun.ok.is_(False)).order_by(JobRun.job)
    return list(db.session.scalars(failed))
