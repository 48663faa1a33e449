"""The outbox as the administrator sees it: counts, what did not go, sending again and dropping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from riskreg.services.bounces import take_bounce
from riskreg.services.outbox import note_attempt
from tests import factories as make
from tests.services.test_bounces import report
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words


def message(**facts: Any) -> models.Message:
    """A message; waiting since half past nine unless said otherwise."""
    known: dict[str, Any] = {
        "kind": "reviews_due",
        "subject_key": f"reviews:{facts.pop('number', 1)}",
        "person_id": make.PersonFactory(name="Ada Byron").id,
        "period": "2017-04-03",
        "facts": {},
        "state": "waiting",
        "created_at": make.NOW,
        "next_attempt_at": make.NOW,
    }
    row = models.Message(**{**known, **facts})
    db.session.add(row)
    db.session.flush()
    return row


def test_it_counts_by_state_and_says_since_when_the_oldest_waits(client: FlaskClient) -> None:
    sign_in_as(client, "Administrator")
    answer = client.get("/admin/mail")
    text = words(answer)
    assert "9 waiting" in text
    assert "0 refused for good" in text
    assert "The oldest message that has not gone was put in on 3 April 2017, 09:30." in text
    assert text.count("Escalation raised") == 9


def test_what_was_refused_comes_first_with_its_error(app: Flask) -> None:
    message()
    message(number=2, state="failed", attempts=5, last_error="550 no such mailbox", subject="3 reviews are due")
    text = words(signed_in_as(app, "administrator").get("/admin/mail"))
    assert "1 message needs your decision." in text
    assert text.index("550 no such mailbox") < text.index("3 April 2017, 09:30 0 3 April 2017, 09:30")
    assert "refused for good 3 April 2017, 09:30 5 none 550 no such mailbox" in text


def test_nothing_to_send_is_said_in_a_sentence(app: Flask) -> None:
    text = words(signed_in_as(app, "administrator").get("/admin/mail"))
    assert "Nothing waits to be sent." in text
    assert "Every message has gone." in text


def test_what_a_sender_has_claimed_or_begun_counts_as_being_sent(app: Flask) -> None:
    message(state="claimed")
    message(number=2, state="started")
    message(number=3, state="unknown")
    administrator = signed_in_as(app, "administrator")
    text = words(administrator.get("/admin/mail?state=claimed"))
    assert "2 being sent" in text
    assert "Messages: being sent" in text
    assert "1 perhaps sent" in text
    assert administrator.get("/admin/mail?state=claimed").text.count('<th scope="row"') == 2
    assert administrator.get("/admin/mail").text.count('<th scope="row"') == 3


def test_a_state_shows_only_its_messages(app: Flask) -> None:
    message(state="sent", sent_at=make.NOW + timedelta(minutes=5))
    administrator = signed_in_as(app, "administrator")
    assert "3 April 2017, 09:35" in words(administrator.get("/admin/mail?state=sent"))
    assert "No message is in this state." in words(administrator.get("/admin/mail?state=failed"))
    assert "Every message has gone." in words(administrator.get("/admin/mail?state=nonsense"))


def test_a_message_is_sent_again_with_a_reason_that_is_kept(app: Flask) -> None:
    row = message(state="unknown", attempts=3, last_error="The connection broke.", text="Dear Ada", subject="Reviews")
    administrator = signed_in_as(app, "administrator")
    path = f"/admin/mail/{row.id}"
    text = words(administrator.get(path))
    assert "Dear Ada" in text
    assert "The connection broke." in text
    answer = post(administrator, path, what="again", reason="She says nothing came.")
    assert (answer.status_code, answer.location) == (302, "/admin/mail")
    assert "The message is sent again." in words(administrator.get("/admin/mail"))
    fresh()
    assert (db.session.get_one(models.Message, row.id).state, row.attempts) == ("waiting", 0)
    assert (
        "She says nothing came."
        in db.session.scalars(select(models.AuditEvent.sentence).where(models.AuditEvent.verb == "send again")).one()
    )


def test_a_message_is_dropped(app: Flask) -> None:
    row = message(state="failed")
    administrator = signed_in_as(app, "administrator")
    assert "Never mind" in words(administrator.get(f"/admin/mail/{row.id}"))
    post(administrator, f"/admin/mail/{row.id}", what="drop", reason="He has left.")
    text = words(administrator.get("/admin/mail"))
    assert "1 dropped" in text
    assert "1 dropped by" not in text
    fresh()
    assert db.session.get_one(models.Message, row.id).state == "dropped"
    assert "dropped a message. A message to Ada Byron that was refused for good is dropped. He has left." in words(
        administrator.get(f"/admin/mail/{row.id}")
    )


@pytest.mark.parametrize(("what", "state"), [("again", "waiting"), ("drop", "dropped")])
def test_what_came_back_says_when_and_why_and_can_be_settled(app: Flask, what: str, state: str) -> None:
    row = message(state="sent", sent_at=make.NOW)
    take_bounce(report(row), make.NOW + timedelta(days=1))
    db.session.commit()
    administrator = signed_in_as(app, "administrator")
    path = f"/admin/mail/{row.id}"
    text = words(administrator.get(path))
    assert "Came back on 4 April 2017, 09:30" in text
    assert "Sent 3 April 2017, 09:30" in text
    assert "Came back: 550 5.1.1 <ann@kent.example>: Recipient address rejected: User unknown" in text
    assert "the register had a message come back." in text
    assert post(administrator, path, what=what, reason="The address was corrected.").status_code == 302
    fresh()
    assert db.session.get_one(models.Message, row.id).state == state
    text = words(administrator.get(path))
    assert "Came back on 4 April 2017, 09:30" in text
    assert text.index("the register had a message come back.") < text.index("The address was corrected.")


def test_each_attempt_that_went_wrong_is_listed_with_its_moment(app: Flask) -> None:
    row = message()
    note_attempt(row.id, "waiting", "450 busy", make.NOW)
    note_attempt(row.id, "failed", "550 unknown", make.NOW + timedelta(hours=1))
    note_attempt(message(number=2).id, "failed", "551 another", make.NOW)
    db.session.commit()
    text = words(signed_in_as(app, "administrator").get(f"/admin/mail/{row.id}"))
    first = f"3 April 2017, 09:30, the register tried to send a message. Message {row.id} is waiting. 450 busy"
    then = f"3 April 2017, 10:30, the register tried to send a message. Message {row.id} is refused for good."
    assert text.index(first) < text.index(then)
    assert "551 another" not in text


def test_the_last_trouble_with_the_mail_server_is_said(app: Flask) -> None:
    message(attempts=1, last_error="The mail server refused our sign-in: 535 no")
    text = words(signed_in_as(app, "administrator").get("/admin/mail"))
    assert "The last one ended with: The mail server refused our sign-in: 535 no" in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"what": "", "reason": "Because."}, "Choose what should become of it."),
        ({"what": "burn", "reason": "Because."}, "Choose what should become of it."),
        ({"what": "again", "reason": "  "}, "Give the reason."),
        ({"what": "again", "reason": "z" * 20_000}, "The reason must be 1,000 characters or fewer. You typed 20,000."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(app: Flask, fields: dict[str, str], sentence: str) -> None:
    row = message(state="failed")
    answer = post(signed_in_as(app, "administrator"), f"/admin/mail/{row.id}", **fields)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert fields["reason"].strip() in answer.text
    fresh()
    assert db.session.get_one(models.Message, row.id).state == "failed"


def test_a_message_that_went_meanwhile_is_not_touched(app: Flask) -> None:
    row = message(state="sent", sent_at=make.NOW)
    administrator = signed_in_as(app, "administrator")
    assert "Save" not in words(administrator.get(f"/admin/mail/{row.id}"))
    answer = post(administrator, f"/admin/mail/{row.id}", what="again", reason="Once more.")
    assert answer.status_code == 422
    assert problems(answer) == ["This message is sent: there is nothing left to do about it."]


@pytest.mark.parametrize("kind", ["account_invitation", "account_reset"])
def test_the_text_of_a_message_that_lets_a_person_in_is_never_shown(app: Flask, kind: str) -> None:
    row = message(kind=kind, state="failed", text="https://riskreg.example/reset/TOKEN", subject="TOKEN", html="TOKEN")
    administrator = signed_in_as(app, "administrator")
    assert "TOKEN" not in administrator.get("/admin/mail").text
    answer = administrator.get(f"/admin/mail/{row.id}")
    assert "TOKEN" not in answer.text
    assert "The text is not shown" in words(answer)


def test_an_unknown_message_is_not_found(client: FlaskClient) -> None:
    sign_in_as(client, "Administrator")
    assert client.get("/admin/mail/9999").status_code == 404
    assert client.get("/admin/mail?page=2").status_code == 404


def test_nobody_else_sees_or_sends_mail(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    assert client.get("/admin/mail").status_code == 403
    assert client.get("/admin/mail/1").status_code == 403
    assert post(client, "/admin/mail/1", what="drop", reason="No.").status_code == 403
    fresh()
    assert db.session.get_one(models.Message, 1).state == "waiting"


def test_the_number_of_queries_does_not_grow_with_the_messages(app: Flask) -> None:
    message()
    administrator = signed_in_as(app, "administrator")
    with counted() as few:
        administrator.get("/admin/mail")
    for number in range(2, 101):
        message(number=number)
    db.session.commit()
    with counted() as many:
        text = words(administrator.get("/admin/mail"))
    assert "Showing 1 to 50 of 100 messages" in text
    assert len(few) == len(many) <= 6
