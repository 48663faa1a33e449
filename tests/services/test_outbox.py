"""Putting messages into the outbox, and what the administrator does with one that did not go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Message
from riskreg.services.actors import Actor
from riskreg.services.outbox import anything_to_send, let_be, queue_message, send_again
from tests import factories as make

NOW = make.NOW
ADMINISTRATOR = Actor(None, "Administrator", frozenset({Role.ADMINISTRATOR}), frozenset())
OWNER = Actor(None, "Owner", frozenset({Role.RISK_OWNER}), frozenset())

pytestmark = pytest.mark.usefixtures("app")


def a_message(**values: Any) -> Message:
    message = queue_message("reviews_due", "reminder:1", make.PersonFactory().id, "2017-04-03", {"reviews": []}, NOW)
    assert message is not None
    for name, value in values.items():
        setattr(message, name, value)
    db.session.flush()
    return message


def test_a_message_waits_and_is_due_at_once() -> None:
    message = a_message()
    assert (message.state, message.attempts, message.next_attempt_at, message.facts) == (
        "waiting",
        0,
        NOW,
        {"reviews": []},
    )
    assert anything_to_send(NOW)
    assert not anything_to_send(NOW - timedelta(seconds=1))


def test_the_same_key_is_put_in_once() -> None:
    person = make.PersonFactory()
    first = queue_message("decision_made", "decision:1", person.id, "once", {}, NOW)
    assert first is not None
    assert queue_message("decision_made", "decision:1", person.id, "once", {}, NOW) is None
    assert queue_message("decision_made", "decision:1", person.id, "again", {}, NOW) is not None
    assert queue_message("decision_made", "decision:1", make.PersonFactory().id, "once", {}, NOW) is not None
    assert db.session.scalar(select(func.count()).select_from(Message)) == 3


def test_somebody_inactive_or_unknown_gets_none() -> None:
    assert queue_message("decision_made", "decision:1", make.PersonFactory(active=False).id, "once", {}, NOW) is None
    assert queue_message("decision_made", "decision:1", 9999, "once", {}, NOW) is None


def test_a_message_goes_with_the_change_that_caused_it() -> None:
    person = make.PersonFactory()
    db.session.commit()
    queue_message("decision_made", "decision:1", person.id, "once", {}, NOW)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_a_key_another_transaction_has_put_in_is_no_error() -> None:
    person_id = make.PersonFactory().id
    db.session.commit()
    with Session(db.engine) as other:
        other.add(
            Message(
                kind="decision_made", subject_key="decision:1", person_id=person_id, period="once", facts={},
                created_at=NOW, next_attempt_at=NOW,
            )
        )  # fmt: skip
        other.commit()
    assert queue_message("decision_made", "decision:1", person_id, "once", {}, NOW) is None
    db.session.commit()


@pytest.mark.parametrize("state", ["failed", "unknown", "waiting"])
def test_the_administrator_sends_a_message_again(state: str) -> None:
    message = a_message(state=state, attempts=4, last_error="550 unknown", next_attempt_at=NOW + timedelta(hours=1))
    send_again(ADMINISTRATOR, message, " The address was corrected. ", NOW)
    assert (message.state, message.attempts, message.next_attempt_at) == ("waiting", 0, NOW)
    event = db.session.scalars(select(AuditEvent)).one()
    assert event.subject == f"message:{message.id}"
    assert event.sentence.endswith("The address was corrected.")
    assert event.detail == {
        "before": state, "after": "waiting", "error": "550 unknown", "reason": "The address was corrected."
    }  # fmt: skip


@pytest.mark.parametrize("state", ["failed", "unknown", "waiting"])
def test_the_administrator_lets_a_message_be(state: str) -> None:
    message = a_message(state=state)
    let_be(ADMINISTRATOR, message, "It came by telephone.", NOW)
    assert message.state == "dropped"
    assert not anything_to_send(NOW)


@pytest.mark.parametrize("state", ["claimed", "started", "sent", "dropped"])
def test_what_is_settled_or_under_way_is_left_alone(state: str) -> None:
    message = a_message(state=state)
    with pytest.raises(RuleBroken, match="nothing left to do"):
        send_again(ADMINISTRATOR, message, "Please.", NOW)
    with pytest.raises(RuleBroken, match="nothing left to do"):
        let_be(ADMINISTRATOR, message, "Please.", NOW)


def test_a_reason_and_the_permission_are_needed() -> None:
    message = a_message(state="failed")
    with pytest.raises(RuleBroken) as caught:
        send_again(ADMINISTRATOR, message, "  ", NOW)
    assert caught.value.field == "reason"
    with pytest.raises(NotPermitted):
        let_be(OWNER, message, "No.", NOW)
    assert message.state == "failed"


def test_a_sender_that_was_faster_is_noticed() -> None:
    message = a_message()
    db.session.commit()
    message_id, _seen = message.id, message.state
    db.session.expunge(message)  # kept as it was seen, as a page keeps it
    db.session.rollback()
    with Session(db.engine) as other:
        other.get_one(Message, message_id).state = "claimed"
        other.commit()
    db.session.add(message)
    with pytest.raises(ChangedMeanwhile, match="being sent"):
        let_be(ADMINISTRATOR, message, "No.", NOW)
