"""The rows behind the numbers of the dashboard that no list of the register shows by itself, fifty at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from riskreg.domain.dates import add_months
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.extensions import db
from riskreg.models import Action, Division, Escalation, Post, Reference, Risk
from riskreg.queries.dashboard import Age, age_of, edges, month_begins
from riskreg.queries.linked_signals import LINKED, LinkedTo
from riskreg.queries.narrowing import Rows, Scope, narrowed


@dataclass(frozen=True, slots=True)
class RiskFound:
    """An open risk with its ratings, its score if it has one, and its next review."""

    id: int
    number: int
    title: str
    own_rag: str
    effective_rag: str
    likelihood: int | None
    impact: int | None
    owner: str
    division: str
    review_due_on: date


@dataclass(frozen=True, slots=True)
class ActionFound:
    """An open action with its owner and the risk it stands under."""

    id: int
    text: str
    status: str
    due_on: date
    owner: str
    risk_id: int
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class EscalationFound:
    """An escalation, opened and perhaps ended, with its risk."""

    id: int
    risk_id: int
    number: int
    title: str
    rag_before: str
    rag_after: str
    status: str
    opened_at: datetime
    ended_at: datetime | None
    ended_why: str


@dataclass(frozen=True, slots=True)
class RowsWanted:
    """A list behind a number: how many rows it has, and the statement of them with its values."""

    total: int
    statement: Rows
    given: Mapping[str, object]

    def page(self, limit: int, offset: int) -> Sequence[Any]:
        """Return some of the rows, by one query."""
        return db.session.execute(self.statement.limit(limit).offset(offset), dict(self.given)).all()


def _wanted(
    scope: Scope, statement: Rows, counted: Rows, conditions: Sequence[ColumnElement[bool]], **given: object
) -> RowsWanted:
    """Narrow the rows and their number to the scope and to the conditions; counting takes one query."""
    values = {**scope.given, **given}
    total = db.session.scalar(narrowed(counted.where(*conditions))[scope.of], values) or 0
    return RowsWanted(total, narrowed(statement.where(*conditions))[scope.of], values)


def risks_where(scope: Scope, *conditions: ColumnElement[bool], **given: object) -> RowsWanted:
    """Return the open risks that meet conditions, in order of reference; counting them takes one query."""
    of_register = (Risk.register_id == scope.register_id, Risk.status == RiskStatus.OPEN, *conditions)
    counted = select(func.count()).select_from(Risk)
    statement = (
        select(Risk.id, Reference.number, Risk.title, Risk.own_rag, Risk.effective_rag, Risk.own_likelihood)
        .add_columns(Risk.own_impact, Post.title, Division.name, Risk.review_due_on)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .join(Division, Division.id == Risk.division_id)
        .order_by(Reference.number)
    )
    return _wanted(scope, statement, counted, of_register, **given)


def risks_scored(scope: Scope, likelihood: int, impact: int) -> RowsWanted:
    """The open risks of a cell of the matrix."""
    return risks_where(scope, Risk.own_likelihood == likelihood, Risk.own_impact == impact)


def risks_without_score(scope: Scope, rag: str) -> RowsWanted:
    """The open risks whose own rating is a RAG without a score."""
    return risks_where(scope, Risk.own_likelihood.is_(None), Risk.own_rag == rag)


def risks_by_review(scope: Scope, age: Age, today: date) -> RowsWanted:
    """The open risks whose review is so late."""
    return risks_where(scope, age_of(Risk.review_due_on) == age.value, **edges(today))


def risks_rated(scope: Scope, rag: str) -> RowsWanted:
    """The open risks by the rating shown; all of them when it is empty."""
    return risks_where(scope, *([Risk.effective_rag == rag] if rag else []))


def risks_linked(scope: Scope, to: LinkedTo) -> RowsWanted:
    """The open risks that are linked to indicators, to contracts, or to what a signal stands on."""
    return risks_where(scope, LINKED[to])


def actions_by_age(scope: Scope, age: Age, today: date) -> RowsWanted:
    """The open actions of open risks that are so late, by the day they are due."""
    conditions = (
        Risk.register_id == scope.register_id, Risk.status == RiskStatus.OPEN, Action.status.in_(OPEN_ACTIONS),
        age_of(Action.due_on) == age.value,
    )  # fmt: skip
    counted = select(func.count()).select_from(Action).join(Risk, Risk.id == Action.risk_id)
    statement = (
        select(Action.id, Action.text, Action.status, Action.due_on, Post.title, Risk.id, Reference.number, Risk.title)
        .join(Risk, Risk.id == Action.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Post, Post.id == Action.owner_post_id)
        .order_by(Action.due_on, Action.id)
    )
    return _wanted(scope, statement, counted, conditions, **edges(today))


def escalations_in(scope: Scope, first: date, *, ended: bool) -> RowsWanted:
    """The escalations opened, or those ended, in the month that begins on a day."""
    moment: Any = Escalation.ended_at if ended else Escalation.opened_at
    conditions = (
        Risk.register_id == scope.register_id, moment >= month_begins(first),
        moment < month_begins(add_months(first, 1)),
    )  # fmt: skip
    counted = select(func.count()).select_from(Escalation).join(Risk, Risk.id == Escalation.risk_id)
    statement = (
        select(Escalation.id, Risk.id, Reference.number, Risk.title, Escalation.rag_before, Escalation.rag_after)
        .add_columns(Escalation.status, Escalation.opened_at, Escalation.ended_at, Escalation.ended_why)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .order_by(moment, Escalation.id)
    )
    return _wanted(scope, statement, counted, conditions)
