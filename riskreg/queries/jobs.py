"""What the jobs did: the last run of each, its last good one, and the latest runs of all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import day_of
from riskreg.extensions import db
from riskreg.models import AuditEvent, JobRun, Person, SchedulerSeen


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run. `ok` None: it has not ended, or the process was stopped in the middle."""

    id: int
    job: str
    day: date
    started_at: datetime
    finished_at: datetime | None
    ok: bool | None
    outcome: str

    @property
    def took(self) -> timedelta | None:
        """How long it took; None while it has not ended."""
        return self.finished_at - self.started_at if self.finished_at else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a job stands: its last run, its last good one, how many failed since a day, and how many in a row."""

    last: RunLine | None
    last_good: RunLine | None
    failures: int
    streak: int


@dataclass(frozen=True, slots=True)
class SchedulerLine:
    """One scheduler: where it runs, whether it leads, since when it is there and when it was last seen."""

    host: str
    leads: bool
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """The run with which a streak of failures began."""

    id: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class AskedRun:
    """That somebody asked for a run which has not been made yet."""

    at: datetime
    by: str


ASKED = "ask for a run"
ASKED_STANDS_FOR = timedelta(days=1)
COLUMNS = (JobRun.id, JobRun.job, JobRun.day, JobRun.started_at, JobRun.finished_at, JobRun.ok, JobRun.outcome)


def job_standings(names: list[str], failures_since: datetime) -> dict[str, Standing]:
    """Return how each job stands, by one query."""
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    good = select(func.max(JobRun.id)).where(JobRun.ok.is_(True)).group_by(JobRun.job)
    query = select(*COLUMNS, *_failures(failures_since)).where(or_(JobRun.id.in_(last), JobRun.id.in_(good)))
    rows = db.session.execute(query.order_by(JobRun.id)).all()
    runs = [RunLine(row.id, row.job, row.day, row.started_at, row.finished_at, row.ok, row.outcome) for row in rows]
    counts = {row.job: (row.failures, row.streak) for row in rows}
    return {
        name: Standing(
            next((run for run in reversed(runs) if run.job == name), None),
            next((run for run in reversed(runs) if run.job == name and run.ok), None),
            *counts.get(name, (0, 0)),
        )
        for name in names
    }


def _failures(since: datetime) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The failures of the row's job since a moment, and those since it last went well."""
    failed, good = aliased(JobRun), aliased(JobRun)
    last_good = select(func.coalesce(func.max(good.id), 0)).where(good.job == failed.job, good.ok.is_(True))
    counted = select(func.count()).select_from(failed).where(failed.job == JobRun.job, failed.ok.is_(False))
    lately = counted.where(failed.started_at >= since).correlate(JobRun).scalar_subquery()
    streak = counted.where(failed.id > last_good.correlate(failed).scalar_subquery()).correlate(JobRun)
    return lately.label("failures"), streak.scalar_subquery().label("streak")


def schedulers() -> list[SchedulerLine]:
    """Return the schedulers that were seen last, the latest first; one query."""
    columns = (SchedulerSeen.host, SchedulerSeen.leads, SchedulerSeen.started_at, SchedulerSeen.seen_at)
    query = select(*columns).order_by(SchedulerSeen.seen_at.desc()).limit(20)
    return [SchedulerLine(*row) for row in db.session.execute(query)]


def run_count(*, failed: bool) -> int:
    """Return how many runs are written down, or how many failed; one query."""
    query = select(func.count()).select_from(JobRun)
    return db.session.scalar(query.where(JobRun.ok.is_(False)) if failed else query) or 0


def runs_listed(*, failed: bool, offset: int, size: int) -> list[RunLine]:
    """Return one page of runs, the newest first, or only those that failed; one query."""
    query = select(*COLUMNS).order_by(JobRun.id.desc()).offset(offset).limit(size)
    return [RunLine(*row) for row in db.session.execute(query.where(JobRun.ok.is_(False)) if failed else query)]


# Built once: it is asked every few seconds.
_LAST_GOOD = (
    select(JobRun.job, func.max(JobRun.day))
    .where(JobRun.ok.is_(True), JobRun.day <= bindparam("until"), JobRun.job.in_(bindparam("names", expanding=True)))
    .group_by(JobRun.job)
)


def last_good_days(names: Collection[str], until: date) -> dict[str, date]:
    """Return the latest day for which each job went well, none after `until`; one query. Never: not among the keys."""
    found = db.session.execute(_LAST_GOOD, {"names": list(names), "until": until})
    return {row[0]: row[1] for row in found}


def days_made_good(name: str, since: date, until: date) -> set[date]:
    """Return the days of a stop: those from one to another for which a job went well on a later day only; one query."""
    days = JobRun.day.between(since, until)
    query = select(JobRun.day, func.min(JobRun.started_at)).where(JobRun.job == name, JobRun.ok.is_(True), days)
    return {day for day, began in db.session.execute(query.group_by(JobRun.day)) if day_of(began) > day}


def first_failure(name: str) -> FirstFailure | None:
    """Return the run with which a job's present streak of failures began; None after a good run."""
    good = select(func.coalesce(func.max(JobRun.id), 0)).where(JobRun.job == name, JobRun.ok.is_(True))
    query = (
        select(JobRun.id, JobRun.started_at)
        .where(JobRun.job == name, JobRun.ok.is_(False), JobRun.id > good.scalar_subquery())
        .order_by(JobRun.id)
        .limit(1)
    )
    row = db.session.execute(query).one_or_none()
    return FirstFailure(*row) if row else None


def last_run_id(name: str) -> int:
    """Return the number of a job's latest run, 0 when there was none; one query."""
    return db.session.scalar(select(func.max(JobRun.id)).where(JobRun.job == name)) or 0


def asked_runs(names: Collection[str], now: datetime) -> dict[str, AskedRun]:
    """Return the jobs that somebody asked for and that have not been run since, the earliest first; two queries.

    The request names the run that was the latest then, so that no clock decides; after a day it lapses. A run that
    was stopped in the middle does not answer it.
    """
    ended = JobRun.job.in_(names), JobRun.finished_at.is_not(None)
    latest = select(JobRun.job, func.max(JobRun.id)).where(*ended).group_by(JobRun.job)
    asked = (
        select(AuditEvent.subject, AuditEvent.detail, AuditEvent.at, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.at > now - ASKED_STANDS_FOR, AuditEvent.verb == ASKED)
        .order_by(AuditEvent.id)
    )
    rows = db.session.execute(asked).all()
    run = {row[0]: row[1] for row in db.session.execute(latest)} if rows else {}
    found: dict[str, AskedRun] = {}
    for subject, detail, at, by in rows:
        name = subject.removeprefix("job:")
        if name in names and detail["after"] >= run.get(name, 0):
            found.setdefault(name, AskedRun(at, by))
    return found
