"""Which of the day's jobs are due: once a day, missed days in order, by London's clock on any machine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import jobs
from riskreg.domain.dates import LONDON
from riskreg.extensions import db
from riskreg.jobs import JOBS, LONGEST_STOP, days_by_hand, due_jobs, run_job
from riskreg.models import JobRun
from tests import factories as make

NOW = make.NOW
DAYS_JOBS = ["evaluate", "tidy", "remind"]
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that do nothing, so that only their days are looked at."""
    for name, job in list(JOBS.items()):
        monkeypatch.setitem(jobs.JOBS, name, replace(job, work=lambda _now, day: day.isoformat()))


def run_what_is_due(now: datetime) -> list[tuple[str, date]]:
    due = due_jobs(now)
    for name, day in due:
        assert run_job(name, now, day).ok
    return due


def days_of(name: str) -> list[date]:
    return list(db.session.scalars(select(JobRun.day).where(JobRun.job == name).order_by(JobRun.id)))


def test_the_days_jobs_come_in_the_order_in_which_they_build_on_each_other() -> None:
    assert [job.name for job in JOBS.values() if job.at] == DAYS_JOBS
    assert JOBS["remind"].at == time(6, 0)
    assert [job.name for job in JOBS.values() if job.each_day] == ["remind"]


def test_no_time_of_day_falls_into_the_hour_that_comes_twice() -> None:
    assert all(job.at is None or job.at.hour != 1 for job in JOBS.values())
    assert all((job.at is None) != (job.every is None) for job in JOBS.values())


@pytest.mark.parametrize(
    ("hour", "minute", "due"),
    [
        (1, 29, []),
        (1, 30, ["evaluate"]),
        (2, 30, ["evaluate", "tidy"]),
        (4, 59, ["evaluate", "tidy"]),
        (5, 0, DAYS_JOBS),
        (22, 59, DAYS_JOBS),
    ],
)
def test_a_days_job_is_due_from_its_hour_in_london(app: Flask, hour: int, minute: int, due: list[str]) -> None:
    found = due_jobs(datetime(2017, 4, 3, hour, minute, tzinfo=UTC))
    assert found == [(name, make.TODAY) for name in due]


def test_a_days_job_is_due_until_it_went_well_that_day(app: Flask) -> None:
    run_job("remind", NOW)
    assert due_jobs(NOW) == [("evaluate", make.TODAY), ("tidy", make.TODAY)]
    tomorrow = make.TODAY + timedelta(days=1)
    assert due_jobs(NOW + timedelta(days=1)) == [(name, tomorrow) for name in DAYS_JOBS]


def test_after_midnight_in_london_the_day_is_a_new_one(app: Flask) -> None:
    late = datetime(2017, 4, 3, 22, 59, tzinfo=UTC)  # a minute to midnight in London
    assert [name for name, _ in run_what_is_due(late)] == DAYS_JOBS
    assert due_jobs(late) == []
    assert due_jobs(late + timedelta(minutes=2)) == []
    assert due_jobs(late + timedelta(hours=3)) == [("evaluate", date(2017, 4, 4))]


def test_missed_days_are_made_good_in_order_where_each_counts(app: Flask) -> None:
    run_what_is_due(NOW)
    back = NOW + timedelta(days=4)
    today = make.TODAY + timedelta(days=4)
    missed = [("remind", make.TODAY + timedelta(days=days)) for days in (1, 2, 3)]
    assert due_jobs(back) == [("evaluate", today), ("tidy", today), *missed, ("remind", today)]
    early = datetime(2017, 4, 7, 0, 30, tzinfo=LONDON)
    assert due_jobs(early) == missed  # these days are over, whatever the hour
    run_what_is_due(back)
    assert days_of("evaluate") == [make.TODAY, today]
    assert days_of("remind") == [make.TODAY + timedelta(days=days) for days in range(5)]
    assert due_jobs(back) == []


def test_a_register_that_never_reminded_begins_today(app: Flask) -> None:
    db.session.add(JobRun(job="remind", day=date(2017, 3, 1), started_at=NOW, ok=False))
    db.session.commit()
    assert [day for name, day in due_jobs(NOW) if name == "remind"] == [make.TODAY]


