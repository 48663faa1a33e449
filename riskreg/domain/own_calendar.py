"""What stands in a person's calendar: days on which something is due or takes place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One day of a person's calendar.

    `key` names the thing and not its day, so that an entry whose day moves is known again; `sequence` rises whenever
    the thing changes, and `changed_at` is when it last did, if that is known. `page` is what it leads to, by a name
    and an id.
    """

    key: str
    on: date
    title: str
    detail: str
    category: str
    page: tuple[str, int]
    sequence: int
    changed_at: datetime | None = None
