"""Calendars as a file that other programs read (RFC 5545), and look at again of themselves (RFC 7986)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from riskreg.domain.own_calendar import CalendarEntry
from riskreg.domain.sentences import one_line

MEDIA_TYPE = "text/calendar"
PRODUCT = "-//riskreg//Risk register//EN"
ZONE = "Europe/London"
LOOK_AGAIN = timedelta(hours=4)


def write_calendar(
    key: str,
    name: str,
    entries: Iterable[CalendarEntry],
    *,
    domain: str,
    address_of: Callable[[CalendarEntry], str],
    made_at: datetime,
) -> bytes:
    """Return a calendar of whole days: a day has no hour, so that no change of the clocks can move it.

    `key` and the keys of the entries become ids that end in `domain`. `made_at` stamps what is not known to have
    changed at some moment; the same entries with the same stamp give the same bytes.
    """
    from icalendar import CLASS, TRANSP, Calendar, Event  # noqa: PLC0415 - loaded by the first who reads a calendar

    calendar = Calendar.new(name=name, prodid=PRODUCT, uid=f"{key}@{domain}", refresh_interval=LOOK_AGAIN)
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"  # which the standard asks for
    calendar.add("X-PUBLISHED-TTL", "PT4H")  # Outlook's word for the same
    calendar.add("X-WR-TIMEZONE", ZONE)
    for entry in entries:
        calendar.add_component(
            Event.new(
                uid=f"{entry.key}@{domain}",
                stamp=entry.changed_at or made_at,
                last_modified=entry.changed_at,
                sequence=entry.sequence,
                start=entry.on,
                end=entry.on + timedelta(days=1),  # the day on which it is over
                summary=one_line(entry.title),
                description=one_line(entry.detail),
                url=address_of(entry),
                categories=[entry.category],
                classification=CLASS.PRIVATE,
                transparency=TRANSP.TRANSPARENT,  # a day on which something is due leaves its owner free
            )
        )
    content: bytes = calendar.to_ical()
    return content
