"""Several scheduler processes on one database: one leads, another takes over within ten seconds, nothing doubles."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from riskreg import clock
from riskreg.domain.access import Role
from riskreg.domain.dates import LONDON
from riskreg.extensions import db
from riskreg.jobs import JOBS
from riskreg.models import JobRun, Message, Notice, Person, SchedulerSeen
from riskreg.queries.jobs import asked_runs
from riskreg.services.actors import Actor
from riskreg.services.job_requests import ask_for_run
from tests import factories as make
from tests.mail.servers import receiving
from tests.test_scheduler import cut

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler", "run"]
TAKEN_OVER_WITHIN = timedelta(seconds=10)
Process = subprocess.Popen[str]


@pytest.fixture
def at_work() -> None:
    """The schedulers are processes of their own and go by the machine's clock: so does this module."""


@contextmanager
def scheduler(port: int = 9) -> Iterator[Process]:
    """A scheduler of its own process on the test's database; it is ended with the block, and after three minutes."""
    settings = {
        "RISKREG_ENV": "test",
        "RISKREG_TODAY": "2017-04-03",
        "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
        "SMTP_PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watchdog = threading.Timer(180, process.kill)
    watchdog.start()
    try:
        with process:
            try:
                yield process
            finally:
                process.kill()
    finally:
        watchdog.cancel()


def says(process: Process, words: str) -> bool:
    """Read what a process says until a line has the words; whether one had."""
    assert process.stdout is not None
    return any(words in line for line in process.stdout)


def rest_of(process: Process) -> str:
    return process.stdout.read() if process.stdout else ""


def ask(*names: str) -> None:
    """Ask for runs as the administrator's page does, where they are not asked for already."""
    person = db.session.scalars(select(Person).order_by(Person.id)).first()
    assert person is not None
    actor = Actor(person.id, person.name, frozenset({Role.ADMINISTRATOR}), frozenset())
    for name in set(names) - set(asked_runs(list(JOBS), clock.now())):
        ask_for_run(actor, name, list(JOBS), clock.now())
    db.session.commit()


def counted(table: type[Message | Notice]) -> int:
    found = db.session.scalar(select(func.count()).select_from(table)) or 0
    db.session.rollback()
    return found


def test_two_processes_hand_over_and_sigterm_ends_them(app: Flask) -> None:
    with scheduler() as first:
        assert says(first, "This scheduler leads.")
        with scheduler() as second:
            assert says(second, "Another scheduler leads; this one waits.")
            assert sorted(db.session.scalars(select(SchedulerSeen.leads))) == [False, True]
            db.session.rollback()
            first.send_signal(signal.SIGTERM)
            assert "The scheduler has stopped." in rest_of(first)
            assert first.wait() == 0
            began = datetime.now(UTC)
            assert says(second, "This scheduler leads.")
            assert datetime.now(UTC) - began < TAKEN_OVER_WITHIN
            second.send_signal(signal.SIGINT)
            assert "The scheduler has stopped." in rest_of(second)
            assert second.wait() == 0
    assert db.session.scalars(select(SchedulerSeen)).all() == []


@pytest.mark.parametrize("how", ["killed", "cut"])
def test_another_takes_over_from_a_leader_that_is_gone_and_nothing_doubles(plan_app: Flask, how: str) -> None:
    db.session.execute(update(Message).values(next_attempt_at=datetime(2017, 4, 2, 23, 0, tzinfo=UTC)))
    db.session.commit()
    with receiving() as server, scheduler(server.port) as first:
        assert says(first, "This scheduler leads.")
        with scheduler(server.port) as second:
            assert says(second, "this one waits.")
            ask("remind", "send-mail")
            assert says(first, "job=remind")
            reminded = counted(Notice)
            began = datetime.now(UTC)
            if how == "killed":
                first.kill()
            else:
                cut(plan_app)
            assert says(second, "This scheduler leads.")
            assert datetime.now(UTC) - began < TAKEN_OVER_WITHIN
            ask("remind", "send-mail")
            assert says(second, "job=send-mail")
            if how == "cut":
                assert says(first, "This scheduler no longer leads.")
                assert says(first, "this one waits.")
    assert counted(Notice) == reminded > 0
    arrived = Counter(str(letter["Message-ID"]) for letter in server.letters)
    assert set(arrived.values()) == {1}
    nothing_ran_twice()


def nothing_ran_twice() -> None:
    """No job that nobody asked for went well twice for a day, and the day's jobs never overlapped."""
    done = Counter(db.session.scalars(select(JobRun.job).where(JobRun.ok.is_(True))))
    evening = clock.now().astimezone(LONDON).time()
    assert done["evaluate"] <= 1
    assert done["tidy"] <= 1
    assert done["evaluate"] == 1 or evening < time(2, 31)
    runs = db.session.execute(
        select(JobRun.started_at, JobRun.finished_at)
        .where(JobRun.job.in_([job.name for job in JOBS.values() if job.at]), JobRun.finished_at.is_not(None))
        .order_by(JobRun.id)
    ).all()
    for before, after in pairwise(runs):
        assert before.finished_at <= after.started_at + timedelta(milliseconds=50)


def test_the_traces_of_schedulers_that_were_killed_are_swept(app: Flask) -> None:
    for name, days in (("old", 2), ("new", 0)):
        seen = make.NOW - timedelta(days=days)
        db.session.add(SchedulerSeen(holder=name, host="one", leads=False, started_at=seen, seen_at=seen))
    db.session.commit()
    JOBS["tidy"].work(make.NOW, make.TODAY)
    assert db.session.scalars(select(SchedulerSeen.holder)).all() == ["new"]
