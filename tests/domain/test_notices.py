"""When a digest goes: each rhythm on working days only, and nothing that waited is left behind."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.dates import LONDON
from riskreg.domain.notices import TITLES, WEEKDAYS, NoticeKind, Rhythm, digest_goes, next_digest
from riskreg.working_days import is_working_day

MONDAY = date(2017, 4, 24)
EASTER_MONDAY = date(2017, 4, 17)
DAYS = st.dates(date(2016, 1, 1), date(2026, 12, 31))


def goes(
    rhythm: Rhythm,
    day: date,
    *,
    at: time = time(6, 30),
    weekday: int = 0,
    last: date | None = None,
    since: date | None = None,
    stopped: Collection[date] = (),
) -> bool:
    now = datetime.combine(day, at, tzinfo=LONDON)

    def works(one: date) -> bool:
        return is_working_day(one) and one not in stopped

    return digest_goes(rhythm, weekday, now, last=last, waiting_since=since or day, works=works)


@pytest.mark.parametrize("rhythm", list(Rhythm))
@pytest.mark.parametrize(
    "day",
    [date(2017, 4, 14), date(2017, 4, 15), date(2017, 4, 16), EASTER_MONDAY, date(2017, 5, 1), date(2017, 12, 25)],
)
def test_nothing_goes_on_weekends_and_bank_holidays(rhythm: Rhythm, day: date) -> None:
    assert not goes(rhythm, day, since=day - timedelta(days=6), weekday=min(day.weekday(), 4))


@pytest.mark.parametrize(
    ("rhythm", "at", "expected"),
    [
        (Rhythm.DAILY, time(6, 29), False),
        (Rhythm.DAILY, time(6, 30), True),
        (Rhythm.DAILY, time(23, 59), True),
        (Rhythm.WEEKLY, time(6, 29), False),
        (Rhythm.WEEKLY, time(6, 30), True),
        (Rhythm.AT_ONCE, time(0, 0), True),
    ],
)
def test_the_hour_is_that_of_london(rhythm: Rhythm, at: time, expected: bool) -> None:
    assert goes(rhythm, MONDAY, at=at) is expected


def test_a_daily_digest_goes_once_a_day() -> None:
    assert not goes(Rhythm.DAILY, MONDAY, last=MONDAY)
    assert goes(Rhythm.DAILY, MONDAY + timedelta(days=1), last=MONDAY)


@pytest.mark.parametrize("weekday", range(5))
def test_a_weekly_digest_goes_on_its_day_and_no_other(weekday: int) -> None:
    days = [MONDAY + timedelta(days=days) for days in range(5)]
    gone = [day for day in days if goes(Rhythm.WEEKLY, day, weekday=weekday, last=MONDAY - timedelta(days=3))]
    assert gone == [MONDAY + timedelta(days=weekday)]
    assert len(WEEKDAYS) == 5


def test_a_weekly_digest_whose_day_is_a_holiday_goes_on_the_next_working_day() -> None:
    tuesday, friday = EASTER_MONDAY + timedelta(days=1), EASTER_MONDAY - timedelta(days=3)
    before = EASTER_MONDAY - timedelta(days=7)
    assert goes(Rhythm.WEEKLY, tuesday, last=before)
    assert goes(Rhythm.WEEKLY, tuesday, weekday=4, last=friday - timedelta(days=7), since=friday)
    assert not goes(Rhythm.WEEKLY, tuesday + timedelta(days=1), last=tuesday)


def test_a_weekly_digest_that_a_stop_held_up_goes_later_with_what_was_waiting() -> None:
    wednesday, before = MONDAY + timedelta(days=2), MONDAY - timedelta(days=7)
    assert goes(Rhythm.WEEKLY, wednesday, last=before, since=MONDAY)
    assert not goes(Rhythm.WEEKLY, wednesday, last=before, since=wednesday)


def test_a_weekly_digest_whose_day_a_stop_took_away_goes_on_the_first_day_after_it() -> None:
    before, (monday, tuesday, wednesday, thursday) = MONDAY - timedelta(days=7), days_from(MONDAY, 4)
    stop = (monday, tuesday)
    assert goes(Rhythm.WEEKLY, wednesday, last=before, since=wednesday, stopped=stop)
    assert not goes(Rhythm.WEEKLY, thursday, last=wednesday, since=thursday, stopped=stop)
    assert not goes(Rhythm.WEEKLY, thursday, last=before, since=thursday, stopped=stop)
    assert not goes(Rhythm.WEEKLY, wednesday, last=before, since=wednesday, stopped=(tuesday,))
    assert goes(Rhythm.WEEKLY, monday + timedelta(days=14), last=wednesday, since=thursday, stopped=stop)


def test_a_holiday_and_a_stop_that_follows_it_are_made_good_together() -> None:
    tuesday, wednesday = EASTER_MONDAY + timedelta(days=1), EASTER_MONDAY + timedelta(days=2)
    before = EASTER_MONDAY - timedelta(days=10)
    for weekday in (4, 0):  # Good Friday, Easter Monday
        assert goes(Rhythm.WEEKLY, wednesday, weekday=weekday, last=before, stopped=(tuesday,))
        assert not goes(Rhythm.WEEKLY, wednesday, weekday=weekday, last=before)


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=days) for days in range(count)]


@given(st.integers(0, 4), DAYS, st.integers(0, 12), st.integers(0, 20))
def test_after_a_stop_it_goes_by_the_next_working_day_of_its_week_and_only_once_a_week(
    weekday: int, first: date, length: int, wait: int
) -> None:
    """Something waits every day from a few days before the stop or within it."""
    stopped = days_from(first, length)
    since = first - timedelta(days=5) + timedelta(days=wait)
    gone: list[date] = []
    for day in days_from(since, 40):
        last = gone[-1] if gone else None
        oldest = max(since, last + timedelta(days=1)) if last else since
        if day not in stopped and goes(
            Rhythm.WEEKLY, day, weekday=weekday, last=last, since=oldest, stopped=[one for one in stopped if one < day]
        ):
            gone.append(day)
    for chosen in (one for one in days_from(since, 20) if one.weekday() == weekday):
        expected = next(one for one in days_from(chosen, 20) if is_working_day(one) and one not in stopped)
        if expected < chosen + timedelta(days=7):
            assert expected in gone
    assert len({(day - timedelta(days=weekday)).isocalendar()[:2] for day in gone}) == len(gone)


@given(st.integers(0, 4), DAYS, st.integers(0, 40))
def test_whatever_waits_goes_within_a_fortnight_and_only_once_a_week(weekday: int, since: date, lag: int) -> None:
    """A fortnight, since Christmas can take a week's working days after the chosen one away."""
    last = since - timedelta(days=lag)
    gone: list[date] = []
    for days in range(15):
        day = since + timedelta(days=days)
        if goes(Rhythm.WEEKLY, day, weekday=weekday, last=gone[-1] if gone else last, since=since):
            gone.append(day)
    assert gone
    assert all(is_working_day(day) for day in gone)
    assert len({(day - timedelta(days=weekday)).isocalendar()[:2] for day in gone}) == len(gone)


