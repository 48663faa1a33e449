"""The jobs: one function each, which finds what is due and does it.

A run is written down before it begins, and its work is committed together with the note that it went well: what a
stopped process leaves behind is a run without an end and no half-done work. A day's job is due until it has gone well
that day, so downtime misses nothing, and running one twice changes nothing. A lock of its own keeps a job from being
run by two processes at once.
"""

from __future__ import annotations

import time as stopwatch
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from structlog.contextvars import bound_contextvars

from riskreg.database import only_reads
from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.leadership import alone
from riskreg.models import JobRun
from riskreg.queries.jobs import last_good_days
from riskreg.queries.policies import registers_in_force
from riskreg.services import digests, reminders
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.job_failures import tell_of_failure
from riskreg.services.links import end_links_that_ran_out
from riskreg.services.outbox import anything_to_send
from riskreg.services.policies import take_effect
from riskreg.services.posting import send_due
from riskreg.services.schedulers import forget_schedulers
from riskreg.services.uploads import drop_old_uploads

log = structlog.stdlib.get_logger(__name__)
REMIND_AT = time(6, 0)
NOTHING_TO_DO = "nothing to do"
# The digests wait for the reminders of the day, but not for ever: after that hour they go without.
WITHOUT_REMINDERS_AT = time(9, 0)
A_FEW = 100
MOST_WORDS = 1000  # of an error
RUNNING_ALREADY = "It is being run already, or the database cannot be reached."
# After a longer stop the days before are not made good: whoever left the register alone for a year looks at it anew.
LONGEST_STOP = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the administrator sees it. `at` is a time of day in London, `every` a pause; one of them is set.

    No time of day lies between 01:00 and 02:00, which comes twice in October and never in March.
    `work` is told the moment and the day it works for. `each_day`: a day that was missed is made good on its own.
    `idle` says that there is nothing to do, so that a run need not be written down.
    """

    name: str
    does: str
    work: Callable[[datetime, date], str]
    at: time | None = None
    every: timedelta | None = None
    each_day: bool = False
    idle: Callable[[datetime], bool] = lambda _now: False

    @property
    def when(self) -> str:
        """When it runs, in words."""
        return (
            f"every day at {self.at:%H:%M}"
            if self.at
            else f"every {int((self.every or timedelta()).total_seconds())} seconds"
        )

    @property
    def lock(self) -> str:
        """The lock under which it runs: the day's jobs share one, since each builds on what the one before did."""
        return "day" if self.at else self.name


@dataclass(frozen=True, slots=True)
class JobReport:
    """How a run went. `outcome` says what it did, or why it failed."""

    name: str
    ok: bool
    outcome: str


def evaluate(now: datetime, _day: date) -> str:
    """Evaluate every register."""
    done = [f"{prefix}: {evaluation}" for prefix, evaluation in evaluations(now)]
    return ". ".join(done) or "There is no register to evaluate."


def evaluations(now: datetime) -> Iterator[tuple[str, Evaluation]]:
    """Evaluate one register after another and yield what it did; the caller commits.

    First a new version of the policy takes effect, and the links that ran out end.
    """
    for register_id, prefix in registers_in_force(day_of(now)):
        take_effect(register_id, now)
        let_go = end_links_that_ran_out(register_id, now)
        yield prefix, evaluate_register(register_id, now, let_go=let_go)


def remind(now: datetime, day: date) -> str:
    """Note who is to be reminded of what on the day."""
    return f"{plural(reminders.remind(now, day), 'reminder')} noted"


def put_digests(now: datetime, _day: date) -> str:
    """Put the digests that go now into the outbox. Commits after each few, so that no page waits for thousands."""
    ready, put = digests.ready(now), 0
    for start in range(0, len(ready), A_FEW):
        put += sum(digests.put_digest(one, now) for one in ready[start : start + A_FEW])
        db.session.commit()
    return f"{plural(put, 'digest')} put into the outbox"


def send_mail(now: datetime, _day: date) -> str:
    """Send what the outbox holds. Commits as it goes (riskreg.services.posting says why)."""
    return str(send_due(now))


def tidy(now: datetime, _day: date) -> str:
    """Delete uploaded spreadsheets that nobody took in, and the traces of schedulers that are long gone."""
    forget_schedulers(now)
    return f"{plural(drop_old_uploads(now), 'uploaded file')} deleted"


