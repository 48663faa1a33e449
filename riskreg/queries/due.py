"""What falls due, as reminders and digests read it: reviews, actions, contracts and results.

Each reader takes `only`, the ids asked for, to look again at things that somebody is about to be told of: then they
are returned however far their due date is; without it, those that have come near enough for the first reminder.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from riskreg.domain.contracts import day_of_fact
from riskreg.domain.dates import PartialDate, add_months
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.notices import NoticeKind
from riskreg.domain.periods import next_period_end
from riskreg.domain.policy import Policy
from riskreg.domain.reminding import Stage, latest_due, signal_stage, stage_reached
from riskreg.domain.sentences import day, written_reference
from riskreg.domain.signals import Reach, SignalKind
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Contract,
    ContractReview,
    Indicator,
    Post,
    Reference,
    Register,
    Result,
    Risk,
    SignalRow,
)
from riskreg.queries.latest import last_usual, only_over
from riskreg.queries.policies import policy_on, policy_shown, registers_in_force
from riskreg.working_days import is_working_day

Only = Collection[int] | None


@dataclass(frozen=True, slots=True)
class Due:
    """A thing that falls due: whose it is, by when, and how far the ladder of its kind has come (None: not yet).

    `owner_post_id` None: it is told to everyone with the role. `text` is its own long words; `page` names the page
    that does it, with its key. `presses_on` is the day by which it presses where that is not the due date: that of a
    milestone, which is told from the day on which its signal stands. `period_end`: of the result that is due.
    """

    kind: NoticeKind
    id: int
    due_on: date
    stage: Stage | None
    stage_name: str
    owner_post_id: int | None
    owner: str
    what: str
    text: str
    do: str
    page: tuple[str, int | str]
    rag: str | None = None
    risk_id: int | None = None
    detail: tuple[str, ...] = ()
    presses_on: date | None = None
    period_end: date | None = None

    @property
    def pressing(self) -> date:
        """The day by which it is sorted among what is due, and after which it is late."""
        return self.presses_on or self.due_on

    @property
    def thing(self) -> str:
        """What it is, as the ledger stores it."""
        return f"{THINGS[self.kind]}:{self.id}"


THINGS: Mapping[NoticeKind, str] = {
    NoticeKind.REVIEW: "risk",
    NoticeKind.ACTION: "action",
    NoticeKind.CONTRACT_REVIEW: "contract",
    NoticeKind.MILESTONE: "signal",
    NoticeKind.RESULT: "indicator",
}
# What answers the signal of a contract, and the page that does it.
ROUTE = ("Record what is to follow", "contract_route")
PROVIDER = ("Enter the provider", "contract_provider")


def everything_due(today: date) -> Iterator[Due]:
    """Return everything that somebody may have to be reminded of, by a number of queries that grows with no rows."""
    rules = _Rules(today)
    for read in READERS.values():
        yield from sorted((due for due in read(rules, None) if due.stage), key=lambda one: (one.due_on, one.id))


def read_due(kind: NoticeKind, today: date, only: Collection[int]) -> list[Due]:
    """Return the things of a kind that are open, of those asked for."""
    return list(READERS[kind](_Rules(today), only))


class _Rules:
    """The policies of a day, read once."""

    def __init__(self, today: date) -> None:
        self.today = today

    @cached_property
    def registers(self) -> list[tuple[int, str, Policy]]:
        """Each register's id, prefix and policy."""
        return [(key, prefix, policy_on(key, self.today)) for key, prefix in registers_in_force(self.today)]

    @cached_property
    def shown(self) -> Policy | None:
        """The policy by which contracts and indicators go, which belong to no register."""
        return policy_shown(self.today)


def _reviews(rules: _Rules, only: Only) -> Iterator[Due]:
    today = rules.today
    for register_id, prefix, policy in rules.registers:
        asked = _near(Risk.id, Risk.review_due_on, only, today, policy, NoticeKind.REVIEW)
        query = (
            select(Risk.id, Risk.title, Risk.effective_rag, Risk.review_due_on, Risk.owner_post_id)
            .add_columns(Post.title.label("owner"), Reference.number)
            .join(Post, Post.id == Risk.owner_post_id)
            .join(Reference, Reference.id == Risk.reference_id)
            .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN, asked)
        )
        for row in db.session.execute(query):
            reference = written_reference(prefix, row.number)
            yield _with_stage(
                NoticeKind.REVIEW, row.id, row.review_due_on, today, policy,
                owner_post_id=row.owner_post_id, owner=row.owner, what=f"Review of {reference}",
                text=row.title, do=f"Review {reference}", page=("review", row.id),
                rag=row.effective_rag, risk_id=row.id,
            )  # fmt: skip


def _actions(rules: _Rules, only: Only) -> Iterator[Due]:
    today = rules.today
    for register_id, _, policy in rules.registers:
        query = (
            select(
                Action.id, Action.text, Action.due_on, Action.owner_post_id, Action.progress, Post.title.label("owner")
            )
            .add_columns(Risk.id.label("risk_id"), Register.prefix, Reference.number)
            .join(Post, Post.id == Action.owner_post_id)
            .join(Risk, Risk.id == Action.risk_id)
            .join(Register, Register.id == Risk.register_id)
            .join(Reference, Reference.id == Risk.reference_id)
            .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN, Action.status.in_(OPEN_ACTIONS))
            .where(_near(Action.id, Action.due_on, only, today, policy, NoticeKind.ACTION))
        )
        for row in db.session.execute(query):
            reference = written_reference(row.prefix, row.number)
            yield _with_stage(
                NoticeKind.ACTION, row.id, row.due_on, today, policy,
                owner_post_id=row.owner_post_id, owner=row.owner, what=f"Action for {reference}",
                text=row.text, do="Say how far it is", page=("action", row.id), risk_id=row.risk_id,
                detail=(f"{row.progress}% done by the last update.",) if row.progress else (),
            )  # fmt: skip


