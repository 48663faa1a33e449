"""What moved in a register between two days, in the words of the pack and of reports: the changes of those days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from riskreg.domain.lifecycle import LEADS_TO, LIVE, DecisionKind
from riskreg.domain.sentences import day, written_reference
from riskreg.extensions import db
from riskreg.models import Register
from riskreg.queries.as_at import end_of, register_began
from riskreg.queries.change_events import before_dmt, decisions
from riskreg.queries.change_parts import Change, Part
from riskreg.queries.change_steps import steps
from riskreg.queries.narrowing import Scope

_RATED = (Part.NEW, Part.OWN_WORSE, Part.OWN_BETTER, Part.OPENED)
_WHAT = {
    Part.NEW: "new in the register",
    Part.CLOSED: "left the register: {after}",
    Part.REOPENED: "reopened",
    Part.OWNER: "handed over from the {before} to the {after}",
    Part.OWN_WORSE: "rated anew by the owner",
    Part.OWN_BETTER: "rated anew by the owner",
    Part.OWN_SCORE: "scored anew by the owner, from {before} to {after}",
    Part.TARGET: "new target: {after}",
    Part.RESPONSE: "new response: {after}",
    Part.EDITED: "text edited: {after}",
    Part.OPENED: "put before DMT",
    Part.BACK: "brought back before DMT by new facts",
    Part.ENDED: "escalation {after}",
    Part.DECIDED: "DMT decided: {after}",
    Part.ANSWERED: "{after} by the corporate register",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One thing that moved a risk. `before` and `after` are ratings, empty where it is not about ratings.

    `on` is the day on which it was recorded, `met_on` that of the meeting of DMT at which it was decided, if at one.
    """

    on: date
    part: Part
    risk_id: int
    reference: str
    title: str
    what: str
    before: str
    after: str
    reason: str
    met_on: date | None = None


def movements(register_id: int, since: date | None, until: date) -> list[Movement]:
    """Return what moved from one day to another, both included, the earliest first; eleven queries.

    Without a first day, everything until the last. Opening positions are no movement. A decision that ends an
    escalation is told by that end.
    """
    began = register_began(register_id)
    first = since or began or until
    scope = Scope(register_id)
    given = {**scope.given, "start": end_of(first - timedelta(days=1)), "end": end_of(until)}
    prefix = db.session.get_one(Register, register_id).prefix
    found = [
        _movement(prefix, one.on, one)
        for one in (*steps(scope, given), *before_dmt(scope, given), *decisions(scope, given))
        if one.on and not (one.part is Part.NEW and one.on == began) and not _ends(one)
    ]
    return sorted(found, key=lambda one: (one.on, one.reference, one.what))


def _ends(one: Change) -> bool:
    return one.part is Part.DECIDED and LEADS_TO[DecisionKind(one.after)] not in LIVE


def _what(on: date, one: Change) -> str:
    """What happened; of what was decided at a meeting on an earlier day also when that was."""
    what = _WHAT[one.part].format(before=one.before, after=one.after)
    return f"{what}, at the meeting of {day(one.met_on)}, recorded" if one.met_on and one.met_on != on else what


def _movement(prefix: str, on: date, one: Change) -> Movement:
    rated = one.part in _RATED
    return Movement(
        on=on,
        part=one.part,
        risk_id=one.risk_id,
        reference=written_reference(prefix, one.number),
        title=one.title,
        what=_what(on, one),
        before=one.before if rated else "",
        after=one.after if rated else "",
        reason=one.words,
        met_on=one.met_on,
    )
