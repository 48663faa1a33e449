"""Comments on results, and the results that are not GREEN and have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, exists, func, select

from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import Indicator, Person, Result, ResultComment

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment, who made it and when."""

    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Uncommented:
    """The latest result of an indicator, published here, not GREEN and without a comment."""

    id: int
    indicator_id: int
    code: str
    name: str
    unit: str
    period: str
    value: Decimal | None
    rag: str
    published_on: date


def comments_of(indicator_id: int) -> Mapping[int, Sequence[CommentLine]]:
    """Return the comments on an indicator's results by result, oldest first, by one query."""
    query = (
        select(ResultComment.result_id, ResultComment.text, ResultComment.at, Person.name)
        .join(Result, Result.id == ResultComment.result_id)
        .join(Person, Person.id == ResultComment.person_id)
        .where(Result.indicator_id == indicator_id)
        .order_by(ResultComment.id)
    )
    found: dict[int, list[CommentLine]] = {}
    for result_id, text, at, by in db.session.execute(query):
        found.setdefault(result_id, []).append(CommentLine(text, at, by))
    return found


def uncommented_total() -> int:
    """Count the results that wait for a comment."""
    return db.session.scalar(_waiting(select(func.count(Result.id)))) or 0


def uncommented(offset: int, size: int) -> list[Uncommented]:
    """Return the results that wait for a comment, the last published first, by one query.

    The opening position is left out: it is what the plan printed, and its owners' ratings already knew it.
    """
    columns = (Result.id, Indicator.id, Indicator.code, Indicator.name, Indicator.unit, Result.period, Result.value)
    query = _waiting(select(*columns, Result.rag, Result.published_on).join(Indicator))
    newest = query.order_by(Result.recorded_at.desc(), Indicator.position, Indicator.id)
    return [Uncommented(*row) for row in db.session.execute(newest.offset(offset).limit(size))]


def _waiting(query: Rows) -> Rows:
    later = Result.__table__.alias()
    return query.where(
        Result.current,
        Result.opening.is_(False),
        Result.rag.in_((Rag.RED, Rag.AMBER)),
        ~exists().where(ResultComment.result_id == Result.id),
        ~exists().where(
            later.c.indicator_id == Result.indicator_id,
            later.c.basis == Result.basis,
            later.c.current,
            later.c.period_end > Result.period_end,
        ),
    )
