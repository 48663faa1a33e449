"""What a changed target or national figure does to published results: those that waited for it are judged now.

A result that was judged keeps its judgement, by the target of its time; where the new one would judge otherwise, that
is said and nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import joinedload

from riskreg.domain.dates import day_of
from riskreg.domain.policy import Policy
from riskreg.domain.targets import Polarity, judge
from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, Result, TargetRow
from riskreg.queries.policies import policy_on
from riskreg.services.consequences import Effects, digest_of, effects_of
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.judging import as_target

Years = Collection[tuple[int, int]]  # the id of an indicator, and the year of the target or the national figure


@dataclass(frozen=True, slots=True)
class Change:
    """A target, or a national figure with that of the neighbours, before and after, in words."""

    row: str
    indicator_id: int
    code: str
    name: str
    year: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rated:
    """A published result with its rating, and the one that it gets, or would have got."""

    indicator_id: int
    code: str
    name: str
    unit: str
    period: str
    value: Decimal
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class SettingOutcome:
    """What setting targets or national figures does; the same before and after, with the same digest.

    `rated`: results that waited and are rated now. `otherwise`: results that keep their rating, though what is set
    now would give them another. `skipped`: how many entries say what is set already.
    """

    changes: tuple[Change, ...]
    skipped: int
    rated: tuple[Rated, ...]
    otherwise: tuple[Rated, ...]
    effects: Effects

    @property
    def digest(self) -> str:
        """What the service is given to show that this was seen."""
        return digest_of(self)


def outcome_of(
    register_id: int, changes: Sequence[Change], skipped: int, now: datetime
) -> tuple[SettingOutcome, Evaluation]:
    """Evaluate the indicators whose targets or national figures were changed, and return what that does."""
    db.session.flush()
    touched = {(one.indicator_id, one.year) for one in changes}
    ids = {indicator_id for indicator_id, _ in touched}
    for indicator in db.session.scalars(select(Indicator).where(Indicator.id.in_(ids))):
        db.session.expire(indicator, ["targets", "benchmarks"])
    waiting = _results(Result.judged_at.is_(None), ids)
    before = {one.id: one.rag for one in waiting}
    evaluation = evaluate_register(register_id, now, indicators=ids)
    rated = [_rated(one, before[one.id], one.rag) for one in waiting if one.rag != before[one.id]]
    otherwise = _otherwise(touched, set(before), policy_on(register_id, day_of(now)))
    outcome = SettingOutcome(tuple(changes), skipped, tuple(rated), tuple(otherwise), effects_of(evaluation))
    return outcome, evaluation


def _results(condition: ColumnElement[bool], ids: Collection[int]) -> Sequence[Result]:
    query = (
        select(Result)
        .where(Result.indicator_id.in_(ids), Result.current, Result.value.is_not(None), condition)
        .options(joinedload(Result.indicator))
        .order_by(Result.indicator_id, Result.period_end, Result.basis)
    )
    return db.session.scalars(query).all()


def _otherwise(touched: Years, waited: Collection[int], policy: Policy) -> Iterable[Rated]:
    """Yield the results of the touched years that what is set now would rate otherwise, by three queries."""
    ids = {indicator_id for indicator_id, _ in touched}
    years = {year for _, year in touched}
    targets = {
        (row.indicator_id, row.year): row
        for row in db.session.scalars(select(TargetRow).where(in_years(TargetRow, ids, years)))
    }
    national = {
        (row.indicator_id, row.year): row.value
        for row in db.session.scalars(select(Benchmark).where(in_years(Benchmark, ids, years), Benchmark.comparable))
    }
    for one in _results(Result.target_year.in_(years), ids):
        key = (one.indicator_id, one.target_year)
        if key not in touched or one.id in waited or one.value is None:
            continue
        goal = as_target(targets[key]) if key in targets else None
        verdict = judge(one.value, goal, Polarity(one.indicator.polarity), national.get(key), policy)
        if verdict.rag != one.rag:
            yield _rated(one, one.rag, verdict.rag)


def in_years(
    table: type[TargetRow] | type[Benchmark], ids: Collection[int], years: Collection[int]
) -> ColumnElement[bool]:
    """The condition for the rows of these indicators and years; more than are meant, where both are several."""
    return and_(table.indicator_id.in_(ids), table.year.in_(years))


def _rated(result: Result, before: str | None, after: str | None) -> Rated:
    assert result.value is not None  # noqa: S101 - only results with a figure are asked for
    about = result.indicator
    return Rated(about.id, about.code, about.name, about.unit, result.period, result.value, before, after)
