"""What machines ask: /health, /ready and /metrics, who is answered, and what they say when something is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import ColumnElement, String, case, cast, delete, insert, literal, select, text, update
from sqlalchemy.exc import OperationalError

from config import SettingError, from_environment
from riskreg.extensions import db
from riskreg.jobs import JOBS
from riskreg.models import JobRun, Message, Person, SchedulerSeen
from riskreg.web.health import checks
from riskreg.web.health import figures as prometheus
from tests import factories as make
from tests.web.before_dmt import counted

TOKEN = "a-token-of-many-random-characters"


@pytest.fixture(autouse=True)
def standing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands."""
    monkeypatch.setattr("riskreg.clock.now", lambda: make.NOW)


@pytest.fixture
def watcher(app: Flask) -> FlaskClient:
    """A machine that asks, of an empty register with a scheduler that leads."""
    seen("one", leads=True)
    return app.test_client()


def seen(holder: str, *, leads: bool, seconds: int = 2) -> None:
    at = make.NOW - timedelta(seconds=seconds)
    db.session.add(SchedulerSeen(holder=holder, host=holder, leads=leads, started_at=at, seen_at=at))
    db.session.commit()


def a_message(**facts: Any) -> None:
    known = {"created_at": make.NOW, "next_attempt_at": make.NOW, "facts": {}, "subject_key": "x", "period": "1"}
    person_id = make.PersonFactory().id
    db.session.add(Message(**{**known, "kind": "digest", "person_id": person_id, **facts}))
    db.session.commit()


