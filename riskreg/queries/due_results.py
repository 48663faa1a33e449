"""The indicators whose result for a period is asked for, each with the result before it and the target of the year."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, select

from riskreg.domain.periods import is_due
from riskreg.extensions import db
from riskreg.models import Indicator, Result, TargetRow

OneRow = Row[*tuple[Any, ...]]
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class WantedPeriod:
    """A period: its last day, and what it is measured over; `basis` empty: each indicator's usual one.

    `everything`: also the indicators of which no result is asked for yet.
    """

    period_end: date
    target_year: int
    basis: str = ""
    group: str = ""
    everything: bool = False


@dataclass(frozen=True, slots=True)
class DueRow:
    """An indicator without a result for the period. `before` is its last result before it on the same basis."""

    id: int
    code: str
    name: str
    group: str
    unit: str
    basis: str
    before_period: str | None
    before_value: Decimal | None
    before_rag: str | None
    target: str
    target_value: Decimal | None


@dataclass(frozen=True, slots=True)
class Due:
    """What is asked for, and how many indicators of the period are left out: published already, or not due yet."""

    rows: Sequence[DueRow]
    published: int
    not_due: int


def due_results(wanted: WantedPeriod, also: Collection[int] = ()) -> Due:
    """Return the indicators whose result for the period is asked for, in the order of the plan: three queries.

    Of those that ended none is asked for.

    `also`: indicators that are among them in any case, because somebody has typed a result for them.
    """
    indicators = _indicators(wanted)
    latest = _latest(wanted)
    targets = _targets(wanted)
    rows, published, not_due = [], 0, 0
    for one in indicators:
        before = latest.get(one.id)
        if one.id in also:
            rows.append(_row(one, before, targets.get(one.id)))
        elif before is not None and before.period_end == wanted.period_end:
            published += 1
        elif not wanted.everything and not is_due(
            before.period_end if before else None, one.frequency_months, wanted.period_end
        ):
            not_due += 1
        else:
            rows.append(_row(one, before, targets.get(one.id)))
    return Due(rows, published, not_due)


def _row(one: OneRow, before: OneRow | None, target: OneRow | None) -> DueRow:
    return DueRow(
        id=one.id,
        code=one.code,
        name=one.name,
        group=one.service_group,
        unit=one.unit,
        basis=one.basis,
        before_period=before.period if before else None,
        before_value=before.value if before else None,
        before_rag=before.rag if before else None,
        target=target.printed if target else "",
        target_value=target.value if target and target.kind == "figure" else None,
    )


def _narrowed(query: Rows, wanted: WantedPeriod) -> Rows:
    if wanted.group:
        query = query.where(Indicator.service_group == wanted.group)
    return query.where(Indicator.basis == wanted.basis) if wanted.basis else query


def _indicators(wanted: WantedPeriod) -> Sequence[OneRow]:
    query = select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group, Indicator.unit)
    query = query.add_columns(Indicator.basis, Indicator.frequency_months).where(Indicator.ended_on.is_(None))
    return db.session.execute(_narrowed(query, wanted).order_by(Indicator.position, Indicator.id)).all()


def _latest(wanted: WantedPeriod) -> dict[int, OneRow]:
    """The last current result of each up to the period, on its usual basis; that of the period itself if it has one."""
    query = (
        select(Result.indicator_id, Result.period, Result.period_end, Result.value, Result.rag)
        .join(Indicator, Indicator.id == Result.indicator_id)
        .where(Result.current, Result.basis == Indicator.basis, Result.period_end <= wanted.period_end)
    )
    rows = db.session.execute(_narrowed(query, wanted).order_by(Result.period_end))
    return {row.indicator_id: row for row in rows}


def _targets(wanted: WantedPeriod) -> dict[int, OneRow]:
    query = select(TargetRow.indicator_id, TargetRow.printed, TargetRow.kind, TargetRow.value)
    query = query.join(Indicator, Indicator.id == TargetRow.indicator_id).where(TargetRow.year == wanted.target_year)
    return {row.indicator_id: row for row in db.session.execute(_narrowed(query, wanted))}
