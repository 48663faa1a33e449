"""Making what is frozen for readers: the pack for a meeting of DMT, and the report to the Cabinet Committee."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.meetings import check_planned
from riskreg.domain.reporting import check_pack_day, check_period
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import Meeting, Pack, Register
from riskreg.queries.as_at import register_began
from riskreg.queries.committee import KIND, committee_content
from riskreg.queries.meetings import last_meeting_before
from riskreg.queries.packs import pack_content
from riskreg.queries.policies import NoPolicyError
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.event_notices import tell_of_pack
from riskreg.services.locking import lock_register


def make_pack(actor: Actor, meeting: Meeting, now: datetime) -> Pack:
    """Freeze the register, what waits for DMT and what moved, as the pack of a meeting. Packs before it are kept.

    Raises RuleBroken once the record of the meeting is closed, and after its day.
    """
    actor.require(Permission.MANAGE_MEETINGS)
    lock_register(meeting.register_id)
    today = day_of(now)
    check_planned(meeting.state, meeting.held_on)
    check_pack_day(meeting.held_on, today)
    since = last_meeting_before(meeting.register_id, meeting.held_on)
    content = pack_content(meeting.register, meeting.held_on, since, today)
    sentence = f"Made the pack for the meeting of {day(meeting.held_on)}, as at {day(today)}."
    pack = _kept(actor, sentence, now, meeting_id=meeting.id, as_at=today, since=since, content=content)
    tell_of_pack(actor, pack, now)
    return pack


def make_report(actor: Actor, register: Register, since: date, until: date, now: datetime) -> Pack:
    """Freeze what the Cabinet Committee is told of a period, without what is exempt. Reports before it are kept.

    Raises RuleBroken, naming the field, for a period that is not over, or that ends before the register began.
    """
    actor.require(Permission.MANAGE_MEETINGS)
    lock_register(register.id)
    check_period(since, until, day_of(now), register_began(register.id))
    try:
        content = committee_content(register, since, until)
    except NoPolicyError:
        raise RuleBroken(f"The register had no policy on {day(until)}, so nothing can be rated.", "until") from None
    sentence = f"Made the report to the Cabinet Committee for {day(since)} to {day(until)}."
    return _kept(actor, sentence, now, kind=KIND, as_at=until, since=since, content=content)


def _kept(actor: Actor, sentence: str, now: datetime, **facts: Any) -> Pack:
    pack = Pack(made_at=now, made_by=actor.person_id, **facts)
    db.session.add(pack)
    db.session.flush()
    what = "report" if pack.kind == KIND else "pack"
    record(actor, f"made a {what}", f"pack:{pack.id}", sentence, now=now)
    return pack
