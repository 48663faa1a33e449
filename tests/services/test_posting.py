"""Taking messages out of the outbox: each is sent once, whatever happens to the server or to the sender."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from riskreg.extensions import db
from riskreg.mail.sending import Outcome, OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure
from riskreg.models import Message, Person
from riskreg.queries.mail import history
from riskreg.services import posting
from riskreg.services.accounts import invite, person_of_token
from riskreg.services.outbox import queue_message
from riskreg.services.posting import LEASE, MOST_ATTEMPTS, WAITS, send_due
from riskreg.services.tokens import reset_token
from tests import factories as make
from tests.mail.servers import closed_port, receiving, settings_for

NOW = make.NOW
FACTS = {
    "escalation_id": 7, "risk_id": 3, "reference": "CYPE 20", "title": "Take-up", "decision": "decline",
    "reason": "It is known.", "due_on": None, "meeting_on": None, "decided_by": "Corporate Director",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("app")


class CrashError(BaseException):
    """The process is killed."""


class Post:
    """A mail server's stand-in: it answers with the outcomes given, then takes everything."""

    def __init__(self, *outcomes: Outcome | BaseException) -> None:
        self.outcomes = list(outcomes)
        self.sent: list[str] = []

    def __call__(self, message: EmailMessage, started: Callable[[], None]) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Sent()
        if isinstance(outcome, TemporaryFailure | PermanentFailure):
            return outcome
        started()
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, Sent):
            self.sent.append(str(message["Subject"]))
        return outcome


def waiting(count: int = 1, person: Person | None = None, **facts: Any) -> list[int]:
    """Put messages into the outbox, committed."""
    person = person or make.PersonFactory()
    made = []
    for number in range(count):
        key = f"decision:{number}"
        message = queue_message("decision_made", key, person.id, "once", {**FACTS, "reference": key, **facts}, NOW)
        assert message is not None
        made.append(message.id)
    db.session.commit()
    return made


def states() -> list[str]:
    return list(db.session.scalars(select(Message.state).order_by(Message.id)))


def the(message_id: int) -> Message:
    return db.session.get_one(Message, message_id)


def test_what_is_due_is_sent_and_kept() -> None:
    (message_id,) = waiting()
    post = Post()
    report = send_due(NOW, deliver=post)
    assert (report.sent, str(report)) == (1, "1 sent")
    message = the(message_id)
    assert (message.state, message.sent_at, message.attempts, message.last_error) == ("sent", NOW, 1, "")
    assert message.lease_until is None
    assert message.subject == "decision:0 decided by DMT, declined: Take-up"
    assert "It is known." in message.text
    assert "It is known." in message.html
    assert str(send_due(NOW, deliver=post)) == "nothing to send"
    assert len(post.sent) == 1


def test_the_server_down_for_an_hour_loses_nothing_and_doubles_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(5)
    monkeypatch.setattr(app, "config", app.config | settings_for(closed_port()))
    for seconds in range(0, 3600, 300):
        report = send_due(NOW + timedelta(seconds=seconds))
        assert report.sent == 0
        assert report.postponed == (1 if report.server_down else 0)
    assert states() == ["waiting"] * 5
    assert all("refused" in error for error in db.session.scalars(select(Message.last_error)))
    db.session.rollback()
    with receiving() as server:
        monkeypatch.setattr(app, "config", app.config | settings_for(server.port))
        for seconds in range(3600, 2 * 3600 + 600, 300):
            send_due(NOW + timedelta(seconds=seconds))
    assert states() == ["sent"] * 5
    assert sorted(str(letter["Subject"]) for letter in server.letters) == [
        f"decision:{number} decided by DMT, declined: Take-up" for number in range(5)
    ]
    assert len({letter["Message-ID"] for letter in server.letters}) == 5


def test_only_the_message_that_met_the_failure_is_put_off() -> None:
    first, second = waiting(2)
    report = send_due(NOW, deliver=Post(TemporaryFailure("no answer", server=True)))
    assert report.postponed == 1
    assert str(report) == "1 postponed; the mail server is not available: no answer"
    assert (the(first).next_attempt_at, the(first).last_error) == (NOW + WAITS[0], "no answer")
    assert (the(second).next_attempt_at, the(second).attempts) == (NOW, 0)


