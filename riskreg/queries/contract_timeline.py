"""What ends when: the contracts that are not closed by the quarter of their end, with what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Contract
from riskreg.queries.linked_signals import Ending, endings

Values = Mapping[int, tuple[Decimal | None, Decimal | None]]


@dataclass(frozen=True, slots=True)
class Quarter:
    """How many contracts end in a quarter, which is named as in linked_signals.Ending, and what they are worth.

    `total` sums the known values in pounds, `yearly` the yearly ones of contracts with no other; `unvalued` have none.
    """

    quarter: str
    contracts: int
    total: Decimal
    yearly: Decimal
    unvalued: int


def quarters() -> list[Quarter]:
    """Return the quarters in which contracts end, those without a known date last; by two queries."""
    query = select(Contract.id, Contract.value_total, Contract.value_yearly).where(Contract.closed_on.is_(None))
    values = {row.id: (row.value_total, row.value_yearly) for row in db.session.execute(query)}
    return [_quarter(key, list(some), values) for key, some in groupby(endings(), lambda one: one.quarter)]


def _quarter(key: str, contracts: list[Ending], values: Values) -> Quarter:
    known = [values[one.id] for one in contracts]
    return Quarter(
        quarter=key,
        contracts=len(contracts),
        total=sum((total for total, _ in known if total is not None), Decimal(0)),
        yearly=sum((yearly for total, yearly in known if total is None and yearly is not None), Decimal(0)),
        unvalued=sum(total is None and yearly is None for total, yearly in known),
    )
