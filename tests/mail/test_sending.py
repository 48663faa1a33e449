"""Sending one message over real SMTP: how far it got is always known, or known to be unknown."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from riskreg.mail.composing import compose
from riskreg.mail.rendering import Rendered
from riskreg.mail.sending import OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure, deliver
from tests.mail.servers import Receiver, closed_port, receiving, settings_for

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
WRITTEN = Rendered("CYPE 20 – raised", "It fell – from 74% to 70%.\n.\nAfter a dot.\n" + "x" * 2000, "<p>It fell</p>")


def a_message(to: tuple[str, str] = ("Ann Owner", "ann@kent.example"), **config: Any) -> EmailMessage:
    return compose("message.12", WRITTEN, to, settings_for(0) | config, NOW)


class Calls:
    count = 0

    def __call__(self) -> None:
        self.count += 1


def test_it_arrives_as_it_was_written() -> None:
    started = Calls()
    with receiving() as server:
        assert deliver(a_message(), started, settings_for(server.port)) == Sent()
    assert started.count == 1
    (letter,) = server.letters
    assert server.recipients == ["ann@kent.example"]
    assert server.senders == ["riskreg@riskreg.example"]
    assert letter["Subject"] == WRITTEN.subject
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == WRITTEN.text.splitlines()
    assert html.get_content().strip() == WRITTEN.html


@pytest.mark.parametrize(
    ("receiver", "outcome", "begun"),
    [
        (Receiver(mail="450 4.7.1 later"), TemporaryFailure("450 4.7.1 later", server=True), 0),
        (Receiver(mail="550 5.7.1 not from you"), TemporaryFailure("550 5.7.1 not from you", server=True), 0),
        (Receiver(rcpt="450 4.2.1 mailbox busy"), TemporaryFailure("450 4.2.1 mailbox busy"), 0),
        (Receiver(rcpt="421 4.3.2 closing"), TemporaryFailure("421 4.3.2 closing", server=True), 0),
        (Receiver(rcpt="550 5.1.1 unknown"), PermanentFailure("550 5.1.1 unknown"), 0),
        (Receiver(data="451 4.3.0 try later"), TemporaryFailure("451 4.3.0 try later"), 1),
        (Receiver(data="554 5.6.0 refused"), PermanentFailure("554 5.6.0 refused"), 1),
    ],
    ids=lambda value: (value.mail or value.rcpt or value.data) if isinstance(value, Receiver) else None,
)
def test_each_answer_has_its_outcome(receiver: Receiver, outcome: object, begun: int) -> None:
    started = Calls()
    with receiving(receiver):
        assert deliver(a_message(), started, settings_for(receiver.port)) == outcome
    assert started.count == begun
    assert receiver.letters == []


def test_a_connection_lost_while_sending_leaves_the_outcome_unknown() -> None:
    started = Calls()
    with receiving(Receiver(cut=True)) as server:
        outcome = deliver(a_message(), started, settings_for(server.port))
    assert isinstance(outcome, OutcomeUnknown)
    assert started.count == 1


def test_no_server_is_a_temporary_failure_of_the_server() -> None:
    started = Calls()
    outcome = deliver(a_message(), started, settings_for(closed_port()))
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert "refused" in outcome.text
    assert started.count == 0


def test_a_server_without_the_encryption_asked_for_gets_nothing() -> None:
    with receiving() as server:
        outcome = deliver(a_message(), Calls(), settings_for(server.port) | {"SMTP_SECURITY": "starttls"})
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert server.letters == []


def test_a_plain_server_asked_for_tls_gets_nothing() -> None:
    with receiving() as server:
        outcome = deliver(a_message(), Calls(), settings_for(server.port) | {"SMTP_SECURITY": "tls", "SMTP_TIMEOUT": 1})
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server


def test_a_server_that_knows_no_passwords_gets_nothing() -> None:
    with receiving() as server:
        outcome = deliver(a_message(), Calls(), settings_for(server.port) | {"SMTP_USER": "me", "SMTP_PASSWORD": "x"})
    assert isinstance(outcome, TemporaryFailure)
    assert server.letters == []


def test_nothing_leaves_when_the_start_cannot_be_noted() -> None:
    def stop() -> None:
        raise RuntimeError("the database is gone")

    with receiving() as server, pytest.raises(RuntimeError):
        deliver(a_message(), stop, settings_for(server.port))
    assert server.letters == []
