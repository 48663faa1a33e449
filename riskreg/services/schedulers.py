"""What the schedulers leave in the database: that each one is there, and which of them leads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from riskreg.extensions import db
from riskreg.models import SchedulerSeen

KEPT = timedelta(days=1)
# Each notes every three seconds that it is there, and another leads within ten. One that has not for longer was stopped
# or cut off.
SEEN_WITHIN = timedelta(seconds=30)


def note_scheduler(holder: str, host: str, now: datetime, *, leads: bool) -> None:
    """Note that a scheduler is there. `holder` names this process and no other; one statement, which never doubles."""
    insert: Any = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    seen = {"leads": leads, "seen_at": now}
    db.session.execute(
        insert(SchedulerSeen)
        .values(holder=holder, host=host, started_at=now, **seen)
        .on_conflict_do_update(index_elements=["holder"], set_=seen)
    )
    if leads:
        db.session.execute(update(SchedulerSeen).where(SchedulerSeen.holder != holder).values(leads=False))


def note_stopped(holder: str) -> None:
    """Forget a scheduler that stops."""
    db.session.execute(delete(SchedulerSeen).where(SchedulerSeen.holder == holder))


def forget_schedulers(now: datetime) -> None:
    """Forget the schedulers that were not seen for a day: they were killed."""
    db.session.execute(delete(SchedulerSeen).where(SchedulerSeen.seen_at < now - KEPT))
