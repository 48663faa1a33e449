"""What the contract register is narrowed to, as conditions of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import RouteStage
from riskreg.domain.dates import add_months
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach
from riskreg.models import Contract, ContractRoute, Link, Risk, SignalRow
from riskreg.queries.performance import performance

Rows = Select[*tuple[Any, ...]]


class Ends(StrEnum):
    """When a contract ends, as the list is narrowed by it: soon is by the first milestone, figures are months."""

    SOON = "soon"
    IN_3 = "3"
    IN_6 = "6"
    IN_24 = "24"
    PAST = "past"
    ROLLING = "rolling"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What the list is narrowed to; empty, None or False does not narrow. `kind` is left aside by the counts.

    `tier` is 1, 2, 3 or none; `closed`: the closed contracts in place of the others. `performance` is the worst RAG of
    its own indicators, or one of the other words in queries.performance.
    """

    words: str = ""
    kind: str = ""
    area: str = ""
    post_id: int | None = None
    ends: str = ""
    tier: str = ""
    provider: str = ""
    critical: bool = False
    closed: bool = False
    signals: bool = False
    unheeded: bool = False
    performance: str = ""


# The end that the last awarded extension brought, or else the plan’s: domain.contracts.ContractFacts.current_end.
_moved = (
    select(ContractRoute.new_end)
    .where(ContractRoute.contract_id == Contract.id, ContractRoute.stage == int(RouteStage.AWARDED))
    .where(ContractRoute.new_end != "")
    .order_by(ContractRoute.on.desc(), ContractRoute.id.desc())
    .limit(1)
    .correlate(Contract)
    .scalar_subquery()
)
present_end = case((Contract.rolling, ""), else_=func.coalesce(_moved, Contract.end))
_stands = exists().where(SignalRow.contract_id == Contract.id, SignalRow.state == SignalState.STANDS)
# An open risk lets the contract escalate it: domain.signals.heeded, which of a contract only leaves watching links out.
heeded_by_a_risk = exists().where(
    Link.contract_id == Contract.id,
    Link.heeds != Heeds.WATCH,
    Risk.id == Link.risk_id,
    Risk.status == RiskStatus.OPEN,
)
is_unheeded = and_(
    exists().where(
        SignalRow.contract_id == Contract.id,
        SignalRow.state == SignalState.STANDS,
        SignalRow.reaches == int(Reach.DMT),
    ),
    ~heeded_by_a_risk,
)


def narrowed(query: Rows, asked: ContractFilter, today: date, policy: Policy) -> Rows:
    """Return the query for the contracts that the filter lets through, its kind left aside."""
    texts = (Contract.code, Contract.title, Contract.provider, Contract.description)
    wanted: tuple[tuple[object, Callable[[], ColumnElement[bool]]], ...] = (
        (asked.words, lambda: or_(*(text.icontains(asked.words, autoescape=True) for text in texts))),
        (asked.area, lambda: Contract.service_area == asked.area),
        (asked.post_id is not None, lambda: Contract.owner_post_id == asked.post_id),
        (asked.signals, lambda: _stands),
        (asked.unheeded, lambda: is_unheeded),
        (asked.ends, lambda: _ends(Ends(asked.ends), today, policy)),
        (asked.tier == "none", lambda: Contract.tier.is_(None)),
        (asked.tier.isdecimal(), lambda: Contract.tier == int(asked.tier)),
        (asked.provider, lambda: Contract.provider.icontains(asked.provider, autoescape=True)),
        (asked.performance, lambda: performance == asked.performance),
        (asked.critical, lambda: Contract.safeguarding_critical.expression),
    )
    state = Contract.closed_on.is_not(None) if asked.closed else Contract.closed_on.is_(None)
    return query.where(state, *(condition() for asks, condition in wanted if asks))


def _ends(ends: Ends, today: date, policy: Policy) -> ColumnElement[bool]:
    if ends is Ends.ROLLING:
        return Contract.rolling.expression
    if ends is Ends.UNKNOWN:
        return and_(present_end == "", ~Contract.rolling)
    past = _last_day_by(today - timedelta(days=1))
    if ends is Ends.PAST:
        return past
    months = max(policy.no_route_months) if ends is Ends.SOON else int(ends)
    return and_(_last_day_by(add_months(today, months)), ~past)


def _last_day_by(limit: date) -> ColumnElement[bool]:
    """The condition that the last day a stored partial date can mean is not after the limit.

    A month is over by then if it is an earlier one, or the limit is its last day; so with years.
    """
    after = limit + timedelta(days=1)
    text = limit.isoformat()
    return or_(
        and_(func.length(present_end) == len("2018-03-31"), present_end <= text),
        and_(func.length(present_end) == len("2018-03"), present_end < after.isoformat()[:7]),
        and_(func.length(present_end) == len("2018"), present_end < after.isoformat()[:4]),
    )
