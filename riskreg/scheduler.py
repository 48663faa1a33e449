"""When the jobs run: APScheduler, and nothing else. What they do is in riskreg.jobs.

Jobs live in code and in memory, never in a shared job store, which two processes would both fire. Only the leader
runs any; the lock is looked at before each one.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from threading import Event
from uuid import uuid4

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from riskreg import clock
from riskreg.database import only_reads
from riskreg.domain.dates import LONDON
from riskreg.extensions import db
from riskreg.jobs import JOBS, days_by_hand, due_jobs, run_job
from riskreg.leadership import Leadership
from riskreg.queries.jobs import asked_runs
from riskreg.services.schedulers import note_scheduler, note_stopped

log = logging.getLogger(__name__)

# A follower asks this often whether it may lead, so that it takes over within ten seconds; each scheduler notes as
# often that it is there.
ASK_EVERY = timedelta(seconds=3)
# Who asks for a run by hand waits no longer than this for it to begin.
LOOK_EVERY = timedelta(seconds=3)
# A day's job that failed, or whose hour passed while nobody led, is tried again this often.
CATCH_UP_EVERY = timedelta(minutes=10)
DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


def run_schedule(app: Flask, leadership: Leadership, stop: Event) -> None:
    """Lead when nobody else does, and run the jobs while leading, until `stop` is set; what runs then is let end."""
    schedule: BackgroundScheduler | None = None
    waiting = False
    me = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    try:
        while not stop.is_set():
            # Who lost the lock stands back for one turn, so that another takes over while what ran here ends.
            leads = leadership.take() if schedule is None else leadership.holds()
            note(app, me, leads=leads)
            if leads and schedule is None:
                log.info("This scheduler leads.")
                schedule, waiting = start_schedule(app, leadership), False
            elif not leads and schedule is not None:
                log.warning("This scheduler no longer leads.")
                schedule.shutdown(wait=True)
                schedule = None
            elif not leads and not waiting:
                log.info("Another scheduler leads; this one waits.")
                waiting = True
            stop.wait(ASK_EVERY.total_seconds())
    finally:
        if schedule is not None:
            schedule.shutdown(wait=True)
        leadership.release()
        note(app, me, leads=None)


def note(app: Flask, me: str, *, leads: bool | None) -> None:
    """Note that this scheduler is there, or with None that it stops; a database that does not answer is tried anew."""
    with app.app_context():
        try:
            if leads is None:
                note_stopped(me)
            else:
                note_scheduler(me, socket.gethostname(), clock.now(), leads=leads)
            db.session.commit()
        except SQLAlchemyError:
            db.session.rollback()
            log.warning("It could not be noted that this scheduler is there: the database does not answer.")


def start_schedule(app: Flask, leadership: Leadership) -> BackgroundScheduler:
    """Start running the jobs on their times, beginning with those that were missed."""
    schedule = make_schedule(app, leadership)
    schedule.start()
    return schedule


def make_schedule(app: Flask, leadership: Leadership) -> BackgroundScheduler:
    """Return the schedule of every job, not yet started.

    The day's jobs are one entry, so that they never overlap: it fires at each one's hour and in between, and runs
    those that are due.
    """
    schedule = BackgroundScheduler(timezone=LONDON, job_defaults=DEFAULTS)
    hours = [CronTrigger(hour=job.at.hour, minute=job.at.minute, timezone=LONDON) for job in JOBS.values() if job.at]
    between = IntervalTrigger(seconds=int(CATCH_UP_EVERY.total_seconds()), timezone=LONDON)
    schedule.add_job(
        run_the_days_jobs,
        OrTrigger([*hours, between]),
        args=[app, leadership],
        id="the day's jobs",
        next_run_time=datetime.now(LONDON),
    )
    looking = IntervalTrigger(seconds=int(LOOK_EVERY.total_seconds()), timezone=LONDON)
    schedule.add_job(run_what_was_asked, looking, args=[app, leadership], id="what was asked for")
    for job in JOBS.values():
        if job.every:
            pause = IntervalTrigger(seconds=int(job.every.total_seconds()), timezone=LONDON)
            schedule.add_job(run_if_leading, pause, args=[app, leadership, job.name], id=job.name)
    return schedule


def run_the_days_jobs(app: Flask, leadership: Leadership) -> None:
    """Run the day's jobs whose time has come and that have not gone well yet, so a stop of any length misses none."""
    with app.app_context():
        due = due_jobs(clock.now())
    run_in_order(app, leadership, due)


def run_what_was_asked(app: Flask, leadership: Leadership) -> None:
    """Run what an administrator asked for, each for the days that it missed and for today."""
    with app.app_context(), only_reads():
        now = clock.now()
        asked = [(name, day) for name in asked_runs(list(JOBS), now) for day in days_by_hand(name, now)]
        db.session.rollback()
    run_in_order(app, leadership, asked, by_hand=True)


def run_in_order(app: Flask, leadership: Leadership, due: Iterable[tuple[str, date]], *, by_hand: bool = False) -> None:
    """Run jobs for their days, in the order given; a later day of a job waits until the one before went well."""
    stuck: set[str] = set()
    for name, day in due:
        if name not in stuck and not run_if_leading(app, leadership, name, day, by_hand=by_hand):
            stuck.add(name)


def run_if_leading(
    app: Flask, leadership: Leadership, name: str, day: date | None = None, *, by_hand: bool = False
) -> bool:
    """Run one job, unless this process leads no longer; whether it was run and went well."""
    if not leadership.holds():
        log.warning("%s was not run: this scheduler no longer leads.", name)
        return False
    with app.app_context():
        return run_job(name, clock.now(), day, by_hand=by_hand).ok
