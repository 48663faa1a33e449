"""The scorecard: every indicator with its latest result, by service group in the order of the plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.policy import Policy
from riskreg.domain.sentences import figure
from riskreg.domain.targets import TargetKind
from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, Link, Result, TargetRow
from riskreg.queries.latest import last_usual, lateness, latest_result, newest_first, overdue_before, with_lateness

NOT_RATED = "not rated"
RAG_CHOICES = ("RED", "AMBER", "GREEN", NOT_RATED)
OneRow = Row[*tuple[Any, ...]]
Rows = Select[*tuple[Any, ...]]
Trend = tuple[tuple[Decimal, str | None], ...]
_latest = aliased(Result)
_usual = aliased(Result)
_OF_LATEST = (
    *(_latest.period, _latest.period_end, _latest.basis, _latest.value),
    *(_latest.rag, _latest.direction, _latest.target_value, _latest.target_year),
)


@dataclass(frozen=True, slots=True)
class ScorecardFilter:
    """What the scorecard is narrowed to; empty or False does not narrow. `ended`: those that ended, not the others."""

    words: str = ""
    group: str = ""
    rag: str = ""
    linked: bool = False
    qpr: bool = False
    stale: bool = False
    ended: bool = False

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != ScorecardFilter()


@dataclass(frozen=True, slots=True)
class Group:
    """A service group with how many of its indicators are shown, by the RAG of their latest result."""

    name: str
    total: int
    red: int
    amber: int
    green: int

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many there are of each RAG that occurs, those that are not rated last."""
        rest = self.total - self.red - self.amber - self.green
        every = (("RED", self.red), ("AMBER", self.amber), ("GREEN", self.green), (NOT_RATED, rest))
        return [(rag, count) for rag, count in every if count]


@dataclass(frozen=True, slots=True)
class Others:
    """What others reached in a year: the national figure, whether it may be compared, and the statistical neighbours.

    Figures come with their unit, empty where they are not known.
    """

    year: int
    national: str
    comparable: bool
    neighbours: str


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """One indicator as the scorecard shows it. Targets are figures with their unit, or the plan's words for none.

    `basis`: what the latest result is measured over, where that is not the usual. `late` is the sentence that says
    that the next result is overdue, empty when it is not.
    """

    id: int
    code: str
    name: str
    group: str
    unit: str
    qpr: bool
    period: str | None
    basis: str
    value: Decimal | None
    rag: str | None
    direction: str | None
    target: str
    year_target: str
    others: Others | None
    trend: Trend
    links: int
    late: str


def groups_shown(wanted: ScorecardFilter, today: date, policy: Policy | None) -> list[Group]:
    """Return the groups that hold what is wanted, in the order of the plan: one query, or two when `stale` is asked."""

    def rated(rag: str) -> ColumnElement[int]:
        return func.count().filter(_latest.rag == rag)

    query = select(Indicator.service_group, func.count(), rated("RED"), rated("AMBER"), rated("GREEN"))
    query = query.select_from(Indicator).outerjoin(_latest, latest_result(_latest))
    query = query.outerjoin(_usual, last_usual(_usual)).group_by(Indicator.service_group)
    rows = db.session.execute(_narrowed(query, wanted, today, policy).order_by(func.min(Indicator.position)))
    return [Group(*tuple(row)) for row in rows]


def group_names() -> list[str]:
    """Return the names of all service groups in the order of the plan, by one query."""
    query = select(Indicator.service_group).group_by(Indicator.service_group)
    return list(db.session.scalars(query.order_by(func.min(Indicator.position))))


def scorecard(
    wanted: ScorecardFilter, today: date, policy: Policy | None, *, offset: int, size: int
) -> list[ScorecardRow]:
    """Return one page of the scorecard, in the order of the plan: five queries, however many rows.

    `year_target` is the target of the present year.
    """
    query = (
        select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group, Indicator.unit)
        .add_columns((Indicator.qpr != "").label("qpr"), *_OF_LATEST, Indicator.basis.label("usual"))
        .select_from(Indicator)
        .outerjoin(_latest, latest_result(_latest))
        .order_by(Indicator.position, Indicator.id)
    )
    query = _narrowed(with_lateness(query, _usual), wanted, today, policy).offset(offset).limit(size)
    rows = db.session.execute(query).all()
    ids = [row.id for row in rows]
    targets, national, trends, links = _targets(ids), _national(ids, today.year), _trends(ids), _links(ids)
    return [
        ScorecardRow(
            id=row.id,
            code=row.code,
            name=row.name,
            group=row.service_group,
            unit=row.unit,
            qpr=row.qpr,
            period=row.period,
            basis="" if row.basis in (None, row.usual) else row.basis,
            value=row.value,
            rag=row.rag,
            direction=row.direction,
            target=_target(row.target_value, targets.get((row.id, row.target_year)), row.unit),
            year_target=_target(None, targets.get((row.id, today.year)), row.unit),
            others=_others(national.get(row.id), row.unit),
            trend=trends.get(row.id, ()),
            links=links.get(row.id, 0),
            late="" if wanted.ended else lateness(row, today, policy),
        )
        for row in rows
    ]


