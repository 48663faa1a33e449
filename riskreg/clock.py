"""The only place that knows what time it is.

The edges (a web request, a job, a command) ask here; everything inside takes `today` or `now` as an argument.
`RISKREG_TODAY` fixes the day for the demonstration: the hours still pass, so that the order of events stays true.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present moment, aware, in UTC; on the fixed day when there is one."""
    moment = datetime.now(LONDON)
    fixed: date | None = current_app.config["RISKREG_TODAY"]
    if fixed is not None:
        moment = datetime.combine(fixed, moment.time(), tzinfo=LONDON)
    return moment.astimezone(UTC)


def today() -> date:
    """The present day in London."""
    return day_of(now())


def fixed_day() -> date | None:
    """The day at which the demonstration stands, or None in real use."""
    day: date | None = current_app.config["RISKREG_TODAY"]
    return day


def day_of(moment: datetime) -> date:
    """The day in London on which a moment falls."""
    return moment.astimezone(LONDON).date()
