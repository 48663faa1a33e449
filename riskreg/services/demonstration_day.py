"""The day at which a demonstration stands."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import DemonstrationDay

FURTHEST = timedelta(days=3 * 366)


def check_advance(present: date, to: date) -> None:
    """Raise RuleBroken when a demonstration cannot be moved to that day: time goes forward, and not for ever."""
    if to <= present:
        raise RuleBroken(f"The demonstration stands at {day(present)}: choose a later day.")
    if to - present > FURTHEST:
        raise RuleBroken(f"That is more than three years ahead of {day(present)}: choose an earlier day.")


def move_to(to: date) -> None:
    """Let the demonstration stand at the day."""
    db.session.execute(delete(DemonstrationDay))
    db.session.add(DemonstrationDay(day=to))
    db.session.flush()
