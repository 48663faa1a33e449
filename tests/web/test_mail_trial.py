"""A test message from the settings page: the whole conversation is shown, whatever the mail server does."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from riskreg import models
from riskreg.extensions import db
from riskreg.services import trying_mail
from tests.mail.nonsense import CLOSE, DRIP, HANG, speaking
from tests.mail.servers import Receiver, closed_port, receiving, settings_for
from tests.web.before_dmt import fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words

PATH = "/admin/mail/test"


def tried(app: Flask, monkeypatch: pytest.MonkeyPatch, port: int, address: str = "me@kent.example", **more: Any) -> str:
    """Send a test message to a server on that port; what the page then says."""
    monkeypatch.setattr(app, "config", app.config | settings_for(port) | more)
    answer = post(signed_in_as(app, "administrator"), PATH, address=address)
    assert answer.status_code == 200
    return words(answer)


def test_the_page_shows_the_settings_but_no_secret(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {"SMTP_USER": "riskreg-user", "SMTP_PASSWORD": "geheim", "MAIL_REPLY_TO": "risk@kent.example"}
    monkeypatch.setattr(app, "config", app.config | settings_for(2525) | secret)
    answer = signed_in_as(app, "administrator").get(PATH)
    text = words(answer)
    for said in ("127.0.0.1, port 2525", "with a user name and a password", "risk@kent.example", "5 seconds", "none"):
        assert said in text
    assert "geheim" not in answer.text
    assert "riskreg-user" not in answer.text
    person = db.session.scalars(select(models.Person)).one()
    assert f'value="{person.email}"' in answer.text


def test_the_page_says_of_answers_what_every_message_says(app: Flask) -> None:
    text = words(signed_in_as(app, "administrator").get(PATH))
    assert "Answers go to the sender; each message says that nobody reads them" in text


def test_a_message_that_is_taken_shows_every_line(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as server:
        text = tried(app, monkeypatch, server.port)
    assert "The mail server took it" in text
    for line in ("ehlo riskreg.example", "rcpt TO:<me@kent.example>", "354 End data with", "(the message, ", "quit"):
        assert line in text
    (letter,) = server.letters
    assert letter["Subject"] == "Risk register: test message"
    assert letter["To"] == "me@kent.example"
    assert str(letter["Message-ID"]).startswith("<test.")
    fresh()
    event = db.session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id.desc())).first()
    assert event is not None
    assert event.verb == "sent a test message"
    assert "me@kent.example" in event.sentence
    assert db.session.scalar(select(func.count()).select_from(models.Message)) == 0


@pytest.mark.parametrize(
    ("receiver", "says"),
    [
        (Receiver(rcpt="550 5.1.1 unknown"), "The mail server refused the message for good. 550 5.1.1 unknown"),
        (Receiver(rcpt="450 4.2.1 busy"), "The message was not sent; the mail server asks to try later. 450"),
        (Receiver(mail="550 5.7.1 not from you"), "the mail server cannot be used as it is set up. 550 5.7.1 not from"),
    ],
    ids=["refused", "busy", "sender refused"],
)
def test_each_outcome_is_a_sentence(app: Flask, monkeypatch: pytest.MonkeyPatch, receiver: Receiver, says: str) -> None:
    with receiving(receiver) as server:
        text = tried(app, monkeypatch, server.port)
    assert "It did not go" in text
    assert says in text
    assert "ehlo" in text


def test_what_nobody_knows_is_not_called_failed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(Receiver(cut=True)) as server:
        text = tried(app, monkeypatch, server.port)
    assert "Perhaps sent The message may have arrived or not." in text
    assert "It did not go" not in text


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"CONNECT": HANG}, "The mail server did not answer in time."),
        ({"RCPT": HANG}, "The mail server did not answer in time."),
        ({"END": HANG}, "The message may have arrived or not."),
        ({"EHLO": DRIP}, "The mail server did not answer in time."),
        ({"MAIL": CLOSE}, "The mail server closed the connection."),
        ({"CONNECT": b"\xff<b>hello</b>\r\n"}, "The mail server answers nonsense"),
    ],
)
def test_a_server_that_hangs_or_babbles_ends_in_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch, answers: dict[str, bytes], says: str
) -> None:
    monkeypatch.setattr(trying_mail, "LONGEST", 0.5)
    with speaking(**answers) as server:
        text = tried(app, monkeypatch, server.port, SMTP_TIMEOUT=0.3)
    assert says in text
    assert "Connecting to 127.0.0.1" in text


def test_no_server_and_no_encryption_are_told_apart(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Nobody answers at this host and port" in tried(app, monkeypatch, closed_port())
    with receiving() as server:
        text = tried(app, monkeypatch, server.port, SMTP_SECURITY="starttls")
        assert "STARTTLS extension not supported by server" in text
        assert "No encrypted connection could be made" in tried(
            app, monkeypatch, server.port, SMTP_SECURITY="tls", SMTP_TIMEOUT=1
        )
    assert server.letters == []


def test_another_can_write_while_the_mail_server_is_slow(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = db.engine

    class Writing(Receiver):
        async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd names it
            with engine.begin() as another:
                another.execute(update(models.Person).values(name="Another"))
            return await super().handle_MAIL(server, session, envelope, address, options)

    with receiving(Writing()) as server:
        assert "The mail server took it" in tried(app, monkeypatch, server.port)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Enter an e-mail address."),
        ("nobody", "“nobody” is no e-mail address. An email address must have an @-sign."),
        ("a@kent.example, b@kent.example", "“a@kent.example, b@kent.example” is no e-mail address."),
    ],
)
def test_what_is_no_address_is_said_and_nothing_is_sent(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, says: str
) -> None:
    with receiving() as server:
        monkeypatch.setattr(app, "config", app.config | settings_for(server.port))
        answer = post(signed_in_as(app, "administrator"), PATH, address=address)
    assert answer.status_code == 422
    assert problems(answer)[0].startswith(says)
    assert server.letters == []
    fresh()
    assert db.session.scalars(select(models.AuditEvent)).all() == []


def test_nobody_else_tries_the_mail(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    assert client.get(PATH).status_code == 403
    assert post(client, PATH, address="me@kent.example").status_code == 403
