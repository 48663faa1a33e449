"""What stands on indicators and contracts, the open risks linked to them, and the contracts by the day they end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from riskreg.domain.dates import PartialDate
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.signals import SignalKind
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, Risk, SignalRow
from riskreg.queries.contract_filters import present_end
from riskreg.queries.narrowing import Rows

ON_INDICATORS = (SignalKind.SLIPPED, SignalKind.RED, SignalKind.WORSENING)
ON_CONTRACTS = tuple(kind for kind in SignalKind if kind not in ON_INDICATORS)


class LinkedTo(StrEnum):
    """What a risk is linked to; the words are those of the address."""

    INDICATOR = "indicator"
    INDICATOR_SIGNAL = "indicator-signal"
    CONTRACT = "contract"
    CONTRACT_SIGNAL = "contract-signal"


_STANDS = SignalRow.state == SignalState.STANDS
_ON_INDICATOR = select(SignalRow.id).where(SignalRow.indicator_id == Link.indicator_id, _STANDS).exists()
_ON_CONTRACT = select(SignalRow.id).where(SignalRow.contract_id == Link.contract_id, _STANDS).exists()


def _linked(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return Risk.id.in_(select(Link.risk_id).where(*conditions))


LINKED: Mapping[LinkedTo, ColumnElement[bool]] = {
    LinkedTo.INDICATOR: _linked(Link.indicator_id.is_not(None)),
    LinkedTo.INDICATOR_SIGNAL: _linked(_ON_INDICATOR),
    LinkedTo.CONTRACT: _linked(Link.contract_id.is_not(None)),
    LinkedTo.CONTRACT_SIGNAL: _linked(_ON_CONTRACT),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A signal that stands on an indicator or on a contract, of which the other id is None."""

    sentence: str
    since: date
    name: str
    indicator_id: int | None
    contract_id: int | None
    links: int


@dataclass(frozen=True, slots=True)
class Ending:
    """A contract with its present end: `quarter` 2018-1 for January to March 2018, 2018 or empty as far as it is known.

    `words` are the plan's where they are no date.
    """

    id: int
    title: str
    provider: str
    end: str
    words: str
    quarter: str

    @property
    def ends(self) -> str:
        """The end as far as it is known, or the plan's words."""
        return str(PartialDate(self.end)) if self.end else self.words or "not stated"


_COUNTS: Rows = select(SignalRow.kind, func.count()).where(_STANDS).group_by(SignalRow.kind)
_LINKS = (
    select(func.count(Link.id))
    .join(Risk, Risk.id == Link.risk_id)
    .where(Risk.status == RiskStatus.OPEN)
    .where((Link.indicator_id == SignalRow.indicator_id) | (Link.contract_id == SignalRow.contract_id))
    .correlate(SignalRow)
    .scalar_subquery()
)
_STANDING: Rows = (
    select(SignalRow.sentence, SignalRow.since, func.coalesce(Indicator.name, Contract.title), SignalRow.indicator_id)
    .add_columns(SignalRow.contract_id, _LINKS)
    .outerjoin(Indicator, Indicator.id == SignalRow.indicator_id)
    .outerjoin(Contract, Contract.id == SignalRow.contract_id)
    .where(_STANDS)
    .order_by(SignalRow.since, SignalRow.id)
)


def standing_counts() -> dict[SignalKind, int]:
    """Count the signals that stand by kind, by one query. Every kind is a key."""
    counts: dict[str, int] = {row[0]: row[1] for row in db.session.execute(_COUNTS)}
    return {kind: counts.get(kind, 0) for kind in SignalKind}


def standing_of(kind: SignalKind, *, limit: int, offset: int) -> Sequence[Standing]:
    """Return the signals of a kind that stand, the longest first, by one query."""
    rows = db.session.execute(_STANDING.where(SignalRow.kind == kind).limit(limit).offset(offset))
    return [Standing(*row) for row in rows]


def linked_counts(register_id: int, *to: LinkedTo) -> dict[LinkedTo, int]:
    """Count the open risks that are linked to each of some things, by one query."""
    risks = select(func.count(Risk.id)).where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN)
    row = db.session.execute(select(*(risks.where(LINKED[one]).scalar_subquery() for one in to))).one()
    return dict(zip(to, row, strict=True))


def endings() -> Sequence[Ending]:
    """Return the contracts by the day they end, those without a known date last; one query.

    Those that are closed or roll on have no end to come.
    """
    end: Any = present_end
    rows = db.session.execute(
        select(Contract.id, Contract.title, Contract.provider, end, Contract.end_printed)
        .where(Contract.closed_on.is_(None), ~Contract.rolling)
        .order_by(Contract.position, Contract.id)
    )
    found = [Ending(*(*row, _quarter(row[3]))) for row in rows]
    return sorted(found, key=lambda one: (not one.quarter, one.end))


def _quarter(end: str) -> str:
    """The quarter of the year in which a date lies, as far as it is known."""
    if len(end) < len("2018-03"):
        return end
    return f"{end[:4]}-{(int(end[5:7]) + 2) // 3}"
