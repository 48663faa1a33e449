"""`flask demo advance`: the demonstration moves on day by day, and each day's jobs are run once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select, update

from riskreg import clock
from riskreg.cli import demo
from riskreg.domain.dates import LONDON
from riskreg.domain.notices import DIGEST_AT
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.leadership import alone
from riskreg.mail import sending
from riskreg.mail.sending import Outcome, Sent
from riskreg.models import DemonstrationDay, JobRun, Message, Notice
from riskreg.services import posting
from riskreg.services.digests import OVERTAKEN

FIRST = date(2017, 4, 3)


@pytest.fixture
def demonstration(plan_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The demonstration on the shipped plan, whose mail server takes everything."""
    plan_app.config["RISKREG_ENV"] = "demonstration"
    monkeypatch.setattr(sending, "deliver", takes)
    monkeypatch.setattr(demo, "PATIENCE_SECONDS", 0)
    plan_app.extensions.pop("riskreg_day", None)
    return plan_app


def takes(_message: EmailMessage, started: Callable[[], None], **_: object) -> Outcome:
    started()
    return Sent()


def advance(app: Flask, to: str) -> Result:
    result = FlaskCliRunner(app).invoke(args=["demo", "advance", "--to", to])
    db.session.rollback()
    clock.forget_day()
    return result


def ledger() -> list[tuple[Any, ...]]:
    """Every notice and message, with what became of it."""
    notices = select(Notice.kind, Notice.thing, Notice.person_id, Notice.stage, Notice.due_on, Notice.state)
    messages = select(Message.kind, Message.person_id, Message.period, Message.state, Message.text)
    return sorted((tuple(row) for query in (notices, messages) for row in db.session.execute(query)), key=str)


def days_run(job: str) -> dict[date, int]:
    good = select(JobRun.day, func.count()).where(JobRun.job == job, JobRun.ok.is_(True)).group_by(JobRun.day)
    return {row[0]: row[1] for row in db.session.execute(good)}


def test_each_day_is_lived_once_and_told(demonstration: Flask) -> None:
    result = advance(demonstration, "2017-04-20")
    lines = result.stdout.splitlines()
    assert (result.exit_code, lines[-1]) == (0, "The demonstration stands at 20 April 2017.")
    assert [line.split(".")[0] for line in lines[:-1]] == [f"{day} April 2017" for day in range(4, 21)]
    assert "reminders noted" in lines[-2]
    for job in ("evaluate", "tidy", "remind"):
        assert days_run(job) == {date(2017, 4, day): 1 for day in range(4, 21)}
    assert set(db.session.scalars(select(Message.state))) == {"sent"}
    kinds = set(db.session.scalars(select(Message.kind)))
    assert kinds >= {"digest", "escalation_raised"}


def test_its_help_says_what_links_in_messages_begin_with(app: Flask) -> None:
    help_ = FlaskCliRunner(app).invoke(args=["demo", "advance", "--help"]).output
    assert "Links in its messages begin with RISKREG_BASE_URL" in help_


def test_the_clock_of_the_pages_follows_and_outlives_the_process(demonstration: Flask) -> None:
    assert "Monday 3 April 2017" in demonstration.test_client().get("/sign-in").text
    advance(demonstration, "2017-04-06")
    assert clock.today() == date(2017, 4, 6)
    assert "Thursday 6 April 2017" in demonstration.test_client().get("/sign-in").text


def test_the_clock_does_not_wait_for_what_its_own_request_writes(demonstration: Flask) -> None:
    advance(demonstration, "2017-04-06")
    db.session.execute(update(Message).values(last_error=""))
    clock.forget_day()  # as if a second had passed in the middle of a request
    assert clock.today() == date(2017, 4, 6)


