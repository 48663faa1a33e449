"""Everything that is refused or goes wrong: the right status, a plain sentence, and nothing that was typed is lost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask, flash, redirect
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import NotFound, TooManyRequests

from riskreg import create_app, web
from riskreg.domain.access import Permission
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Division, Person
from riskreg.web.access import needs, public
from riskreg.web.fields import TextField
from riskreg.web.forms import Form
from riskreg.web.pages import page
from riskreg.web.requests import saving
from tests.web.browsing import post, problems, sign_in_as, token, words

SECRET = "what someone typed"
ERRORS = {
    "rule": RuleBroken("A closed risk cannot be reviewed."),
    "permitted": NotPermitted("Only the owner may do this."),
    "changed": ChangedMeanwhile("Someone else decided meanwhile."),
    "locked": OperationalError("", {}, sqlite3.OperationalError("database is locked")),
    "no-table": OperationalError("", {}, sqlite3.OperationalError("no such table: risk")),
    "twice": IntegrityError("", {}, sqlite3.IntegrityError("UNIQUE constraint failed: link.id")),
    "null": IntegrityError("", {}, sqlite3.IntegrityError(f"NOT NULL constraint failed: {SECRET}")),
    "fault": ValueError(SECRET),
    "gone": NotFound("There is no risk CYPE 99."),
    "often": TooManyRequests(),
}


class NameForm(Form):
    """The form of the pages below."""

    name = TextField("Name", needed="Enter a name.")


def pages_that_fail() -> Blueprint:
    blueprint = Blueprint("failing", __name__)

    @blueprint.route("/fail/<kind>", methods=["GET", "POST"])
    @public
    def fail(kind: str) -> ResponseReturnValue:
        raise ERRORS[kind].with_traceback(None)

    @blueprint.route("/save/<kind>", methods=["GET", "POST"])
    @public
    def save(kind: str) -> ResponseReturnValue:
        form = NameForm()
        if form.validate_on_submit():
            with saving(form):
                db.session.add(Division(name=form.name.data, kind="division", source_line=""))
                db.session.flush()
                flash("Saved.")
                if kind == "beside":
                    raise RuleBroken("That name is taken.", "name")
                if kind != "well":
                    raise ERRORS[kind].with_traceback(None)
                return redirect("/sign-in")
        return page("auth/reset.html", form=_with_email(form))

    @blueprint.get("/audited")
    @needs(Permission.READ_AUDIT)
    def audited() -> ResponseReturnValue:
        return "ok"

    return blueprint


def _with_email(form: Form) -> Form:
    """The template shows a field called email; these forms call theirs name."""
    form.email = form.name
    return form


@pytest.fixture
def failing(plan_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """A browser's stand-in on an application with pages that fail."""
    monkeypatch.setattr(web, "BLUEPRINTS", (*web.BLUEPRINTS, pages_that_fail()))
    names = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_ENGINE_OPTIONS", "SECRET_KEY", "RISKREG_TODAY")
    settings = {name: plan_app.config[name] for name in names}
    app = create_app({**settings, "RISKREG_ENV": "production", "DEMONSTRATION_SIGN_IN": True})
    app.config["SESSION_COOKIE_SECURE"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app.test_client()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def names() -> set[str]:
    """The divisions as they are stored; the transaction ends, or it would hold up the application."""
    db.session.rollback()
    found = set(db.session.scalars(select(Division.name)))
    db.session.rollback()
    return found


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("rule", 422, "A closed risk cannot be reviewed."),
        ("permitted", 403, "Only the owner may do this."),
        ("changed", 409, "Someone else decided meanwhile."),
        ("locked", 503, "Wait a moment, then try again."),
        ("twice", 409, "Someone saved the same thing at the same moment."),
        ("gone", 404, "There is no risk CYPE 99."),
        ("often", 429, "Wait a few minutes, then try again."),
        ("fault", 500, "The fault is ours."),
        ("no-table", 500, "The fault is ours."),
        ("null", 500, "The fault is ours."),
    ],
)
def test_a_refusal_has_its_status_its_sentence_and_what_was_typed(
    failing: FlaskClient, kind: str, status: int, sentence: str
) -> None:
    answer = post(
        failing, f"/fail/{kind}", reason="Because\nof <b>this</b>", due_on=["31", "8", "2017"], password="pw-1"
    )
    assert answer.status_code == status
    text = words(answer)
    assert sentence in text
    assert "Nothing was saved." in text
    assert "Reason Because of <b>this</b>" in text
    assert "Due on 31 8 2017" in text
    assert "pw-1" not in answer.text
    assert "csrf" not in text.lower()


def test_a_page_that_was_only_read_says_nothing_of_saving(failing: FlaskClient) -> None:
    answer = failing.get("/fail/gone?q=words")
    assert answer.status_code == 404
    assert "saved" not in words(answer)