def test_every_kind_has_a_title() -> None:
    assert set(TITLES) == set(NoticeKind)


@pytest.mark.parametrize(
    ("rhythm", "weekday", "now", "last", "expected"),
    [
        # Maundy Thursday's digest has gone, or is still to go; then come Good Friday, a weekend and Easter Monday
        (Rhythm.DAILY, 0, "2017-04-13 12:00", "2017-04-13", "2017-04-18 06:30"),
        (Rhythm.DAILY, 0, "2017-04-13 05:00", "2017-04-12", "2017-04-13 06:30"),
        (Rhythm.DAILY, 0, "2017-04-13 12:00", None, "2017-04-13 12:00"),
        (Rhythm.WEEKLY, 0, "2017-04-13 12:00", "2017-04-10", "2017-04-18 06:30"),
        (Rhythm.WEEKLY, 4, "2017-04-13 12:00", "2017-04-07", "2017-04-18 06:30"),
        (Rhythm.WEEKLY, 3, "2017-04-13 05:00", "2017-04-06", "2017-04-13 06:30"),
        (Rhythm.WEEKLY, 3, "2017-04-13 12:00", "2017-04-13", "2017-04-20 06:30"),
        (Rhythm.WEEKLY, 0, "2017-12-19 12:00", "2017-12-18", "2017-12-27 06:30"),
        (Rhythm.AT_ONCE, 0, "2017-04-13 12:00", "2017-04-13", "2017-04-13 12:00"),
        (Rhythm.AT_ONCE, 0, "2017-04-14 12:00", None, "2017-04-18 00:00"),
        # the hour is London's on both sides of both changes of the clock
        (Rhythm.DAILY, 0, "2017-03-24 12:00", "2017-03-24", "2017-03-27 06:30"),
        (Rhythm.DAILY, 0, "2017-10-27 12:00", "2017-10-27", "2017-10-30 06:30"),
    ],
)
def test_when_the_next_digest_goes(rhythm: Rhythm, weekday: int, now: str, last: str | None, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=LONDON)
    before = date.fromisoformat(last) if last else None
    found = next_digest(rhythm, weekday, moment, last=before, waiting_since=moment.date(), works=is_working_day)
    assert found.astimezone(LONDON) == datetime.fromisoformat(expected).replace(tzinfo=LONDON)


@given(st.sampled_from(Rhythm), st.integers(0, 4), DAYS, st.integers(0, 23), st.integers(0, 30))
def test_it_goes_then_and_at_no_look_before(rhythm: Rhythm, weekday: int, day: date, hour: int, lag: int) -> None:
    now, last = datetime.combine(day, time(hour), LONDON), day - timedelta(days=lag)
    known: dict[str, Any] = {"last": last, "waiting_since": day, "works": is_working_day}
    found = next_digest(rhythm, weekday, now, **known)
    assert digest_goes(rhythm, weekday, found, **known)
    looks = (now + timedelta(hours=hours) for hours in range(0, 24 * 21, 5))
    assert not any(digest_goes(rhythm, weekday, look, **known) for look in looks if look < found)