def _narrowed(query: Rows, wanted: ScorecardFilter, today: date, policy: Policy | None) -> Rows:
    """Add the conditions of a filter to a query over indicators, their latest and their last usual results."""
    query = query.where(Indicator.ended_on.is_not(None) if wanted.ended else Indicator.ended_on.is_(None))
    if wanted.words:
        fields = (Indicator.name, Indicator.code, Indicator.comment, Indicator.qpr, Indicator.description)
        query = query.where(or_(*(field.icontains(wanted.words, autoescape=True) for field in fields)))
    if wanted.group:
        query = query.where(Indicator.service_group == wanted.group)
    if wanted.rag:
        query = query.where(_latest.rag.is_(None) if wanted.rag == NOT_RATED else _latest.rag == wanted.rag)
    if wanted.linked:
        query = query.where(exists().where(Link.indicator_id == Indicator.id))
    if wanted.qpr:
        query = query.where(Indicator.qpr != "")
    return query.where(_overdue(today, policy)) if wanted.stale else query


def _overdue(today: date, policy: Policy | None) -> ColumnElement[bool]:
    if policy is None:
        return false()
    frequencies = db.session.scalars(select(Indicator.frequency_months).distinct())
    return or_(
        false(),
        *(
            and_(Indicator.frequency_months == months, _usual.period_end <= overdue_before(months, today, policy))
            for months in frequencies
        ),
    )


def _targets(ids: Sequence[int]) -> Mapping[tuple[int, int], OneRow]:
    query = select(TargetRow.indicator_id, TargetRow.year, TargetRow.kind, TargetRow.value, TargetRow.printed)
    rows = db.session.execute(query.where(TargetRow.indicator_id.in_(ids)))
    return {(row.indicator_id, row.year): row for row in rows}


def _target(judged: Decimal | None, row: OneRow | None, unit: str) -> str:
    """Write what a result was judged against, else the target of the year: its figure, or the plan's words."""
    value = judged
    if value is None and row is not None and row.kind == TargetKind.FIGURE:
        value = row.value
    if value is not None:
        return figure(value, unit)
    return row.printed if row is not None else ""


def _national(ids: Sequence[int], year: int) -> Mapping[int, OneRow]:
    """Return what others reached in the latest year up to this one for which anything is known."""
    query = select(Benchmark.indicator_id, Benchmark.year, Benchmark.value, Benchmark.comparable, Benchmark.neighbours)
    known = or_(Benchmark.value.is_not(None), Benchmark.neighbours.is_not(None))
    rows = db.session.execute(
        query.where(Benchmark.indicator_id.in_(ids), Benchmark.year <= year, known).order_by(Benchmark.year)
    )
    return {row.indicator_id: row for row in rows}


def _others(row: OneRow | None, unit: str) -> Others | None:
    if row is None:
        return None
    national, neighbours = ("" if one is None else figure(one, unit) for one in (row.value, row.neighbours))
    return Others(row.year, national, row.comparable or not national, neighbours)


def _trends(ids: Sequence[int]) -> dict[int, Trend]:
    """Return the results that may be compared with each other: those on the basis of the latest."""
    query = (
        select(Result.indicator_id, Result.basis, Result.value, Result.rag)
        .join(Indicator, Indicator.id == Result.indicator_id)
        .where(Result.indicator_id.in_(ids), Result.current, Result.value.is_not(None))
        .order_by(Result.indicator_id, *newest_first())
    )
    points: dict[int, list[Any]] = {}
    for row in db.session.execute(query):
        points.setdefault(row.indicator_id, []).append(row)
    return {
        key: tuple((row.value, row.rag) for row in reversed(rows) if row.basis == rows[0].basis)
        for key, rows in points.items()
    }


def _links(ids: Sequence[int]) -> dict[int, int]:
    query = select(Link.indicator_id, func.count()).where(Link.indicator_id.in_(ids)).group_by(Link.indicator_id)
    return {row[0]: row[1] for row in db.session.execute(query) if row[0] is not None}
