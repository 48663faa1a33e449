"""The only place that knows what time it is.

The edges (a web request, a job, a command) ask here; everything inside takes `today` or `now` as an argument.
`RISKREG_TODAY` fixes the day for the demonstration: the hours still pass, so that the order of events stays true. The
day to which `flask demo advance` moved it on stands in its database.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from riskreg.database import only_reads
from riskreg.domain.dates import LONDON, day_of
from riskreg.extensions import db

# Another process may move the demonstration on; a page need not ask for that more often.
ASK_AGAIN_SECONDS = 1.0
MOVED_TO = text("SELECT day FROM demonstration_day")


def now() -> datetime:
    """The present moment, aware, in UTC; on the fixed day when there is one."""
    moment = local_moment()
    fixed = fixed_day()
    if fixed is not None:
        moment = datetime.combine(fixed, moment.time(), tzinfo=LONDON)
    return moment.astimezone(UTC)


def local_moment() -> datetime:
    """What the machine's clock says, in London."""
    return datetime.now(LONDON)


def today() -> date:
    """The present day in London."""
    return day_of(now())


def fixed_day() -> date | None:
    """The day at which the demonstration stands, or None in real use."""
    fixed: date | None = current_app.config["RISKREG_TODAY"]
    if fixed is None or current_app.config["RISKREG_ENV"] != "demonstration":
        return fixed
    asked_at, moved_to = current_app.extensions.get("riskreg_day", (None, None))
    if asked_at is None or time.monotonic() - asked_at > ASK_AGAIN_SECONDS:
        moved_to = _moved_to()
        current_app.extensions["riskreg_day"] = (time.monotonic(), moved_to)
    return max(fixed, moved_to) if moved_to else fixed


def forget_day() -> None:
    """Ask anew to which day the demonstration was moved: it was just moved by this process."""
    current_app.extensions.pop("riskreg_day", None)


def _moved_to() -> date | None:
    """The day to which the demonstration was moved on, asked for apart from whatever transaction is open."""
    try:
        with only_reads(), db.engine.connect() as connection:  # it must not wait for what this request is writing
            found = connection.scalar(MOVED_TO)
    except SQLAlchemyError:  # a database without tables yet
        return None
    return date.fromisoformat(found) if isinstance(found, str) else found
