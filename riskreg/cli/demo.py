"""`flask demo advance --to DATE`: move the demonstration on day by day, each day's jobs run as if it were that day."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from riskreg import clock, jobs
from riskreg.cli.sentences import Refused, one_sentence_when_the_database_fails
from riskreg.domain.dates import LONDON
from riskreg.domain.errors import RuleBroken
from riskreg.domain.notices import DIGEST_AT
from riskreg.domain.sentences import day as in_words
from riskreg.extensions import db
from riskreg.services.demonstration_day import check_advance, move_to
from riskreg.services.posting import AWAY

demo_commands = AppGroup("demo", help="The demonstration.")
# By then every job of a day has had its hour, and the digests go.
MORNING = DIGEST_AT
PATIENCE_SECONDS = 60
# Each sends a hundred messages: more than any day of a demonstration brings.
MOST_ROUNDS = 200


@demo_commands.command("advance")
@click.option("--to", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day to move on to, as 2017-05-31.")
@with_appcontext
@one_sentence_when_the_database_fails()
def advance(to: datetime) -> None:
    """Move the demonstration on, one day after the other.

    Links in its messages begin with RISKREG_BASE_URL: set it to the address at which the pages are, if that is not
    http://127.0.0.1:8000.
    """
    present = clock.fixed_day()
    if current_app.config["RISKREG_ENV"] != "demonstration" or present is None:
        raise Refused("Only a demonstration can be moved on: set RISKREG_ENV=demonstration and RISKREG_TODAY.")
    try:
        check_advance(present, to.date())
    except RuleBroken as refused:
        raise Refused(str(refused)) from None
    with _only_warnings():
        while present < to.date():
            present += timedelta(days=1)
            live(present)
    click.echo(f"The demonstration stands at {in_words(present)}.")


@contextmanager
def _only_warnings() -> Iterator[None]:
    """Keep the jobs from logging each run beside the line that the command prints of it."""
    log = logging.getLogger(jobs.__name__)
    level = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(level)


def live(day: date) -> None:
    """Move the demonstration to the day and run its jobs, and say what they did."""
    move_to(day)
    db.session.commit()
    clock.forget_day()
    morning = datetime.combine(day, MORNING, tzinfo=LONDON).astimezone(UTC)
    due = [name for name, of in jobs.due_jobs(morning) if of == day]
    told = [f"{name}: {_run(name, morning)}" for name in due] + list(_until_nothing_is_left(morning))
    click.echo(f"{in_words(day)}. {'; '.join(told)}" if told else in_words(day))


def _until_nothing_is_left(now: datetime) -> Iterator[str]:
    """Run the jobs that come round all day until none has anything to do, or the mail server is away."""
    for _ in range(MOST_ROUNDS):
        said = {job.name: _run(job.name, now) for job in jobs.JOBS.values() if job.every}
        told = [f"{name}: {outcome}" for name, outcome in said.items() if outcome != jobs.NOTHING_TO_DO]
        yield from told
        if not told or any(AWAY in one for one in told):
            return


def _run(name: str, now: datetime) -> str:
    """Run a job; while a scheduler runs it, wait. Raises Refused when it fails: the days would be worth nothing."""
    end = time.monotonic() + PATIENCE_SECONDS
    while (report := jobs.run_job(name, now)).outcome == jobs.RUNNING_ALREADY and time.monotonic() < end:
        time.sleep(0.2)
    if not report.ok:
        raise Refused(f"{name} failed on {in_words(now.date())}: {report.outcome}")
    return report.outcome
