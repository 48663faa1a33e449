"""The jobs: one function each, which finds what is due and does it.

A run is written down before it begins, and its work is committed together with the note that it went well: what a
stopped process leaves behind is a run without an end and no half-done work. A day's job is due until it has gone well
that day, so downtime misses nothing, and running one twice changes nothing.
"""

from __future__ import annotations

import logging
import time as stopwatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from riskreg.database import only_reads
from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.models import JobRun
from riskreg.queries.policies import registers_in_force
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.links import end_links_that_ran_out
from riskreg.services.outbox import anything_to_send
from riskreg.services.policies import take_effect
from riskreg.services.posting import send_due
from riskreg.services.reminders import remind_of_reviews
from riskreg.services.result_reminders import remind_of_results
from riskreg.services.uploads import drop_old_uploads

log = logging.getLogger(__name__)
NOTHING_TO_DO = "nothing to do"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the administrator sees it. `at` is a time of day in London, `every` a pause; one of them is set.

    No time of day lies between 01:00 and 02:00, which comes twice in October and never in March.
    """

    name: str
    does: str
    work: Callable[[datetime], str]
    at: time | None = None
    every: timedelta | None = None
    idle: Callable[[datetime], bool] = lambda _now: False

    @property
    def when(self) -> str:
        """When it runs, in words."""
        return (
            f"every day at {self.at:%H:%M}"
            if self.at
            else f"every {int((self.every or timedelta()).total_seconds())} seconds"
        )


@dataclass(frozen=True, slots=True)
class JobReport:
    """How a run went. `outcome` says what it did, or why it failed."""

    name: str
    ok: bool
    outcome: str


def evaluate(now: datetime) -> str:
    """Evaluate every register."""
    done = [f"{prefix}: {evaluation}" for prefix, evaluation in evaluations(now)]
    return ". ".join(done) or "There is no register to evaluate."


def evaluations(now: datetime) -> Iterator[tuple[str, Evaluation]]:
    """Evaluate one register after another and yield what it did; the caller commits.

    First a new version of the policy takes effect, and the links that ran out end.
    """
    for register_id, prefix in registers_in_force(day_of(now)):
        take_effect(register_id, now)
        end_links_that_ran_out(register_id, now)
        yield prefix, evaluate_register(register_id, now)


def remind(now: datetime) -> str:
    """Remind people of reviews, and performance officers of results that are overdue."""
    return f"{plural(remind_of_reviews(now) + remind_of_results(now), 'digest')} put into the outbox"


def send_mail(now: datetime) -> str:
    """Send what the outbox holds. Commits as it goes (riskreg.services.posting says why)."""
    return str(send_due(now))


def tidy(now: datetime) -> str:
    """Delete uploaded spreadsheets that nobody took in."""
    return f"{plural(drop_old_uploads(now), 'uploaded file')} deleted"


def _nothing_to_send(now: datetime) -> bool:
    with only_reads():
        idle = not anything_to_send(now)
        db.session.rollback()
    return idle


JOBS = {
    job.name: job
    for job in (
        Job(
            "evaluate",
            "Ends links that ran out, finds signals in results and contracts, puts risks before DMT for them, "
            "and takes back what fell away.",
            evaluate,
            at=time(2, 30),
        ),
        Job(
            "tidy",
            "Deletes uploaded spreadsheets that were not taken in within a day.",
            tidy,
            at=time(3, 30),
        ),
        Job(
            "remind",
            "Reminds owners of reviews, then line directors, then the co-ordinator and DMT: one digest a person."
            " Reminds performance officers of results that are overdue.",
            remind,
            at=time(6, 30),
        ),
        Job(
            "send-mail",
            "Sends the messages that wait in the outbox. A run that found nothing to send is not written down.",
            send_mail,
            every=timedelta(seconds=20),
            idle=_nothing_to_send,
        ),
    )
}


def run_job(name: str, now: datetime) -> JobReport:
    """Run a job and write down how it went; a failure is logged, noted and returned. KeyError: unknown name."""
    job = JOBS[name]
    if job.idle(now):
        return JobReport(name, ok=True, outcome=NOTHING_TO_DO)
    began = stopwatch.monotonic()
    run = JobRun(job=name, day=day_of(now), started_at=now)
    db.session.add(run)
    db.session.commit()
    run_id = run.id
    try:
        outcome = job.work(now)
        _write_down(run_id, now, began, ok=True, outcome=outcome)
    except Exception as error:
        db.session.rollback()
        log.exception("job %s failed", name)
        outcome = f"{type(error).__name__}: {error}"
        _write_down(run_id, now, began, ok=False, outcome=outcome)
        return JobReport(name, ok=False, outcome=outcome)
    return JobReport(name, ok=True, outcome=outcome)


def _write_down(run_id: int, now: datetime, began: float, *, ok: bool, outcome: str) -> None:
    run = db.session.get_one(JobRun, run_id)
    run.finished_at = now + timedelta(seconds=stopwatch.monotonic() - began)
    run.ok, run.outcome = ok, outcome
    db.session.commit()


def due_jobs(now: datetime) -> list[str]:
    """Return the names of the day's jobs whose time has come and that have not gone well yet today, in order."""
    moment = now.astimezone(LONDON)
    reached = [job.name for job in JOBS.values() if job.at is not None and job.at <= moment.time()]
    with only_reads():
        done = set(db.session.scalars(select(JobRun.job).where(JobRun.day == moment.date(), JobRun.ok.is_(True))))
        db.session.rollback()
    return [name for name in reached if name not in done]
