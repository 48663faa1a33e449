"""What the dashboard counts, in the database and in one pass over each table, for any number of risks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select

from riskreg.domain.dates import LONDON, add_months
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import Action, Escalation, Reference, Risk
from riskreg.queries.narrowing import Rows, Scope, narrowed

MONTHS_SHOWN = 12
NAMED = 300  # so many references are read for the matrix, in their order; the cells count the others
IN_A_CELL = 6
SHORT_DAYS, LONG_MONTHS = 14, 2
REGISTER: Any = bindparam("register_id")


class Age(StrEnum):
    """How late something is: not at all, up to two weeks, up to two months, or longer."""

    NOT_LATE = "not-overdue"
    WEEKS = "two-weeks"
    MONTHS = "two-months"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class Named:
    """A risk as a cell of the matrix names it."""

    id: int
    number: int


@dataclass(slots=True)
class Cell:
    """The risks that share a score, or a rating without one: how many, and the first of them."""

    count: int = 0
    named: list[Named] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many of them are not named."""
        return self.count - len(self.named)


@dataclass(frozen=True, slots=True)
class OpenRisks:
    """The open risks by the rating shown, by division and rating, and by how late their review is."""

    by_rag: Mapping[str, int]
    divisions: Mapping[int, Mapping[str, int]]
    reviews: Mapping[Age, int]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The open risks by likelihood and impact of the owner's rating; apart from them those with no score, by RAG."""

    scored: Mapping[tuple[int, int], Cell]
    unscored: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """How many escalations were opened and how many ended in a month, given by its first day."""

    first: date
    opened: int
    ended: int


def edges(today: date) -> dict[str, date]:
    """Return the days that part the ages: due on one or later, something is no later than its age says."""
    return {"today": today, "weeks": today - timedelta(days=SHORT_DAYS), "months": add_months(today, -LONG_MONTHS)}


def age_of(due: Any) -> ColumnElement[str]:
    """The age of a due day; the statement is given `edges`."""
    return case(
        (due >= bindparam("today"), Age.NOT_LATE.value),
        (due >= bindparam("weeks"), Age.WEEKS.value),
        (due >= bindparam("months"), Age.MONTHS.value),
        else_=Age.LONGER.value,
    )


_IS_OPEN = and_(Risk.register_id == REGISTER, Risk.status == RiskStatus.OPEN)


# Built once and not for every page: building a statement takes longer than running it.
# By day first, in the order of ix_risk_counts: nothing is sorted, and a day is compared once for all that is due on it.
_DAYS = narrowed(
    select(Risk.division_id, Risk.effective_rag, Risk.review_due_on, func.count().label("many"))
    .where(_IS_OPEN)
    .group_by(Risk.division_id, Risk.effective_rag, Risk.review_due_on)
)


def _by_age(days: Rows) -> Rows:
    one = days.subquery().c
    late = (func.sum(one.many).filter(one.review_due_on < bindparam(edge)) for edge in ("today", "weeks", "months"))
    return select(one.division_id, one.effective_rag, func.sum(one.many), *late).group_by(
        one.division_id, one.effective_rag
    )


_RISKS = {of: _by_age(days) for of, days in _DAYS.items()}
_CELLS = narrowed(
    select(Risk.own_likelihood, Risk.own_impact, Risk.own_rag, func.count())
    .where(_IS_OPEN)
    .group_by(Risk.own_likelihood, Risk.own_impact, Risk.own_rag)
)
_NAMES = narrowed(
    select(Risk.id, Reference.number, Risk.own_likelihood, Risk.own_impact, Risk.own_rag)
    .join(Reference, Reference.id == Risk.reference_id)
    .where(_IS_OPEN, Reference.register_id == REGISTER)  # lets the database walk the index of the references
    .order_by(Reference.number)
    .limit(NAMED)
)
_ACTION_AGE = age_of(Action.due_on).label("age")
_ACTIONS = narrowed(
    select(_ACTION_AGE, func.count())
    # Fewer actions are open than risks: adding 0 keeps the database from looking for those of each risk.
    .join(Risk, Risk.id == Action.risk_id + 0)
    .where(_IS_OPEN, Action.status.in_(OPEN_ACTIONS))
    .group_by(_ACTION_AGE)
)


