"""The secret address of a person's calendar: it needs no signing in, so whoever has it reads the calendar.

It is signed over the person and a stamp. A new stamp makes the old address useless, no stamp any address; neither
is stored or logged.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

from itsdangerous import BadSignature

from riskreg.domain.errors import NotPermitted
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.tokens import signer

SALT = "riskreg.calendar"
STAMP_BYTES = 12


def calendar_token(person: Person) -> str:
    """Return the secret part of the address of a person's calendar; empty when there is no calendar."""
    return signer(SALT).dumps([person.id, person.calendar_stamp]) if person.calendar_stamp else ""


def calendar_owner(token: str) -> Person | None:
    """Return whose calendar a token opens; None for one that was renewed, stopped or never made, or of the inactive."""
    try:
        person_id, stamp = signer(SALT).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    person = db.session.get(Person, person_id)
    if person is None or not person.active or not person.calendar_stamp:
        return None
    return person if hmac.compare_digest(person.calendar_stamp, str(stamp)) else None


def renew_calendar(actor: Actor, now: datetime) -> bool:
    """Give the person's calendar an address, or another one, and return whether it had one, which opens nothing now."""
    person = _own(actor)
    before = person.calendar_stamp
    person.calendar_stamp = secrets.token_urlsafe(STAMP_BYTES)
    renewed = "The calendar has a new address. The one before it opens nothing any more."
    sentence = renewed if before else "The calendar has an address now."
    record(actor, "renewed the calendar address", f"person:{person.id}", sentence, now=now)
    return bool(before)


def stop_calendar(actor: Actor, now: datetime) -> None:
    """Take the calendar away; nothing happens when there is none."""
    person = _own(actor)
    if person.calendar_stamp:
        person.calendar_stamp = ""
        record(actor, "stopped the calendar", f"person:{person.id}", "Its address opens nothing any more.", now=now)


def _own(actor: Actor) -> Person:
    if actor.person_id is None:
        raise NotPermitted("Only a person has a calendar.")
    return db.session.get_one(Person, actor.person_id, with_for_update=True)
