"""The terms that contracts are to have, and everything that may stand in the way of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.contract_terms import ContractTerms, changed_terms, what_is_wrong
from riskreg.domain.contracts import RouteStage
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.errors import ChangedMeanwhile, RowProblem, RowsBroken
from riskreg.domain.sentences import day, plural
from riskreg.domain.signals import Signal
from riskreg.extensions import db
from riskreg.models import Contract
from riskreg.services.actors import Actor
from riskreg.services.contracts import CHANGED


@dataclass(frozen=True, slots=True)
class ContractEntry:
    """The terms that a contract is to have. `contract_id` None: a new contract, of the next reference if it has none.

    `seen_revision` None: the person saw the outcome instead. `provider_until`: the last day of the provider that
    another takes the place of, else today. `row`: where the entry stands in a spreadsheet.
    """

    terms: ContractTerms
    contract_id: int | None = None
    seen_revision: int | None = None
    provider_until: date | None = None
    row: str = ""


@dataclass(slots=True)
class Kept:
    """An entry with its contract: as it was, None before it is added, and what it signalled."""

    entry: ContractEntry
    contract: Contract | None
    before: ContractTerms
    signals: tuple[Signal, ...] = ()

    @property
    def changed(self) -> list[str]:
        """The terms that differ."""
        return changed_terms(self.before, self.entry.terms)


def require_keeper(actor: Actor, contract: Contract) -> None:
    """Raise NotPermitted unless the person keeps any contract, or holds the post that manages this one."""
    actor.require(Permission.KEEP_CONTRACT)
    require(may_keep(actor, contract.owner_post_id), f"This contract is managed by the {contract.owner_post.title}.")


def may_keep(actor: Actor, owner_post_id: int | None) -> bool:
    """Whether the person may keep a contract that this post manages."""
    return actor.may(Permission.KEEP_ANY_CONTRACT) or (
        actor.may(Permission.KEEP_CONTRACT) and holds(actor.posts, owner_post_id)
    )


def with_contracts(entries: Sequence[ContractEntry]) -> list[Kept]:
    """Return the entries with their contracts, by at most six queries."""
    ids = [entry.contract_id for entry in entries if entry.contract_id is not None]
    loaded = db.session.scalars(
        select(Contract)
        .where(Contract.id.in_(ids))
        .options(
            selectinload(Contract.routes),
            selectinload(Contract.reviews),
            selectinload(Contract.providers),
            selectinload(Contract.owner_post),
        )
    )
    by_id = {contract.id: contract for contract in loaded}
    found = [(entry, by_id[entry.contract_id] if entry.contract_id is not None else None) for entry in entries]
    return [Kept(entry, contract, contract.terms() if contract else ContractTerms()) for entry, contract in found]


def require_possible(actor: Actor, every: Sequence[Kept], now: datetime) -> None:
    """Raise RowsBroken with everything that is wrong with the entries, or what one alone is refused for."""
    for one in every:
        if one.contract and one.entry.seen_revision not in (None, one.contract.revision):
            raise ChangedMeanwhile(CHANGED)
        if one.contract and not one.entry.row:
            require_keeper(actor, one.contract)
    if problems := _problems(actor, every, now):
        raise RowsBroken(problems)


def wrong_entries(actor: Actor, entries: Sequence[ContractEntry], now: datetime) -> list[RowProblem]:
    """Return everything that is wrong with entries, without changing anything."""
    return _problems(actor, with_contracts(entries), now)


def _problems(actor: Actor, every: Sequence[Kept], now: datetime) -> list[RowProblem]:
    taken = {row.code.upper(): row.id for row in db.session.execute(select(Contract.code, Contract.id))}
    rows: dict[int, str] = {}
    problems: list[RowProblem] = []
    for number, one in enumerate(every, 1):
        first = rows.setdefault(one.entry.contract_id or -number, one.entry.row)
        if first != one.entry.row:
            problems.append(RowProblem(one.entry.row, f"This contract stands in {first} already.", "code"))
        if one.contract is not None and not one.changed:
            continue
        row, terms = one.entry.row, one.entry.terms
        problems += [RowProblem(row, sentence, field) for sentence, field in what_is_wrong(terms)]
        problems += [RowProblem(row, *found) for found in _conflicts(actor, one, now)]
        mine = one.entry.contract_id or -number
        if terms.code and taken.setdefault(terms.code.upper(), mine) != mine:
            problems.append(RowProblem(row, f"The reference {terms.code} belongs to another contract.", "code"))
    return problems


def _conflicts(actor: Actor, one: Kept, now: datetime) -> list[tuple[str, str | None]]:
    """Return what is wrong with an entry beside what is kept of its contract, and beside who asks."""
    found = _not_mine(actor, one)
    terms, contract = one.entry.terms, one.contract
    until = one.entry.provider_until
    if until and until > day_of(now):
        found.append(("The date must be today or earlier.", "provider_until"))
    if contract is None:
        return found
    if contract.closed_on is not None:
        found.append((f"It was closed on {day(contract.closed_on)}: reopen it first.", None))
    awarded = [route for route in contract.routes if route.stage == RouteStage.AWARDED and route.new_end]
    if terms.extensions < len(awarded) and terms.extensions != one.before.extensions:
        used = plural(len(awarded), "extension has", "extensions have")
        found.append((f"{used} been awarded already.", "extensions"))
    if awarded and terms.rolling:
        found.append(("It was extended to an end, so it is no rolling agreement.", "rolling"))
    ends = [PartialDate(route.new_end) for route in awarded]
    if terms.end and any(moved.last_day <= terms.end.last_day for moved in ends) and terms.end != one.before.end:
        said = f"This is the end before any extension; it must come before {ends[0]}, the end that was awarded."
        found.append((said, "end"))
    return found


def _not_mine(actor: Actor, one: Kept) -> list[tuple[str, str | None]]:
    """Return why the person may not keep a contract as the entry has it: whose it is, or whose it would be."""
    contract, wanted = one.contract, one.entry.terms.owner_post_id
    if contract and not may_keep(actor, contract.owner_post_id):
        who = contract.owner_post.title
        return [(f"It is kept by the {who}: nobody else but the risk co-ordinator changes it.", "code")]
    if wanted is not None and not may_keep(actor, wanted):
        said = "You keep the contracts of the posts that you hold: only the risk co-ordinator gives one to others."
        return [(said, "owner_post_id")]
    return []