def _contract_reviews(rules: _Rules, only: Only) -> Iterator[Due]:
    today, policy = rules.today, rules.shown
    if policy is None:
        return
    held = aliased(ContractReview)
    latest = select(func.max(held.id)).where(held.contract_id == Contract.id).scalar_subquery()
    query = (
        select(Contract.id, Contract.title, Contract.review, Contract.closed_on, Contract.owner_post_id)
        .add_columns(Post.title.label("owner"), ContractReview.id.label("held"), ContractReview.next_review)
        .join(Post, Post.id == Contract.owner_post_id)
        .outerjoin(ContractReview, ContractReview.id == latest)
    )
    if only is not None:
        query = query.where(Contract.id.in_(only))
    for row in db.session.execute(query):
        words = row.next_review if row.held else row.review
        if not words or (row.closed_on and row.closed_on <= today):
            continue
        yield _with_stage(
            NoticeKind.CONTRACT_REVIEW, row.id, PartialDate(words).last_day, today, policy,
            owner_post_id=row.owner_post_id, owner=row.owner, what="Review of a contract", text=row.title,
            do="Record the review", page=("contract_review", row.id),
        )  # fmt: skip


def _milestones(_rules: _Rules, only: Only) -> Iterator[Due]:
    """The signals of contracts that stand; the ladder of contract reviews tells of those that are overdue."""
    query = (
        select(SignalRow.id, SignalRow.contract_id, SignalRow.sentence, SignalRow.since, SignalRow.reaches)
        .add_columns(SignalRow.kind, SignalRow.fact, Contract.title, Contract.owner_post_id, Contract.notice_months)
        .add_columns(Post.title.label("owner"))
        .join(Contract, Contract.id == SignalRow.contract_id)
        .join(Post, Post.id == Contract.owner_post_id)
        .where(SignalRow.state == SignalState.STANDS, SignalRow.kind != SignalKind.REVIEW_OVERDUE)
    )
    if only is not None:
        query = query.where(SignalRow.id.in_(only))
    for row in db.session.execute(query):
        stage = signal_stage(Reach(row.reaches))
        do, name = PROVIDER if row.kind == SignalKind.NO_PROVIDER else ROUTE
        yield Due(
            NoticeKind.MILESTONE, row.id, row.since, stage, "reached", row.owner_post_id, row.owner,
            what=f"Contract: {row.kind}", text=row.title, do=do, page=(name, row.contract_id),
            detail=(_without_title(row.sentence, row.title),),
            presses_on=day_of_fact(row.fact, row.notice_months),
        )  # fmt: skip


def _results(rules: _Rules, only: Only) -> Iterator[Due]:
    today, policy = rules.today, rules.shown
    if policy is None:
        return
    query = (
        select(Indicator.id, Indicator.name, Indicator.frequency_months, Result.period, Result.period_end)
        .add_columns(only_over(Result))
        .join(Result, last_usual(Result))
        .where(Indicator.ended_on.is_(None))
    )
    if only is not None:
        query = query.where(Indicator.id.in_(only))
    for row in db.session.execute(query):
        due_on = add_months(row.period_end, row.frequency_months) + timedelta(days=policy.result_grace_days)
        period_end = next_period_end(row.period_end, row.frequency_months)
        known = f"on its usual basis ({row.only_over})" if row.only_over else "known"
        yield _with_stage(
            NoticeKind.RESULT, row.id, due_on, today, policy,
            owner_post_id=None, owner="", what=f"Result for the period to {day(period_end)}",
            text=row.name, do="Publish the result",
            page=("publish", row.id), detail=(f"Last result {known}: {row.period}.",), period_end=period_end,
        )  # fmt: skip


READERS: Mapping[NoticeKind, Callable[[_Rules, Only], Iterator[Due]]] = {
    NoticeKind.REVIEW: _reviews,
    NoticeKind.ACTION: _actions,
    NoticeKind.CONTRACT_REVIEW: _contract_reviews,
    NoticeKind.MILESTONE: _milestones,
    NoticeKind.RESULT: _results,
}


def _without_title(sentence: str, title: str) -> str:
    """The sentence of a signal, which begins with the contract's title, where that stands right above it."""
    rest = sentence.removeprefix(f"{title.rstrip('. ')}: ")
    return f"{rest[:1].upper()}{rest[1:]}"


def _near(key: Any, due_on: Any, only: Only, today: date, policy: Policy, kind: NoticeKind) -> Any:
    """The condition that a thing is asked for, or that its due date has come near enough."""
    if only is not None:
        return key.in_(only)
    return due_on <= latest_due(kind, today, policy, is_working_day)


def _with_stage(kind: NoticeKind, key: int, due_on: date, today: date, policy: Policy, **words: Any) -> Due:
    stage = stage_reached(kind, due_on, today, policy, is_working_day)
    return Due(kind, key, due_on, stage, stage.name if stage else "", **words)
