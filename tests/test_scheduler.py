"""When the jobs run, and that one scheduler leads: each test on SQLite's lock file and PostgreSQL's advisory lock."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from riskreg import jobs, scheduler
from riskreg.domain.access import Role
from riskreg.domain.dates import LONDON
from riskreg.extensions import db
from riskreg.jobs import JOBS
from riskreg.leadership import LOCK_NUMBER, FileLeadership, Leadership, SoleLeadership, alone, leadership_of
from riskreg.models import JobRun, SchedulerSeen
from riskreg.services.actors import Actor
from riskreg.services.job_requests import ask_for_run
from tests import factories as make

ROOT = Path(__file__).parents[1]


@pytest.fixture
def two(app: Flask) -> Iterator[tuple[Leadership, Leadership]]:
    """Two schedulers that ask for the same database."""
    first, second = leadership_of(db.engine), leadership_of(db.engine)
    yield first, second
    first.release()
    second.release()


class Leads:
    """A leadership that does as the test says."""

    def __init__(self, leads: bool = True) -> None:
        self.leads = leads
        self.released = False

    def take(self) -> bool:
        return self.leads

    def holds(self) -> bool:
        return self.leads

    def release(self) -> None:
        self.released = True


def test_one_leads_and_the_other_takes_over(two: tuple[Leadership, Leadership]) -> None:
    first, second = two
    assert first.take()
    assert first.take()
    assert first.holds()
    assert not second.take()
    assert not second.holds()
    first.release()
    assert not first.holds()
    assert second.take()
    assert not first.take()


def test_a_lock_that_was_given_up_is_free_at_once(app: Flask, two: tuple[Leadership, Leadership]) -> None:
    if db.engine.dialect.name == "sqlite":
        first, second = two
        for holder in (first, second, first):
            assert holder.take()
            holder.release()
        return
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :number")
    with db.engine.connect() as other:  # open already: it is quicker than the server is with a connection that closes
        for _ in range(200):  # a lock that goes with its connection is seen a little longer now and then
            assert two[0].take()
            two[0].release()
            assert other.execute(held, {"number": LOCK_NUMBER}).scalar() == 0


def test_a_leader_whose_lock_is_gone_leads_no_longer(app: Flask, two: tuple[Leadership, Leadership]) -> None:
    first, second = two
    assert first.take()
    cut(app)
    assert not first.holds()
    assert second.take()
    assert not first.take()


def cut(app: Flask) -> None:
    """Take the lock away from outside: end the connection, or replace the file."""
    if db.engine.dialect.name == "sqlite":
        Path(f"{db.engine.url.database}.scheduler.lock").unlink()
        return
    ended = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    )
    with db.engine.connect() as connection:
        database = " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        connection.execute(text(ended + database))


def test_a_database_in_memory_has_one_leader() -> None:
    sole = leadership_of(create_engine("sqlite://"))
    assert isinstance(sole, SoleLeadership)
    assert sole.take()
    assert sole.holds()
    sole.release()


def test_a_lock_file_in_a_folder_that_is_gone_is_held_by_nobody(tmp_path: Path) -> None:
    lock = FileLeadership(tmp_path / "gone" / "register.lock")
    assert lock.take()
    lock.path.unlink()
    lock.path.parent.rmdir()
    assert not lock.holds()
    lock.release()


def test_the_jobs_are_set_as_they_say(app: Flask) -> None:
    schedule = scheduler.make_schedule(app, Leads())
    pausing = {job.name for job in JOBS.values() if job.every}
    assert {one.id for one in schedule.get_jobs()} == {"the day's jobs", "what was asked for", *pausing}
    assert schedule.timezone == LONDON
    schedule.start(paused=True)
    for one in schedule.get_jobs():
        assert (one.coalesce, one.max_instances, one.misfire_grace_time) == (True, 1, None)
    schedule.shutdown()


@pytest.mark.parametrize(
    "day", [date(2017, 10, 29), date(2018, 3, 25), date(2017, 7, 1)], ids=["October", "March", "July"]
)
def test_each_hour_comes_once_a_day_when_the_clocks_change_too(app: Flask, day: date) -> None:
    schedule = scheduler.make_schedule(app, Leads())
    entry = next(one for one in schedule.get_jobs() if one.id == "the day's jobs")
    start = datetime(day.year, day.month, day.day, tzinfo=LONDON)
    for at in (job.at for job in JOBS.values() if job.at):
        triggers = [one for one in entry.trigger.triggers if f"hour='{at.hour}'" in str(one)]
        assert len(triggers) == 1
        first = triggers[0].get_next_fire_time(None, start)
        second = triggers[0].get_next_fire_time(first, first + timedelta(microseconds=1))
        assert (first.astimezone(LONDON).date(), first.astimezone(LONDON).time()) == (day, at)
        assert second.astimezone(LONDON).date() == day + timedelta(days=1)


def test_what_was_missed_is_made_good_and_not_done_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)
    scheduler.run_the_days_jobs(app, Leads())
    scheduler.run_the_days_jobs(app, Leads())
    assert list(db.session.scalars(select(JobRun.job).order_by(JobRun.id))) == ["evaluate", "tidy", "remind"]


def test_a_week_of_downtime_is_made_good_day_by_day(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for now in (make.NOW, make.NOW + timedelta(days=7)):
        monkeypatch.setattr("riskreg.clock.now", lambda now=now: now)
        scheduler.run_the_days_jobs(app, Leads())
    days = {
        name: list(db.session.scalars(select(JobRun.day).where(JobRun.job == name).order_by(JobRun.id)))
        for name in ("evaluate", "remind")
    }
    assert days["remind"] == [date(2017, 4, 3 + day) for day in range(8)]
    assert days["evaluate"] == [date(2017, 4, 3), date(2017, 4, 10)]


def test_a_later_day_waits_until_the_one_before_went_well(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(_now: datetime, day: date) -> str:
        if day == date(2017, 4, 5):
            raise RuntimeError("not this one")
        return "done"

    monkeypatch.setitem(jobs.JOBS, "remind", replace(JOBS["remind"], work=work))
    for now in (make.NOW, make.NOW + timedelta(days=4)):
        monkeypatch.setattr("riskreg.clock.now", lambda now=now: now)
        scheduler.run_the_days_jobs(app, Leads())
    found = db.session.execute(select(JobRun.day, JobRun.ok).where(JobRun.job == "remind").order_by(JobRun.id)).all()
    assert [(day.day, ok) for day, ok in found] == [(3, True), (4, True), (5, False)]
    assert db.session.scalars(select(JobRun.job).where(JobRun.day == date(2017, 4, 7))).all() == ["evaluate", "tidy"]


def test_what_was_asked_for_is_run_once_also_when_there_is_nothing_to_do(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)
    actor = Actor(make.PersonFactory().id, "Ann", frozenset({Role.ADMINISTRATOR}), frozenset())
    ask_for_run(actor, "send-mail", list(JOBS), make.NOW)
    db.session.commit()
    for _ in range(2):
        scheduler.run_what_was_asked(app, Leads())
    assert list(db.session.scalars(select(JobRun.job))) == ["send-mail"]


def test_what_was_asked_for_waits_while_the_job_runs_elsewhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)
    actor = Actor(make.PersonFactory().id, "Ann", frozenset({Role.ADMINISTRATOR}), frozenset())
    ask_for_run(actor, "tidy", list(JOBS), make.NOW)
    db.session.commit()
    with alone(db.engine, "job-day"):
        scheduler.run_what_was_asked(app, Leads())
        assert list(db.session.scalars(select(JobRun.job))) == []
        db.session.rollback()
    scheduler.run_what_was_asked(app, Leads())
    assert list(db.session.scalars(select(JobRun.job))) == ["tidy"]


def test_who_no_longer_leads_runs_nothing(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    scheduler.run_if_leading(app, Leads(leads=False), "remind")
    assert db.session.scalars(select(JobRun)).all() == []
    assert "remind was not run: this scheduler no longer leads." in caplog.messages


def test_a_follower_waits_says_so_and_takes_over(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="riskreg.scheduler")
    leads, begun = Leads(leads=False), []
    seen: list[bool] = []

    class Schedule:
        def shutdown(self, wait: bool) -> None:
            begun.append("ended")

    def start(*_: object) -> Schedule:
        begun.append("begun")
        return Schedule()

    class Stop(threading.Event):
        """Counts the rounds instead of waiting, and changes who leads in between."""

        rounds = 0

        def wait(self, timeout: float | None = None) -> bool:
            self.rounds += 1
            assert timeout is not None
            assert timeout <= 3
            leads.leads = self.rounds in (2, 3)
            with app.app_context():
                seen.extend(db.session.scalars(select(SchedulerSeen.leads)))
                db.session.rollback()
            if self.rounds == 6:
                self.set()
            return True

    monkeypatch.setattr(scheduler, "start_schedule", start)
    scheduler.run_schedule(app, leads, Stop())
    assert caplog.messages == [
        "Another scheduler leads; this one waits.",
        "This scheduler leads.",
        "This scheduler no longer leads.",
        "Another scheduler leads; this one waits.",
    ]
    assert begun == ["begun", "ended"]
    assert leads.released
    assert seen == [False, False, True, True, False, False]
    assert db.session.scalars(select(SchedulerSeen)).all() == []


def test_a_leader_runs_what_is_due_at_once_and_stops_when_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)
    stop = threading.Event()
    real = jobs.run_job

    def run(name: str, now: datetime, day: date, *, by_hand: bool) -> jobs.JobReport:
        report = real(name, now, day, by_hand=by_hand)
        if name == "remind":
            stop.set()
        return report

    monkeypatch.setattr(scheduler, "run_job", run)
    watchdog = threading.Timer(60, stop.set)
    watchdog.start()
    scheduler.run_schedule(app, leadership_of(db.engine), stop)
    watchdog.cancel()
    assert set(db.session.scalars(select(JobRun.job).where(JobRun.ok.is_(True)))) == {"evaluate", "tidy", "remind"}
    other = leadership_of(db.engine)
    assert other.take()
    other.release()