def test_a_failed_day_stays_due_before_the_later_ones(app: Flask) -> None:
    run_job("remind", NOW - timedelta(days=3))
    db.session.add(JobRun(job="remind", day=make.TODAY - timedelta(days=2), started_at=NOW, ok=False))
    db.session.commit()
    assert [day for name, day in due_jobs(NOW) if name == "remind"] == [
        make.TODAY - timedelta(days=days) for days in (2, 1, 0)
    ]


def test_a_stop_of_many_years_is_made_good_for_the_last_one(app: Flask) -> None:
    run_job("remind", NOW - timedelta(days=4000))
    days = [day for name, day in due_jobs(NOW) if name == "remind"]
    assert (days[0], days[-1], len(days)) == (make.TODAY - LONGEST_STOP, make.TODAY, LONGEST_STOP.days + 1)


def test_a_clock_that_was_set_back_makes_good_nothing(app: Flask) -> None:
    run_job("remind", NOW + timedelta(days=30))
    assert [day for name, day in due_jobs(NOW) if name == "remind"] == [make.TODAY]


def test_by_hand_a_job_runs_for_what_it_missed_and_for_today_in_any_case(app: Flask) -> None:
    run_job("remind", NOW - timedelta(days=2))
    yesterday = make.TODAY - timedelta(days=1)
    assert days_by_hand("remind", NOW) == [yesterday, make.TODAY]
    assert days_by_hand("remind", datetime(2017, 4, 3, 5, 0, tzinfo=LONDON)) == [yesterday, make.TODAY]
    assert days_by_hand("send-mail", NOW) == [make.TODAY]
    run_what_is_due(NOW)
    assert days_by_hand("remind", NOW) == [make.TODAY]


@pytest.mark.parametrize("day", [date(2017, 10, 29), date(2018, 3, 25), date(2017, 7, 1)])
def test_each_job_runs_once_a_day_when_the_clocks_change_too(app: Flask, day: date) -> None:
    before = datetime.combine(day - timedelta(days=1), time(12), tzinfo=LONDON).astimezone(UTC)
    ran: list[tuple[str, date, datetime]] = []
    for step in range(48 * 12):
        now = before + timedelta(minutes=5 * step)
        ran += [(name, on, now) for name, on in run_what_is_due(now)]
    on_the_day = [(name, at.astimezone(LONDON).time()) for name, on, at in ran if on == day]
    assert on_the_day == [("evaluate", time(2, 30)), ("tidy", time(3, 30)), ("remind", time(6, 0))]
    assert len({(name, on) for name, on, _ in ran}) == len(ran)


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known: dict[str, Any] = {**os.environ, "RISKREG_ENV": "test", "DATABASE_URL": "sqlite://", **environment}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=known, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Nowhere/Atall", ":/no/such/file", ""])
def test_the_hours_are_londons_whatever_the_machine_says(zone: str) -> None:
    code = (
        "from datetime import datetime, UTC\n"
        "from wsgi import app\n"
        "from riskreg import scheduler, leadership\n"
        "schedule = scheduler.make_schedule(app, leadership.SoleLeadership())\n"
        "entry = next(one for one in schedule._pending_jobs if one[0].id == 'the day\\'s jobs')[0]\n"
        "hour = next(one for one in entry.trigger.triggers if \"hour='6'\" in str(one))\n"
        "first = hour.get_next_fire_time(None, datetime(2017, 7, 1, tzinfo=UTC))\n"
        "print(first.astimezone(UTC).isoformat())\n"
    )
    done = in_a_process(code, TZ=zone)
    assert done.stdout == "2017-07-01T05:00:00+00:00\n", done.stderr


def test_without_the_time_zones_one_sentence_says_what_to_install() -> None:
    done = in_a_process("import sys; sys.modules['tzdata'] = None\nimport wsgi", PYTHONTZPATH="")
    assert done.returncode == 1
    assert done.stderr.startswith("riskreg does not start: the time zone is not known here (")
    assert "Europe/London" in done.stderr
    assert "Install" in done.stderr
    assert len(done.stderr.splitlines()) == 1
