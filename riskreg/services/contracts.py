"""Recording what is decided about a contract's end and what came of its reviews; the register evaluates it at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.contract_terms import is_beyond, last_day_extended
from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.sentences import day, plural
from riskreg.models import Contract, ContractReview, ContractRoute
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import tried
from riskreg.services.contract_outcomes import ContractBefore, ContractConsequences, KeptContracts
from riskreg.services.locking import lock_register

CHANGED = "Someone else recorded something on this contract since you opened the page. Read it, then send yours again."
STAGES = {RouteStage.DECIDED: "decided", RouteStage.APPROVED: "approved", RouteStage.AWARDED: "awarded"}


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """A route as it was entered. `new_end` is a partial date in ISO form, empty unless an extension is awarded."""

    kind: RouteKind
    stage: RouteStage
    on: date
    note: str
    new_end: str = ""


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """A review as it was entered. `next_review` is a partial date in ISO form, or empty."""

    reviewed_on: date
    note: str
    next_review: str = ""


def preview_route(
    actor: Actor, register_id: int, contract: Contract, entry: RouteEntry, seen_revision: int, now: datetime
) -> ContractConsequences:
    """Return what recording a route would do, and leave nothing behind. Raises as record_route does."""
    return tried(lambda: record_route(actor, register_id, contract, entry, seen_revision, now).consequences)


def record_route(
    actor: Actor,
    register_id: int,
    contract: Contract,
    entry: RouteEntry,
    seen_revision: int,
    now: datetime,
    *,
    shown: str | None = None,
) -> KeptContracts:
    """Record a route, evaluate, and return what that did. `shown`: the digest of the consequences that were seen.

    Raises RuleBroken, NotPermitted or ChangedMeanwhile.
    """
    _open(actor, register_id, contract, seen_revision)
    before = ContractBefore(register_id, contract, now, _of_route)
    new_end = _check_route(contract, entry, now)
    contract.routes.append(
        ContractRoute(
            kind=entry.kind,
            stage=int(entry.stage),
            on=entry.on,
            new_end=new_end.text if new_end else "",
            note=entry.note.strip(),
            recorded_at=now,
            person_id=actor.person_id,
        )
    )
    until = f", new end {new_end}" if new_end else ""
    text = f"{contract.title}: route “{entry.kind}” {STAGES[entry.stage]} on {day(entry.on)}{until}. {entry.note}"
    record(actor, "recorded a route", f"contract:{contract.id}", text, now=now, owner=contract.owner_post_id)
    return before.outcome(shown)


def preview_review(
    actor: Actor, register_id: int, contract: Contract, entry: ReviewEntry, seen_revision: int, now: datetime
) -> ContractConsequences:
    """Return what recording a review would do, and leave nothing behind. Raises as record_review does."""
    return tried(lambda: record_review(actor, register_id, contract, entry, seen_revision, now).consequences)


def record_review(
    actor: Actor,
    register_id: int,
    contract: Contract,
    entry: ReviewEntry,
    seen_revision: int,
    now: datetime,
    *,
    shown: str | None = None,
) -> KeptContracts:
    """Record a review that was held, evaluate, and return what that did. Raises as record_route does."""
    _open(actor, register_id, contract, seen_revision)
    before = ContractBefore(register_id, contract, now, _of_review)
    _check_day(entry.reviewed_on, now, "reviewed_on")
    _check_words(entry.note, "note")
    following = _partial(entry.next_review, "next_review")
    if following is not None and following.last_day <= entry.reviewed_on:
        raise RuleBroken("The next review must be later than this one.", "next_review")
    contract.reviews.append(
        ContractReview(
            reviewed_on=entry.reviewed_on,
            next_review=following.text if following else "",
            note=entry.note.strip(),
            recorded_at=now,
            person_id=actor.person_id,
        )
    )
    after = f" Next review: {following}." if following else " No next review is set."
    text = f"{contract.title}: reviewed on {day(entry.reviewed_on)}. {entry.note}{after}"
    record(actor, "recorded a review", f"contract:{contract.id}", text, now=now, owner=contract.owner_post_id)
    return before.outcome(shown)


def _open(actor: Actor, register_id: int, contract: Contract, seen_revision: int) -> None:
    actor.require(Permission.RECORD_CONTRACT)
    may = holds(actor.posts, contract.owner_post_id)
    require(may, f"This contract is managed by the {contract.owner_post.title}.")
    lock_register(register_id)
    if contract.revision != seen_revision:
        raise ChangedMeanwhile(CHANGED)
    if contract.closed_on is not None:
        raise RuleBroken(f"It was closed on {day(contract.closed_on)}: reopen it first.")
    contract.revision += 1


def _check_route(contract: Contract, entry: RouteEntry, now: datetime) -> PartialDate | None:
    """Return the new end, if there is one. Raises RuleBroken naming the field for what makes no sense."""
    _check_day(entry.on, now, "on")
    _check_words(entry.note, "note")
    if entry.kind is RouteKind.END and entry.stage is RouteStage.AWARDED:
        raise RuleBroken("A contract that is let end is not awarded: choose approved.", "stage")
    new_end = _partial(entry.new_end, "new_end")
    facts = contract.facts()
    end = facts.current_end
    if contract.rolling and entry.kind is RouteKind.EXTEND:
        raise RuleBroken("A rolling agreement has no end that could be extended.", "kind")
    extended = entry.kind is RouteKind.EXTEND and entry.stage is RouteStage.AWARDED
    if extended:
        _require_allowed(contract, facts.extensions_used)
    if extended and new_end is None:
        raise RuleBroken("Enter the new end of the contract.", "new_end")
    if new_end is not None and not extended:
        raise RuleBroken("A new end belongs to an extension that is awarded.", "new_end")
    if new_end is not None and end is not None and new_end.last_day <= end.last_day:
        raise RuleBroken(f"The new end must be later than the present one, {end}.", "new_end")
    if new_end is not None and end is not None:
        _require_within(contract, end, new_end, facts.extensions_used)
    return new_end


def _require_allowed(contract: Contract, used: int) -> None:
    """An extension is awarded where the terms allow a further one. Raises RuleBroken with the way on."""
    if used < contract.extensions:
        return
    if contract.extensions:
        allowed = plural(contract.extensions, "extension is", "extensions are")
        said = f"{allowed} allowed, and {plural(used, 'was', 'were')} awarded already: enter a further one"
    else:
        said = "No extension is known to be allowed: enter it"
    raise RuleBroken(f"{said} in the terms of the contract first, then record the award.", "stage")


def _require_within(contract: Contract, end: PartialDate, new_end: PartialDate, used: int) -> None:
    """One extension is as long as the terms say at most. Raises RuleBroken with the way on."""
    months = contract.extension_months
    if months is None or not is_beyond(new_end, end, months):
        return
    latest = day(last_day_extended(end, months))
    said = f"By the terms an extension is {plural(months, 'month')}, so the new end is {latest} at the latest"
    left = contract.extensions - used
    if left > 1 and not is_beyond(new_end, end, months * left):
        raise RuleBroken(f"{said}: record each extension by itself.", "new_end")
    raise RuleBroken(
        f"{said}: enter a longer one in the terms of the contract first, then record the award.", "new_end"
    )


def _check_day(on: date, now: datetime, field: str) -> None:
    if on > day_of(now):
        raise RuleBroken("The date must be today or earlier.", field)


def _check_words(note: str, field: str) -> None:
    if not note.strip():
        raise RuleBroken("Say what was decided or found.", field)


def _partial(text: str, field: str) -> PartialDate | None:
    try:
        return PartialDate(text.strip()) if text.strip() else None
    except ValueError as error:
        raise RuleBroken(f"{error}.", field) from None


def _of_route(contract: Contract) -> list[tuple[str, str]]:
    facts = contract.facts()
    route, end = facts.route, facts.current_end
    none = "none yet for this end" if facts.extensions_used else "none"
    counts = f"{route.kind}, {STAGES[route.stage]} on {day(route.on)}" if route else none
    return [("Route that counts", counts), ("End", str(end) if end else "not known")]


def _of_review(contract: Contract) -> list[tuple[str, str]]:
    facts = contract.facts()
    held, due = facts.reviews, facts.current_review
    return [
        ("Last review", f"held on {day(held[-1].on)}" if held else "none is recorded"),
        ("Next review", str(due) if due else "not set"),
    ]
