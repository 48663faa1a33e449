"""Making the pack for a meeting: what DMT reads, frozen as it stands now."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.meetings import check_planned
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import Meeting, Pack
from riskreg.queries.meetings import last_meeting_before
from riskreg.queries.packs import pack_content
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_register


def make_pack(actor: Actor, meeting: Meeting, now: datetime) -> Pack:
    """Freeze the register, what waits for DMT and what moved, as the pack of a meeting. Packs before it are kept.

    Raises RuleBroken once the record of the meeting is closed.
    """
    actor.require(Permission.MANAGE_MEETINGS)
    lock_register(meeting.register_id)
    check_planned(meeting.state, meeting.held_on)
    today = day_of(now)
    since = last_meeting_before(meeting.register_id, meeting.held_on)
    content = pack_content(meeting.register, meeting.held_on, since, today)
    pack = Pack(meeting_id=meeting.id, as_at=today, made_at=now, made_by=actor.person_id, content=content)
    db.session.add(pack)
    db.session.flush()
    sentence = f"Made the pack for the meeting of {day(meeting.held_on)}, as at {day(today)}."
    record(actor, "made a pack", f"pack:{pack.id}", sentence, now=now)
    return pack
