"""The jobs: written down, done once a day, and nothing half done when one breaks off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, update

from riskreg import jobs
from riskreg.extensions import db
from riskreg.jobs import JOBS, JobReport, due_jobs, run_job
from riskreg.models import AuditEvent, Escalation, JobRun, Message, Post, Reminder, Risk
from riskreg.services.reminders import remind_of_reviews
from tests import factories as make
from tests.mail.servers import closed_port, receiving, settings_for

NOW = make.NOW  # half past nine in London: both of the day's jobs are due


class CrashError(BaseException):
    """The process is killed."""


@pytest.fixture
def with_work(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[datetime], str]], None]:
    """Put other work into a job."""

    def put(name: str, work: Callable[[datetime], str]) -> None:
        monkeypatch.setitem(jobs.JOBS, name, replace(JOBS[name], work=work))

    return put


def runs() -> list[tuple[str, bool | None]]:
    return [(run.job, run.ok) for run in db.session.scalars(select(JobRun).order_by(JobRun.id))]


def a_late_review() -> Risk:
    post: Post = make.PostFactory(owning=True)
    make.PersonFactory(holding=post)
    risk: Risk = make.RiskFactory(owner_post=post, review_due_on=make.TODAY)
    db.session.commit()
    return risk


def counted(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_run_is_written_down_with_what_it_did(app: Flask) -> None:
    a_late_review()
    assert run_job("remind", NOW) == JobReport("remind", ok=True, outcome="1 digest put into the outbox")
    run = db.session.scalars(select(JobRun)).one()
    assert (run.job, run.day, run.started_at, run.ok) == ("remind", make.TODAY, NOW, True)
    assert run.finished_at is not None
    assert run.finished_at >= NOW
    assert run.outcome == "1 digest put into the outbox"


def test_a_second_run_changes_nothing(app: Flask) -> None:
    a_late_review()
    run_job("remind", NOW)
    assert run_job("remind", NOW + timedelta(hours=1)).outcome == "0 digests put into the outbox"
    assert (counted(Message), counted(Reminder)) == (1, 1)


def test_evaluating_the_plan_again_changes_nothing(plan_app: Flask) -> None:
    before = counted(Escalation), counted(Message), counted(AuditEvent)
    report = run_job("evaluate", NOW)
    assert report.outcome == "CYPE: 0 risks escalated, 0 signals joined, 0 de-escalations proposed, 0 withdrawn"
    assert (counted(Escalation), counted(Message), counted(AuditEvent)) == before


def test_without_a_register_there_is_nothing_to_evaluate(app: Flask) -> None:
    assert run_job("evaluate", NOW).outcome == "There is no register to evaluate."


def test_a_failure_is_noted_and_its_work_undone(app: Flask, with_work: Any) -> None:
    risk_id = a_late_review().id

    def half(now: datetime) -> str:
        remind_of_reviews(now)
        db.session.execute(update(Risk).where(Risk.id == risk_id).values(title="half done"))
        raise RuntimeError("the other half")

    db.session.rollback()
    with_work("remind", half)
    assert run_job("remind", NOW) == JobReport("remind", ok=False, outcome="RuntimeError: the other half")
    assert db.session.get_one(Risk, risk_id).title != "half done"
    assert counted(Reminder) == 0
    assert runs() == [("remind", False)]
    assert "remind" in due_jobs(NOW)


def test_a_crash_leaves_a_run_without_an_end_and_no_half_done_work(app: Flask, with_work: Any) -> None:
    a_late_review()

    def killed(now: datetime) -> str:
        remind_of_reviews(now)
        raise CrashError

    real = JOBS["remind"].work
    with_work("remind", killed)
    with pytest.raises(CrashError):
        run_job("remind", NOW)
    db.session.remove()
    assert runs() == [("remind", None)]
    assert (counted(Reminder), counted(Message)) == (0, 0)
    db.session.rollback()
    assert "remind" in due_jobs(NOW)
    with_work("remind", real)
    run_job("remind", NOW)
    assert (counted(Reminder), counted(Message)) == (1, 1)
    db.session.rollback()
    assert "remind" not in due_jobs(NOW)


@pytest.mark.parametrize(
    ("hour", "minute", "due"),
    [
        (1, 29, []),
        (1, 30, ["evaluate"]),
        (2, 30, ["evaluate", "tidy"]),
        (5, 30, ["evaluate", "tidy", "remind"]),
        (22, 59, ["evaluate", "tidy", "remind"]),
    ],
)
def test_a_days_job_is_due_from_its_hour_in_london(app: Flask, hour: int, minute: int, due: list[str]) -> None:
    assert due_jobs(datetime(2017, 4, 3, hour, minute, tzinfo=UTC)) == due


def test_a_days_job_is_due_until_it_went_well_that_day(app: Flask) -> None:
    assert due_jobs(NOW) == ["evaluate", "tidy", "remind"]
    run_job("remind", NOW)
    assert due_jobs(NOW) == ["evaluate", "tidy"]
    assert due_jobs(NOW + timedelta(days=1)) == ["evaluate", "tidy", "remind"]


def test_after_midnight_in_london_the_day_is_a_new_one(app: Flask) -> None:
    late = datetime(2017, 4, 3, 22, 59, tzinfo=UTC)  # a minute to midnight in London
    for name in ("evaluate", "tidy", "remind"):
        run_job(name, late)
    assert due_jobs(late) == []
    assert due_jobs(late + timedelta(minutes=2)) == []
    assert due_jobs(late + timedelta(hours=3)) == ["evaluate"]


def test_no_time_of_day_falls_into_the_hour_that_comes_twice() -> None:
    assert all(job.at is None or job.at.hour != 1 for job in JOBS.values())
    assert all((job.at is None) != (job.every is None) for job in JOBS.values())


def test_sending_writes_itself_down_only_when_there_is_something_to_send(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_job("send-mail", NOW).outcome == "nothing to do"
    assert runs() == []
    a_late_review()
    run_job("remind", NOW)
    monkeypatch.setattr(app, "config", app.config | settings_for(closed_port()))
    assert "the mail server is not available" in run_job("send-mail", NOW).outcome
    with receiving() as server:
        monkeypatch.setattr(app, "config", app.config | settings_for(server.port))
        assert run_job("send-mail", NOW + timedelta(minutes=1)).outcome == "1 sent"
        assert run_job("send-mail", NOW + timedelta(minutes=2)).outcome == "nothing to do"
    assert runs() == [("remind", True), ("send-mail", True), ("send-mail", True)]
    assert len(server.letters) == 1


@pytest.fixture
def command(plan_app: Flask) -> FlaskCliRunner:
    return plan_app.test_cli_runner()


def test_flask_evaluate_says_that_nothing_is_new(command: FlaskCliRunner) -> None:
    result = command.invoke(args=["evaluate"])
    assert (result.exit_code, result.output) == (0, "Nothing new: no risk was escalated.\n")


def test_flask_evaluate_says_what_it_raised_and_why(app: Flask) -> None:
    risk = make.RiskFactory(reference__number=20)
    make.LinkFactory(risk=risk, contract=make.ContractFactory(title="Free places", running_out=True))
    db.session.commit()
    command = app.test_cli_runner()
    result = command.invoke(args=["evaluate"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("CYPE 20 AMBER → RED: ")
    assert "Free places" in result.output
    assert command.invoke(args=["evaluate"]).output == "Nothing new: no risk was escalated.\n"


def test_flask_jobs_lists_and_runs(command: FlaskCliRunner) -> None:
    listed = command.invoke(args=["jobs", "list"]).output
    assert "It runs every day at 02:30." in listed
    assert "It runs every 20 seconds." in listed
    result = command.invoke(args=["jobs", "run", "remind"])
    assert result.exit_code == 0, result.output
    assert "put into the outbox" in result.output
    assert command.invoke(args=["jobs", "run", "nonsense"]).exit_code == 2


def test_flask_jobs_says_when_one_fails(command: FlaskCliRunner, with_work: Any) -> None:
    def fail(now: datetime) -> str:
        raise RuntimeError("no luck")

    with_work("remind", fail)
    result = command.invoke(args=["jobs", "run", "remind"])
    assert (result.exit_code, result.output) == (1, "remind failed: RuntimeError: no luck\n")


def test_flask_outbox_sends(plan_app: Flask, command: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as server:
        monkeypatch.setattr(plan_app, "config", plan_app.config | settings_for(server.port))
        result = command.invoke(args=["outbox", "send"])
    assert result.exit_code == 0, result.output
    assert result.output == f"send-mail: {len(server.letters)} sent\n"
    assert server.letters
