"""DMT notes several escalations in one go: it decides nothing, and they go on waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Escalation, Noting
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_register
from riskreg.services.meetings import check_held


def note_escalations(
    actor: Actor,
    escalations: Sequence[Escalation],
    seen: Mapping[int, int],
    remark: str,
    meeting_on: date | None,
    now: datetime,
) -> None:
    """Record that DMT has noted the escalations, with one remark: all of them, or none.

    `seen` holds the revision of each risk that was seen, by the id of its escalation. Raises NotPermitted, RuleBroken
    naming the field, and ChangedMeanwhile naming those that have ended or changed since they were seen.
    """
    actor.require(Permission.DECIDE)
    if not escalations:
        raise RuleBroken("Tick the escalations that DMT has noted.", "ticked")
    said = check_reason(remark, "Say what DMT remarked.", "text")
    if meeting_on and meeting_on > day_of(now):
        raise RuleBroken("The meeting at which this was noted must be today or earlier.", "meeting_on")
    for register_id in sorted({one.risk.register_id for one in escalations}):  # always in one order: two never wait
        lock_register(register_id)
        check_held(register_id, meeting_on, day_of(now))
    _check_seen(escalations, seen)
    at = f" At the meeting of {day(meeting_on)}." if meeting_on else ""
    for one in escalations:
        row = Noting(escalation=one, text=said, person_id=actor.person_id, noted_at=now, meeting_on=meeting_on)
        db.session.add(row)
        record(actor, "noted", f"escalation:{one.id}", f"DMT noted: {said}{at}", now=now, risk=one.risk)


def _check_seen(escalations: Sequence[Escalation], seen: Mapping[int, int]) -> None:
    ended = [str(one.risk.reference) for one in escalations if not one.is_live]
    changed = [str(one.risk.reference) for one in escalations if one.is_live and one.risk.revision != seen.get(one.id)]
    told = []
    if ended:
        told.append(f"{listed(ended)} {'is' if len(ended) == 1 else 'are'} no longer before DMT.")
    if changed:
        has = "has" if len(changed) == 1 else "have"
        told.append(f"{listed(changed)} {has} changed since you opened this page. Read again, then note anew.")
    if told:
        raise ChangedMeanwhile(f"{' '.join(told)} Nothing was saved.")
