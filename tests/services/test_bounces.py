"""Mail that comes back: what was sent counts as failed, and nothing else is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from riskreg.extensions import db
from riskreg.mail.composing import outbox_message_id
from riskreg.models import AuditEvent, Message, Notice
from riskreg.queries.mail import history
from riskreg.services.bounces import CAME_BACK, NOT_OURS, take_bounce
from riskreg.services.outbox import queue_message, send_again
from tests import factories as make
from tests.mail.reports import DELAY, postfix
from tests.services.test_outbox import ADMINISTRATOR

NOW = make.NOW
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


def a_message(**values: Any) -> Message:
    message = queue_message("decision_made", "decision:1", make.PersonFactory().id, "once", {}, NOW)
    assert message is not None
    for name, value in ({"state": "sent", "sent_at": NOW} | values).items():
        setattr(message, name, value)
    db.session.flush()
    return message


def report(message: Message, **values: str) -> bytes:
    return postfix(**{"message_id": f"<{outbox_message_id(message.id, message.created_at)}@riskreg.example>"} | values)


@pytest.mark.parametrize("state", ["sent", "started", "unknown"])
def test_what_came_back_for_good_is_failed_with_the_servers_words(state: str) -> None:
    message = a_message(state=state)
    assert take_bounce(report(message), LATER) == f"Message {message.id} came back and counts as failed."
    db.session.refresh(message)
    assert (message.state, message.sent_at) == ("failed", NOW)
    assert message.last_error.startswith("Came back: 550 5.1.1")
    (event,) = history(message)
    assert (event.at, event.person, event.verb) == (LATER, None, CAME_BACK)
    assert "User unknown" in event.sentence


def test_the_administrators_are_told_of_what_came_back() -> None:
    administrator = make.PersonFactory(holding=make.PostFactory(bringing=("administrator",)))
    message = a_message()
    for _ in range(2):
        take_bounce(report(message), LATER)
    (notice,) = db.session.scalars(select(Notice))
    assert (notice.person_id, notice.thing) == (administrator.id, f"message:{message.id}")
    assert "It came back: 550 5.1.1" in notice.facts["detail"][0]


def test_a_delay_is_noted_once_and_changes_nothing_else() -> None:
    message = a_message()
    assert "which was noted" in take_bounce(report(message, **DELAY), LATER)
    assert "nothing was changed" in take_bounce(report(message, **DELAY), LATER)
    assert message.state == "sent"
    assert message.last_error.startswith("Delayed on the way: connect to mail.kent.example")
    assert [event.verb for event in history(message)] == ["was delayed"]


@pytest.mark.parametrize("state", ["waiting", "claimed", "failed", "dropped"])
def test_what_was_sent_again_or_let_go_meanwhile_is_left_alone(state: str) -> None:
    message = a_message(state=state)
    assert "nothing was changed" in take_bounce(report(message), LATER)
    assert "nothing was changed" in take_bounce(report(message, **DELAY), LATER)
    db.session.refresh(message)
    assert (message.state, message.last_error) == (state, "")
    assert history(message) == []


def test_that_it_arrived_changes_nothing() -> None:
    message = a_message()
    assert take_bounce(report(message, action="delivered"), LATER) == (
        f"Message {message.id} is reported as delivered; nothing was changed."
    )
    assert message.state == "sent"


@pytest.mark.parametrize(
    "message_id",
    [
        "<message.{id}.20170403T083001@riskreg.example>",
        "<message.999999.20170403T083000@riskreg.example>",
        "<someone.else@kent.example>",
    ],
)
def test_a_message_that_the_outbox_does_not_know_is_left_alone(message_id: str) -> None:
    message = a_message()
    assert take_bounce(postfix(message_id=message_id.format(id=message.id)), LATER) == NOT_OURS
    assert message.state == "sent"
    assert db.session.scalars(select(AuditEvent)).all() == []


def test_what_came_back_can_be_sent_again_and_come_back_again() -> None:
    message = a_message()
    take_bounce(report(message), LATER)
    db.session.refresh(message)
    send_again(ADMINISTRATOR, message, "The address was corrected.", LATER)
    assert message.state == "waiting"
    message.state = "sent"
    db.session.flush()
    assert "counts as failed" in take_bounce(report(message), LATER + timedelta(hours=1))
    assert [event.verb for event in history(message)] == [CAME_BACK, "send again", CAME_BACK]
