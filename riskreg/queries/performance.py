"""How contracts perform by their own indicators: one contract with all of them, the worst of each in a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select

from riskreg.domain.choices import Heeds
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import written_reference
from riskreg.domain.signals import stale
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, Reference, Register, Result, Risk
from riskreg.queries.latest import last_usual, lateness_of, latest_result
from riskreg.queries.linked import LatestResult, latest_results, trend_of, unusual

NOT_RATED, NONE = "not rated", "no indicator"
WORDS = (*(str(rag) for rag in sorted(Rag, key=lambda one: -one.severity)), NOT_RATED, NONE)


@dataclass(frozen=True, slots=True)
class RelyingRisk:
    """A risk that relies on the contract, and what it heeds of one of its indicators; None: the two are not linked."""

    id: int
    reference: str
    status: str
    owner_post_id: int
    heeds: Heeds | None


@dataclass(frozen=True, slots=True)
class OwnIndicator:
    """An indicator of a contract. `late` says since when it is not known, empty when its next result is not overdue.

    `unusual`: what the latest result is measured over, where that is not the usual.
    """

    id: int
    code: str
    name: str
    unit: str
    is_rated: bool
    latest: LatestResult | None
    unusual: str
    trend: Sequence[tuple[Decimal, str | None]]
    late: str
    risks: Sequence[RelyingRisk]


@dataclass(frozen=True, slots=True)
class EndedIndicator:
    """An indicator that measured a contract until it ended."""

    id: int
    name: str
    ended_on: date


@dataclass(frozen=True, slots=True)
class Performance:
    """A contract's own indicators, and those that ended."""

    indicators: Sequence[OwnIndicator]
    ended: Sequence[EndedIndicator]


def _of_contract(column: ColumnElement[Any], which: ColumnElement[bool]) -> Any:
    """What a column over one result of each of a contract's own indicators comes to, as a column of the contract."""
    return (
        select(column)
        .select_from(Indicator)
        .outerjoin(Result, which)
        .where(Indicator.contract_id == Contract.id, Indicator.ended_on.is_(None))
        .correlate(Contract)
        .scalar_subquery()
    )


# How grave the worst latest result of a contract's own indicators is: 0 where none is rated, None where it has none.
_grave = case(*((Result.rag == str(rag), rag.severity + 1) for rag in Rag), else_=0)
_worst = _of_contract(func.max(_grave), latest_result(Result))
performance: ColumnElement[str] = case(
    *((_worst == rag.severity + 1, literal(str(rag))) for rag in Rag),
    (_worst == 0, literal(NOT_RATED)),
    else_=literal(NONE),
)

# The months between two results and the day from which the next is counted, of each: “12 2016-12-31,3 2017-03-31”.
_period = cast(Indicator.frequency_months, String) + " " + cast(Result.period_end, String)
periods_counted = _of_contract(func.aggregate_strings(_period, ","), last_usual(Result))


def performance_of(contract: Contract, today: date, policy: Policy) -> Performance:
    """Return a contract's own indicators with their latest results and the risks that rely on it.

    The contract comes with its indicators; three queries more, none when it has none.
    """
    ended = [EndedIndicator(one.id, one.name, one.ended_on) for one in contract.indicators if one.ended_on]
    live = [one for one in contract.indicators if one.ended_on is None]
    ids = [one.id for one in live]
    if not live:
        return Performance([], ended)
    results, risks, late = latest_results(ids), _relying(contract.id, ids), lateness_of(ids, today, policy)
    own = [_own(one, results.get(one.id, ()), late[one.id], risks[one.id]) for one in live]
    return Performance(own, ended)


def _own(one: Indicator, results: Sequence[LatestResult], late: str, risks: Sequence[RelyingRisk]) -> OwnIndicator:
    latest = results[0] if results else None
    about = (one.id, one.code, one.name, one.unit, one.is_rated)
    return OwnIndicator(*about, latest, unusual(latest, one.basis), trend_of(results), late, risks)


def _relying(contract_id: int, ids: Sequence[int]) -> dict[int, list[RelyingRisk]]:
    """Return for each indicator the open risks that are linked to the contract, with what they heed of it."""
    own = select(Link.risk_id, Link.indicator_id, Link.heeds).where(Link.indicator_id.in_(ids)).subquery()
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.status, Risk.owner_post_id)
        .add_columns(own.c.indicator_id, own.c.heeds)
        .join(Link, Link.risk_id == Risk.id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .outerjoin(own, own.c.risk_id == Risk.id)
        .where(Link.contract_id == contract_id, Risk.status == RiskStatus.OPEN)
        .order_by(Register.prefix, Reference.number)
    ).all()
    heeds = {(row.id, row.indicator_id): Heeds(row.heeds) for row in rows if row.heeds}
    risks = dict.fromkeys(
        (row.id, written_reference(row.prefix, row.number), row.status, row.owner_post_id) for row in rows
    )
    return {key: [RelyingRisk(*one, heeds.get((one[0], key))) for one in risks] for key in ids}


def any_late(counted: str | None, today: date, policy: Policy) -> bool:
    """Whether the next result of one of a contract's own indicators is overdue; `counted` is its periods_counted."""
    periods = (one.split() for one in (counted or "").split(",") if one)
    return any(stale(date.fromisoformat(ends), int(months), today, policy) for months, ends in periods)


def contracts_to_measure(posts: Collection[int] | None) -> list[tuple[int, str]]:
    """Return id, code and title of the contracts that are not closed, those of these posts or all; by one query."""
    query: Select[*tuple[Any, ...]] = select(Contract.id, Contract.code, Contract.title)
    query = query.where(Contract.closed_on.is_(None)).order_by(Contract.position, Contract.id)
    if posts is not None:
        query = query.where(Contract.owner_post_id.in_(posts))
    return [(row.id, f"{row.code} {row.title}") for row in db.session.execute(query)]
