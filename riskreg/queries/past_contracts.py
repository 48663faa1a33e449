"""The recorded past of contracts: their terms as the trail says they were, each until the moment they were changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from riskreg.domain.contract_terms import ContractTerms, is_named, provider_known
from riskreg.domain.contracts import ContractFacts
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.past import ContractPast
from riskreg.extensions import db
from riskreg.models import AuditEvent, Contract
from riskreg.models.contract import PARTIAL

SHARED = {one.name for one in fields(ContractTerms)} & {one.name for one in fields(ContractFacts)}
READ = SHARED | {"kind", "provider"}


def contracts_of(wanted: Any) -> tuple[dict[str, ContractPast], list[tuple[datetime, str]]]:
    """Return the contracts with these ids, and when somebody recorded anything of which, by five queries."""
    routes, reviews = selectinload(Contract.routes), selectinload(Contract.reviews)
    query = select(Contract).where(Contract.id.in_(wanted)).options(routes, reviews, selectinload(Contract.providers))
    rows = {f"contract:{row.id}": row for row in db.session.scalars(query.order_by(Contract.id))}
    events = select(AuditEvent.at, AuditEvent.subject, AuditEvent.verb, AuditEvent.detail)
    events = events.where(AuditEvent.subject.like("contract:%")).order_by(AuditEvent.id)
    trail: dict[str, list[Any]] = {subject: [] for subject in rows}
    for event in db.session.execute(events):
        if event.subject in trail:
            trail[event.subject].append(event)
    contracts = {subject: _contract(row, trail[subject]) for subject, row in rows.items()}
    return contracts, [(event.at, subject) for subject, held in trail.items() for event in held]


def _contract(row: Contract, events: Sequence[Any]) -> ContractPast:
    facts = row.facts()
    routes = tuple((one.recorded_at, one.as_route()) for one in row.routes)
    reviews = tuple(zip((one.recorded_at for one in row.reviews), facts.reviews, strict=True))
    return ContractPast(row.id, facts, routes, reviews, tuple(_earlier(row, facts, events)))


def _earlier(row: Contract, facts: ContractFacts, events: Sequence[Any]) -> list[tuple[datetime, ContractFacts]]:
    """Return the facts as they were, the earliest first, each with the moment until which they were so.

    What was changed is undone from the present backwards. A contract is closed on the day on which that is recorded.
    """
    terms, found = row.terms(), list[tuple[datetime, ContractFacts]]()
    for number, event in reversed(list(enumerate(events))):
        was = event.detail.get("before")
        if event.verb == "closed":
            facts = replace(facts, closed_on=None)
        elif event.verb == "reopened":
            closings = [day_of(one.at) for one in events[:number] if one.verb == "closed"]
            facts = replace(facts, closed_on=closings[-1] if closings else None)
        elif event.verb != "added" and isinstance(was, dict) and READ & was.keys():
            old = {name: _term(name, was[name]) for name in READ & was.keys()}
            terms = replace(terms, **old)
            facts = replace(
                facts,
                **{name: getattr(terms, name) for name in SHARED},
                provider_known=provider_known(terms.kind, terms.provider),
                provider_since=_provider_since(row, terms, event.at),
            )
        else:
            continue
        found.append((event.at, facts))
    return found[::-1]


def _term(name: str, said: Any) -> Any:
    return (PartialDate(said) if said else None) if name in PARTIAL else said


def _provider_since(row: Contract, terms: ContractTerms, before: datetime) -> Any:
    """Until when there had been no provider, as far as that was recorded before a moment."""
    gone = [one.until_on for one in row.providers if one.recorded_at < before and not is_named(one.provider)]
    return max(gone, default=None) if terms.needed_from else None