def test_waits_grow_to_an_hour_and_stay_there() -> None:
    (message_id,) = waiting()
    at, waits = NOW, []
    for _ in range(6):
        send_due(at, deliver=Post(TemporaryFailure("450 busy")))
        waits.append((the(message_id).next_attempt_at - at) // timedelta(minutes=1))
        at = the(message_id).next_attempt_at
        db.session.rollback()
    assert waits == [1, 5, 15, 60, 60, 60]


def test_a_server_that_puts_us_off_for_days_ends_as_a_failure_but_one_that_is_away_does_not() -> None:
    put_off, away = waiting(2)
    db.session.execute(update(Message).values(attempts=MOST_ATTEMPTS))
    db.session.commit()
    report = send_due(NOW, deliver=Post(TemporaryFailure("450 busy"), TemporaryFailure("no answer", server=True)))
    assert (report.failed, report.postponed) == (1, 1)
    assert (the(put_off).state, the(put_off).last_error) == ("failed", "450 busy")
    assert the(away).state == "waiting"


def test_a_refusal_for_good_fails_that_message_only() -> None:
    refused, taken = waiting(2)
    report = send_due(NOW, deliver=Post(PermanentFailure("550 unknown")))
    assert (report.failed, report.sent) == (1, 1)
    assert (the(refused).state, the(refused).last_error) == ("failed", "550 unknown")
    assert the(taken).state == "sent"


def test_a_message_that_cannot_be_written_fails_alone() -> None:
    broken, fine = waiting(2)
    message = the(broken)
    message.facts = {"reference": "CYPE 20"}
    db.session.commit()
    report = send_due(NOW, deliver=Post())
    assert (report.failed, report.sent) == (1, 1)
    assert "could not be written" in the(broken).last_error
    assert the(fine).state == "sent"


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("nobody at all", "“nobody at all” is no e-mail address."),
        ("", "Ann Owner has no e-mail address."),
        ("ann@kent.example\r\nBcc: x@y.example", "“ann@kent.example Bcc: x@y.example” is no e-mail address."),
    ],
)
def test_an_address_that_cannot_be_used_fails_alone_with_a_sentence(email: str, says: str) -> None:
    (broken,) = waiting(person=make.PersonFactory(name="Ann Owner", email=email))
    (fine,) = waiting()
    report = send_due(NOW, deliver=Post())
    assert (report.failed, report.sent) == (1, 1)
    assert (the(broken).state, the(fine).state) == ("failed", "sent")
    assert the(broken).last_error.startswith(says)


def test_every_attempt_that_brings_news_is_in_the_message_s_history() -> None:
    (message_id,) = waiting()
    busy, away = TemporaryFailure("450 busy"), TemporaryFailure("no answer", server=True)
    outcomes: list[Outcome] = [busy, busy, away, busy, PermanentFailure("550 unknown")]
    for number, outcome in enumerate(outcomes):
        send_due(NOW + timedelta(hours=2 * number), deliver=Post(outcome))
    assert [(event.at, event.person, event.sentence) for event in history(the(message_id))] == [
        (NOW, None, f"Message {message_id} is waiting. 450 busy"),
        (NOW + timedelta(hours=6), None, f"Message {message_id} is waiting. 450 busy"),
        (NOW + timedelta(hours=8), None, f"Message {message_id} is refused for good. 550 unknown"),
    ]


