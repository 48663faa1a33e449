"""What a watcher asks of the running register: a handful of small reads, cheap whatever the outbox holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, inspect, or_, select, text

from riskreg.extensions import db
from riskreg.models import Escalation, JobRun, Message, SchedulerSeen
from riskreg.models.outbox import ON_ITS_WAY


@dataclass(frozen=True, slots=True)
class JobFigures:
    """How the runs of a job stand. The moments and the length are those of the last run that ended; None for none."""

    job: str
    last_seconds: float | None
    last_good_at: datetime | None
    failed: int


def database_revisions() -> set[str]:
    """Return the revisions at which the database stands; none when it was never migrated. One query."""
    if not inspect(db.session.connection()).has_table("alembic_version"):
        return set()
    return set(db.session.scalars(text("SELECT version_num FROM alembic_version")))


def leader_seen_at() -> datetime | None:
    """Return when the scheduler that leads was last there; None when none ever was or it stopped. One query."""
    return db.session.scalar(select(func.max(SchedulerSeen.seen_at)).where(SchedulerSeen.leads))


def oldest_on_its_way(now: datetime) -> datetime | None:
    """Return since when the oldest message waits that was due or tried already; one query."""
    due = or_(Message.next_attempt_at <= now, Message.attempts > 0)
    return db.session.scalar(select(func.min(Message.created_at)).where(Message.state.in_(ON_ITS_WAY), due))


def message_counts() -> list[tuple[str, str, int]]:
    """Return how many messages of each kind are in each state; one query."""
    query = select(Message.kind, Message.state, func.count()).group_by(Message.kind, Message.state)
    return [(kind, state, count) for kind, state, count in db.session.execute(query)]


def job_figures(names: list[str]) -> list[JobFigures]:
    """Return the figures of each job, by four queries."""
    ended, good, failed = (
        {row[0]: row[1] for row in db.session.execute(query.where(JobRun.job.in_(names)).group_by(JobRun.job))}
        for query in (
            select(JobRun.job, func.max(JobRun.id)).where(JobRun.finished_at.is_not(None)),
            select(JobRun.job, func.max(JobRun.id)).where(JobRun.ok.is_(True)),
            select(JobRun.job, func.count()).where(JobRun.ok.is_(False)),
        )
    )
    asked = select(JobRun.id, JobRun.started_at, JobRun.finished_at)
    runs = {row.id: row for row in db.session.execute(asked.where(JobRun.id.in_([*ended.values(), *good.values()])))}
    return [
        JobFigures(
            job=name,
            last_seconds=_seconds(runs[ended[name]]) if name in ended else None,
            last_good_at=runs[good[name]].finished_at if name in good else None,
            failed=failed.get(name, 0),
        )
        for name in names
    ]


def _seconds(run: object) -> float:
    took = run.finished_at - run.started_at  # type: ignore[attr-defined] # a row of three columns
    return float(took.total_seconds())


def escalation_counts() -> list[tuple[str, int]]:
    """Return how many escalations are at each status; one query."""
    query = select(Escalation.status, func.count()).group_by(Escalation.status)
    return [(str(status), count) for status, count in db.session.execute(query)]
