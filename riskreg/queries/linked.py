"""What one risk depends on: its indicators with their latest results, its contracts with their milestones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import Milestone, milestones
from riskreg.domain.escalation import SignalState
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, Result, ResultComment, SignalRow
from riskreg.queries.latest import lateness, newest_first, with_lateness

RESULTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class LatestResult:
    """The latest result of an indicator as it was judged. `value` None: only `printed` words were published.

    `comment` is the last one of the performance officer; only the latest result comes with it.
    """

    indicator_id: int
    basis: str
    period: str
    period_end: date
    value: Decimal | None
    printed: str
    rag: str | None
    why: str
    direction: str | None
    target: Decimal | None
    target_year: int
    floor: Decimal | None
    floor_assumed: bool
    comment: str | None


@dataclass(frozen=True, slots=True)
class LinkedIndicator:
    """An indicator on which a risk depends. `late` says that its next result is overdue, empty when it is not.

    `trend` holds figure and RAG of the last results on the basis of the latest, the oldest first. `unusual`: what the
    latest is measured over, where that is not the usual.
    """

    id: int
    name: str
    unit: str
    link_id: int
    reason: str
    heeds: Heeds
    assumed: bool
    source_line: str
    from_on: date | None
    until_on: date | None
    latest: LatestResult | None
    trend: tuple[tuple[Decimal, str | None], ...]
    late: str
    unusual: str


@dataclass(frozen=True, slots=True)
class StandingSignal:
    """A signal that stands, and whom it reaches."""

    sentence: str
    reaches: int
    since: date


@dataclass(frozen=True, slots=True)
class LinkedContract:
    """A contract on which a risk depends. `upcoming` is its next milestone, None when no date ahead is known."""

    contract: Contract
    link_id: int
    reason: str
    heeds: Heeds
    assumed: bool
    source_line: str
    from_on: date | None
    until_on: date | None
    upcoming: Milestone | None
    signals: Sequence[StandingSignal]


# Built once and not for every page: building a statement takes longer than running it.
_INDICATORS = with_lateness(
    select(Indicator.id, Indicator.name, Indicator.unit, Indicator.basis)
    .add_columns(
        Link.id.label("link_id"), Link.reason, Link.heeds, Link.assumed, Link.source_line, Link.from_on, Link.until_on
    )
    .join(Link, Link.indicator_id == Indicator.id)
    .where(Link.risk_id == bindparam("risk_id"))
    .order_by(Indicator.position, Indicator.id),
    aliased(Result),
)
_RANKED = (
    select(Result.indicator_id, Result.basis, Result.period, Result.period_end, Result.value, Result.printed)
    .add_columns(Result.rag, Result.why, Result.direction, Result.target_value, Result.target_year)
    .add_columns(Result.floor_value, Result.floor_assumed)
    .add_columns(
        func.row_number().over(partition_by=Result.indicator_id, order_by=newest_first()).label("place"),
        Result.id.label("result_id"),
    )
    .join(Indicator, Indicator.id == Result.indicator_id)
    .where(Result.indicator_id.in_(bindparam("ids", expanding=True)), Result.current)
    .subquery()
)
_COMMENT = (
    select(ResultComment.text)
    .where(ResultComment.result_id == _RANKED.c.result_id)
    .order_by(ResultComment.id.desc())
    .limit(1)
    .scalar_subquery()
)
_RESULTS = (
    select(*(column for column in _RANKED.c if column.name not in ("place", "result_id")))
    .add_columns(case((_RANKED.c.place == 1, _COMMENT)))
    .where(_RANKED.c.place <= RESULTS_SHOWN)
    .order_by(_RANKED.c.indicator_id, _RANKED.c.place)
)
_CONTRACTS = (
    select(Contract, Link.id, Link.reason, Link.heeds, Link.assumed, Link.source_line, Link.from_on, Link.until_on)
    .join(Link, Link.contract_id == Contract.id)
    .where(Link.risk_id == bindparam("risk_id"))
    .order_by(Contract.position, Contract.id)
    .options(selectinload(Contract.routes), joinedload(Contract.reviews), joinedload(Contract.providers))
)
_STANDING = (
    select(SignalRow.contract_id, SignalRow.sentence, SignalRow.reaches, SignalRow.since)
    .where(SignalRow.contract_id.in_(bindparam("ids", expanding=True)), SignalRow.state == SignalState.STANDS)
    .order_by(SignalRow.reaches.desc(), SignalRow.id)
)


def linked_indicators(risk_id: int, policy: Policy, today: date) -> Sequence[LinkedIndicator]:
    """Return the indicators linked to a risk, in the order of the plan, by two queries."""
    rows = db.session.execute(_INDICATORS, {"risk_id": risk_id}).all()
    results = latest_results([row.id for row in rows])
    return [_indicator(row, results.get(row.id, ()), policy, today) for row in rows]


def latest_results(ids: Sequence[int]) -> Mapping[int, Sequence[LatestResult]]:
    """Return the last current results of each indicator, the newest first, by one query."""
    found: dict[int, list[LatestResult]] = {}
    for row in db.session.execute(_RESULTS, {"ids": ids}):
        found.setdefault(row.indicator_id, []).append(LatestResult(*row))
    return found


def _indicator(row: Any, results: Sequence[LatestResult], policy: Policy, today: date) -> LinkedIndicator:
    latest = results[0] if results else None
    return LinkedIndicator(
        id=row.id,
        name=row.name,
        unit=row.unit,
        link_id=row.link_id,
        reason=row.reason,
        heeds=Heeds(row.heeds),
        assumed=row.assumed,
        source_line=row.source_line,
        from_on=row.from_on,
        until_on=row.until_on,
        latest=latest,
        trend=trend_of(results),
        late=lateness(row, today, policy),
        unusual=unusual(latest, row.basis),
    )


def unusual(latest: LatestResult | None, usual: str) -> str:
    """What the latest result is measured over, where that is not the usual."""
    return latest.basis if latest and latest.basis != usual else ""


def trend_of(results: Sequence[LatestResult]) -> tuple[tuple[Decimal, str | None], ...]:
    """The figures, oldest first, that may be compared with the latest, each with its RAG."""
    return tuple(
        (one.value, one.rag) for one in reversed(results) if one.value is not None and one.basis == results[0].basis
    )


def linked_contracts(risk_id: int, policy: Policy, today: date) -> Sequence[LinkedContract]:
    """Return the contracts linked to a risk, in the order of the plan, by three queries (one when there are none)."""
    rows = db.session.execute(_CONTRACTS, {"risk_id": risk_id}).unique().all()
    signals = _standing([row[0].id for row in rows]) if rows else {}
    return [
        LinkedContract(
            contract=contract,
            link_id=link_id,
            reason=reason,
            heeds=Heeds(heeds),
            assumed=assumed,
            source_line=source_line,
            from_on=from_on,
            until_on=until_on,
            upcoming=_upcoming(contract, policy, today),
            signals=signals.get(contract.id, ()),
        )
        for contract, link_id, reason, heeds, assumed, source_line, from_on, until_on in rows
    ]


def _upcoming(contract: Contract, policy: Policy, today: date) -> Milestone | None:
    if contract.closed_on is not None:
        return None
    return next((point for point in milestones(contract.facts(), policy) if point.on >= today), None)


def _standing(ids: Sequence[int]) -> Mapping[int | None, Sequence[StandingSignal]]:
    found: dict[int | None, list[StandingSignal]] = {}
    for contract_id, sentence, reaches, since in db.session.execute(_STANDING, {"ids": ids}):
        found.setdefault(contract_id, []).append(StandingSignal(sentence, reaches, since))
    return found
