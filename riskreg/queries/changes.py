"""What changed in the register between the ends of two days: only risks that something happened to are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select, union

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import (
    Assessment,
    Decision,
    Escalation,
    EscalationSignal,
    Person,
    Reference,
    Review,
    Risk,
    RiskVersion,
    SignalRow,
)
from riskreg.queries.as_at import END, REGISTER, STATES, RiskState, end_of, states

Rows = Select[*tuple[Any, ...]]
ITSELF = "the register itself"
START: Any = bindparam("start")
KNOWN = (RiskStatus.OPEN, RiskStatus.CLOSED, RiskStatus.MERGED)
GONE = (RiskStatus.CLOSED, RiskStatus.MERGED)


class Part(StrEnum):
    """A kind of change; the words are those of the address and of the file."""

    NEW = "new"
    CLOSED = "closed"
    REOPENED = "reopened"
    OWNER = "new-owner"
    OWN_WORSE = "own-rating-worse"
    OWN_BETTER = "own-rating-better"
    SHOWN_WORSE = "rating-shown-worse"
    SHOWN_BETTER = "rating-shown-better"
    OPENED = "escalation-opened"
    ENDED = "escalation-ended"
    DECIDED = "decision"
    REVIEWED = "review"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one risk. `on` is None for what only shows by comparing the two days."""

    part: Part
    risk_id: int
    number: int
    title: str
    before: str
    after: str
    words: str
    on: date | None = None
    by: str = ""


def _within(moment: Any) -> Any:
    return and_(moment >= START, moment < END)


_TOUCHED = union(
    select(RiskVersion.risk_id).where(RiskVersion.version > 1, _within(RiskVersion.recorded_at)),
    select(Assessment.risk_id).where(Assessment.kind == "current", _within(Assessment.recorded_at)),
    select(Escalation.risk_id).where(or_(_within(Escalation.opened_at), _within(Escalation.ended_at))),
)
_EARLIER = select(RiskVersion.id).where(RiskVersion.risk_id == Risk.id, RiskVersion.recorded_at < START)
# The risks that were there on the first day and that something happened to, and those that were not.
_MOVED = STATES.where(Risk.id.in_(_TOUCHED), _EARLIER.correlate(Risk).exists())
_OF_IDS = STATES.where(Risk.id.in_(bindparam("ids", expanding=True)))
_ADDED = STATES.where(
    Risk.id.in_(select(RiskVersion.risk_id).where(RiskVersion.version == 1, _within(RiskVersion.recorded_at)))
)
_COUNT_ADDED: Rows = (
    select(func.count(), func.sum(case((Risk.status.in_(GONE), 1), else_=0)))
    .select_from(RiskVersion)
    .join(Risk, Risk.id == RiskVersion.risk_id)
    .where(RiskVersion.version == 1, _within(RiskVersion.recorded_at))
    .where(Risk.register_id == REGISTER, Risk.status.in_(KNOWN))
)
_OPENED: Rows = (
    select(Risk.id, Reference.number, Risk.title, Escalation.rag_before, Escalation.rag_after)
    .add_columns(Escalation.id.label("escalation_id"), Escalation.opened_at, Escalation.reason, Person.name)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Person, Person.id == Escalation.person_id)
    .where(Risk.register_id == REGISTER, _within(Escalation.opened_at))
    .order_by(Escalation.opened_at, Escalation.id)
)
_SENTENCES: Rows = (
    select(EscalationSignal.escalation_id, SignalRow.sentence)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
    .where(_within(Escalation.opened_at), EscalationSignal.joined_at < END)
    .order_by(SignalRow.severity.desc(), SignalRow.id)
)
_ENDED: Rows = (
    select(Risk.id, Reference.number, Risk.title, Escalation.status, Escalation.ended_why, Escalation.ended_at)
    .add_columns(Person.name)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Decision, and_(Decision.escalation_id == Escalation.id, Decision.decided_at == Escalation.ended_at))
    .outerjoin(Person, Person.id == Decision.person_id)
    .where(Risk.register_id == REGISTER, _within(Escalation.ended_at))
    .order_by(Escalation.ended_at, Escalation.id)
)
_DECIDED: Rows = (
    select(Risk.id, Reference.number, Risk.title, Decision.kind, Decision.reason, Decision.decided_at, Person.name)
    .join(Escalation, Escalation.id == Decision.escalation_id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Decision.person_id)
    .where(Risk.register_id == REGISTER, _within(Decision.decided_at))
    .order_by(Decision.id)
)
_REVIEWED: Rows = (
    select(Risk.id, Reference.number, Risk.title, Review.changed, Review.note, Review.recorded_at, Person.name)
    .join(Risk, Risk.id == Review.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Review.person_id)
    .where(Risk.register_id == REGISTER, _within(Review.recorded_at))
    .order_by(Review.id)
)


def _counted(rows: Rows) -> Any:
    """How many rows a statement has, as a column of another."""
    return select(func.count()).select_from(rows.order_by(None).subquery()).scalar_subquery()


_TALLY: Rows = select(*(_counted(rows) for rows in (_OPENED, _ENDED, _DECIDED, _REVIEWED)))