@pytest.mark.parametrize("sent", ["", "forged", "ImZvcmdlZCI.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_a_form_that_is_not_ours_saves_nothing_and_loses_nothing(client: FlaskClient, sent: str) -> None:
    answer = client.post("/reset", data={"csrf_token": sent, "email": "alex@kent.example", "new_password": "pw-1"})
    assert answer.status_code == 400
    text = words(answer)
    assert "Nothing was saved" in text
    assert "Email alex@kent.example" in text
    assert "pw-1" not in answer.text
    assert sent == "" or sent not in answer.text


def test_the_page_of_a_forged_form_keeps_the_navigation_of_who_is_signed_in(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.post("/sign-out")
    assert answer.status_code == 400
    assert "Signed in as Auditor" in words(answer)


def test_what_is_typed_after_the_session_ended_is_shown(client: FlaskClient) -> None:
    answer = post(client, "/sign-out", text="A long account of the matter")
    assert answer.status_code == 401
    assert "A long account of the matter" in answer.text
    assert 'href="/sign-in"' in answer.text


def test_who_was_signed_out_is_led_back_to_the_form_without_its_buttons(client: FlaskClient) -> None:
    answer = post(client, "/risks/1/review", note="A long account", later="1", revision="0")
    assert answer.status_code == 401
    assert 'href="/sign-in?next=/risks/1/review"' in answer.text
    assert "Sign in and go back to the form" in answer.text
    assert "Later" not in answer.text


def test_who_lacks_the_permission_is_told_what_is_missing_and_whom_to_ask(failing: FlaskClient) -> None:
    officer = db.session.scalar(select(Person.id).where(Person.name == "Performance Officer"))
    db.session.rollback()
    post(failing, "/sign-in", person_id=officer)
    answer = failing.get("/audited")
    assert answer.status_code == 403
    text = words(answer)
    assert "Your roles do not allow you to read the audit trail." in text
    assert "This is for: DMT member, risk co-ordinator, auditor and administrator." in text
    assert "ask the administrator" in text


def test_a_wrong_method_says_which_is_right(client: FlaskClient) -> None:
    answer = client.put("/sign-in")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "This address cannot be used like that" in words(answer)


@pytest.mark.parametrize("path", ["/nowhere", "/risks/99999999999999999999", "/static/vendor/none.css", "/%00", "/é"])
def test_an_address_that_does_not_exist_is_a_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


def test_what_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = post(client, "/reset", email="x" * 2_200_000)
    assert answer.status_code == 413
    assert "That was too large" in words(answer)
    assert "xxx" not in answer.text


def test_the_log_names_the_failure_by_its_number_and_tells_nothing_personal(
    failing: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = post(failing, "/fail/fault?q=secret-words", reason="secret-reason")
    lines = [one for one in capsys.readouterr().err.splitlines() if one]
    line, answered = [one for one in lines if json.loads(one)["method"] == "POST"]
    entry = json.loads(line)
    assert entry["event"] == "request failed"
    assert entry["error"] == "ValueError"
    assert entry["request"] in answer.text
    assert (entry["method"], entry["rule"]) == ("POST", "/fail/<kind>")
    assert any("fail" in frame for frame in entry["where"])
    assert json.loads(answered)["request"] == entry["request"] == answer.headers["X-Request-ID"]
    assert (json.loads(answered)["event"], json.loads(answered)["status"]) == ("request", 500)
    for one in lines:
        assert SECRET not in one
        assert "secret" not in one


def test_a_locked_database_says_when_to_come_back(failing: FlaskClient) -> None:
    assert post(failing, "/fail/locked").headers["Retry-After"] == "30"


class TestSaving:
    """All or nothing, and the message only when it is true."""

    def test_what_was_done_is_committed(self, failing: FlaskClient) -> None:
        assert post(failing, "/save/well", name="Early Help").status_code == 302
        assert "Early Help" in names()
        assert "Saved." in failing.get("/sign-in").text

    def test_a_broken_rule_is_shown_beside_its_field_and_nothing_is_kept(self, failing: FlaskClient) -> None:
        answer = post(failing, "/save/beside", name="Early Help")
        assert answer.status_code == 422
        assert problems(answer) == ["That name is taken."]
        assert '<a href="#name">' in answer.text
        assert 'value="Early Help"' in answer.text
        assert "Early Help" not in names()
        assert "Saved." not in failing.get("/sign-in").text

    def test_a_broken_rule_of_no_field_is_shown_above_the_form(self, failing: FlaskClient) -> None:
        answer = post(failing, "/save/rule", name="Early Help")
        assert answer.status_code == 422
        assert problems(answer) == ["A closed risk cannot be reviewed."]

    def test_what_changed_meanwhile_is_shown_with_its_own_status(self, failing: FlaskClient) -> None:
        answer = post(failing, "/save/changed", name="Early Help")
        assert answer.status_code == 409
        assert problems(answer) == ["Someone else decided meanwhile."]
        assert 'value="Early Help"' in answer.text

    @pytest.mark.parametrize(("kind", "status"), [("permitted", 403), ("locked", 503), ("fault", 500), ("twice", 409)])
    def test_every_other_failure_has_its_page_and_keeps_nothing(
        self, failing: FlaskClient, kind: str, status: int
    ) -> None:
        assert post(failing, f"/save/{kind}", name="Early Help").status_code == status
        assert "Early Help" not in names()
        assert "Saved." not in failing.get("/sign-in").text


def test_a_database_that_another_writer_holds_is_met(failing: FlaskClient, plan_app: Flask) -> None:
    form = {"csrf_token": token(failing), "name": "Early Help"}
    with db.engine.connect() as other:
        if db.engine.dialect.name == "postgresql":
            other.execute(text("LOCK TABLE division IN EXCLUSIVE MODE"))
        else:
            other.execute(text("SELECT 1"))  # a transaction that may write holds SQLite from its beginning
        answer = failing.post("/save/well", data=form)
        assert answer.status_code == 503
        assert "Name Early Help" in words(answer)
        assert failing.get("/sign-in").status_code == 200, "who only reads does not wait"
        other.rollback()
    assert failing.post("/save/well", data=form).status_code == 302


def test_a_view_without_an_access_class_stops_the_application(plan_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    blueprint = Blueprint("careless", __name__)
    blueprint.add_url_rule("/careless", "view", lambda: "seen")
    monkeypatch.setattr(web, "BLUEPRINTS", (*web.BLUEPRINTS, blueprint))
    with pytest.raises(LookupError, match=r"careless\.view"):
        create_app({"SQLALCHEMY_DATABASE_URI": plan_app.config["SQLALCHEMY_DATABASE_URI"]})