def test_messages_about_one_risk_leave_as_one_thread() -> None:
    waiting(2)
    threads: list[tuple[str, str]] = []

    def look(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        threads.append((str(message["References"]), str(message["In-Reply-To"])))
        return Post()(message, started)

    assert send_due(NOW, deliver=look).sent == 2
    assert set(threads) == {("<risk.3@riskreg.example>", "<risk.3@riskreg.example>")}


def test_an_unknown_outcome_is_never_tried_again() -> None:
    (message_id,) = waiting()
    assert send_due(NOW, deliver=Post(OutcomeUnknown("cut off"))).unknown == 1
    post = Post()
    assert send_due(NOW + timedelta(days=1), deliver=post).sent == 0
    assert (the(message_id).state, the(message_id).last_error) == ("unknown", "cut off")
    assert post.sent == []


def test_a_server_that_takes_messages_and_drops_meets_one_of_a_batch() -> None:
    first, second = waiting(2)
    assert send_due(NOW, deliver=Post(OutcomeUnknown("cut off", server=True))).unknown == 1
    assert (the(first).state, the(second).state, the(second).attempts) == ("unknown", "waiting", 0)


def test_a_crash_after_the_message_began_to_leave_makes_it_unknown() -> None:
    (message_id,) = waiting()
    with pytest.raises(CrashError):
        send_due(NOW, deliver=Post(CrashError()))
    db.session.rollback()
    assert the(message_id).state == "started"
    db.session.rollback()
    post = Post()
    assert send_due(NOW + timedelta(minutes=1), deliver=post).let_down == 0
    assert send_due(NOW + LEASE + timedelta(minutes=1), deliver=post).let_down == 1
    assert the(message_id).state == "unknown"
    assert "may have arrived or not" in the(message_id).last_error
    assert post.sent == []


def test_a_crash_before_the_message_left_sends_it_once_later() -> None:
    (message_id,) = waiting()

    def killed(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        raise CrashError

    with pytest.raises(CrashError):
        send_due(NOW, deliver=killed)
    db.session.rollback()
    assert the(message_id).state == "claimed"
    db.session.rollback()
    post = Post()
    assert send_due(NOW + timedelta(minutes=1), deliver=post).sent == 0
    report = send_due(NOW + LEASE + timedelta(minutes=1), deliver=post)
    assert (report.let_down, report.sent) == (1, 1)
    assert send_due(NOW + LEASE + timedelta(minutes=2), deliver=post).sent == 0
    assert len(post.sent) == 1


def test_a_fault_of_ours_while_sending_is_settled_at_once() -> None:
    before, after = waiting(2)

    def faulty(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        raise RuntimeError("a fault")

    send_due(NOW, deliver=faulty)
    assert (the(before).state, the(before).last_error) == ("waiting", "Sending broke off: a fault")
    db.session.rollback()
    report = send_due(NOW + WAITS[0], deliver=Post(RuntimeError("a fault")))
    assert (report.unknown, report.sent) == (1, 1)
    assert the(after).state == "sent"


def test_a_sender_whose_message_was_taken_over_sends_nothing() -> None:
    (message_id,) = waiting()
    post = Post()

    def slow(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        send_due(NOW + LEASE + timedelta(minutes=1), deliver=post, holder="the other")
        return Post()(message, started)

    report = send_due(NOW, deliver=slow, holder="the slow one")
    assert report.sent == 0
    assert (the(message_id).state, the(message_id).lease_holder) == ("sent", "the other")
    assert len(post.sent) == 1


def test_two_senders_at_once_send_each_message_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(10)
    db.session.remove()
    begin = threading.Barrier(2)

    def run(_: int) -> int:
        with app.app_context():
            begin.wait(timeout=30)
            return send_due(NOW).sent

    with receiving() as server, ThreadPoolExecutor(2) as senders:
        monkeypatch.setattr(app, "config", app.config | settings_for(server.port))
        assert sum(senders.map(run, range(2))) == 10
    assert states() == ["sent"] * 10
    assert len({letter["Message-ID"] for letter in server.letters}) == len(server.letters) == 10


def test_somebody_who_left_meanwhile_gets_nothing() -> None:
    person = make.PersonFactory()
    (message_id,) = waiting(person=person)
    person.active = False
    db.session.commit()
    post = Post()
    assert send_due(NOW, deliver=post).dropped == 1
    assert (the(message_id).state, post.sent) == ("dropped", [])


def test_a_batch_ends_and_the_rest_is_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(3)
    monkeypatch.setattr(posting, "BATCH", 2)
    assert send_due(NOW, deliver=Post()).sent == 2
    assert send_due(NOW, deliver=Post()).sent == 1


def test_the_link_of_an_invitation_is_sent_but_not_kept() -> None:
    person = make.PersonFactory()
    token = reset_token(invite(person, NOW))
    db.session.commit()
    taken: list[str] = []

    def keep(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        body = message.get_body(("plain",))
        assert body is not None
        taken.append(body.get_content())
        started()
        return Sent()

    send_due(NOW, deliver=keep)
    assert token in taken[0]
    assert person_of_token(token, NOW).id == person.id
    message = db.session.scalars(select(Message)).one()
    assert token not in message.text + message.html
    assert "(the link is not kept)" in message.text


def test_a_link_that_ran_out_is_not_sent() -> None:
    invite(make.PersonFactory(), NOW)
    db.session.commit()
    report = send_due(NOW + timedelta(days=8), deliver=Post())
    assert report.failed == 1
    assert "had run out" in db.session.scalars(select(Message.last_error)).one()