def changes_between(register_id: int, from_day: date, to_day: date) -> dict[Part, Sequence[Change]]:
    """Return what changed from the end of one day to the end of another, by eight queries. Every part is a key."""
    given = _given(register_id, from_day, to_day)
    found: dict[Part, list[Change]] = {part: [] for part in Part}
    for change in (*_moves(register_id, from_day, to_day), *_events(given)):
        found[change.part].append(change)
    added = states(_ADDED, register_id, to_day, start=given["start"])
    for one in added:
        for change in compare(None, one):
            found[change.part].append(change)
    found[Part.NEW].sort(key=lambda change: change.number)
    found[Part.CLOSED].sort(key=lambda change: change.number)
    return {part: tuple(rows) for part, rows in found.items()}


def count_changes(register_id: int, from_day: date, to_day: date) -> dict[Part, int]:
    """Return how many changes each part has up to the present day, by four queries. Every part is a key.

    `to_day` is today: of what was added since, the present status is asked.
    """
    given = _given(register_id, from_day, to_day)
    counts = dict.fromkeys(Part, 0)
    for change in _moves(register_id, from_day, to_day):
        counts[change.part] += 1
    rows = db.session.execute(_COUNT_ADDED, given).one()
    counts[Part.NEW] += rows[0]
    counts[Part.CLOSED] += int(rows[1] or 0)
    tally = db.session.execute(_TALLY, given).one()
    counts.update(zip((Part.OPENED, Part.ENDED, Part.DECIDED, Part.REVIEWED), tally, strict=True))
    return counts


def _given(register_id: int, from_day: date, to_day: date) -> dict[str, Any]:
    return {"register_id": register_id, "start": end_of(from_day), "end": end_of(to_day)}


def _moves(register_id: int, from_day: date, to_day: date) -> Iterator[Change]:
    """Compare the risks that were there on the first day and that something happened to."""
    after = states(_MOVED, register_id, to_day, start=end_of(from_day))
    if not after:
        return
    ids = [one.id for one in after]
    before = {one.id: one for one in states(_OF_IDS, register_id, from_day, ids=ids)}
    for one in after:
        yield from compare(before[one.id], one)


def compare(before: RiskState | None, after: RiskState) -> Iterator[Change]:
    """Yield what differs between a risk on one day and on a later one; ratings only while it was open on both."""
    was, is_ = before.status if before else "", after.status
    if is_ not in KNOWN:
        return
    if was not in KNOWN:
        yield _change(Part.NEW, after, was, after.shown_rag, f"Owned by the {after.owner}.")
    if is_ in GONE and was not in GONE:
        yield _change(Part.CLOSED, after, was, is_, after.change_reason)
    if was in GONE and is_ == RiskStatus.OPEN:
        yield _change(Part.REOPENED, after, was, is_, after.change_reason)
    if before is not None and was == is_ == RiskStatus.OPEN:
        yield from _compare_open(before, after)


def _compare_open(before: RiskState, after: RiskState) -> Iterator[Change]:
    if before.post_id != after.post_id:
        yield _change(Part.OWNER, after, before.owner, after.owner, after.change_reason)
    if worse := _moved(before.own_rag, after.own_rag):
        part = Part.OWN_WORSE if worse > 0 else Part.OWN_BETTER
        yield _change(part, after, before.own_rag, after.own_rag, after.rationale or "")
    if worse := _moved(before.shown_rag, after.shown_rag):
        part = Part.SHOWN_WORSE if worse > 0 else Part.SHOWN_BETTER
        yield _change(part, after, before.shown_rag, after.shown_rag, _why_shown(before, after))


def _change(part: Part, risk: RiskState, old: str | None, new: str | None, words: str = "") -> Change:
    return Change(part, risk.id, risk.number, risk.title, old or "", new or "", words)


def _moved(old: str | None, new: str | None) -> int:
    """How many steps worse a rating became, negative for better; 0 where one of the two is not known."""
    return Rag(new).severity - Rag(old).severity if old and new else 0


def _why_shown(before: RiskState, after: RiskState) -> str:
    if after.escalation_id is not None and after.escalation_id != before.escalation_id:
        return "Raised by an escalation."
    if before.escalation_id is not None and after.escalation_id is None:
        return "The escalation has ended."
    return "Follows the owner\u2019s own rating."


def _events(given: dict[str, Any]) -> Iterator[Change]:
    """Yield the escalations opened and ended, the decisions and the reviews between two moments."""
    said: dict[int, list[str]] = {}
    for escalation_id, sentence in db.session.execute(_SENTENCES, given):
        said.setdefault(escalation_id, []).append(sentence)
    for one in db.session.execute(_OPENED, given):
        words = " ".join([one.reason, *said.get(one.escalation_id, ())]).strip()
        by = one.name or ITSELF
        yield _event(Part.OPENED, one, one.rag_before, one.rag_after, words, one.opened_at, by)
    for one in db.session.execute(_ENDED, given):
        yield _event(Part.ENDED, one, "", one.status, one.ended_why, one.ended_at, one.name or ITSELF)
    for one in db.session.execute(_DECIDED, given):
        yield _event(Part.DECIDED, one, "", one.kind, one.reason, one.decided_at, one.name)
    for one in db.session.execute(_REVIEWED, given):
        came = "changed" if one.changed else "no change"
        yield _event(Part.REVIEWED, one, "", came, one.note, one.recorded_at, one.name)


def _event(part: Part, row: Any, old: str, new: str, words: str, at: datetime, by: str = "") -> Change:
    return Change(part, row.id, row.number, row.title, old, new, words, day_of(at), by)
