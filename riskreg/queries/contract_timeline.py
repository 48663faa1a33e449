"""What ends when: the contracts that are not closed by the quarter of their end, with what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlalchemy import select

from riskreg.domain.contract_terms import KIND_OF_SUM_NOT_SAID
from riskreg.extensions import db
from riskreg.models import Contract
from riskreg.queries.linked_signals import Ending, endings

Values = Mapping[int, tuple[Decimal | None, Decimal | None, str]]


@dataclass(frozen=True, slots=True)
class Quarter:
    """How many contracts end in a quarter, which is named as in linked_signals.Ending, and what they are worth.

    In pounds: `total` sums the values in total, `yearly` the yearly ones of contracts with no other, and `unsaid` those
    of which it is not said which they are. `unvalued` contracts have no value.
    """

    quarter: str
    contracts: int
    total: Decimal
    yearly: Decimal
    unsaid: Decimal
    unvalued: int


def quarters() -> list[Quarter]:
    """Return the quarters in which contracts end, those without a known date last; by two queries."""
    query = select(Contract.id, Contract.value_total, Contract.value_yearly, Contract.value_note)
    rows = db.session.execute(query.where(Contract.closed_on.is_(None)))
    values = {row.id: (row.value_total, row.value_yearly, row.value_note) for row in rows}
    return [_quarter(key, list(some), values) for key, some in groupby(endings(), lambda one: one.quarter)]


def _quarter(key: str, contracts: list[Ending], values: Values) -> Quarter:
    known = [values[one.id] for one in contracts]
    return Quarter(
        quarter=key,
        contracts=len(contracts),
        total=_sum(total for total, _, note in known if KIND_OF_SUM_NOT_SAID not in note),
        yearly=_sum(yearly for total, yearly, _ in known if total is None),
        unsaid=_sum(total for total, _, note in known if KIND_OF_SUM_NOT_SAID in note),
        unvalued=sum(total is None and yearly is None for total, yearly, _ in known),
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((one for one in amounts if one is not None), Decimal(0))
