"""When the jobs run: APScheduler, and nothing else. What they do is in riskreg.jobs.

Jobs live in code and in memory, never in a shared job store, which two processes would both fire. Only the leader
runs any; the lock is looked at before each one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from riskreg import clock
from riskreg.jobs import JOBS, NOTHING_TO_DO, due_jobs, run_job
from riskreg.leadership import Leadership

log = logging.getLogger(__name__)

# A follower asks this often whether it may lead, so that it takes over within ten seconds.
ASK_EVERY = timedelta(seconds=5)
# A day's job that failed, or whose hour passed while nobody led, is tried again this often.
CATCH_UP_EVERY = timedelta(minutes=10)
DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


def run_schedule(app: Flask, leadership: Leadership, stop: Event) -> None:
    """Lead when nobody else does, and run the jobs while leading, until `stop` is set; what runs then is let end."""
    schedule: BackgroundScheduler | None = None
    waiting = False
    try:
        while not stop.is_set():
            leads = leadership.take()
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
    schedule = BackgroundScheduler(timezone=clock.LONDON, job_defaults=DEFAULTS)
    hours = [
        CronTrigger(hour=job.at.hour, minute=job.at.minute, timezone=clock.LONDON) for job in JOBS.values() if job.at
    ]
    between = IntervalTrigger(seconds=int(CATCH_UP_EVERY.total_seconds()), timezone=clock.LONDON)
    schedule.add_job(
        run_the_days_jobs,
        OrTrigger([*hours, between]),
        args=[app, leadership],
        id="the day's jobs",
        next_run_time=datetime.now(clock.LONDON),
    )
    for job in JOBS.values():
        if job.every:
            pause = IntervalTrigger(seconds=int(job.every.total_seconds()), timezone=clock.LONDON)
            schedule.add_job(run_if_leading, pause, args=[app, leadership, job.name], id=job.name)
    return schedule


def run_the_days_jobs(app: Flask, leadership: Leadership) -> None:
    """Run the day's jobs whose time has come and that have not gone well yet, so a stop of any length misses none."""
    with app.app_context():
        due = due_jobs(clock.now())
    for name in due:
        run_if_leading(app, leadership, name)


def run_if_leading(app: Flask, leadership: Leadership, name: str) -> None:
    """Run one job, unless this process leads no longer."""
    if not leadership.holds():
        log.warning("%s was not run: this scheduler no longer leads.", name)
        return
    with app.app_context():
        report = run_job(name, clock.now())
    if report.outcome != NOTHING_TO_DO:
        log.info("%s: %s", name, report.outcome)
