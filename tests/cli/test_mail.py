"""`flask mail bounce`: the mail server's pipe."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.exc import OperationalError

from riskreg.cli import mail
from riskreg.cli.mail import MOST_BYTES
from riskreg.extensions import db
from riskreg.models import Message
from riskreg.services.bounces import NOT_OURS
from tests.mail.reports import postfix
from tests.services.test_bounces import a_message, report


def test_a_message_that_comes_back_is_taken_in(app: Flask) -> None:
    message = a_message()
    content, message_id = report(message), message.id
    db.session.commit()
    result = FlaskCliRunner(app).invoke(args=["mail", "bounce"], input=content)
    assert (result.exit_code, result.stdout) == (0, f"Message {message_id} came back and counts as failed.\n")
    db.session.rollback()
    assert db.session.get_one(Message, message_id).state == "failed"


@pytest.mark.parametrize("content", [b"", b"\xff\x00", postfix(), b"x" * (MOST_BYTES + 10)])
def test_what_is_not_ours_is_no_error_for_the_mail_server_and_is_logged(
    app: Flask, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    result = FlaskCliRunner(app).invoke(args=["mail", "bounce"], input=content)
    assert (result.exit_code, result.stdout) == (0, f"{NOT_OURS}\n")
    assert NOT_OURS in caplog.text


def test_without_the_database_the_mail_server_keeps_it_for_later(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object) -> str:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(mail, "take_bounce", locked)
    result = FlaskCliRunner(app).invoke(args=["mail", "bounce"], input=postfix())
    assert result.exit_code == 75
    assert "The database cannot be used (database is locked). Nothing was changed." in result.stderr
