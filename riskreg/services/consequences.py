"""What a change does, known before it is made: the use case itself is run and taken back, and what it did is kept.

What is kept is plain data without the ids of rows that are gone again, so that the same outcome has the same digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import inspect, select

from riskreg.domain.errors import ChangedMeanwhile
from riskreg.extensions import db
from riskreg.models import Escalation, Message, Person
from riskreg.services.escalation_notices import Heard
from riskreg.services.evaluation import Evaluation

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Outcome = TypeVar("Outcome")
DIFFERS = "What this does has changed since you looked at it: see below what it would do now. Nothing was saved."


class Effect(StrEnum):
    """What a change does to a risk."""

    ESCALATED = "escalated"
    BROUGHT_BACK = "brought back"
    JOINED = "joined"
    STANDS_AGAIN = "stands again"
    WITHDRAWN = "withdrawn"
    PROPOSED = "proposed"
    PUT_BACK = "put back"
    KEPT = "kept"
    REASON_WENT = "a reason went"


@dataclass(frozen=True, slots=True)
class RiskEffect:
    """What becomes of one risk: the rating it shows, before and after, and the sentences that say why."""

    effect: Effect
    risk_id: int
    reference: str
    title: str
    before: str
    after: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person is told, in an e-mail or a digest. `audience`: as `owner` of the risks, or as member of `dmt`."""

    person: str
    kind: str
    audience: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effects:
    """What evaluating does: to which risks, whom it tells at once by `letters`, and who hears of it in a digest."""

    risks: tuple[RiskEffect, ...] = ()
    letters: tuple[Letter, ...] = ()
    heard: tuple[Letter, ...] = ()


def tried(use_case: Callable[[], Outcome]) -> Outcome:
    """Run a use case and take everything back; what it raises is raised. It must return plain data.

    What it loaded or made is let go of: the next row written may be given the number of one that is gone again.
    """
    savepoint = db.session.begin_nested()
    known = set(db.session.identity_map.keys())
    try:
        return use_case()
    finally:
        savepoint.rollback()
        for row in list(db.session):
            if inspect(row).key not in known:
                db.session.expunge(row)
        db.session.expire_all()


def digest_of(outcome: DataclassInstance) -> str:
    """Return the same short text for the same outcome, and another one for any other."""
    words = json.dumps(asdict(outcome), default=_in_order, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def _in_order(value: object) -> object:
    """A set has no order of its own, and another one in every process."""
    return sorted(map(str, value)) if isinstance(value, (set, frozenset)) else str(value)


def require_as_shown(outcome: DataclassInstance, shown: str | None) -> None:
    """Raise ChangedMeanwhile when another outcome was shown; None: nothing was."""
    if shown is not None and digest_of(outcome) != shown:
        raise ChangedMeanwhile(DIFFERS)


def effects_of(done: Evaluation) -> Effects:
    """Return what evaluating did as plain data, in the order in which it matters."""
    return Effects(tuple(effects_on_risks(done)), tuple(_letters(done.messages)), tuple(_heard(done.heard)))


def effects_on_risks(done: Evaluation) -> Iterator[RiskEffect]:
    """Yield what evaluating did to risks, in the order in which it matters."""
    for effect, escalation, sentences in _changes(done):
        risk = escalation.risk
        before = done.ratings.get(risk.id, risk.effective_rag)
        yield RiskEffect(effect, risk.id, str(risk.reference), risk.title, before, risk.effective_rag, sentences)


def _changes(done: Evaluation) -> list[tuple[Effect, Escalation, tuple[str, ...]]]:
    changed = [*done.withdrawn, *done.proposed, *done.put_back]
    went = [(Effect.REASON_WENT, one.escalation, (one.sentence,)) for one in done.went if one.escalation not in changed]
    return [
        *(
            (Effect.BROUGHT_BACK if one.back else Effect.ESCALATED, one.escalation, one.sentences)
            for one in done.raised
        ),
        *((Effect.WITHDRAWN, row, (row.ended_why,)) for row in done.withdrawn),
        *((Effect.PROPOSED, row, (row.proposal,)) for row in done.proposed),
        *(
            (Effect.PUT_BACK, row, tuple(one.sentence for one in done.went if one.escalation is row))
            for row in done.put_back
        ),
        *((Effect.KEPT, row, ()) for row in done.kept),
        *((Effect.STANDS_AGAIN if one.again else Effect.JOINED, one.escalation, one.sentences) for one in done.joining),
        *went,
    ]


def _letters(messages: Iterable[Message]) -> list[Letter]:
    queued = list(messages)
    query = select(Person.id, Person.name).where(Person.id.in_({one.person_id for one in queued}))
    names: dict[int, str] = dict(db.session.execute(query).all()) if queued else {}
    letters = [_letter(names[one.person_id], one.kind, one.facts) for one in queued]
    return sorted(letters, key=lambda one: (one.audience, one.person, one.kind))


def _heard(told: Sequence[Heard]) -> list[Letter]:
    """Who hears of what in a digest; nobody does who has switched that kind off."""
    query = select(Person.id, Person.name, Person.switched_off)
    query = query.where(Person.id.in_({person_id for one in told for person_id in one.people}))
    people = {row.id: row for row in db.session.execute(query)} if told else {}
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in told:
        for person_id in one.people:
            if one.kind not in people[person_id].switched_off:
                found.setdefault((one.audience, people[person_id].name, one.kind), []).append(one.reference)
    return [Letter(name, str(kind), who, tuple(refs)) for (who, name, kind), refs in sorted(found.items())]


def _letter(person: str, kind: str, facts: dict[str, Any]) -> Letter:
    return Letter(person, kind, facts["for"], tuple(one["reference"] for one in facts["escalations"]))
