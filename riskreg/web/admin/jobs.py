"""What the register does by itself: how each job stands, what ran, and running one now."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import LONDON
from riskreg.domain.sentences import plural
from riskreg.jobs import JOBS, Job
from riskreg.queries.jobs import SchedulerLine, Standing, asked_runs, job_standings, run_count, runs_listed, schedulers
from riskreg.services.job_requests import ask_for_run
from riskreg.services.schedulers import SEEN_WITHIN
from riskreg.web.access import current_actor, needs
from riskreg.web.admin.room import blueprint
from riskreg.web.listing import Pages, asked
from riskreg.web.pages import page
from riskreg.web.requests import saving

FAILURES_OF = timedelta(days=7)


@blueprint.get("/admin/jobs")
@needs(Permission.MANAGE_MAIL)
def jobs() -> ResponseReturnValue:
    """Show what each job does, how it stands and what ran lately."""
    now, failed = clock.now(), asked("failed") == "1"
    standings = job_standings(list(JOBS), now - FAILURES_OF)
    there = [one for one in schedulers() if abs(now - one.seen_at) <= SEEN_WITHIN]
    leader = next((one for one in there if one.leads), None)
    pages = Pages.asked(run_count(failed=failed))
    return page(
        "admin/jobs.html",
        jobs=[(job, standings[job.name], next_run(job, standings[job.name], now, leader)) for job in JOBS.values()],
        running={name for name, standing in standings.items() if is_running(standing, leader)},
        asked=asked_runs(list(JOBS), now),
        leader=leader,
        waiting=len(there) - (leader is not None),
        failed=failed,
        pages=pages,
        runs=runs_listed(failed=failed, offset=pages.offset, size=pages.size),
    )


@blueprint.post("/admin/jobs/run")
@needs(Permission.MANAGE_MAIL)
def run_job() -> ResponseReturnValue:
    """Ask the scheduler that leads to run a job now."""
    name = request.form.get("job", "")
    with saving():
        ask_for_run(current_actor(), name, list(JOBS), clock.now())
        flash(f"A run of {name} was asked for. The scheduler begins it within seconds; load this page again to see it.")
    return redirect(url_for("admin.jobs"))


def is_running(standing: Standing, leader: SchedulerLine | None) -> bool:
    """Whether the last run goes on: one that has not ended and began before the present leader was there never will."""
    last = standing.last
    return last is not None and leader is not None and last.ok is None and last.started_at >= leader.started_at


def next_run(job: Job, standing: Standing, now: datetime, leader: SchedulerLine | None) -> str:
    """Say when a job runs next: a day's job is due until it has gone well that day."""
    if job.at is None:
        return f"within {job.when.removeprefix('every ')}" if leader else "when a scheduler runs"
    local = now.astimezone(LONDON)
    last = standing.last_good.day if standing.last_good else None
    missed = (local.date() - last).days - 1 if job.each_day and last else 0
    done = last == local.date()
    if missed > 0 or (not done and job.at <= local.time()):
        due = f"now: {plural(missed, 'day')} missed" if missed > 0 else "now: it is due"
        return due if leader else f"when a scheduler runs; {due.removeprefix('now: ')}"
    at = f"{'tomorrow' if done else 'today'} at {job.at:%H:%M}"
    return at if leader else f"{at}, when a scheduler runs then"
