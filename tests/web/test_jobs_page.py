"""The page of the jobs: how each stands, when it runs next, and what ran."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import clock, models
from riskreg.extensions import db
from riskreg.jobs import JOBS
from riskreg.queries.jobs import asked_runs
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import post, sign_in_as, words


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
    a_leader(seen_at=clock.now())
    text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
    assert "Last run 3 April 2017, 09:30 Took 2.0 seconds How it went done: CYPE: 1 risk escalated" in text
    assert "Next run tomorrow at 02:30 Failures in a row 0 Failures in the last 7 days 0" in text
    assert "evaluate 3 April 2017, 09:30 3 April 2017 2.0 seconds done: CYPE: 1 risk escalated" in text


def test_a_failure_and_a_run_that_never_ended_are_told_apart(app: Flask) -> None:
    run(started_at=make.NOW - timedelta(hours=2))
    run("remind", ok=False, outcome="OperationalError: the disk was full")
    run("remind", ok=False, outcome="OperationalError: the disk is full")
    run("send-mail", ok=None, finished_at=None, outcome="")
    text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
    assert "How it went failed: OperationalError: the disk is full Last good run never" in text
    assert "Failures in a row 2 Failures in the last 7 days 2" in text
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


def a_leader(**facts: Any) -> models.SchedulerSeen:
    """A scheduler that leads and was seen two seconds ago, unless said otherwise."""
    seen = make.NOW - timedelta(seconds=2)
    known = {"holder": "one", "host": "server-1", "leads": True, "started_at": seen, "seen_at": seen, **facts}
    row = models.SchedulerSeen(**known)
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at half past nine."""
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)


@pytest.mark.usefixtures("standing")
class TestSchedulers:
    def test_without_one_the_page_says_how_to_start_it(self, app: Flask) -> None:
        a_leader(seen_at=make.NOW - timedelta(minutes=1))
        text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
        assert "No scheduler runs, so no job does. Start it on the server: flask scheduler run." in text
        assert "Next run when a scheduler runs; it is due" in text
        run()
        db.session.commit()
        text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
        assert "Next run tomorrow at 02:30, when a scheduler runs then" in text

    def test_the_one_that_leads_and_those_that_wait_are_named(self, app: Flask) -> None:
        a_leader(started_at=make.NOW - timedelta(hours=1))
        a_leader(holder="two", leads=False)
        text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
        assert "A scheduler leads on server-1, there since 3 April 2017, 08:30. 1 other waits to take over." in text
        assert "Next run now: it is due" in text
        assert "Next run within 20 seconds" in text

    def test_missed_days_are_counted_where_each_counts(self, app: Flask) -> None:
        a_leader()
        run("remind", day=make.TODAY - timedelta(days=4))
        run("evaluate", day=make.TODAY - timedelta(days=4))
        text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
        assert text.count("Next run now: 3 days missed") == 1

    def test_a_run_that_goes_on_is_told_from_one_that_was_stopped(self, app: Flask) -> None:
        unended = {"ok": None, "finished_at": None, "outcome": ""}
        run("evaluate", started_at=make.NOW - timedelta(hours=3), **unended)
        run("tidy", **unended)
        a_leader(started_at=make.NOW - timedelta(hours=1))
        text = words(signed_in_as(app, "administrator").get("/admin/jobs"))
        assert text.count("How it went it is running now") == 1
        assert "Run evaluate now" in text
        assert "Run tidy now" not in text


@pytest.mark.usefixtures("standing")
class TestRunNow:
    def test_a_run_is_asked_for_written_down_and_waits_for_the_scheduler(self, app: Flask) -> None:
        a_leader()
        administrator = signed_in_as(app, "administrator")
        answer = post(administrator, "/admin/jobs/run", job="tidy")
        assert (answer.status_code, answer.location) == (302, "/admin/jobs")
        text = words(administrator.get("/admin/jobs"))
        assert "A run of tidy was asked for." in text
        assert "asked for a run at 3 April 2017, 09:30. It begins within seconds." in text
        assert "Run tidy now" not in text
        event = db.session.scalars(db.select(models.AuditEvent)).one()
        assert (event.verb, event.subject, event.sentence) == (
            "ask for a run", "job:tidy", "A run of the job tidy was asked for.",
        )  # fmt: skip
        assert event.person_id is not None

    def test_it_stands_until_a_run_has_ended(self, app: Flask) -> None:
        run("tidy")
        db.session.commit()
        administrator = signed_in_as(app, "administrator")
        post(administrator, "/admin/jobs/run", job="tidy")
        unended = run("tidy", ok=None, finished_at=None)
        assert list(asked_runs(list(JOBS), make.NOW)) == ["tidy"]
        unended.finished_at = make.NOW
        assert asked_runs(list(JOBS), make.NOW) == {}

    def test_after_a_day_it_lapses(self, app: Flask) -> None:
        post(signed_in_as(app, "administrator"), "/admin/jobs/run", job="tidy")
        assert asked_runs(list(JOBS), make.NOW + timedelta(hours=23)) != {}
        assert asked_runs(list(JOBS), make.NOW + timedelta(hours=25)) == {}

    @pytest.mark.parametrize("name", ["", "nonsense", "job:tidy"])
    def test_there_is_no_other_job(self, app: Flask, name: str) -> None:
        answer = post(signed_in_as(app, "administrator"), "/admin/jobs/run", job=name)
        assert answer.status_code == 422
        assert "There is no such job." in words(answer)
        assert db.session.scalars(db.select(models.AuditEvent)).all() == []

    def test_asking_twice_is_refused(self, app: Flask) -> None:
        administrator = signed_in_as(app, "administrator")
        post(administrator, "/admin/jobs/run", job="tidy")
        answer = post(administrator, "/admin/jobs/run", job="tidy")
        assert answer.status_code == 422
        assert "A run of tidy was asked for already." in words(answer)

    def test_nobody_else_may(self, app: Flask) -> None:
        assert post(signed_in_as(app, "auditor"), "/admin/jobs/run", job="tidy").status_code == 403
        assert db.session.scalars(db.select(models.AuditEvent)).all() == []
