"""What changed in the register between the ends of two days: only risks that something happened to are looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, union

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
from riskreg.queries.change_makers import ITSELF, START, Maker, Makers, makers_of, within
from riskreg.queries.keeping import discarded
from riskreg.queries.narrowing import Of, Rows, Scope, narrowed

KNOWN = (RiskStatus.OPEN, RiskStatus.CLOSED, RiskStatus.MERGED)
GONE = (RiskStatus.CLOSED, RiskStatus.MERGED)
NOBODY = Makers()


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
    """One change of one risk. `on` and `by` are empty where the records do not tell."""

    part: Part
    risk_id: int
    number: int
    title: str
    before: str
    after: str
    words: str
    on: date | None = None
    by: str = ""


_TOUCHED = union(
    select(RiskVersion.risk_id).where(RiskVersion.version > 1, within(RiskVersion.recorded_at)),
    select(Assessment.risk_id).where(Assessment.kind == "current", within(Assessment.recorded_at)),
    select(Escalation.risk_id).where(or_(within(Escalation.opened_at), within(Escalation.ended_at))),
)
# Few of the risks of a register changed: adding 0 keeps the database from walking its index of all of them.
_OF_REGISTER: Any = Risk.register_id + 0 == REGISTER
# The risks that were there on the first day and that something happened to; the other way round where there were none.
_MOVED = narrowed(
    select(RiskVersion.risk_id)
    .join(Risk, Risk.id == RiskVersion.risk_id)
    .where(RiskVersion.version == 1, RiskVersion.recorded_at < START, (RiskVersion.risk_id + 0).in_(_TOUCHED))
    .where(_OF_REGISTER)
)
_OF_IDS = STATES.where(Risk.id.in_(bindparam("ids", expanding=True)))
_ADDED = narrowed(
    STATES.where(
        Risk.id.in_(select(RiskVersion.risk_id).where(RiskVersion.version == 1, within(RiskVersion.recorded_at)))
    )
)
_OPENED = narrowed(
    select(Risk.id, Reference.number, Risk.title, Escalation.rag_before, Escalation.rag_after)
    .add_columns(Escalation.id.label("escalation_id"), Escalation.opened_at, Escalation.reason, Person.name)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Person, Person.id == Escalation.person_id)
    .where(_OF_REGISTER, within(Escalation.opened_at))
    .order_by(Escalation.opened_at, Escalation.id)
)
_SENTENCES: Rows = (
    select(EscalationSignal.escalation_id, SignalRow.sentence)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
    .where(within(Escalation.opened_at), EscalationSignal.joined_at < END)
    .order_by(SignalRow.severity.desc(), SignalRow.id)
)
_ENDED = narrowed(
    select(Risk.id, Reference.number, Risk.title, Escalation.status, Escalation.ended_why, Escalation.ended_at)
    .add_columns(Person.name)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Decision, and_(Decision.escalation_id == Escalation.id, Decision.decided_at == Escalation.ended_at))
    .outerjoin(Person, Person.id == Decision.person_id)
    .where(_OF_REGISTER, within(Escalation.ended_at))
    .order_by(Escalation.ended_at, Escalation.id)
)
_DECIDED = narrowed(
    select(Risk.id, Reference.number, Risk.title, Decision.kind, Decision.reason, Decision.decided_at, Person.name)
    .join(Escalation, Escalation.id == Decision.escalation_id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Decision.person_id)
    .where(_OF_REGISTER, within(Decision.decided_at))
    .order_by(Decision.id)
)
_REVIEWED = narrowed(
    select(Risk.id, Reference.number, Risk.title, Review.changed, Review.note, Review.recorded_at, Person.name)
    .join(Risk, Risk.id == Review.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Review.person_id)
    .where(_OF_REGISTER, within(Review.recorded_at))
    .order_by(Review.id)
)


def _counted(rows: Rows, *conditions: ColumnElement[bool]) -> Mapping[Of, Rows]:
    """How many rows there are whose risk is counted: looked for from the rows, which are few."""
    risk = select(Risk.id).where(Risk.id == rows.selected_columns[0], Risk.register_id == REGISTER, *conditions)
    known = {of: rows.where(one.correlate_except(Risk).exists()) for of, one in narrowed(risk).items()}
    return {of: select(func.count()).select_from(one.subquery()) for of, one in known.items()}


_FIRST = and_(RiskVersion.version == 1, within(RiskVersion.recorded_at))
# Of what is new: what is open, and what has left the register, in which a draft that was discarded never was.
_COUNTED = (
    _counted(select(RiskVersion.risk_id).where(_FIRST), Risk.status == RiskStatus.OPEN),
    narrowed(
        select(func.count(Risk.id)).join(RiskVersion, RiskVersion.risk_id == Risk.id)
        .where(Risk.register_id == REGISTER, Risk.status.in_(GONE), _FIRST, ~discarded())
    ),
    _counted(select(Escalation.risk_id).where(within(Escalation.opened_at))),
    _counted(select(Escalation.risk_id).where(within(Escalation.ended_at))),
    _counted(
        select(Escalation.risk_id).join(Decision, Decision.escalation_id == Escalation.id)
        .where(within(Decision.decided_at))
    ),
    _counted(select(Review.risk_id).where(within(Review.recorded_at))),
)  # fmt: skip
_TALLY: Mapping[Of, Rows] = {of: select(*(rows[of].scalar_subquery() for rows in _COUNTED)) for of in Of}


def changes_between(scope: Scope, from_day: date, to_day: date) -> dict[Part, Sequence[Change]]:
    """Return what changed from the end of one day to the end of another, by ten queries. Every part is a key."""
    given = _given(scope, from_day, to_day)
    found: dict[Part, list[Change]] = {part: [] for part in Part}
    added = states(_ADDED[scope.of], day=to_day, **given)
    moved = _moved_states(scope, from_day, to_day)
    makers = makers_of([one.id for _, one in moved] + [one.id for one in added], given)
    pairs = [*moved, *((None, one) for one in added)]
    for change in (*(change for pair in pairs for change in compare(*pair, makers)), *_events(scope, given)):
        found[change.part].append(change)
    found[Part.NEW].sort(key=lambda change: change.number)
    found[Part.CLOSED].sort(key=lambda change: change.number)
    return {part: tuple(rows) for part, rows in found.items()}


def count_changes(scope: Scope, from_day: date, to_day: date) -> dict[Part, int]:
    """Return how many changes each part has up to the present day, by four queries. Every part is a key.

    `to_day` is today: of what was added since, the present status is asked.
    """
    given = _given(scope, from_day, to_day)
    counts = dict.fromkeys(Part, 0)
    for before, after in _moved_states(scope, from_day, to_day):
        for change in compare(before, after, NOBODY):
            counts[change.part] += 1
    new, gone, *tally = db.session.execute(_TALLY[scope.of], given).one()
    counts[Part.NEW] += new + gone
    counts[Part.CLOSED] += gone
    counts.update(zip((Part.OPENED, Part.ENDED, Part.DECIDED, Part.REVIEWED), tally, strict=True))
    return counts


def _given(scope: Scope, from_day: date, to_day: date) -> dict[str, Any]:
    return {**scope.given, "start": end_of(from_day), "end": end_of(to_day)}


def _moved_states(scope: Scope, from_day: date, to_day: date) -> list[tuple[RiskState, RiskState]]:
    """The risks that were there on the first day and that something happened to, as they were on both days."""
    ids = db.session.scalars(_MOVED[scope.of], _given(scope, from_day, to_day)).all()
    if not ids:
        return []
    before = {one.id: one for one in states(_OF_IDS, scope.register_id, from_day, ids=ids)}
    return [(before[one.id], one) for one in states(_OF_IDS, scope.register_id, to_day, ids=ids)]


def compare(before: RiskState | None, after: RiskState, makers: Makers) -> Iterator[Change]:
    """Yield what differs between a risk on one day and on a later one; ratings only while it was open on both."""
    was, is_ = before.status if before else "", after.status
    if is_ not in KNOWN:
        return
    known, status = makers.entered.get(after.id), makers.status.get(after.id)
    if was not in KNOWN:
        yield _change(Part.NEW, after, was, after.shown_rag, known, f"Owned by the {after.owner}.")
    if is_ in GONE and was not in GONE:
        yield _change(Part.CLOSED, after, was, is_, status)
    if was in GONE and is_ == RiskStatus.OPEN:
        yield _change(Part.REOPENED, after, was, is_, status)
    if before is not None and was == is_ == RiskStatus.OPEN:
        yield from _compare_open(before, after, makers)


def _compare_open(before: RiskState, after: RiskState, makers: Makers) -> Iterator[Change]:
    if before.post_id != after.post_id:
        yield _change(Part.OWNER, after, before.owner, after.owner, makers.owner.get(after.id))
    rated = makers.rating.get(after.id)
    if worse := _moved(before.own_rag, after.own_rag):
        part = Part.OWN_WORSE if worse > 0 else Part.OWN_BETTER
        yield _change(part, after, before.own_rag, after.own_rag, rated)
    if worse := _moved(before.shown_rag, after.shown_rag):
        part = Part.SHOWN_WORSE if worse > 0 else Part.SHOWN_BETTER
        maker, words = _why_shown(before, after, makers)
        yield _change(part, after, before.shown_rag, after.shown_rag, maker, words)


def _change(
    part: Part, risk: RiskState, old: str | None, new: str | None, maker: Maker | None, words: str | None = None
) -> Change:
    """`words` instead of what the maker said."""
    said = words if words is not None else maker.why if maker else ""
    on, by = (day_of(maker.at), maker.by) if maker else (None, "")
    return Change(part, risk.id, risk.number, risk.title, old or "", new or "", said, on, by)


def _moved(old: str | None, new: str | None) -> int:
    """How many steps worse a rating became, negative for better; 0 where one of the two is not known."""
    return Rag(new).severity - Rag(old).severity if old and new else 0


def _why_shown(before: RiskState, after: RiskState, makers: Makers) -> tuple[Maker | None, str]:
    if after.escalation_id is not None and after.escalation_id != before.escalation_id:
        return makers.opened.get(after.id), "Raised by an escalation."
    if before.escalation_id is not None and after.escalation_id is None:
        return makers.ended.get(after.id), "The escalation has ended."
    return makers.rating.get(after.id), "Follows the owner\u2019s own rating."


def _events(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield the escalations opened and ended, the decisions and the reviews between two moments."""
    said: dict[int, list[str]] = {}
    for escalation_id, sentence in db.session.execute(_SENTENCES, given):
        said.setdefault(escalation_id, []).append(sentence)
    for one in db.session.execute(_OPENED[scope.of], given):
        words = " ".join([one.reason, *said.get(one.escalation_id, ())]).strip()
        by = one.name or ITSELF
        yield _event(Part.OPENED, one, one.rag_before, one.rag_after, words, one.opened_at, by)
    for one in db.session.execute(_ENDED[scope.of], given):
        yield _event(Part.ENDED, one, "", one.status, one.ended_why, one.ended_at, one.name or ITSELF)
    for one in db.session.execute(_DECIDED[scope.of], given):
        yield _event(Part.DECIDED, one, "", one.kind, one.reason, one.decided_at, one.name)
    for one in db.session.execute(_REVIEWED[scope.of], given):
        came = "changed" if one.changed else "no change"
        yield _event(Part.REVIEWED, one, "", came, one.note, one.recorded_at, one.name)


def _event(part: Part, row: Any, old: str, new: str, words: str, at: datetime, by: str = "") -> Change:
    return Change(part, row.id, row.number, row.title, old, new, words, day_of(at), by)