def _no_digest_goes(now: datetime) -> bool:
    """Whether no digest goes: none is due, or the day's reminders, which belong into it, are not noted yet."""
    waits = now.astimezone(LONDON).time() < WITHOUT_REMINDERS_AT and "remind" in dict(due_jobs(now))
    with only_reads():
        idle = waits or not digests.ready(now)
        db.session.rollback()
    return idle


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
            "Notes who is to be reminded of reviews, actions, contracts and results: the owner first, and when it is "
            "late others too, as the policy says.",
            remind,
            at=REMIND_AT,
            each_day=True,
        ),
        Job(
            "digests",
            "Puts each person's digest into the outbox, in the rhythm that the person has chosen, on working days. A "
            "run that found none to put is not written down.",
            put_digests,
            every=timedelta(seconds=60),
            idle=_no_digest_goes,
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


def run_job(name: str, now: datetime, day: date | None = None, *, by_hand: bool = False) -> JobReport:
    """Run a job for a day (today unless said) and write down how it went; a failure is logged, noted and returned.

    By hand it runs, and is written down, also when there is nothing to do. KeyError: unknown name.
    """
    job = JOBS[name]
    if not by_hand and job.idle(now):
        return JobReport(name, ok=True, outcome=NOTHING_TO_DO)
    with alone(db.engine, f"job-{job.lock}") as free:
        if not free:
            return JobReport(name, ok=False, outcome=RUNNING_ALREADY)
        return _run(job, now, day or day_of(now))


def _run(job: Job, now: datetime, day: date) -> JobReport:
    began = stopwatch.monotonic()
    run = JobRun(job=job.name, day=day, started_at=now)
    db.session.add(run)
    db.session.commit()
    run_id = run.id
    with bound_contextvars(job=job.name, day=day.isoformat(), run=run_id):
        try:
            outcome = job.work(now, day)
            _write_down(run_id, now, began, ok=True, outcome=outcome)
            log.info("job went well", ms=_ms(began))
        except Exception as error:
            db.session.rollback()
            log.exception("job failed", ms=_ms(began))
            outcome = in_words(error)
            _write_down(run_id, now, began, ok=False, outcome=outcome)
            _tell(job, outcome, now)
            return JobReport(job.name, ok=False, outcome=outcome)
    return JobReport(job.name, ok=True, outcome=outcome)


def _ms(began: float) -> int:
    return round((stopwatch.monotonic() - began) * 1000)


def in_words(error: Exception) -> str:
    """Say what kind of error it was and what it said; of the database's only its reason, not the rows it was given."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(error).__name__}: {str(reason).strip()[:MOST_WORDS]}"


def _write_down(run_id: int, now: datetime, began: float, *, ok: bool, outcome: str) -> None:
    run = db.session.get_one(JobRun, run_id)
    run.finished_at = now + timedelta(seconds=stopwatch.monotonic() - began)
    run.ok, run.outcome = ok, outcome
    db.session.commit()


def _tell(job: Job, outcome: str, now: datetime) -> None:
    """Tell the administrators; when that fails too, the next failure tells them."""
    try:
        tell_of_failure(job.name, job.does, outcome, now)
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("the administrators could not be told")


def due_jobs(now: datetime) -> list[tuple[str, date]]:
    """Return the day's jobs that are due, in order, each with the day it is due for, the oldest first.

    Due is what has not gone well today and whose time has come; and, where each day counts, every day after the last
    that went well.
    """
    today = day_of(now)
    with only_reads():
        good = last_good_days([job.name for job in JOBS.values() if job.at], today)
        db.session.rollback()
    return [(job.name, day) for job in JOBS.values() if job.at for day in _days_due(job, job.at, good, now)]


def _days_due(job: Job, at: time, good: dict[str, date], now: datetime) -> Iterator[date]:
    today, last = day_of(now), good.get(job.name)
    if job.each_day and last is not None:
        day = max(last + timedelta(days=1), today - LONGEST_STOP)
        while day < today:
            yield day
            day += timedelta(days=1)
    if last != today and at <= now.astimezone(LONDON).time():
        yield today


def days_by_hand(name: str, now: datetime) -> list[date]:
    """Return the days for which a job runs when somebody asks for it: those it missed, and today in any case."""
    missed = [day for one, day in due_jobs(now) if one == name]
    return [*missed, *([] if day_of(now) in missed else [day_of(now)])]
