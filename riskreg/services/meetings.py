"""Meetings of DMT: setting up their dates, making the agenda, and closing the record for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.meetings import (
    ItemKind,
    MeetingState,
    check_agenda_day,
    check_closing,
    check_not_held,
    check_planned,
    moved,
    series,
)
from riskreg.domain.sentences import day, listed, plural
from riskreg.extensions import db
from riskreg.models import AgendaItem, Decision, Escalation, Meeting, Register
from riskreg.queries.change_parts import Part
from riskreg.queries.escalations import Group, QueueFilter, queued_escalations
from riskreg.queries.meetings import (
    decisions_at,
    deferred_to_later,
    last_meeting_before,
    late_reviews,
    meeting_of,
)
from riskreg.queries.movements import movements
from riskreg.queries.notings import notings_at
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_register

TITLE = "DMT meeting"
MOST_ESCALATIONS = 500
NOTE_CHANGED = "The note was changed by someone else meanwhile. Theirs is shown above yours. Nothing was saved."


def schedule_meetings(
    actor: Actor, register: Register, title: str, first: date, weeks: int | None, until: date | None, now: datetime
) -> tuple[list[Meeting], list[date]]:
    """Set up one meeting or a series. Return the new ones, and the days on which there was a meeting already.

    One that was called off is set up again, with what stood on its agenda.
    Raises RuleBroken, naming the field, for dates that make no sense or when every one of them is taken.
    """
    actor.require(Permission.MANAGE_MEETINGS)
    lock_register(register.id)
    days = series(first, weeks, until, day_of(now))
    known = select(Meeting).where(Meeting.register_id == register.id, Meeting.held_on.in_(days))
    there = {one.held_on: one for one in db.session.scalars(known)}
    taken = sorted(on for on, one in there.items() if not one.not_held)
    if len(taken) == len(days):
        raise RuleBroken(f"There is a meeting on {listed([day(one) for one in taken])} already.", "held_on")
    made = [there.get(one) or Meeting(register_id=register.id, held_on=one) for one in days if one not in taken]
    for meeting in made:
        meeting.title, meeting.state, meeting.not_held = title.strip() or TITLE, MeetingState.PLANNED, ""
        meeting.closed_at, meeting.closed_by = None, None
    db.session.add_all(made)
    db.session.flush()
    for one in made:
        record(
            actor, "set up a meeting", f"meeting:{one.id}", f"Set up the {one.title} of {day(one.held_on)}.", now=now
        )
    return made, taken


def cancel_meeting(actor: Actor, meeting: Meeting, reason: str, now: datetime) -> None:
    """Close a meeting that is not held, or was not, with the reason; it stays in the list with its agenda and packs.

    Raises RuleBroken without a reason, and once anything was decided or noted at it.
    """
    _open(actor, meeting)
    decided = decisions_at(meeting.register_id, meeting.held_on)
    check_not_held(meeting.held_on, recorded=bool(decided or notes_of(meeting)))
    meeting.not_held = check_reason(reason, "Say why the meeting is not held.")
    _close(actor, meeting, now)
    _tell(actor, "cancelled a meeting", meeting, f"Not held: {meeting.not_held}", now)


def make_agenda(actor: Actor, meeting: Meeting, now: datetime) -> int:
    """Add to the agenda what is not on it yet, and return how many items that were.

    What waits for DMT, the worst first, unless it was put off to a later meeting; reviews that are overdue; and what
    moved since the last meeting whose record was closed and did not stand on its agenda. What is on the agenda keeps
    its place. Raises RuleBroken after the day of the meeting.
    """
    _open(actor, meeting)
    today = day_of(now)
    check_agenda_day(meeting.held_on, today)
    queued = [item for item in _waiting(meeting, today) if item.escalation_id not in _on(meeting)]
    reviewed = {item.risk_id for item in meeting.items if item.kind == ItemKind.REVIEW}
    late = [item for item in _late(meeting, today) if item.risk_id not in reviewed]
    told = {item.text for item in meeting.items}
    news = [item for item in _news(meeting, today, queued) if item.text not in told]
    added = [*queued, *late, *news]
    _append(meeting, added)
    if added:
        _tell(actor, "changed the agenda", meeting, f"Put {plural(len(added), 'item')} on the agenda.", now)
    return len(added)


def _on(meeting: Meeting) -> set[int | None]:
    return {item.escalation_id for item in meeting.items}


def _waiting(meeting: Meeting, today: date) -> list[AgendaItem]:
    later = deferred_to_later(meeting.register_id, meeting.held_on)
    prefix = f"{meeting.register.prefix} "
    rows = queued_escalations(Group.DECIDE, QueueFilter(), today, limit=MOST_ESCALATIONS, offset=0)
    return [
        AgendaItem(
            kind=ItemKind.ESCALATION, escalation_id=row.id, risk_id=row.risk_id, text=f"{row.reference} {row.title}"
        )
        for row in rows
        if row.id not in later and row.reference.startswith(prefix)
    ]


def _late(meeting: Meeting, today: date) -> list[AgendaItem]:
    return [
        AgendaItem(
            kind=ItemKind.REVIEW,
            risk_id=one.risk_id,
            text=f"{one.reference} {one.title}: the review by the {one.owner} was due on {day(one.due_on)}",
        )
        for one in late_reviews(meeting.register_id, today)
    ]


def _news(meeting: Meeting, today: date, queued: Sequence[AgendaItem]) -> list[AgendaItem]:
    since = last_meeting_before(meeting.register_id, meeting.held_on)
    last = meeting_of(meeting.register_id, since) if since else None
    before = [(item.risk_id, item.text) for item in last.items] if last else []
    waits, waited = _escalated([*meeting.items, *queued]), _escalated(last.items if last else ())
    found = []
    for one in movements(meeting.register_id, since, today):
        rating = f", {one.before} to {one.after}" if one.before and one.before != one.after else ""
        said = f": {one.what} on {day(one.on)}{rating}"
        told = any(risk_id == one.risk_id and text.endswith(said) for risk_id, text in before)
        told |= one.part in (Part.OPENED, Part.BACK) and one.risk_id in waits
        told |= one.part is Part.OPENED and one.on == since and one.risk_id in waited
        told |= one.part is Part.DECIDED and one.met_on == since  # the record of that meeting tells it
        if not told:
            found.append(AgendaItem(kind=ItemKind.NOTE, risk_id=one.risk_id, text=f"{one.reference} {one.title}{said}"))
    return found


def _escalated(items: Sequence[AgendaItem]) -> set[int | None]:
    return {item.risk_id for item in items if item.kind == ItemKind.ESCALATION}


def add_item(actor: Actor, meeting: Meeting, text: str, now: datetime) -> AgendaItem:
    """Add an item of one's own at the end of the agenda. Raises RuleBroken without a text."""
    _open(actor, meeting)
    if not text.strip():
        raise RuleBroken("Say what the item is about.", "text")
    item = AgendaItem(kind=ItemKind.NOTE, text=text.strip())
    _append(meeting, [item])
    _tell(actor, "changed the agenda", meeting, f"Put on the agenda: {item.text}", now)
    return item


