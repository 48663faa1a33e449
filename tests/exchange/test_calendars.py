"""Calendars as files: read back by the library they are written with, and looked at line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from riskreg.domain.own_calendar import CalendarEntry
from riskreg.exchange.calendars import write_calendar

AT = datetime(2017, 4, 2, 23, 0, tzinfo=UTC)
CHANGED = datetime(2017, 3, 26, 0, 59, tzinfo=UTC)


def entry(**facts: Any) -> CalendarEntry:
    known: dict[str, Any] = {
        "key": "risk-3-review",
        "on": date(2017, 7, 3),
        "title": "Review CYPE 03: Something may go wrong",
        "detail": "AMBER risk.",
        "category": "Risk review",
        "page": ("review", 3),
        "sequence": 4,
    }
    return CalendarEntry(**{**known, **facts})


def written(*entries: CalendarEntry, made_at: datetime = AT) -> bytes:
    return write_calendar(
        "person-7",
        "Risk register: Ada Byron",
        entries,
        domain="riskreg.example",
        address_of=lambda one: f"http://127.0.0.1:8000/{one.page[0]}/{one.page[1]}",
        made_at=made_at,
    )


def read(content: bytes) -> list[Event]:
    return list(Calendar.from_ical(content).events)


def test_an_entry_is_read_back_as_it_was() -> None:
    [event] = read(written(entry(changed_at=CHANGED)))
    assert event["UID"] == "risk-3-review@riskreg.example"
    assert event["SUMMARY"] == "Review CYPE 03: Something may go wrong"
    assert event["DESCRIPTION"] == "AMBER risk."
    assert event["URL"] == "http://127.0.0.1:8000/review/3"
    assert event["SEQUENCE"] == 4
    assert event.categories == ["Risk review"]
    assert event.LAST_MODIFIED == event.DTSTAMP == CHANGED
    assert event["CLASS"] == "PRIVATE"
    assert event["TRANSP"] == "TRANSPARENT"


def test_what_is_not_known_to_have_changed_bears_the_stamp_of_the_file() -> None:
    [event] = read(written(entry()))
    assert event.DTSTAMP == AT
    assert "LAST-MODIFIED" not in event


@pytest.mark.parametrize(
    "day",
    [
        date(2017, 3, 25),
        date(2017, 3, 26),
        date(2017, 10, 28),
        date(2017, 10, 29),
        date(2017, 12, 31),
        date(2020, 2, 29),
    ],
)
def test_a_day_is_a_whole_day_on_both_sides_of_both_changes_of_the_clock(day: date) -> None:
    content = written(entry(on=day))
    assert f"DTSTART;VALUE=DATE:{day:%Y%m%d}\r\n".encode() in content
    [event] = read(content)
    assert (event.start, event.end) == (day, day + timedelta(days=1))
    assert type(event.start) is date


def test_the_head_says_how_often_to_look_again_and_in_which_zone() -> None:
    head = written().decode().splitlines()
    assert head[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for line in (
        "PRODID:-//riskreg//Risk register//EN",
        "UID:person-7@riskreg.example",
        "NAME:Risk register: Ada Byron",
        "X-WR-CALNAME:Risk register: Ada Byron",
        "X-WR-TIMEZONE:Europe/London",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ):
        assert line in head


def test_long_and_foreign_words_are_folded_without_breaking_a_letter_and_cannot_become_a_line_of_their_own() -> None:
    title = "Grüße, Ծանոթ; “the 漢字” \\ 😀 " * 12
    content = written(entry(title=title, detail="one\r\nBEGIN:VEVENT\rDTSTART:20170101\x0b\x07"))
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        line.decode()
    [event] = read(content)
    assert event["SUMMARY"] == title.strip()
    assert event["DESCRIPTION"] == "one BEGIN:VEVENT DTSTART:20170101"


def test_the_same_entries_give_the_same_bytes_and_an_empty_calendar_is_one() -> None:
    assert written(entry()) == written(entry())
    assert written(entry()) != written(entry(sequence=5))
    assert read(written()) == []
