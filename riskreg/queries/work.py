"""What is owed under a person's posts: as owner of risks and actions, and as manager of contracts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, false, literal, or_, select

from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import LIVE, OPEN_ACTIONS, OWES_AN_ANSWER, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Contract,
    Escalation,
    Indicator,
    Link,
    Post,
    Reference,
    Register,
    Result,
    ReviewDraft,
    Risk,
    RiskResponse,
    SignalRow,
)
from riskreg.queries.before_dmt import STANDING, Standing
from riskreg.queries.contract_filters import heeded_by_a_risk
from riskreg.queries.latest import latest_result
from riskreg.queries.slips import SLIPS

MOST = 50


@dataclass(frozen=True, slots=True)
class OwedReview:
    """A risk whose review falls due, or whose escalation DMT has given back to the owner with a date.

    `begun_at`: when the person last kept answers to the review.
    """

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
    begun_at: datetime | None


@dataclass(frozen=True, slots=True)
class BeforeDmt:
    """A risk of ours that is before DMT and on which DMT has not decided or keeps its decision."""

    escalation_id: int
    prefix: str
    number: int
    title: str
    rag: str
    post_id: int
    own_rag: str
    opened_on: date
    proposal: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class OwnRisk:
    """A risk of ours, with its live escalation if it has one. `tolerated_until`: by the response in force."""

    risk_id: int
    prefix: str
    number: int
    title: str
    own_rag: str
    rag: str
    review_due_on: date
    post_id: int
    owner: str
    tolerated_until: date | None
    escalation_id: int | None
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class OwnAction:
    """An action of ours that is still open."""

    id: int
    text: str
    due_on: date
    status: str
    progress: int
    post_id: int
    risk_id: int
    prefix: str
    number: int
    first_due_on: date
    slips: int


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
    """A signal that stands on a contract of ours, and whom it reaches: DMT only where an open risk heeds it.

    Also an indicator of the contract that is RED; that is no signal of the contract, and `reaches` is 0.
    """

    contract_id: int
    title: str
    sentence: str
    reaches: int
    since: date
    post_id: int
    heeded: bool


def owed_reviews(person_id: int, posts: Collection[int], today: date, days: int) -> Sequence[OwedReview]:
    """Return the risks that owe a review within so many days, or an answer to DMT, by day; one query, MOST + 1 rows.

    A review that the person has begun is owed whenever it is due.
    """
    owes = Escalation.status.in_(OWES_AN_ANSWER)
    due = case((Escalation.due_on < Risk.review_due_on, Escalation.due_on), else_=Risk.review_due_on)
    begun = ReviewDraft.id.is_not(None)
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.effective_rag, Risk.owner_post_id)
        .add_columns(Risk.review_due_on, Escalation.id, Escalation.status, Escalation.due_on, ReviewDraft.saved_at)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, owes))
        .outerjoin(ReviewDraft, and_(ReviewDraft.risk_id == Risk.id, ReviewDraft.person_id == person_id))
        .where(Risk.owner_post_id.in_(posts), Risk.status == RiskStatus.OPEN)
        .where(or_(Risk.review_due_on <= today + timedelta(days=days), Escalation.id.is_not(None), begun))
        .order_by(due, Reference.number)
        .limit(MOST + 1)
    )
    return [OwedReview(*row) for row in rows]


def before_dmt(posts: Collection[int]) -> Sequence[BeforeDmt]:
    """Return our risks that wait for DMT or were referred, the longest waiting first; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Escalation.id, Register.prefix, Reference.number, Risk.title, Risk.effective_rag, Risk.owner_post_id)
        .add_columns(Risk.own_rag, Escalation.opened_on, Escalation.proposal, *STANDING)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Escalation.status.in_([status for status in LIVE if status not in OWES_AN_ANSWER]))
        .where(Risk.owner_post_id.in_(posts))
        .order_by(Escalation.waiting_since, Escalation.id)
        .limit(MOST + 1)
    )
    return [_before_dmt(row) for row in rows]


def _before_dmt(row: Any) -> BeforeDmt:
    known, how = row[: -len(STANDING)], row[-len(STANDING) :]
    return BeforeDmt(*(*known, Standing(*how)))


_TOLERATED_UNTIL = (
    select(RiskResponse.until_on)
    .where(RiskResponse.risk_id == Risk.id)
    .order_by(RiskResponse.id.desc())
    .limit(1)
    .correlate(Risk)
    .scalar_subquery()
)


def own_risks(posts: Collection[int]) -> Sequence[OwnRisk]:
    """Return our open risks, the worst rating shown first, then by next review; one query, MOST + 1 rows."""
    worst_first = case({str(rag): -rag.severity for rag in Rag}, value=Risk.effective_rag)
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.own_rag, Risk.effective_rag)
        .add_columns(Risk.review_due_on, Risk.owner_post_id, Post.title, _TOLERATED_UNTIL, Escalation.id, *STANDING)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, Escalation.status.in_(LIVE)))
        .where(Risk.owner_post_id.in_(posts), Risk.status == RiskStatus.OPEN)
        .order_by(worst_first, Risk.review_due_on, Reference.number)
        .limit(MOST + 1)
    )
    return [_own_risk(row) for row in rows]


def _own_risk(row: Any) -> OwnRisk:
    """Read a row: what is known of the risk, its escalation, then how that stands."""
    known, how = row[: -len(STANDING)], row[-len(STANDING) :]
    return OwnRisk(*(*known, Standing(*how) if known[-1] is not None else None))


def own_actions(posts: Collection[int]) -> Sequence[OwnAction]:
    """Return our open actions by the day they are due; one query, MOST + 1 rows."""
    rows = db.session.execute(
        select(Action.id, Action.text, Action.due_on, Action.status, Action.progress, Action.owner_post_id)
        .add_columns(Risk.id, Register.prefix, Reference.number, Action.first_due_on, SLIPS)
        .join(Risk, Risk.id == Action.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Action.owner_post_id.in_(posts), Action.status.in_(OPEN_ACTIONS), Risk.status == RiskStatus.OPEN)
        .order_by(Action.due_on, Action.id)
        .limit(MOST + 1)
    )
    return [OwnAction(*row) for row in rows]


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
    """Return what stands on the contracts we manage, the furthest reaching first, then their indicators that are RED.

    One query, MOST + 1 rows.
    """
    signals = (
        select(Contract.id, Contract.title, SignalRow.sentence, SignalRow.reaches.label("reaches"))
        .add_columns(SignalRow.since.label("since"), Contract.owner_post_id, heeded_by_a_risk, Contract.position)
        .join(SignalRow, SignalRow.contract_id == Contract.id)
        .where(SignalRow.state == SignalState.STANDS, Contract.owner_post_id.in_(posts))
    )
    sentence = literal("Its indicator “") + Indicator.name + "” is RED for " + Result.period + "."
    red = (
        select(Contract.id, Contract.title, sentence, literal(0), Result.period_end, Contract.owner_post_id)
        .add_columns(false(), Contract.position)
        .join(Indicator, Indicator.contract_id == Contract.id)
        .join(Result, latest_result(Result))
        .where(Indicator.ended_on.is_(None), Contract.closed_on.is_(None), Result.rag == str(Rag.RED))
        .where(Contract.owner_post_id.in_(posts))
    )
    both = signals.union_all(red)
    order = (both.selected_columns["reaches"].desc(), both.selected_columns["since"], both.selected_columns["position"])
    rows = db.session.execute(both.order_by(*order).limit(MOST + 1))
    return [ContractSignal(*row[:-1]) for row in rows]
