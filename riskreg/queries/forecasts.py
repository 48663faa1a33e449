"""The watch list: indicators that are not RED and would miss a target ahead if they went on in a straight line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from riskreg.domain.forecast import LEAST, Measure, Point, Prospect, prospects
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.targets import Polarity, Target, TargetKind
from riskreg.extensions import db
from riskreg.models import Indicator, Result, TargetRow
from riskreg.queries.latest import latest_result

OneRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Watched:
    """An indicator with its latest result, and the first year ahead whose target it would miss."""

    id: int
    code: str
    name: str
    group: str
    unit: str
    period: str
    value: Decimal
    rag: str
    prospect: Prospect


@dataclass(frozen=True, slots=True)
class WatchList:
    """Who is watched, and how many more are not RED but have too few results for a forecast."""

    watched: Sequence[Watched]
    forecast: int
    too_few: int


def watch_list(policy: Policy) -> WatchList:
    """Return the indicators that are GREEN or AMBER now and would miss a target ahead, by three queries."""
    latest = _latest()
    ids = [row.id for row in latest]
    points, targets = _points(ids), _targets(ids)
    watched, forecast, too_few = [], 0, 0
    for row in latest:
        own = points.get((row.id, row.basis), [])
        if len(own) < LEAST:
            too_few += 1
            continue
        forecast += 1
        measure = Measure(row.unit, row.decimals, Polarity(row.polarity))
        ahead = prospects(own, row.target_year, targets.get(row.id, {}), measure, policy)
        missed = next((one for one in ahead if one.misses), None)
        if missed is not None:
            about = (row.id, row.code, row.name, row.service_group, row.unit, row.period, row.value, row.rag)
            watched.append(Watched(*about, missed))
    return WatchList(watched, forecast, too_few)


def _latest() -> Sequence[OneRow]:
    query = (
        select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group, Indicator.unit)
        .add_columns(Indicator.decimals, Indicator.polarity)
        .add_columns(Result.basis, Result.target_year, Result.period, Result.value, Result.rag)
        .join(Result, latest_result(Result))
        .where(Result.rag.in_((Rag.GREEN, Rag.AMBER)), Indicator.ended_on.is_(None))
        .order_by(Indicator.position, Indicator.id)
    )
    return db.session.execute(query).all()


def _points(ids: Sequence[int]) -> dict[tuple[int, str], list[Point]]:
    """Return the figures of each indicator by basis, the oldest first."""
    query = (
        select(Result.indicator_id, Result.basis, Result.period_end, Result.value)
        .where(Result.indicator_id.in_(ids), Result.current, Result.value.is_not(None))
        .order_by(Result.period_end)
    )
    found: dict[tuple[int, str], list[Point]] = {}
    for row in db.session.execute(query):
        found.setdefault((row.indicator_id, row.basis), []).append(Point(row.period_end, row.value))
    return found


def _targets(ids: Sequence[int]) -> dict[int, dict[int, Target]]:
    query = select(TargetRow.indicator_id, TargetRow.year, TargetRow.kind, TargetRow.value, TargetRow.floor)
    query = query.add_columns(TargetRow.green_tolerance, TargetRow.amber_tolerance)
    found: dict[int, dict[int, Target]] = {}
    for row in db.session.execute(query.where(TargetRow.indicator_id.in_(ids))):
        found.setdefault(row.indicator_id, {})[row.year] = Target(TargetKind(row.kind), *row[3:])
    return found