def _in_month(moment: Any, number: int) -> Any:
    within = and_(moment >= bindparam(f"month_{number}"), moment < bindparam(f"month_{number + 1}"))
    return func.coalesce(func.sum(case((within, 1), else_=0)), 0)


_ESCALATIONS = narrowed(
    select(*(_in_month(moment, number) for moment in (Escalation.opened_at, Escalation.ended_at)
             for number in range(MONTHS_SHOWN)))
    .join(Risk, Risk.id == Escalation.risk_id)
    .where(Risk.register_id == REGISTER)
)  # fmt: skip


def open_risks(scope: Scope, today: date) -> OpenRisks:
    """Count the open risks by rating shown, division and age of the review, by one query."""
    by_rag = {str(rag): 0 for rag in reversed(Rag)}
    reviews = dict.fromkeys(Age, 0)
    divisions: dict[int, dict[str, int]] = {}
    for division, rag, *sums in db.session.execute(_RISKS[scope.of], {**scope.given, **edges(today)}):
        counts = [int(one or 0) for one in sums]
        by_rag[rag] += counts[0]
        for age, (late, later) in zip(Age, pairwise((*counts, 0)), strict=True):
            reviews[age] += late - later
        divisions.setdefault(division, {str(one): 0 for one in reversed(Rag)})[rag] += counts[0]
    return OpenRisks(by_rag, divisions, reviews)


def matrix_of(scope: Scope) -> Matrix:
    """Return the open risks by score, by two queries: how many in each cell, and the first of them by reference."""
    scored: dict[tuple[int, int], Cell] = {}
    unscored: dict[str, Cell] = {}

    def cell(likelihood: int | None, impact: int | None, rag: str) -> Cell:
        if likelihood is None or impact is None:
            return unscored.setdefault(rag, Cell())
        return scored.setdefault((likelihood, impact), Cell())

    for *where, count in db.session.execute(_CELLS[scope.of], scope.given):
        cell(*where).count += count
    for key, number, *where in db.session.execute(_NAMES[scope.of], scope.given):
        found = cell(*where)
        if len(found.named) < IN_A_CELL:
            found.named.append(Named(key, number))
    return Matrix(scored, {str(rag): unscored[rag] for rag in reversed(Rag) if rag in unscored})


def action_ages(scope: Scope, today: date) -> dict[Age, int]:
    """Count the open actions of open risks by how late they are, by one query. Every age is a key."""
    rows = db.session.execute(_ACTIONS[scope.of], {**scope.given, **edges(today)})
    counts = {Age(row[0]): row[1] for row in rows}
    return {age: counts.get(age, 0) for age in Age}


def month_begins(first: date) -> datetime:
    """Return the moment at which a month begins in London, given its first day."""
    return datetime.combine(first, time(), tzinfo=LONDON).astimezone(UTC)


def escalations_by_month(scope: Scope, today: date) -> list[MonthCounts]:
    """Count the escalations opened and ended in each of the last twelve months, the present one last; one query."""
    this = today.replace(day=1)
    firsts = [add_months(this, number + 1 - MONTHS_SHOWN) for number in range(MONTHS_SHOWN + 1)]
    given = {f"month_{number}": month_begins(first) for number, first in enumerate(firsts)}
    row = db.session.execute(_ESCALATIONS[scope.of], {**scope.given, **given}).one()
    return [
        MonthCounts(first, int(row[number]), int(row[number + MONTHS_SHOWN]))
        for number, first in enumerate(firsts[:MONTHS_SHOWN])
    ]
