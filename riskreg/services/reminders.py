"""Reminding people of what falls due: each stage of each thing once to each person (design, section 3)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from riskreg.queries.due import Due, everything_due
from riskreg.queries.staff import Staff
from riskreg.services.telling import ToTell, tell


def remind(now: datetime, day: date) -> int:
    """Note who is to be told of what on the day, and return how much of it is new. A second run adds nothing."""
    staff = Staff(day)
    return tell([one for due in everything_due(day) for one in notices_of(due, staff.told_of(due))], now)


def notices_of(due: Due, people: Collection[int]) -> list[ToTell]:
    """Return what is to be noted so that these people are told of a thing at the stage that it has reached."""
    return [ToTell(due.kind, due.thing, person_id, due.stage_name, due.due_on) for person_id in people]
