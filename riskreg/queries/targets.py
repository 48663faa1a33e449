"""The targets and national figures of indicators by year: those in force, and those that were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from riskreg.domain.targets import Target, TargetKind
from riskreg.extensions import db
from riskreg.models import Benchmark, BenchmarkPast, Indicator, Person, TargetPast, TargetRow


@dataclass(frozen=True, slots=True)
class PastTarget:
    """A target as it was until it was replaced."""

    year: int
    target: Target
    replaced_at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class PastFigures:
    """A national figure and that of the neighbours as they were until they were replaced."""

    year: int
    value: Decimal | None
    comparable: bool
    neighbours: Decimal | None
    replaced_at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class SheetTarget:
    """An indicator with one year's target; `target` and `revision` are None where none was ever set."""

    code: str
    name: str
    group: str
    unit: str
    polarity: str
    year: int
    target: Target | None
    revision: int | None


@dataclass(frozen=True, slots=True)
class SheetNational:
    """An indicator with one year's target and national figures; `revision` is None where none were ever set."""

    code: str
    name: str
    group: str
    unit: str
    year: int
    target: Target | None
    value: Decimal | None
    comparable: bool
    neighbours: Decimal | None
    revision: int | None


def target_of(indicator_id: int, year: int) -> TargetRow | None:
    """Return the target of a year, by one query."""
    return db.session.scalar(select(TargetRow).where(TargetRow.indicator_id == indicator_id, TargetRow.year == year))


def benchmark_of(indicator_id: int, year: int) -> Benchmark | None:
    """Return the national figure of a year, by one query."""
    return db.session.scalar(select(Benchmark).where(Benchmark.indicator_id == indicator_id, Benchmark.year == year))


def past_targets(indicator_id: int) -> Sequence[PastTarget]:
    """Return the targets that were replaced, the latest first, by one query."""
    query = (
        select(TargetPast.year, TargetPast.kind, TargetPast.value, TargetPast.floor)
        .add_columns(TargetPast.green_tolerance, TargetPast.amber_tolerance)
        .add_columns(TargetPast.replaced_at, Person.name, TargetPast.replaced_why)
        .join(Person, Person.id == TargetPast.replaced_by)
        .where(TargetPast.indicator_id == indicator_id)
        .order_by(TargetPast.id.desc())
    )
    return [
        PastTarget(row.year, Target(TargetKind(row.kind), *row[2:6]), *row[6:]) for row in db.session.execute(query)
    ]


def past_figures(indicator_id: int) -> Sequence[PastFigures]:
    """Return the national figures that were replaced, the latest first, by one query."""
    query = (
        select(BenchmarkPast.year, BenchmarkPast.value, BenchmarkPast.comparable, BenchmarkPast.neighbours)
        .add_columns(BenchmarkPast.replaced_at, Person.name, BenchmarkPast.replaced_why)
        .join(Person, Person.id == BenchmarkPast.replaced_by)
        .where(BenchmarkPast.indicator_id == indicator_id)
        .order_by(BenchmarkPast.id.desc())
    )
    return [PastFigures(*row) for row in db.session.execute(query)]


def sheet_targets(years: Sequence[int], group: str) -> list[SheetTarget]:
    """Return each rated indicator (of one service group, or all) with each of these years, by two queries."""
    query = select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group, Indicator.unit)
    query = query.where(Indicator.is_rated)
    query = query.add_columns(Indicator.polarity).order_by(Indicator.position, Indicator.id)
    if group:
        query = query.where(Indicator.service_group == group)
    known = {
        (row.indicator_id, row.year): row
        for row in db.session.execute(
            select(TargetRow.indicator_id, TargetRow.year, TargetRow.kind, TargetRow.value, TargetRow.floor)
            .add_columns(TargetRow.green_tolerance, TargetRow.amber_tolerance, TargetRow.revision)
            .where(TargetRow.year.in_(years))
        )
    }
    found = []
    for row in db.session.execute(query):
        for year in years:
            set_now = known.get((row.id, year))
            target = Target(TargetKind(set_now.kind), *set_now[3:7]) if set_now else None
            about = (row.code, row.name, row.service_group, row.unit, row.polarity)
            found.append(SheetTarget(*about, year, target, set_now.revision if set_now else None))
    return found


def sheet_national(year: int, group: str) -> list[SheetNational]:
    """Return each rated indicator (of one service group, or all) with the figures of a year, by three queries."""
    query = select(Indicator.code, Benchmark.value, Benchmark.comparable, Benchmark.neighbours, Benchmark.revision)
    query = query.join(Indicator, Indicator.id == Benchmark.indicator_id).where(Benchmark.year == year)
    known = {row.code: row for row in db.session.execute(query)}
    found = []
    for one in sheet_targets([year], group):
        figures = known[one.code][1:] if one.code in known else (None, True, None, None)
        found.append(SheetNational(one.code, one.name, one.group, one.unit, year, one.target, *figures))
    return found
