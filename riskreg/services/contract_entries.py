"""The terms that contracts are to have, and everything that may stand in the way of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.contract_terms import ContractTerms, changed_terms, is_beyond, what_is_wrong
from riskreg.domain.contracts import RouteStage
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.errors import ChangedMeanwhile, RowProblem, RowsBroken
from riskreg.domain.sentences import day, plural, rows_named
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
    twice = there_twice([(one.entry.row, one.entry.contract_id, one.entry.terms.code) for one in every])
    if problems := [*twice, *_problems(actor, every, now)]:
        raise RowsBroken(problems)


def wrong_entries(actor: Actor, entries: Sequence[ContractEntry], now: datetime) -> list[RowProblem]:
    """Return what is wrong with entries one by one, without changing anything; `there_twice` looks at all of them."""
    return _problems(actor, with_contracts(entries), now)


def there_twice(rows: Sequence[tuple[str, int | None, str]]) -> Iterator[RowProblem]:
    """Yield a problem for every row of a contract that stands in several: which is meant, nobody can tell.

    `rows`: each with its contract's id, None for a new one, and reference.
    """
    places: dict[int | str, list[str]] = {}
    for row, contract_id, code in rows:
        if contract_id is not None or code:
            places.setdefault(code.upper() if contract_id is None else contract_id, []).append(row)
    for there in places.values():
        for row in there if len(there) > 1 else ():
            others = rows_named([other for other in there if other != row])
            yield RowProblem(row, f"This contract stands in {others} too.", "code")


def _problems(actor: Actor, every: Sequence[Kept], now: datetime) -> list[RowProblem]:
    taken = {row.code.upper(): row.id for row in db.session.execute(select(Contract.code, Contract.id))}
    problems: list[RowProblem] = []
    for one in every:
        if one.contract is not None and not one.changed:
            continue
        row, terms, mine = one.entry.row, one.entry.terms, one.entry.contract_id
        problems += [RowProblem(row, sentence, field) for sentence, field in what_is_wrong(terms)]
        problems += [RowProblem(row, *found) for found in _conflicts(actor, one, now)]
        if terms.code and taken.get(terms.code.upper(), mine) != mine:
            problems.append(RowProblem(row, f"The reference {terms.code} belongs to another contract.", "code"))
    return problems


def _conflicts(actor: Actor, one: Kept, now: datetime) -> list[tuple[str, str | None]]:
    """Return what is wrong with an entry beside what is kept of its contract, and beside who asks."""
    found = _not_mine(actor, one)
    contract = one.contract
    until = one.entry.provider_until
    if until and until > day_of(now):
        found.append(("The date must be today or earlier.", "provider_until"))
    if contract is None:
        return found
    if contract.closed_on is not None:
        found.append((f"It was closed on {day(contract.closed_on)}: reopen it first.", None))
    return found + _against_awards(one, contract)


def _against_awards(one: Kept, contract: Contract) -> list[tuple[str, str | None]]:
    """Return where terms contradict the extensions that were awarded."""
    terms = one.entry.terms
    found: list[tuple[str, str | None]] = []
    ends = [
        PartialDate(route.new_end) for route in contract.routes if route.stage == RouteStage.AWARDED and route.new_end
    ]
    if terms.extensions < len(ends) and terms.extensions != one.before.extensions:
        used = plural(len(ends), "extension has", "extensions have")
        found.append((f"{used} been awarded already.", "extensions"))
    if ends and terms.rolling:
        found.append(("It was extended to an end, so it is no rolling agreement.", "rolling"))
    if terms.end and any(moved.last_day <= terms.end.last_day for moved in ends) and terms.end != one.before.end:
        said = f"This is the end before any extension; it must come before {ends[0]}, the end that was awarded."
        found.append((said, "end"))
    return found + _too_long(one, ends)


def _too_long(one: Kept, ends: Sequence[PartialDate]) -> list[tuple[str, str | None]]:
    """Return the extensions that were awarded for longer than terms say that are changed now."""
    terms = one.entry.terms
    field = next((name for name in ("extension_months", "end") if name in one.changed), None)
    beyond = [
        moved
        for before, moved in pairwise([terms.end, *ends])
        if moved and is_beyond(moved, before, terms.extension_months)
    ]
    said = "An extension until {} was awarded already, which is longer than the terms would say."
    return [(said.format(moved), field) for moved in beyond if field]


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
