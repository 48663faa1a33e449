"""Servers that refuse, hang, drop or answer nonsense, at every step: what may be tried again, what may have left."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from riskreg.mail.composing import compose
from riskreg.mail.conversation import Conversation
from riskreg.mail.rendering import Rendered
from riskreg.mail.sending import Outcome, OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure, deliver
from tests.mail.nonsense import CLOSE, DRIP, HANG, speaking
from tests.mail.servers import settings_for

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
NONSENSE = [b"hello\r\n", b"999 what\r\n", b"\r\n", b"\xff\xfe\x00\r\n", b"25"]


def a_message() -> EmailMessage:
    written = Rendered("CYPE 20", ".It fell.\n", "<p>It fell.</p>")
    return compose("message.12", written, ("Ann", "ann@kent.example"), settings_for(0), NOW)


def sent_to(longest: float = 20, **answers: bytes) -> tuple[Outcome, int, list[str]]:
    """The outcome, how often the message began to leave, and what the server was told."""
    begun: list[None] = []
    with speaking(**answers) as server:
        settings = settings_for(server.port) | {"SMTP_TIMEOUT": 0.4}
        outcome = deliver(a_message(), lambda: begun.append(None), settings, Conversation(longest))
    return outcome, len(begun), server.told


def test_a_server_that_behaves_takes_it() -> None:
    outcome, begun, told = sent_to()
    assert (outcome, begun) == (Sent(), 1)
    assert told[:4] == [
        "ehlo riskreg.example", "mail FROM:<riskreg@riskreg.example>", "rcpt TO:<ann@kent.example>", "DATA"
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [b"421 busy\r\n", b"554 go away\r\n", CLOSE, HANG, *NONSENSE])
@pytest.mark.parametrize("step", ["CONNECT", "EHLO", "MAIL"])
def test_before_the_recipient_is_named_every_trouble_is_the_server_s(step: str, answer: bytes) -> None:
    # A server that knows no EHLO is asked with HELO, so that one must fail too.
    answers: dict[str, Any] = {step: answer} | ({"HELO": answer} if step == "EHLO" else {})
    outcome, begun, told = sent_to(**answers)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert outcome.text
    assert begun == 0
    assert "DATA" not in told


@pytest.mark.parametrize("answer", [b"450 later\r\n", b"452 no room\r\n", b"530 sign in first\r\n", b"354 what\r\n"])
def test_what_would_meet_any_message_is_the_server_s(answer: bytes) -> None:
    outcome, begun, _ = sent_to(MAIL=answer)
    assert isinstance(outcome, TemporaryFailure)
    assert (outcome.server, begun) == (True, 0)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"450 busy\r\n", TemporaryFailure("450 busy")),
        (b"452 full\r\n", TemporaryFailure("452 full")),
        (b"550 unknown\r\n", PermanentFailure("550 unknown")),
        (b"553-no such\r\n553 name\r\n", PermanentFailure("553 no such\nname")),
        (b"251 goes on to another\r\n", Sent()),
        (b"421 closing\r\n", TemporaryFailure("421 closing", server=True)),
        (b"503 in the wrong order\r\n", TemporaryFailure("503 in the wrong order", server=True)),
        (b"530 sign in first\r\n", TemporaryFailure("530 sign in first", server=True)),
        (b"354 what\r\n", TemporaryFailure("The mail server answers nonsense: 354 what", server=True)),
        (b"hello\r\n", TemporaryFailure("The mail server answers nonsense: hello", server=True)),
        (CLOSE, TemporaryFailure("The mail server closed the connection.", server=True)),
        (HANG, TemporaryFailure("The mail server did not answer in time.", server=True)),
    ],
)
def test_the_recipient_is_refused_for_now_or_for_good(answer: bytes, outcome: Outcome) -> None:
    found, begun, _ = sent_to(RCPT=answer)
    assert found == outcome
    assert begun == (1 if outcome == Sent() else 0)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"451 later\r\n", TemporaryFailure("451 later")),
        (b"554 no\r\n", PermanentFailure("554 no")),
        # It says that it took the message, before it was given one.
        (b"250 taken\r\n", TemporaryFailure("The mail server answers nonsense: 250 taken", server=True)),
        (b"hello\r\n", TemporaryFailure("The mail server answers nonsense: hello", server=True)),
        (CLOSE, TemporaryFailure("The mail server closed the connection.", server=True)),
        (HANG, TemporaryFailure("The mail server did not answer in time.", server=True)),
    ],
)
def test_as_long_as_nothing_has_left_it_is_safe_to_try_again(answer: bytes, outcome: Outcome) -> None:
    assert sent_to(DATA=answer)[0] == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"250 taken\r\n", Sent()),
        (b"451 later\r\n", TemporaryFailure("451 later")),
        (b"421 closing\r\n", TemporaryFailure("421 closing", server=True)),
        (b"554 looks like spam\r\n", PermanentFailure("554 looks like spam")),
    ],
)
def test_after_the_message_the_server_s_answer_counts(answer: bytes, outcome: Outcome) -> None:
    assert sent_to(END=answer)[0] == outcome


@pytest.mark.parametrize("answer", [CLOSE, HANG, b"354 what\r\n", b"25", b"hello\r\n", b"x" * 9000 + b"\r\n"])
def test_after_the_message_no_answer_leaves_the_outcome_unknown(answer: bytes) -> None:
    outcome, begun, _ = sent_to(END=answer)
    assert isinstance(outcome, OutcomeUnknown)
    assert begun == 1


@pytest.mark.parametrize("step", ["CONNECT", "RCPT"])
def test_a_server_that_never_stops_talking_is_left(step: str) -> None:
    answers: dict[str, Any] = {step: b"250-and\r\n" * 60_000}
    outcome, begun, _ = sent_to(**answers)
    assert isinstance(outcome, TemporaryFailure)
    assert "does not stop talking" in outcome.text
    assert (outcome.server, begun) == (True, 0)


@pytest.mark.parametrize(("step", "kind"), [("CONNECT", TemporaryFailure), ("END", OutcomeUnknown)])
def test_a_server_that_drips_letters_is_left_when_the_time_is_over(step: str, kind: type[Any]) -> None:
    # Each letter comes in time, so only the bound on the whole conversation ends it.
    answers: dict[str, Any] = {step: DRIP}
    outcome, _, _ = sent_to(longest=0.5, **answers)
    assert isinstance(outcome, kind)
    assert "did not answer in time" in str(outcome)


def test_the_server_going_after_it_took_the_message_changes_nothing() -> None:
    assert sent_to(QUIT=CLOSE)[0] == Sent()
    assert sent_to(QUIT=HANG)[0] == Sent()