def _append(meeting: Meeting, items: Sequence[AgendaItem]) -> None:
    last = max((item.position for item in meeting.items), default=0)
    for number, item in enumerate(items, last + 1):
        item.position = number
        meeting.items.append(item)
    db.session.flush()


def remove_item(actor: Actor, item: AgendaItem, now: datetime) -> None:
    """Take an item off the agenda. Raises RuleBroken when something was noted about it."""
    meeting = item.meeting
    _open(actor, meeting)
    if item.note:
        raise RuleBroken("This item has a note. Empty the note first, then take the item off the agenda.")
    _tell(actor, "changed the agenda", meeting, f"Taken off the agenda: {item.text}", now)
    meeting.items.remove(item)
    db.session.flush()


def move_item(actor: Actor, item: AgendaItem, step: int, now: datetime) -> None:
    """Move an item one place up (-1) or down (1)."""
    meeting = item.meeting
    _open(actor, meeting)
    for number, one in enumerate(moved(meeting.items, item, step), 1):
        one.position = number
    _tell(actor, "changed the agenda", meeting, f"Moved {'up' if step < 0 else 'down'} on the agenda: {item.text}", now)
    db.session.flush()
    db.session.expire(meeting, ["items"])


def note_item(actor: Actor, item: AgendaItem, note: str, seen_revision: int, now: datetime) -> None:
    """Record what was said about an item. Raises ChangedMeanwhile when its note changed since it was seen."""
    _open(actor, item.meeting)
    if item.revision != seen_revision:
        raise ChangedMeanwhile(NOTE_CHANGED)
    old, item.note, item.revision = item.note, note.strip(), item.revision + 1
    _tell(
        actor, "noted", item.meeting, f"Noted on “{item.text}”: {item.note or 'nothing'}", now, old=old, new=item.note
    )