def test_two_steps_equal_one(backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ledgers = []
    monkeypatch.setattr(sending, "deliver", takes)
    for steps in (["2017-04-25"], ["2017-04-13", "2017-04-25"]):
        for app in backend.application("plan"):
            app.config["RISKREG_ENV"] = "demonstration"
            app.extensions.pop("riskreg_day", None)
            assert [advance(app, to).exit_code for to in steps] == [0] * len(steps)
            ledgers.append(ledger())
            app.extensions.pop("riskreg_day", None)
    assert ledgers[0] == ledgers[1]
    assert len(ledgers[0]) > 50


def test_what_the_schedule_does_meanwhile_doubles_nothing(
    demonstration: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[str] = []

    def takes_and_is_not_alone(message: EmailMessage, started: Callable[[], None], **_: object) -> Outcome:
        arrived.append(str(message["Message-ID"]))
        with demonstration.app_context():
            for job in ("remind", "digests", "send-mail"):
                run_job(job, datetime(2017, 4, 18, 5, 30, tzinfo=UTC))
        started()
        return Sent()

    monkeypatch.setattr(sending, "deliver", takes_and_is_not_alone)
    assert advance(demonstration, "2017-04-18").exit_code == 0
    ended = Counter(db.session.scalars(select(Message.state)))
    # The other schedule is days ahead: what it tells anew, an earlier digest that had not left yet no longer says.
    assert set(ended) == {"sent", "dropped"}
    assert set(db.session.scalars(select(Notice.ended_why).where(Notice.state == "dropped"))) == {OVERTAKEN}
    assert len(arrived) == len(set(arrived)) == ended["sent"]


def test_it_waits_for_a_scheduler_and_says_when_that_does_not_end(demonstration: Flask) -> None:
    with alone(db.engine, "job-day") as free:
        assert free
        result = advance(demonstration, "2017-04-05")
    assert result.exit_code == 1
    assert (
        result.stderr
        == "evaluate failed on 4 April 2017: It is being run already, or the database cannot be reached.\n"
    )
    assert advance(demonstration, "2017-04-05").exit_code == 0


def test_all_mail_of_a_day_is_sent_however_much(demonstration: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "BATCH", 2)
    assert advance(demonstration, "2017-04-04").exit_code == 0
    assert set(db.session.scalars(select(Message.state))) == {"sent"}


def test_a_mail_server_that_is_away_is_asked_once_a_day(demonstration: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    demonstration.config["RISKREG_ENV"] = "demonstration"
    result = advance(demonstration, "2017-04-05")
    assert result.exit_code == 0
    assert result.stdout.count("the mail server is not available") == 2
    assert set(db.session.scalars(select(Message.state))) == {"waiting"}


@pytest.mark.parametrize(
    ("to", "code", "sentence"),
    [
        ("2017-04-03", 1, "The demonstration stands at 3 April 2017: choose a later day."),
        ("2016-12-31", 1, "The demonstration stands at 3 April 2017: choose a later day."),
        ("2020-05-01", 1, "That is more than three years ahead of 3 April 2017: choose an earlier day."),
        ("9999-12-31", 1, "That is more than three years ahead of 3 April 2017: choose an earlier day."),
        ("tomorrow", 2, "'tomorrow' does not match the format '%Y-%m-%d'."),
        ("2017-02-30", 2, "'2017-02-30' does not match the format '%Y-%m-%d'."),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(demonstration: Flask, to: str, code: int, sentence: str) -> None:
    result = advance(demonstration, to)
    assert result.exit_code == code
    assert sentence in result.stderr
    assert db.session.scalars(select(DemonstrationDay)).all() == []
    assert db.session.scalars(select(JobRun)).all() == []


@pytest.mark.parametrize(("env", "fixed"), [("production", None), ("test", FIRST), ("demonstration", None)])
def test_only_a_demonstration_with_a_fixed_day_moves(demonstration: Flask, env: str, fixed: date | None) -> None:
    demonstration.config.update(RISKREG_ENV=env, RISKREG_TODAY=fixed)
    result = advance(demonstration, "2017-04-05")
    assert result.exit_code == 1
    assert "Only a demonstration can be moved on: set RISKREG_ENV=demonstration and RISKREG_TODAY." in result.stderr
    assert db.session.scalars(select(DemonstrationDay)).all() == []


def test_the_digests_of_a_day_go_at_the_hour_that_the_preferences_name(demonstration: Flask) -> None:
    advance(demonstration, "2017-04-18")
    put = db.session.scalars(select(Message.created_at).where(Message.kind == "digest"))
    assert {f"{at.astimezone(LONDON):%H:%M}" for at in put} == {f"{DIGEST_AT:%H:%M}"} == {"06:30"}
