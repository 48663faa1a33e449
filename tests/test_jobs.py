"""The jobs: written down, alone, and nothing half done when one breaks off; a failure is told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from riskreg import jobs
from riskreg.extensions import db
from riskreg.jobs import JOBS, RUNNING_ALREADY, JobReport, due_jobs, in_words, run_job
from riskreg.leadership import alone
from riskreg.models import AuditEvent, Escalation, JobRun, Message, Person
from riskreg.services.outbox import queue_message
from tests import factories as make
from tests.mail.servers import closed_port, receiving, settings_for

NOW = make.NOW  # half past nine in London: all of the day's jobs are due
Work = Callable[[datetime, date], str]


class CrashError(BaseException):
    """The process is killed."""


@pytest.fixture
def with_work(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Work], None]:
    """Put other work into a job."""

    def put(name: str, work: Work) -> None:
        monkeypatch.setitem(jobs.JOBS, name, replace(JOBS[name], work=work))

    return put


@pytest.fixture
def telling(app: Flask, with_work: Any) -> Work:
    """A job that tells one person once a day, in the place of the reminders."""
    person_id = make.PersonFactory(name="Ann").id
    db.session.commit()

    def tell(now: datetime, day: date) -> str:
        told = queue_message("reviews_due", "test", person_id, day.isoformat(), {}, now)
        return f"{1 if told else 0} told"

    with_work("remind", tell)
    return tell


def fail(_now: datetime, _day: date) -> str:
    raise RuntimeError("no luck")


def runs() -> list[tuple[str, bool | None]]:
    return [(run.job, run.ok) for run in db.session.scalars(select(JobRun).order_by(JobRun.id))]


def counted(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_run_is_written_down_with_what_it_did(telling: Work) -> None:
    assert run_job("remind", NOW) == JobReport("remind", ok=True, outcome="1 told")
    run = db.session.scalars(select(JobRun)).one()
    assert (run.job, run.day, run.started_at, run.ok) == ("remind", make.TODAY, NOW, True)
    assert run.finished_at is not None
    assert run.finished_at >= NOW
    assert run.outcome == "1 told"


def test_a_run_for_another_day_works_for_that_day(telling: Work) -> None:
    run_job("remind", NOW, make.TODAY - timedelta(days=2))
    run = db.session.scalars(select(JobRun)).one()
    assert (run.day, run.started_at) == (make.TODAY - timedelta(days=2), NOW)
    assert db.session.scalars(select(Message.period)).all() == ["2017-04-01"]


def test_a_second_run_changes_nothing(telling: Work) -> None:
    run_job("remind", NOW)
    assert run_job("remind", NOW + timedelta(hours=1)).outcome == "0 told"
    assert counted(Message) == 1


def test_a_job_is_not_run_while_another_process_runs_it_or_another_of_the_days_jobs(telling: Work) -> None:
    for lock in ("job-day", "scheduler"):
        with alone(db.engine, lock) as free:
            assert free
            report = run_job("remind", NOW)
        assert report.ok is (lock == "scheduler")
        assert (report.outcome == RUNNING_ALREADY) is (lock == "job-day")
    assert runs() == [("remind", True)]


def test_a_job_that_runs_holds_its_lock_and_gives_it_back(app: Flask, with_work: Any) -> None:
    found = []

    def look(_now: datetime, _day: date) -> str:
        with alone(db.engine, "job-day") as free:
            found.append(free)
        return "looked"

    with_work("tidy", look)
    run_job("tidy", NOW)
    with alone(db.engine, "job-day") as free:
        found.append(free)
    assert found == [False, True]


def test_evaluating_the_plan_again_changes_nothing(plan_app: Flask) -> None:
    before = counted(Escalation), counted(Message), counted(AuditEvent)
    report = run_job("evaluate", NOW)
    assert report.outcome == "CYPE: 0 risks escalated, 0 signals joined, 0 de-escalations proposed, 0 withdrawn"
    assert (counted(Escalation), counted(Message), counted(AuditEvent)) == before


def test_without_a_register_there_is_nothing_to_evaluate(app: Flask) -> None:
    assert run_job("evaluate", NOW).outcome == "There is no register to evaluate."


def test_a_failure_is_noted_and_its_work_undone(telling: Work, with_work: Any) -> None:
    def half(now: datetime, day: date) -> str:
        telling(now, day)
        db.session.execute(update(Person).values(name="half done"))
        raise RuntimeError("the other half")

    with_work("remind", half)
    assert run_job("remind", NOW) == JobReport("remind", ok=False, outcome="RuntimeError: the other half")
    assert db.session.scalars(select(Person.name)).all() == ["Ann"]
    assert counted(Message) == 0
    assert runs() == [("remind", False)]
    db.session.rollback()
    assert ("remind", make.TODAY) in due_jobs(NOW)


def test_a_crash_leaves_a_run_without_an_end_and_no_half_done_work(telling: Work, with_work: Any) -> None:
    def killed(now: datetime, day: date) -> str:
        telling(now, day)
        raise CrashError

    with_work("remind", killed)
    with pytest.raises(CrashError):
        run_job("remind", NOW)
    db.session.remove()
    assert runs() == [("remind", None)]
    assert counted(Message) == 0
    db.session.rollback()
    assert ("remind", make.TODAY) in due_jobs(NOW)
    with_work("remind", telling)
    run_job("remind", NOW)
    assert counted(Message) == 1
    db.session.rollback()
    assert ("remind", make.TODAY) not in due_jobs(NOW)


@pytest.fixture
def administrators(app: Flask) -> list[int]:
    """Two administrators."""
    found = []
    for name in ("Ann", "Bob"):
        post = make.PostFactory(bringing=("administrator",))
        found.append(make.PersonFactory(name=name, holding=post).id)
    db.session.commit()
    return found


def told() -> list[tuple[int, str]]:
    query = select(Message.person_id, Message.period).where(Message.kind == "job_failed").order_by(Message.id)
    return [(person_id, period) for person_id, period in db.session.execute(query)]


def test_a_failure_is_told_to_each_administrator_once_until_the_job_has_gone_well(
    administrators: list[int], with_work: Any
) -> None:
    real = JOBS["tidy"].work
    with_work("tidy", fail)
    for minutes in (0, 10, 20):
        run_job("tidy", NOW + timedelta(minutes=minutes))
    first = db.session.scalars(select(JobRun).order_by(JobRun.id)).first()
    assert first is not None
    assert told() == [(one, str(first.id)) for one in administrators]
    message = db.session.scalars(select(Message)).first()
    assert message is not None
    assert message.subject_key == "job:tidy"
    assert message.facts == {
        "job": "tidy",
        "does": JOBS["tidy"].does,
        "first_failed_at": NOW.isoformat(),
        "error": "RuntimeError: no luck",
    }
    with_work("tidy", real)
    run_job("tidy", NOW + timedelta(minutes=30))
    with_work("tidy", fail)
    run_job("tidy", NOW + timedelta(minutes=40))
    assert [one for one, _ in told()] == administrators * 2
    assert len({period for _, period in told()}) == 2


def test_the_failures_of_one_job_are_not_those_of_another(administrators: list[int], with_work: Any) -> None:
    for name in ("tidy", "evaluate"):
        with_work(name, fail)
        run_job(name, NOW)
    assert len(told()) == 4


def test_who_could_not_be_told_is_told_at_the_next_failure(
    administrators: list[int], with_work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise OperationalError("INSERT", {}, Exception("the disk is full"))

    with_work("tidy", fail)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "tell_of_failure", broken)
        assert run_job("tidy", NOW).outcome == "RuntimeError: no luck"
    assert told() == []
    run_job("tidy", NOW + timedelta(minutes=10))
    assert len(told()) == 2


def test_an_error_of_the_database_is_told_without_the_rows_that_it_was_given() -> None:
    error = IntegrityError("INSERT INTO person", {"email": "ann@kent.example"}, Exception("UNIQUE constraint failed"))
    assert in_words(error) == "IntegrityError: UNIQUE constraint failed"
    assert len(in_words(ValueError("x" * 5000))) < 1100


def test_sending_writes_itself_down_only_when_there_is_something_to_send(
    plan_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_app, "config", plan_app.config | settings_for(closed_port()))
    assert "the mail server is not available" in run_job("send-mail", NOW).outcome
    with receiving() as server:
        monkeypatch.setattr(plan_app, "config", plan_app.config | settings_for(server.port))
        assert run_job("send-mail", NOW + timedelta(minutes=1)).outcome == f"{counted(Message)} sent"
        assert run_job("send-mail", NOW + timedelta(minutes=2)).outcome == "nothing to do"
        assert runs() == [("send-mail", True), ("send-mail", True)]
        assert run_job("send-mail", NOW + timedelta(minutes=3), by_hand=True).outcome == "nothing to send"
    assert runs() == [("send-mail", True)] * 3
    assert len(server.letters) == counted(Message)


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
    result = command.invoke(args=["jobs", "run", "tidy"])
    assert (result.exit_code, result.stdout) == (0, "tidy: 0 uploaded files deleted\n")
    assert command.invoke(args=["jobs", "run", "nonsense"]).exit_code == 2


def test_flask_jobs_says_when_one_fails(command: FlaskCliRunner, with_work: Any) -> None:
    with_work("remind", fail)
    result = command.invoke(args=["jobs", "run", "remind"])
    said = "remind failed: RuntimeError: no luck"
    (logged,) = [line for line in result.stderr.splitlines() if line != said]
    assert (result.exit_code, result.stdout, result.stderr.count(said)) == (1, "", 1)
    assert "job failed" in logged
    assert "no luck" not in logged


def test_flask_jobs_runs_the_days_that_were_missed(telling: Work, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    run_job("remind", NOW - timedelta(days=3))
    monkeypatch.setattr("riskreg.clock.now", lambda: NOW)
    result = app.test_cli_runner().invoke(args=["jobs", "run", "remind"])
    assert result.stdout == "remind: 1 told\n" * 3


def test_flask_outbox_sends(plan_app: Flask, command: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as server:
        monkeypatch.setattr(plan_app, "config", plan_app.config | settings_for(server.port))
        result = command.invoke(args=["outbox", "send"])
    assert result.exit_code == 0, result.output
    assert result.stdout == f"send-mail: {len(server.letters)} sent\n"
    assert server.letters