def note_meeting(actor: Actor, meeting: Meeting, note: str, seen_revision: int, now: datetime) -> None:
    """Record what belongs to no item, such as who was there. Raises ChangedMeanwhile as `note_item` does."""
    _open(actor, meeting)
    if meeting.revision != seen_revision:
        raise ChangedMeanwhile(NOTE_CHANGED)
    old, meeting.note, meeting.revision = meeting.note, note.strip(), meeting.revision + 1
    _tell(actor, "noted", meeting, f"Noted: {meeting.note or 'nothing'}", now, old=old, new=meeting.note)


def close_meeting(actor: Actor, meeting: Meeting, now: datetime) -> None:
    """Close the record: its decisions are joined to its items, and nothing in it changes any more.

    Raises RuleBroken for a meeting still to come and for one at which nothing was recorded.
    """
    _open(actor, meeting)
    decisions = decisions_at(meeting.register_id, meeting.held_on)
    notes = notes_of(meeting)
    check_closing(meeting.held_on, day_of(now), decisions=len(decisions), notes=notes)
    for decision in decisions:
        _join(meeting, decision)
    _close(actor, meeting, now)
    counted = f"{plural(len(decisions), 'decision')} and {plural(notes, 'note')}"
    _tell(actor, "closed the record", meeting, f"Closed the record with {counted}.{undecided(meeting, decisions)}", now)


def _close(actor: Actor, meeting: Meeting, now: datetime) -> None:
    meeting.state, meeting.closed_at, meeting.closed_by = MeetingState.CLOSED, now, actor.person_id
    db.session.flush()


def undecided(meeting: Meeting, decisions: Sequence[Decision]) -> str:
    """Say which items of those to decide DMT did not decide, as a sentence to go on with; nothing without any."""
    decided = {one.escalation_id for one in decisions}
    left = [item for item in meeting.items if item.escalation and item.escalation_id not in decided]
    if not left:
        return ""
    named = listed([str(item.escalation.risk.reference) for item in left if item.escalation])
    return f" {plural(len(left), 'item was', 'items were')} not decided: {named}."


def check_held(register_id: int, meeting_on: date | None, today: date) -> None:
    """Raise RuleBroken when something is said of a meeting that there is not, or that was not held. None is none."""
    if meeting_on is None:
        return
    found = meeting_of(register_id, meeting_on)
    if found is None:
        way = "Leave it empty, or set the meeting up first." if meeting_on >= today else "Leave it empty."
        raise RuleBroken(f"No meeting is set up for {day(meeting_on)}. {way}", "meeting_on")
    if found.not_held:
        raise RuleBroken(f"The meeting of {day(meeting_on)} was not held. Leave it empty.", "meeting_on")


def notes_of(meeting: Meeting) -> int:
    """Count what was noted at a meeting: on its items, on no item, and of escalations."""
    noted = notings_at(meeting.register_id, meeting.held_on)
    return bool(meeting.note) + sum(bool(item.note) for item in meeting.items) + len(noted)


def _join(meeting: Meeting, decision: Decision) -> None:
    """Put a decision on its item, or on one of its own where the agenda has none left for it."""
    free = (one for one in meeting.items if one.escalation_id == decision.escalation_id and one.decision_id is None)
    item = next(free, None)
    if item is None:
        item = AgendaItem(kind=ItemKind.ESCALATION, escalation=decision.escalation, text=_words(decision.escalation))
        item.risk_id = decision.escalation.risk_id
        _append(meeting, [item])
    item.decision = decision
    db.session.flush()


def _words(escalation: Escalation) -> str:
    return f"{escalation.risk.reference} {escalation.risk.title}"


def _open(actor: Actor, meeting: Meeting) -> None:
    """Hold the register, and refuse whom it is not for, or once the record is closed."""
    actor.require(Permission.MANAGE_MEETINGS)
    lock_register(meeting.register_id)
    check_planned(meeting.state, meeting.held_on)


def _tell(actor: Actor, verb: str, meeting: Meeting, sentence: str, now: datetime, **detail: Any) -> None:
    text = f"Meeting of {day(meeting.held_on)}. {sentence}"
    record(actor, verb, f"meeting:{meeting.id}", text, now=now, **detail)
