"""DMT decides on the page of an escalation: what is saved, what is refused, and two members at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.domain.lifecycle import DecisionKind
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, escalated, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, token, words

CONFIRM = {"kind": "confirm", "reason": "Seen and agreed.", "due_on": [1, 5, 2017]}


@pytest.fixture
def escalation(client: FlaskClient) -> models.Escalation:
    """The first escalation of the plan, detached; the client is signed in as a DMT member."""
    sign_in_as(client, DIRECTOR)
    row = db.session.scalars(select(models.Escalation).order_by(models.Escalation.id)).first()
    assert row is not None
    _ = row.risk.reference.register
    db.session.expunge_all()
    fresh()
    return row


def decide(client: FlaskClient, row: models.Escalation, revision: object = None, **fields: Any) -> TestResponse:
    """Send a decision with the revision that was seen."""
    seen = row.risk.revision if revision is None else revision
    return post(client, f"/escalations/{row.id}", revision=seen, **fields)


def held(day: date) -> None:
    """Set up a meeting for a day."""
    register = db.session.scalars(select(models.Register).where(models.Register.prefix == "CYPE")).one()
    make.MeetingFactory(register=register, held_on=day)
    db.session.commit()
    fresh()


def saved() -> int:
    """How many decisions are stored."""
    fresh()
    count = db.session.scalar(select(func.count()).select_from(models.Decision))
    fresh()
    return count or 0


def test_each_allowed_decision_says_what_will_happen(client: FlaskClient, escalation: models.Escalation) -> None:
    text = words(client.get(f"/escalations/{escalation.id}"))
    assert "Decline The escalation ends. The rating returns to the owner’s AMBER;" in text
    assert "Confirm The rating shown stays RED." in text
    assert "The directorate keeps managing it; the rating shown stays RED." in text
    assert "De-escalate The escalation ends. The rating returns to the owner’s AMBER." in text
    assert "leaves the register. Its reference stays its own." in text
    assert "Deferred to the meeting of Only if you defer" in text
    for kind in DecisionKind:
        assert kind.capitalize() in text


def test_a_decision_is_saved_told_to_the_owner_and_leads_back_to_the_queue(
    client: FlaskClient, escalation: models.Escalation
) -> None:
    answer = decide(client, escalation, **CONFIRM)
    assert (answer.status_code, answer.location) == (302, "/queue")
    text = words(client.get("/queue"))
    assert f"{escalation.risk.reference}: “confirm” was recorded. The rating shown is RED." in text
    assert "3 For DMT to decide" in text
    assert saved() == 1
    assert "decision_made" in db.session.scalars(select(models.Message.kind)).all()


@pytest.mark.parametrize(
    ("fields", "sentence", "anchor"),
    [
        ({**CONFIRM, "kind": ""}, "Choose what DMT has decided.", "kind"),
        ({**CONFIRM, "kind": "promote"}, "Choose what DMT has decided.", "kind"),
        ({**CONFIRM, "reason": " \n"}, "Give the reason for the decision.", "reason"),
        ({**CONFIRM, "reason": "x" * 20_000}, "must be 4,000 characters or fewer. You typed 20,000.", "reason"),
        (
            {**CONFIRM, "due_on": ["", "", ""]},
            "Enter the date by which the owner must re-assess the risk.",
            "due_on-day",
        ),
        ({**CONFIRM, "due_on": [2, 4, 2017]}, "The date for the owner must be today or later.", "due_on-day"),
        (
            {**CONFIRM, "due_on": [28, 4, 2097]},
            "The date for the owner must be within a year: by 3 April 2018.",
            "due_on-day",
        ),
        (
            {"kind": "defer to a meeting", "reason": "Later.", "deferred_to": [4, 4, 2018]},
            "The meeting it is deferred to must be within a year: by 3 April 2018.",
            "deferred_to-day",
        ),
        (
            {**CONFIRM, "kind": "decline"},
            "“decline” asks nothing of the owner by a date. Empty this date.",
            "due_on-day",
        ),
        ({**CONFIRM, "deferred_to": [9, 5, 2017]}, "“confirm” defers nothing. Empty this date.", "deferred_to-day"),
        ({**CONFIRM, "due_on": [31, 2, 2018]}, "must be a real date", "due_on-day"),
        ({**CONFIRM, "due_on": [1, "", 2018]}, "must include a month", "due_on-month"),
        ({"kind": "return to the owner", "reason": "No figures."}, "by which the owner must answer.", "due_on-day"),
        (
            {"kind": "defer to a meeting", "reason": "Later."},
            "Enter the date of the meeting it is deferred to.",
            "deferred_to-day",
        ),
        (
            {**CONFIRM, "meeting_on": [1, 4, 2017]},
            "No meeting is set up for 1 April 2017. Leave it empty.",
            "meeting_on-day",
        ),
        (
            {**CONFIRM, "meeting_on": [3, 4, 2017]},
            "No meeting is set up for 3 April 2017. Leave it empty, or set the meeting up first.",
            "meeting_on-day",
        ),
        ({**CONFIRM, "meeting_on": [4, 4, 2017]}, "must be today or earlier.", "meeting_on-day"),
        (
            {"kind": "defer to a meeting", "reason": "Later.", "deferred_to": [3, 4, 2017]},
            "The meeting it is deferred to must be later than today.",
            "deferred_to-day",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_its_field_and_nothing_is_saved(
    client: FlaskClient, escalation: models.Escalation, fields: dict[str, Any], sentence: str, anchor: str
) -> None:
    answer = decide(client, escalation, **fields)
    assert answer.status_code == 422
    assert any(sentence in problem for problem in problems(answer)), problems(answer)
    assert f'href="#{anchor}"' in answer.text
    assert f'id="{anchor}"' in answer.text
    assert fields["reason"].strip()[:40] in words(answer)
    assert saved() == 0


def test_everything_missing_is_said_at_once(client: FlaskClient, escalation: models.Escalation) -> None:
    assert problems(decide(client, escalation, kind="confirm")) == [
        "Enter the date by which the owner must re-assess the risk.",
        "Give the reason for the decision.",
    ]


def test_any_decision_may_name_the_meeting_at_which_it_was_taken(
    client: FlaskClient, escalation: models.Escalation
) -> None:
    held(date(2017, 3, 28))
    assert decide(client, escalation, **CONFIRM, meeting_on=[28, 3, 2017]).status_code == 302
    text = words(client.get(f"/escalations/{escalation.id}"))
    assert "Decided at the meeting of 28 March 2017." in text
    assert "confirmed by DMT, the owner answers by 1 May 2017" in text
    assert "deferred" not in text.lower()
    assert "Decided at the meeting of 28 March 2017." in words(client.get(f"/risks/{escalation.risk_id}"))


def test_a_decision_to_defer_names_the_meeting_it_comes_to(client: FlaskClient, escalation: models.Escalation) -> None:
    held(date(2017, 4, 3))
    later = {"kind": "defer to a meeting", "reason": "Later.", "deferred_to": [25, 4, 2017], "meeting_on": [3, 4, 2017]}
    assert decide(client, escalation, **later).status_code == 302
    assert "No meeting is set up for that day yet." in words(client.get("/queue"))
    text = words(client.get(f"/escalations/{escalation.id}"))
    assert "Deferred to the meeting of 25 April 2017. Decided at the meeting of 3 April 2017." in text
    assert "deferred to the meeting of 25 April 2017. No meeting is set up for that day yet." in text
    held(date(2017, 4, 25))
    assert "No meeting is set up" not in words(client.get(f"/escalations/{escalation.id}"))
    assert "Rating shown RED deferred to the meeting of 25 April 2017" in text
    assert "raised automatically, awaiting" not in text


def test_closing_with_open_actions_names_them(client: FlaskClient, escalation: models.Escalation) -> None:
    make_open = select(models.Action.text).where(models.Action.risk_id == escalation.risk_id)
    texts = db.session.scalars(make_open).all()
    fresh()
    assert texts
    answer = decide(client, escalation, kind="close the risk", reason="It is gone.")
    assert answer.status_code == 422
    assert all(text.rstrip(".") in problems(answer)[0] for text in texts)
    assert saved() == 0


@pytest.mark.parametrize("revision", ["", "x", "-1", "1e3", "99999999999", "١"])
def test_a_forged_revision_is_refused(client: FlaskClient, escalation: models.Escalation, revision: str) -> None:
    answer = decide(client, escalation, revision=revision, **CONFIRM)
    assert answer.status_code == 422
    assert "Open the page again" in problems(answer)[0]
    assert saved() == 0


def test_a_decision_without_a_revision_is_refused(client: FlaskClient, escalation: models.Escalation) -> None:
    assert post(client, f"/escalations/{escalation.id}", **CONFIRM).status_code == 422
    assert saved() == 0


def test_a_revision_that_is_yet_to_come_is_a_change_too(client: FlaskClient, escalation: models.Escalation) -> None:
    assert decide(client, escalation, revision=999, **CONFIRM).status_code == 409
    assert saved() == 0


def test_a_risk_that_changed_meanwhile_is_shown_and_the_decision_can_be_sent_again(
    client: FlaskClient, escalation: models.Escalation
) -> None:
    seen = escalation.risk.revision
    risk = db.session.get_one(models.Risk, escalation.risk_id)
    record(SYSTEM, "updated", "action:1", "The provider was found after all.", now=make.NOW, risk=risk)
    db.session.commit()
    answer = decide(client, escalation, revision=seen, **{**CONFIRM, "reason": "Typed with care."})
    text = words(answer)
    assert answer.status_code == 409
    assert "The risk has changed since you opened this page." in problems(answer)[0]
    assert "What changed since you opened this page 3 April 2017, 09:30, the register The provider was found" in text
    assert "Typed with care." in text
    assert "no longer possible" not in text
    assert f'name="revision" type="hidden" value="{seen + 1}"' in answer.text
    assert saved() == 0
    assert decide(client, escalation, revision=seen + 1, **CONFIRM).status_code == 302
    assert saved() == 1


def test_of_two_members_at_once_the_second_is_shown_what_the_first_decided(
    plan_app: Flask, client: FlaskClient, escalation: models.Escalation
) -> None:
    other = plan_app.test_client()
    sign_in_as(other, "Director of Quality and Standards")
    assert decide(client, escalation, **CONFIRM).status_code == 302
    answer = decide(other, escalation, kind="decline", reason="My own view of it.")
    text = words(answer)
    assert answer.status_code == 409
    assert f"{DIRECTOR} DMT decided: confirm. Seen and agreed." in text
    assert "You chose “decline”. That is no longer possible: the escalation is now confirmed." in text
    assert "My own view of it." in text
    assert 'value="decline"' not in answer.text
    assert saved() == 1


def test_two_members_who_send_at_the_same_moment_make_one_decision(
    plan_app: Flask, client: FlaskClient, escalation: models.Escalation
) -> None:
    other, start = plan_app.test_client(), Barrier(2)
    sign_in_as(other, "Director of Quality and Standards")

    def send(member: FlaskClient) -> int:
        fields = {**CONFIRM, "csrf_token": token(member), "revision": escalation.risk.revision}
        start.wait(timeout=10)
        return member.post(f"/escalations/{escalation.id}", data=fields).status_code

    with ThreadPoolExecutor(2) as both:
        first, second = sorted(both.map(send, (client, other)))
    # On a loaded machine SQLite may give up waiting for the first: 503, and nothing of the second is saved either.
    assert (first, second) in {(302, 409), (302, 503)}
    assert saved() == 1


def test_a_decision_that_ended_it_leaves_the_second_with_what_was_typed(
    plan_app: Flask, client: FlaskClient, escalation: models.Escalation
) -> None:
    other = plan_app.test_client()
    sign_in_as(other, "Director of Quality and Standards")
    decide(client, escalation, kind="decline", reason="A mistake in the figures.")
    answer = decide(other, escalation, **{**CONFIRM, "reason": "My own view of it."})
    text = words(answer)
    assert answer.status_code == 409
    assert "This escalation has ended: declined" in text
    assert "You chose “confirm”. That is no longer possible: the escalation has ended: declined." in text
    assert "What you had typed, which was not saved My own view of it." in text
    assert "Record the decision" not in answer.text
    assert saved() == 1


def test_a_decision_on_an_escalation_that_has_ended_is_refused(app: Flask) -> None:
    row = escalated(status="declined", ended_at=make.NOW, ended_why="A mistake.")
    path = f"/escalations/{row.id}"
    member = signed_in_as(app, "dmt_member")
    answer = post(member, path, revision=0, **CONFIRM)
    assert answer.status_code == 422
    assert problems(answer) == ["This escalation has ended already: it is declined."]
    assert saved() == 0


def test_a_decision_that_its_status_does_not_allow_is_refused(app: Flask) -> None:
    row = escalated(status="confirmed")
    path = f"/escalations/{row.id}"
    member = signed_in_as(app, "dmt_member")
    assert "If you defer" not in member.get(path).text
    answer = post(member, path, revision=0, kind="decline", reason="No.")
    assert answer.status_code == 422
    assert problems(answer) == ["An escalation that is confirmed cannot take the decision “decline”."]
    assert saved() == 0


@pytest.mark.parametrize("name", ["Auditor", "Risk Co-ordinator", "Head of School Improvement"])
def test_nobody_else_decides(plan_app: Flask, escalation: models.Escalation, name: str) -> None:
    other = plan_app.test_client()
    sign_in_as(other, name)
    assert decide(other, escalation, **CONFIRM).status_code == 403
    assert saved() == 0


def test_a_decision_without_the_token_of_its_page_is_refused(
    client: FlaskClient, escalation: models.Escalation
) -> None:
    answer = client.post(f"/escalations/{escalation.id}", data={**CONFIRM, "revision": escalation.risk.revision})
    assert answer.status_code == 400
    assert saved() == 0


def test_an_unknown_escalation_cannot_be_decided(client: FlaskClient, escalation: models.Escalation) -> None:
    assert post(client, "/escalations/9999", revision=1, **CONFIRM).status_code == 404
