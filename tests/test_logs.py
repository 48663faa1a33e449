"""The log: a line for each request and each run, by its number, and nothing personal in it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import jobs
from riskreg.extensions import db
from riskreg.jobs import JOBS, run_job
from riskreg.logs import keep_log
from riskreg.models import Person, Risk
from tests import factories as make
from tests.mail.servers import receiving, settings_for
from tests.web.browsing import post, sign_in_as


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """What was logged, as production does, since it was last asked for. To be named after the application."""
    keep_log(as_json=True)
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line]
    keep_log(as_json=False)


def test_a_request_is_one_line_with_its_rule_and_not_its_address(client: FlaskClient, log: Any) -> None:
    sign_in_as(client, "Auditor")
    log()
    answer = client.get("/register?q=secret-words")
    (line,) = log()
    assert (line["event"], line["level"], line["method"], line["status"]) == ("request", "info", "GET", 200)
    assert line["rule"] == "/register"
    assert line["ms"] > 0
    assert line["request"] == answer.headers["X-Request-ID"]
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("number", ["0123456789abcdef", "1B4E28BA-2FA1-11D2-883F-0016D3CCA427"])
def test_a_well_formed_number_of_a_proxy_is_kept(client: FlaskClient, log: Any, number: str) -> None:
    answer = client.get("/sign-in", headers={"X-Request-ID": number})
    assert answer.headers["X-Request-ID"] == log()[0]["request"] == number


@pytest.mark.parametrize("number", ["", "short", "ann@kent.example", "a" * 65, "12345678 9", "１２３４５６７８"])
def test_any_other_word_is_replaced(client: FlaskClient, log: Any, number: str) -> None:
    answer = client.get("/sign-in", environ_overrides={"HTTP_X_REQUEST_ID": number})
    assert re.fullmatch(r"[0-9a-f]{12}", answer.headers["X-Request-ID"])
    assert log()[0]["request"] == answer.headers["X-Request-ID"]


def test_what_has_no_page_and_no_usual_method_is_not_written_down(client: FlaskClient, log: Any) -> None:
    client.get("/ann@kent.example")
    client.open("/sign-in", method="ANNSMITH")
    first, second = log()
    assert (first["rule"], first["status"]) == ("", 404)
    assert (second["method"], second["status"]) == ("another", 405)


def test_one_request_does_not_lend_its_number_to_what_follows(client: FlaskClient, log: Any) -> None:
    client.get("/sign-in")
    logging.getLogger("riskreg.test").warning("afterwards")
    assert "request" not in log()[1]


def test_a_run_is_one_line_with_its_number(app: Flask, log: Any) -> None:
    run_job("tidy", make.NOW)
    (line,) = log()
    assert (line["event"], line["job"], line["day"]) == ("job went well", "tidy", "2017-04-03")
    assert line["run"] > 0


def test_a_failure_tells_its_kind_and_place_and_not_its_words(
    app: Flask, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_now: datetime, _day: date) -> str:
        logging.getLogger("riskreg.services.posting").warning("within the run")
        raise ValueError("Ann Smith, ann@kent.example")

    monkeypatch.setitem(jobs.JOBS, "tidy", replace(JOBS["tidy"], work=fail))
    run_job("tidy", make.NOW)
    within, failed = log()
    assert within["run"] == failed["run"]
    assert (failed["event"], failed["level"], failed["error"]) == ("job failed", "error", "ValueError")
    assert any("riskreg/jobs.py" in place for place in failed["where"])
    assert "Ann" not in json.dumps(failed)


def test_of_another_librarys_line_only_its_own_words_are_kept(log: Any) -> None:
    error = ValueError("ann@kent.example")
    logging.getLogger("library.part").error("no answer from %s", "ann@kent.example", exc_info=error)
    logging.getLogger("library.part").info("of no interest")
    (line,) = log()
    assert (line["event"], line["from"], line["error"]) == ("no answer from %s", "library.part", "ValueError")
    assert "ann" not in json.dumps(line)


def test_the_development_servers_own_line_is_dropped(log: Any) -> None:
    logging.getLogger("werkzeug").warning("127.0.0.1 - - [3/Apr/2017] GET /reset/token")
    assert log() == []


def test_outside_production_a_line_can_be_read(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    keep_log(as_json=False)
    client.get("/sign-in")
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(r"Z info request method=GET rule=/sign-in status=200 ms=[0-9.]+ request=[0-9a-f]{12}$", line)


def test_pages_and_jobs_log_nothing_personal(
    plan_app: Flask, client: FlaskClient, log: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"secret-words", "Typed by hand"}
    for person in db.session.scalars(select(Person)):
        words |= {person.name, person.email}
    words |= set(db.session.scalars(select(Risk.title)))
    db.session.rollback()
    sign_in_as(client, "Administrator")
    for path in ("/", "/register", "/search?q=secret-words", "/admin/people", "/admin/mail", "/admin/jobs", "/audit"):
        client.get(path)
    post(client, "/reset", email="typed-by-hand@kent.example")
    post(client, "/sign-in", email="typed-by-hand@kent.example", password="secret-words")
    client.get("/set-password/secret-words")
    with receiving() as server:
        monkeypatch.setattr(plan_app, "config", plan_app.config | settings_for(server.port))
        for name in JOBS:
            run_job(name, make.NOW, by_hand=True)
    lines = log()
    assert len([line for line in lines if "run" in line]) == len(JOBS)
    assert len([line for line in lines if "request" in line]) > 10
    text = json.dumps(lines, ensure_ascii=False)
    assert "@" not in text
    assert [word for word in words if word in text] == []
