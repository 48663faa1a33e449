"""Adding contracts and changing their terms, one or many at once, all or none; the register evaluates it at once.

A change of terms puts right what is known of a contract. What was decided of its end is a route, not a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select

from riskreg.domain.access import Permission
from riskreg.domain.contract_terms import LABELS, ContractTerms, in_words, is_named
from riskreg.domain.contracts import contract_signals
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.signals import Signal
from riskreg.extensions import db
from riskreg.models import Contract, ContractProvider, Post
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import effects_of, require_as_shown, tried
from riskreg.services.contract_entries import ContractEntry, Kept, require_possible, with_contracts
from riskreg.services.contract_outcomes import (
    Change,
    ContractConsequences,
    ContractOutcome,
    KeptContracts,
    sentences_of,
)
from riskreg.services.evaluation import evaluate_register
from riskreg.services.locking import lock_register

NOTHING_CHANGED = "Nothing differs from what is kept already, so there is nothing to save."
PREFIXES = {"external": "EXT", "internal": "INT", "commissioning": "COM"}


def preview_contracts(
    actor: Actor, register_id: int, entries: Sequence[ContractEntry], reason: str, now: datetime
) -> ContractConsequences:
    """Return what keeping these terms would do, and leave nothing behind. Raises as keep_contracts does."""
    return tried(lambda: keep_contracts(actor, register_id, entries, reason, now).consequences)


def keep_contracts(
    actor: Actor,
    register_id: int,
    entries: Sequence[ContractEntry],
    reason: str,
    now: datetime,
    *,
    shown: str | None = None,
) -> KeptContracts:
    """Add contracts and change terms, evaluate what depends on them once, and return what that did.

    `shown` is the digest of the consequences that the person saw. Raises RowsBroken with everything that is wrong,
    RuleBroken when nothing differs, ChangedMeanwhile, and NotPermitted for a single contract of somebody else.
    """
    actor.require(Permission.KEEP_CONTRACT)
    if not reason.strip():
        raise RuleBroken("Say why.", "reason")
    lock_register(register_id)
    every = with_contracts(entries)
    require_possible(actor, every, now)
    new = [one for one in every if one.contract is None or one.changed]
    if not new:
        raise RuleBroken(NOTHING_CHANGED)
    policy, today = policy_on(register_id, day_of(now)), day_of(now)
    for one in new:
        one.signals = contract_signals(one.contract.facts(), today, policy) if one.contract else ()
        one.entry = replace(one.entry, terms=_with_code(one.entry.terms))
        one.contract = _stored(actor, one, reason, now)
    titles = _post_titles()
    for one in new:
        _tell(actor, one, titles, reason, now)
    kept = tuple(_contract_of(one) for one in new)
    evaluation = evaluate_register(register_id, now, contracts=[contract.id for contract in kept])
    outcomes = tuple(_outcome(one, contract_signals(_contract_of(one).facts(), today, policy), titles) for one in new)
    consequences = ContractConsequences(outcomes, len(every) - len(new), effects_of(evaluation))
    require_as_shown(consequences, shown)
    return KeptContracts(kept, evaluation, consequences)


def _with_code(terms: ContractTerms) -> ContractTerms:
    """Give a new contract the next reference of its kind."""
    if terms.code:
        return terms
    prefix = PREFIXES[terms.kind]
    codes = db.session.scalars(select(Contract.code).where(Contract.code.startswith(f"{prefix}-")))
    numbers = [int(tail) for code in codes if (tail := code.removeprefix(f"{prefix}-")).isdecimal()]
    return replace(terms, code=f"{prefix}-{max(numbers, default=0) + 1:02d}")


def _stored(actor: Actor, one: Kept, reason: str, now: datetime) -> Contract:
    """Write the terms; a provider whose place another takes is kept."""
    contract, terms = one.contract, one.entry.terms
    if contract is None:
        last = db.session.scalar(select(func.max(Contract.position))) or 0
        contract = Contract(position=last + 1, routes=[], reviews=[], providers=[])
        db.session.add(contract)
    else:
        contract.revision += 1
        if terms.provider != contract.provider and (contract.provider or not contract.provider_known):
            until = one.entry.provider_until or day_of(now)
            contract.providers.append(
                ContractProvider(
                    provider=contract.provider,
                    until_on=until,
                    note=reason.strip(),
                    recorded_at=now,
                    person_id=actor.person_id,
                )
            )
    if terms.owner_post_id != contract.owner_post_id:
        contract.assumed = False
    contract.set_terms(terms)
    db.session.flush()
    return contract


def _tell(actor: Actor, one: Kept, titles: Mapping[int, str], reason: str, now: datetime) -> None:
    contract = _contract_of(one)
    names = one.changed
    old = {name: _as_json(getattr(one.before, name)) for name in names}
    new = {name: _as_json(getattr(one.entry.terms, name)) for name in names}
    if one.entry.contract_id is None:
        verb, said = "added", f"{contract.code} {contract.title}: added."
    else:
        verb = "replaced the provider" if "provider" in names and is_named(one.before.provider) else "changed"
        told = "; ".join(f"{one.about}: {one.before}, now {one.after}" for one in _changes(one, titles))
        said = f"{contract.code} {contract.title}: {told}."
    text = f"{said} {reason.strip()}"
    record(actor, verb, f"contract:{contract.id}", text, now=now, owner=contract.owner_post_id, before=old, after=new)


def _changes(one: Kept, titles: Mapping[int, str]) -> list[Change]:
    def words(name: str, terms: ContractTerms) -> str:
        value = getattr(terms, name)
        if name == "owner_post_id" and value is not None:
            return titles.get(value, "not stated")
        return in_words(value, name)

    return [Change(LABELS[name], words(name, one.before), words(name, one.entry.terms)) for name in one.changed]


def _outcome(one: Kept, after: tuple[Signal, ...], titles: Mapping[int, str]) -> ContractOutcome:
    contract = _contract_of(one)
    return ContractOutcome(
        row=one.entry.row,
        contract_id=one.entry.contract_id,
        code=contract.code,
        title=contract.title,
        changes=tuple(_changes(one, titles)),
        begin=sentences_of(after, one.signals),
        end=sentences_of(one.signals, after),
    )


def _post_titles() -> dict[int, str]:
    return {row.id: row.title for row in db.session.execute(select(Post.id, Post.title))}


def _contract_of(one: Kept) -> Contract:
    assert one.contract is not None  # noqa: S101 - asked only of what was stored; this is for mypy
    return one.contract


def _as_json(value: object) -> object:
    match value:
        case PartialDate():
            return value.text
        case Decimal():
            return str(value)
        case _:
            return value
