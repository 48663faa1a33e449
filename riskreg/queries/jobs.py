"""What the jobs did: the last run of each, its last good one, and the latest runs of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select

from riskreg.extensions import db
from riskreg.models import JobRun


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
    """How a job stands: its last run, its last good one, and how many failed since a day."""

    last: RunLine | None
    last_good: RunLine | None
    failures: int


COLUMNS = (JobRun.id, JobRun.job, JobRun.day, JobRun.started_at, JobRun.finished_at, JobRun.ok, JobRun.outcome)


def job_standings(names: list[str], failures_since: datetime) -> dict[str, Standing]:
    """Return how each job stands, by two queries."""
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    good = select(func.max(JobRun.id)).where(JobRun.ok.is_(True)).group_by(JobRun.job)
    query = select(*COLUMNS).where(or_(JobRun.id.in_(last), JobRun.id.in_(good))).order_by(JobRun.id)
    runs = [RunLine(*row) for row in db.session.execute(query)]
    failed = select(JobRun.job, func.count()).where(JobRun.ok.is_(False), JobRun.started_at >= failures_since)
    counts = {row[0]: row[1] for row in db.session.execute(failed.group_by(JobRun.job))}
    return {
        name: Standing(
            last=next((run for run in reversed(runs) if run.job == name), None),
            last_good=next((run for run in reversed(runs) if run.job == name and run.ok), None),
            failures=counts.get(name, 0),
        )
        for name in names
    }


def run_count(*, failed: bool) -> int:
    """Return how many runs are written down, or how many failed; one query."""
    query = select(func.count()).select_from(JobRun)
    return db.session.scalar(query.where(JobRun.ok.is_(False)) if failed else query) or 0


def runs_listed(*, failed: bool, offset: int, size: int) -> list[RunLine]:
    """Return one page of runs, the newest first, or only those that failed; one query."""
    query = select(*COLUMNS).order_by(JobRun.id.desc()).offset(offset).limit(size)
    return [RunLine(*row) for row in db.session.execute(query.where(JobRun.ok.is_(False)) if failed else query)]
