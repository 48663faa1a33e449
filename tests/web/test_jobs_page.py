"""The page of the jobs: how each stands, when it runs next, and what ran."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from riskreg.jobs import JOBS
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import sign_in_as, words


def run(job: str = "evaluate", **facts: Any) -> models.JobRun:
    """A run of today that went well in two seconds unless said otherwise."""
    known: dict[str, Any] = {
        "day": make.TODAY,
        "started_at": make.NOW,
        "finished_at": make.NOW + timedelta(seconds=2),
        "ok": True,
        "outcome": "CYPE: 1 risk escalated",
    }
    row = models.JobRun(job=job, **{**known, **facts})
    db.session.add(row)
    db.session.flush()
    return row


def test_every_job_says_what_it_does_and_when_it_runs(client: FlaskClient) -> None:
    sign_in_as(client, "Administrator")
    text = words(client.get("/admin/jobs"))
    for job in JOBS.values():
        assert f"{job.name} {job.when} {job.does}" in text
    assert "No job has run yet." in text
    assert "Last run never" in text


def test_a_run_that_went_well_shows_its_outcome_duration_and_the_next(app: Flask) -> None:
    run()
    text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
    assert "Last run 3 April 2017, 09:30 How it went went well: CYPE: 1 risk escalated" in text
    assert "Next run tomorrow at 02:30 Failures in the last 7 days 0" in text
    assert "evaluate 3 April 2017, 09:30 2.0 seconds went well: CYPE: 1 risk escalated" in text


def test_a_failure_and_a_run_that_never_ended_are_told_apart(app: Flask) -> None:
    run(started_at=make.NOW - timedelta(hours=2))
    run("remind", ok=False, outcome="OperationalError: the disk is full")
    run("send-mail", ok=None, finished_at=None, outcome="")
    text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
    assert "How it went failed: OperationalError: the disk is full Last good run never" in text
    assert "Failures in the last 7 days 1" in text
    assert "How it went not ended, or stopped in the middle" in text


def test_only_the_failures_can_be_shown(app: Flask) -> None:
    run(outcome="all is well")
    run("remind", ok=False, outcome="it broke")
    administrator = signed_in_as(app, "administrator")
    _, _, listed = words(administrator.get("/admin/jobs?failed=1")).partition("Runs that failed")
    assert "it broke" in listed
    assert "all is well" not in listed


@pytest.mark.parametrize("name", ["Auditor", "Performance Officer", "Risk Co-ordinator"])
def test_nobody_else_sees_the_jobs(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    assert client.get("/admin/jobs").status_code == 403


def test_a_page_out_of_range_is_not_found(client: FlaskClient) -> None:
    sign_in_as(client, "Administrator")
    assert client.get("/admin/jobs?page=2").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_runs(app: Flask) -> None:
    run()
    administrator = signed_in_as(app, "administrator")
    with counted() as few:
        administrator.get("/admin/jobs")
    for _ in range(99):
        run("send-mail")
    db.session.commit()
    with counted() as many:
        assert "Showing 1 to 50 of 100 runs" in words(administrator.get("/admin/jobs"))
    assert len(few) == len(many) <= 6