def figures(client: FlaskClient, **asked: Any) -> dict[tuple[str, str], float]:
    """Read the figures as Prometheus does: by name and labels."""
    answer = client.get("/metrics", **asked)
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=")
    return {
        (one.name, " ".join(one.labels.values())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_health_answers_without_the_database(watcher: FlaskClient) -> None:
    with counted() as queries:
        answer = watcher.get("/health", headers={"X-Forwarded-For": "203.0.113.7"})
    assert (answer.status_code, answer.json, queries) == (200, {"status": "ok"}, [])


def test_ready_says_of_each_thing_that_it_is_well(watcher: FlaskClient) -> None:
    with counted() as queries:
        answer = watcher.get("/ready")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "checks": {
            "database": {"ok": True, "sentence": "The database answers."},
            "migrations": {"ok": True, "sentence": "The database is at the revision of the code."},
            "scheduler": {"ok": True, "sentence": "The scheduler that leads was seen 2 seconds ago."},
            "mail": {"ok": True, "sentence": "No message waits."},
        },
    }
    assert len(queries) <= 5


def test_a_second_is_one_second(watcher: FlaskClient) -> None:
    db.session.execute(update(SchedulerSeen).values(seen_at=make.NOW - timedelta(seconds=1)))
    db.session.commit()
    checks = (watcher.get("/ready").json or {})["checks"]
    assert checks["scheduler"]["sentence"] == "The scheduler that leads was seen 1 second ago."


def not_ready(client: FlaskClient, name: str) -> str:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "not ready"
    assert [one for one, check in answer.json["checks"].items() if not check["ok"]] == [name]
    return str(answer.json["checks"][name]["sentence"])


def test_a_leader_that_was_not_seen_lately_is_told(watcher: FlaskClient) -> None:
    db.session.execute(update(SchedulerSeen).values(seen_at=make.NOW - timedelta(seconds=31)))
    db.session.commit()
    assert not_ready(watcher, "scheduler") == "The scheduler that leads was seen 31 seconds ago."


def test_a_scheduler_that_only_waits_is_not_enough(watcher: FlaskClient) -> None:
    db.session.execute(delete(SchedulerSeen))
    seen("two", leads=False)
    assert not_ready(watcher, "scheduler") == "No scheduler leads: start “flask scheduler run”."


def test_a_message_that_waits_too_long_is_told(watcher: FlaskClient) -> None:
    a_message(created_at=make.NOW - timedelta(minutes=30))
    assert watcher.get("/ready").status_code == 200
    a_message(created_at=make.NOW - timedelta(minutes=31), state="claimed")
    assert not_ready(watcher, "mail") == "The oldest message waits for 31 minutes."


@pytest.mark.parametrize(
    ("waits", "said"),
    [
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_how_long_is_said_in_the_unit_that_is_read_at_once(watcher: FlaskClient, waits: timedelta, said: str) -> None:
    a_message(created_at=make.NOW - waits)
    assert not_ready(watcher, "mail") == f"The oldest message waits for {said}."


@pytest.mark.parametrize(
    "facts", [{"state": "sent"}, {"state": "failed"}, {"next_attempt_at": make.NOW + timedelta(hours=1)}]
)
def test_a_message_that_is_not_on_its_way_does_not_count(watcher: FlaskClient, facts: dict[str, Any]) -> None:
    a_message(created_at=make.NOW - timedelta(days=3), **facts)
    assert watcher.get("/ready").status_code == 200


def test_a_database_that_was_not_migrated_is_told(watcher: FlaskClient) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    assert not_ready(watcher, "migrations").startswith("The database is at revision 0001, the code at 0")
    db.session.execute(text("DROP TABLE alembic_version"))
    db.session.commit()
    assert "at revision none" in not_ready(watcher, "migrations")


def test_the_figures_of_a_database_that_cannot_be_read_are_refused_in_a_sentence(
    watcher: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise OperationalError("SELECT", {}, Exception("no such table"))

    monkeypatch.setattr(prometheus, "message_counts", fails)
    answer = watcher.get("/metrics")
    assert (answer.status_code, answer.text) == (503, "The database cannot be read: /ready says more.\n")


def test_a_database_that_does_not_answer_is_told_without_its_address(
    watcher: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> set[str]:
        raise OperationalError("SELECT", {}, Exception("connection to 10.0.0.7 refused, user riskreg"))

    monkeypatch.setattr(checks, "database_revisions", away)
    answer = watcher.get("/ready")
    assert not_ready(watcher, "database") == "The database cannot be reached."
    assert "10.0.0.7" not in answer.text
    assert watcher.get("/health").status_code == 200


@pytest.mark.parametrize("path", ["/ready", "/metrics"])
class TestWhoIsAnswered:
    def test_without_a_token_only_this_machine(self, watcher: FlaskClient, path: str) -> None:
        for address, status in (("127.0.0.1", 200), ("127.0.0.9", 200), ("::1", 200), ("203.0.113.7", 404)):
            answer = watcher.get(path, environ_overrides={"REMOTE_ADDR": address})
            assert answer.status_code == status
        for address in ("", "unix:"):
            assert watcher.get(path, environ_overrides={"REMOTE_ADDR": address}).status_code == 404

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
    def test_not_who_comes_through_a_proxy_on_it(self, watcher: FlaskClient, path: str, header: str) -> None:
        answer = watcher.get(path, headers={header: "127.0.0.1"})
        assert answer.status_code == 404
        assert "Page not found" in answer.text

    def test_with_a_token_whoever_has_it(self, watcher: FlaskClient, app: Flask, path: str) -> None:
        app.config["METRICS_TOKEN"] = TOKEN
        far = {"REMOTE_ADDR": "203.0.113.7"}
        for words, status in (
            (f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 404), (TOKEN, 404), ("", 404), ("Bearer é", 404),
        ):  # fmt: skip
            answer = watcher.get(path, headers={"Authorization": words}, environ_overrides=far)
            assert answer.status_code == status, words
            assert TOKEN not in answer.text
        assert watcher.get(path).status_code == 404

    def test_it_is_only_read(self, watcher: FlaskClient, path: str) -> None:
        assert watcher.post(path).status_code in {400, 405}


def test_the_figures_of_a_register(plan_app: Flask) -> None:
    seen("one", leads=True)
    ran: dict[str, Any] = {"job": "evaluate", "day": make.TODAY, "started_at": make.NOW - timedelta(hours=2)}
    db.session.add(JobRun(**ran, finished_at=ran["started_at"] + timedelta(seconds=4), ok=True))
    failed = {**ran, "started_at": make.NOW - timedelta(hours=1)}
    for _ in range(2):
        db.session.add(JobRun(**failed, finished_at=failed["started_at"] + timedelta(seconds=7), ok=False))
    db.session.add(JobRun(**ran))
    db.session.execute(update(Message).values(created_at=make.NOW - timedelta(seconds=90)))
    db.session.commit()
    found = figures(plan_app.test_client())
    waiting = db.session.scalars(select(Message.id).where(Message.kind == "escalation_raised")).all()
    assert found["riskreg_messages", "escalation_raised waiting"] == len(waiting)
    assert found["riskreg_oldest_message_seconds", ""] == 90
    assert found["riskreg_job_last_seconds", "evaluate"] == 7
    assert found["riskreg_job_last_success_timestamp_seconds", "evaluate"] == make.NOW.timestamp() - 7196
    assert found["riskreg_job_runs_failed_total", "evaluate"] == 2
    assert found["riskreg_job_runs_failed_total", "send-mail"] == 0
    assert ("riskreg_job_last_seconds", "send-mail") not in found
    assert sum(value for (name, _), value in found.items() if name == "riskreg_escalations") == 4
    assert found["riskreg_leader_seen_timestamp_seconds", ""] == make.NOW.timestamp() - 2


def test_an_empty_register_has_figures_too(app: Flask) -> None:
    found = figures(app.test_client())
    assert found["riskreg_leader_seen_timestamp_seconds", ""] == 0
    assert found["riskreg_oldest_message_seconds", ""] == 0
    assert {labels for name, labels in found if name == "riskreg_job_runs_failed_total"} == set(JOBS)


def test_a_hundred_thousand_messages_take_as_many_queries_and_little_time(watcher: FlaskClient) -> None:
    person_id = db.session.scalar(select(Person.id)) or make.PersonFactory().id
    db.session.commit()
    with counted() as few:
        figures(watcher)
        watcher.get("/ready")
    number = select(literal(0).label("i")).cte(recursive=True)
    number = number.union_all(select(number.c.i + 1).where(number.c.i < 99_999))
    state = case((number.c.i % 100 == 0, "waiting"), else_="sent")
    words = {"text": "x" * 500, "html": "x" * 500, "subject": "x" * 60, "last_error": ""}
    same = {**words, "kind": "digest", "subject_key": "digest", "person_id": person_id, "attempts": 0}
    columns: dict[str, ColumnElement[Any]] = {name: literal(value) for name, value in same.items()}
    columns |= {name: literal(make.NOW, Message.created_at.type) for name in ("created_at", "next_attempt_at")}
    columns |= {"facts": literal({}, Message.facts.type), "period": cast(number.c.i, String), "state": state}
    db.session.execute(insert(Message).from_select(list(columns), select(*columns.values())))
    db.session.commit()
    began = datetime.now(UTC)
    with counted() as many:
        found = figures(watcher)
        assert watcher.get("/ready").status_code == 200
    assert found["riskreg_messages", "digest sent"] == 99_000
    assert len(many) == len(few) <= 14
    assert datetime.now(UTC) - began < timedelta(seconds=1)


def test_a_token_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(SettingError, match="RISKREG_METRICS_TOKEN must have at least 16 random characters"):
        from_environment({"RISKREG_ENV": "test", "RISKREG_METRICS_TOKEN": "guess-me"})
    assert from_environment({"RISKREG_ENV": "test", "RISKREG_METRICS_TOKEN": TOKEN})["METRICS_TOKEN"] == TOKEN
    assert from_environment({"RISKREG_ENV": "test"})["METRICS_TOKEN"] == ""
