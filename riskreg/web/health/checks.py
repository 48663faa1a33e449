"""The checks behind /ready: each named, with a sentence for whoever is woken by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.queries.health import database_revisions, leader_seen_at, oldest_on_its_way
from riskreg.services.schedulers import SEEN_WITHIN

# A message goes within a minute, and after a hiccup of the mail server within a quarter of an hour.
OLDEST_MESSAGE = timedelta(minutes=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

_REVISION, _FOLLOWED = (re.compile(rf'^{name} = "(\w+)"$', re.MULTILINE) for name in ("revision", "down_revision"))


@dataclass(frozen=True, slots=True)
class Check:
    """How one thing stands."""

    name: str
    ok: bool
    sentence: str


def run_checks(now: datetime) -> list[Check]:
    """Return every check; when the database does not answer, that is all that is known. Five queries at most."""
    try:
        migrated = _migrations()
        rest = [_leader(now), _mail(now)] if migrated.ok else []
    except SQLAlchemyError:
        db.session.rollback()
        return [Check("database", False, "The database cannot be reached.")]
    return [Check("database", True, "The database answers."), migrated, *rest]


def _migrations() -> Check:
    stands, wanted = database_revisions(), _newest(Path(current_app.root_path) / "migrations")
    sentence = (
        "The database is at the revision of the code."
        if stands == {wanted}
        else f"The database is at revision {', '.join(sorted(stands)) or 'none'}, the code at {wanted}: "
        "run “flask db upgrade” with the newest code."
    )
    return Check("migrations", stands == {wanted}, sentence)


@cache
def _newest(migrations: Path) -> str:
    """The revision that none follows, read without Alembic, which would cost every web worker 11 MB."""
    written = "".join(one.read_text(encoding="utf-8") for one in (migrations / "versions").glob("*.py"))
    (newest,) = set(_REVISION.findall(written)) - set(_FOLLOWED.findall(written))
    return str(newest)


def _leader(now: datetime) -> Check:
    seen = leader_seen_at()
    if seen is None:
        return Check("scheduler", False, "No scheduler leads: start “flask scheduler run”.")
    ago = abs(now - seen)  # another machine's clock may be a little ahead
    sentence = f"The scheduler that leads was seen {plural(round(ago.total_seconds()), 'second')} ago."
    return Check("scheduler", ago <= SEEN_WITHIN, sentence)


def _mail(now: datetime) -> Check:
    oldest = oldest_on_its_way(now)
    if oldest is None:
        return Check("mail", True, "No message waits.")
    waits = now - oldest
    return Check("mail", waits <= OLDEST_MESSAGE, f"The oldest message waits for {_long(waits)}.")


def _long(waits: timedelta) -> str:
    """How long, in the unit in which it is read at once."""
    if waits >= 2 * DAY:
        return plural(waits // DAY, "day")
    return plural(waits // HOUR, "hour") if waits >= 2 * HOUR else plural(max(0, waits // MINUTE), "minute")
