"""Closing a contract that has ended, after which it signals nothing, and reopening one that was closed too early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from riskreg.domain.choices import Heeds
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Contract, Link, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import tried
from riskreg.services.contract_entries import require_keeper
from riskreg.services.contract_outcomes import ContractBefore, ContractConsequences, KeptContracts
from riskreg.services.contracts import CHANGED
from riskreg.services.locking import lock_register


@dataclass(frozen=True, slots=True)
class Closing:
    """Why a contract is closed, or reopened. `relied_on`: the person knows of the open risks that still heed it."""

    why: str
    relied_on: bool = False


def risks_that_heed(contract_id: int) -> list[str]:
    """Return the references of the open risks that heed a contract, by one query."""
    risks = db.session.scalars(
        select(Risk)
        .join(Link, Link.risk_id == Risk.id)
        .where(Link.contract_id == contract_id, Link.heeds != Heeds.WATCH, Risk.status == RiskStatus.OPEN)
        .options(joinedload(Risk.reference))
        .order_by(Risk.id)
    )
    return [str(risk.reference) for risk in risks]


def preview_state(
    actor: Actor, register_id: int, contract: Contract, closing: Closing, seen_revision: int, now: datetime
) -> ContractConsequences:
    """Return what closing an open contract, or reopening a closed one, would do. Raises as change_state does."""
    return tried(lambda: change_state(actor, register_id, contract, closing, seen_revision, now).consequences)


def change_state(
    actor: Actor,
    register_id: int,
    contract: Contract,
    closing: Closing,
    seen_revision: int,
    now: datetime,
    *,
    shown: str | None = None,
) -> KeptContracts:
    """Close an open contract or reopen a closed one, evaluate, and return what that did.

    Raises RuleBroken, ChangedMeanwhile when it or the outcome is not what was seen, and NotPermitted.
    """
    require_keeper(actor, contract)
    lock_register(register_id)
    if contract.revision != seen_revision:
        raise ChangedMeanwhile(CHANGED)
    if not closing.why.strip():
        raise RuleBroken("Say why.", "why")
    before = ContractBefore(register_id, contract, now, lambda one: [("State", _state(one))])
    if contract.closed_on is None:
        verb, text = "closed", _close(contract, closing, now)
    else:
        verb, text = "reopened", f"It had been closed on {day(contract.closed_on)}: {contract.closed_why}"
        contract.closed_on, contract.closed_why = None, ""
    contract.revision += 1
    said = f"{contract.code} {contract.title}: {verb}. {closing.why.strip()} {text}".strip()
    record(actor, verb, f"contract:{contract.id}", said, now=now, owner=contract.owner_post_id)
    return before.outcome(shown)


def _close(contract: Contract, closing: Closing, now: datetime) -> str:
    """Close it, and return the sentence on the risks that still rely on it; that one has to be meant."""
    today, end = day_of(now), contract.facts().current_end
    if end is not None and end.last_day >= today:
        said = f"It ends on {day(end.last_day)}: close it after that day. If it ended sooner, change its end first."
        raise RuleBroken(said, None)
    heeding = risks_that_heed(contract.id)
    relied = f"{listed(heeding)} still {'relies' if len(heeding) == 1 else 'rely'} on it"
    if heeding and not closing.relied_on:
        raise RuleBroken(f"{relied}: say that you know, and why it is closed.", "relied_on")
    still = f"Closed although {relied}." if heeding else ""
    contract.closed_on, contract.closed_why = today, f"{closing.why.strip()} {still}".strip()
    return still


def _state(contract: Contract) -> str:
    return f"closed on {day(contract.closed_on)}" if contract.closed_on else "open"
