"""What changed in the register between the ends of two days: only risks that something happened to are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_, select, union

from riskreg.domain.lifecycle import LEFT, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Decision, Escalation, Review, Risk, RiskResponse, RiskVersion
from riskreg.queries.as_at import REGISTER, STATES, RiskState, end_of, states
from riskreg.queries.change_events import BROUGHT_BACK, OF_CORPORATE, before_dmt, decisions, reviews
from riskreg.queries.change_parts import OF_REGISTER, START, Change, Part, within
from riskreg.queries.change_steps import counted_steps, steps
from riskreg.queries.keeping import discarded
from riskreg.queries.narrowing import Of, Rows, Scope, narrowed

_TOUCHED = union(
    select(RiskVersion.risk_id).where(RiskVersion.version > 1, within(RiskVersion.recorded_at)),
    select(Assessment.risk_id).where(Assessment.kind == "current", within(Assessment.recorded_at)),
    select(Escalation.risk_id).where(or_(within(Escalation.opened_at), within(Escalation.ended_at))),
)
# The risks that were there on the first day and that something happened to; the other way round where there were none.
_MOVED = narrowed(STATES.where(Risk.id.in_(_TOUCHED), Risk.recorded_at < START, OF_REGISTER))
_OF_IDS = STATES.where(Risk.id.in_(bindparam("ids", expanding=True)))


def _counted(rows: Rows) -> Mapping[Of, Rows]:
    """How many rows there are whose risk is counted: looked for from the rows, which are few."""
    risk = select(Risk.id).where(Risk.id == rows.selected_columns[0], Risk.register_id == REGISTER)
    known = {of: rows.where(one.correlate_except(Risk).exists()) for of, one in narrowed(risk).items()}
    return {of: select(func.count()).select_from(one.subquery()) for of, one in known.items()}


# A risk is recorded with its first version; counting risks takes a fifth of what counting those versions does.
_NEW = select(func.count(Risk.id)).where(Risk.register_id == REGISTER, within(Risk.recorded_at))
_entered_gone = select(RiskVersion.id).where(RiskVersion.version == 1, RiskVersion.status.in_(LEFT))
_entered_gone = _entered_gone.where(RiskVersion.risk_id == Risk.id)
# Of what is new: what is open, and what has left the register, in which a draft that was discarded never was.
_COUNTED = (
    narrowed(_NEW.where(Risk.status == RiskStatus.OPEN)),
    narrowed(_NEW.where(Risk.status.in_(LEFT), ~discarded())),
    narrowed(_NEW.where(Risk.status.in_(LEFT), ~discarded(), _entered_gone.exists())),
    _counted(select(Escalation.risk_id).where(within(Escalation.opened_at))),
    _counted(select(AuditEvent.risk_id).where(within(AuditEvent.at), AuditEvent.verb == BROUGHT_BACK)),
    _counted(select(Escalation.risk_id).where(within(Escalation.ended_at))),
    _counted(
        select(Escalation.risk_id).join(Decision, Decision.escalation_id == Escalation.id)
        .where(within(Decision.decided_at))
    ),
    _counted(select(AuditEvent.risk_id).where(within(AuditEvent.at), OF_CORPORATE)),
    _counted(select(Review.risk_id).where(within(Review.recorded_at))),
    _counted(select(RiskResponse.risk_id).where(within(RiskResponse.recorded_at))),
)  # fmt: skip
_TALLY: Mapping[Of, Rows] = {of: select(*(rows[of].scalar_subquery() for rows in _COUNTED)) for of in Of}
_KIND = {Part.OWN_BETTER: Part.OWN_WORSE}  # of both only the last made the rating what it is
_TALLIED = (Part.OPENED, Part.BACK, Part.ENDED, Part.DECIDED, Part.ANSWERED, Part.REVIEWED, Part.RESPONSE)


def changes_between(scope: Scope, from_day: date, to_day: date) -> dict[Part, Sequence[Change]]:
    """Return what changed from the end of one day to the end of another, by twelve queries. Every part is a key."""
    given = _given(scope, from_day, to_day)
    found: dict[Part, list[Change]] = {part: [] for part in Part}
    latest: dict[tuple[int, Part], Change] = {}
    told = (*steps(scope, given), *before_dmt(scope, given), *decisions(scope, given), *reviews(scope, given))
    for change in told:
        found[change.part].append(change)
        latest[change.risk_id, _KIND.get(change.part, change.part)] = change
    for before, after in _moved_states(scope, from_day, to_day):
        if part := compare(before, after):
            found[part].append(_why_shown(part, before, after, latest))
    found[Part.NEW].sort(key=lambda change: change.number)
    found[Part.CLOSED].sort(key=lambda change: change.number)
    return {part: tuple(rows) for part, rows in found.items()}


def count_tally(scope: Scope, from_day: date, to_day: date) -> tuple[int, ...]:
    """Return what can be counted without reading it, for `count_changes`; one query. No rating changes it."""
    return tuple(db.session.execute(_TALLY[scope.of], _given(scope, from_day, to_day)).one())


def count_changes(scope: Scope, from_day: date, to_day: date, known: tuple[int, ...] | None = None) -> dict[Part, int]:
    """Return how many changes each part has up to the present day, by five queries. Every part is a key.

    `to_day` is today: of what was added since, the present status is asked. `known`: the tally of the same days, when
    it was counted before.
    """
    given = _given(scope, from_day, to_day)
    counts = dict.fromkeys(Part, 0)
    for before, after in _moved_states(scope, from_day, to_day):
        if part := compare(before, after):
            counts[part] += 1
    for change in counted_steps(scope, given):
        counts[change.part] += 1
    open_now, gone, entered_gone, *tally = known or count_tally(scope, from_day, to_day)
    counts[Part.NEW] += open_now + gone
    counts[Part.CLOSED] += entered_gone
    counts.update(zip(_TALLIED, tally, strict=True))
    return counts


def _given(scope: Scope, from_day: date, to_day: date) -> dict[str, Any]:
    return {**scope.given, "start": end_of(from_day), "end": end_of(to_day)}


def _moved_states(scope: Scope, from_day: date, to_day: date) -> list[tuple[RiskState, RiskState]]:
    """The risks that were there on the first day and that something happened to, as they were on both days."""
    given = {**scope.given, "start": end_of(from_day)}
    after = states(_MOVED[scope.of], day=to_day, **given)
    if not after:
        return []
    before = states(_OF_IDS, scope.register_id, from_day, ids=[one.id for one in after])
    return list(zip(before, after, strict=True))


def compare(before: RiskState, after: RiskState) -> Part | None:
    """Tell whether the rating shown of a risk that was open on two days became worse or better."""
    old, new = before.shown_rag, after.shown_rag
    if not before.status == after.status == RiskStatus.OPEN or not old or not new or old == new:
        return None
    return Part.SHOWN_WORSE if Rag(new).worse_than(Rag(old)) else Part.SHOWN_BETTER


def _why_shown(part: Part, before: RiskState, after: RiskState, latest: Mapping[tuple[int, Part], Change]) -> Change:
    """What came of the last step by which the rating shown became what it is, which says who made it and when."""
    kind, words = Part.OWN_WORSE, "Follows the owner\u2019s own rating."
    if after.escalation_id is not None and after.escalation_id != before.escalation_id:
        kind, words = Part.OPENED, "Raised by an escalation."
    elif before.escalation_id is not None and after.escalation_id is None:
        kind, words = Part.ENDED, "The escalation has ended."
    last = latest.get((after.id, kind))
    on, by = (last.on, last.by) if last else (None, "")
    return Change(
        part, after.id, after.number, after.title, before.shown_rag or "", after.shown_rag or "", words, on, by
    )
