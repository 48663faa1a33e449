"""The exports of what was recorded of contracts: routes, reviews and former providers; only added to, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from riskreg.models import Contract, ContractProvider, ContractReview, ContractRoute, Person
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, PARTIAL, Export, ExportColumn

C = ExportColumn
OF_WHICH_CONTRACT = (
    C("contract", Contract.code, "the contract's code"),
    C("title", Contract.title, "what is provided"),
)


def _of_contracts(table: Any) -> Any:
    """Return how the rows of a table under the contracts are joined and ordered."""

    def joined(rows: Select[Any]) -> Select[Any]:
        held = rows.select_from(table).join(Contract, Contract.id == table.contract_id)
        held = held.join(Person, Person.id == table.person_id)
        return held.order_by(Contract.position, Contract.id, table.id)

    return joined


def _recorded(table: Any) -> tuple[ExportColumn, ...]:
    return (
        C("by", Person.name, "the person who recorded it"),
        C("recorded_at", table.recorded_at, "when it was recorded", MOMENT),
    )


CONTRACT_ROUTES = Export(
    "contract-routes",
    "Everything recorded of the ends of contracts, one a row, in the order of the contracts, the earliest first.",
    (
        *OF_WHICH_CONTRACT,
        C("route", ContractRoute.kind, "extend, re-procure or end"),
        C("stage", ContractRoute.stage, "1 decided, 2 approved, 3 awarded", NUMBER),
        C("on", ContractRoute.on, "the day of that", DAY),
        C("new_end", ContractRoute.new_end, "the end that an awarded extension brought", PARTIAL),
        C("note", ContractRoute.note, "what was said of it"),
        *_recorded(ContractRoute),
    ),
    _of_contracts(ContractRoute),
)

CONTRACT_REVIEWS = Export(
    "contract-reviews",
    "Every review of a contract that was held, one a row, in the order of the contracts, the earliest first.",
    (
        *OF_WHICH_CONTRACT,
        C("reviewed_on", ContractReview.reviewed_on, "the day of the review", DAY),
        C("next_review", ContractReview.next_review, "the next review that was then set", PARTIAL),
        C("note", ContractReview.note, "what came of it"),
        *_recorded(ContractReview),
    ),
    _of_contracts(ContractReview),
)

CONTRACT_PROVIDERS = Export(
    "contract-providers",
    "Providers as they were until others took their place, one a row, in the order of the contracts.",
    (
        *OF_WHICH_CONTRACT,
        C("provider", ContractProvider.provider, "who provided it; empty where nobody was known"),
        C("until_on", ContractProvider.until_on, "the last day of that", DAY),
        C("note", ContractProvider.note, "why another took the place"),
        *_recorded(ContractProvider),
    ),
    _of_contracts(ContractProvider),
)
