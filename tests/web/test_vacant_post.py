"""A risk whose owner's post is vacant: who is told after saving, and what its line director may do."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.services.escalations import raise_escalation, record_decision
from tests import factories as make
from tests.services.keepers import holder
from tests.web.before_dmt import escalated
from tests.web.browsing import post, words
from tests.web.test_preferences import window_of
from tests.web.test_review import CALM

INSTEAD = (
    "The post that owns the risk, Head of Provision, is vacant: Dora Director is told by e-mail instead, to whom its"
    " line leads."
)


@pytest.fixture(autouse=True)
def _on_monday(app: Flask) -> None:
    app.config["RISKREG_TODAY"] = make.TODAY


@pytest.fixture
def risk(app: Flask) -> models.Risk:
    """A risk of a vacant post below Dora Director's."""
    above = make.PostFactory(owning=True, title="Director of Planning")
    make.PersonFactory(name="Dora Director", holding=above)
    vacant = make.PostFactory(
        title="Head of Provision", line_post=above, bringing=("risk_owner", "action_owner", "contract_manager")
    )
    row: models.Risk = make.RiskFactory(owner_post=vacant, review_due_on=make.TODAY)
    db.session.commit()
    return row


def window(app: Flask, *roles: str) -> FlaskClient:
    """A window of somebody in a post with roles."""
    person = make.PersonFactory(holding=make.PostFactory(bringing=roles))
    db.session.commit()
    return window_of(app, person)


def directors(app: Flask) -> FlaskClient:
    """The window of the line director."""
    return window_of(app, db.session.scalars(select(models.Person).where(models.Person.name == "Dora Director")).one())


def test_after_a_decision_it_says_who_is_really_told(app: Flask, risk: models.Risk) -> None:
    row = escalated(risk=risk)
    client = window(app, "dmt_member")
    fields = {"kind": "return to the owner", "reason": "No figures.", "due_on": [1, 5, 2017], "revision": risk.revision}
    post(client, f"/escalations/{row.id}", **fields)
    text = words(client.get("/queue"))
    assert INSTEAD in text
    assert "The owner is told" not in text
    told = db.session.scalars(select(models.Message).where(models.Message.kind == "decision_made")).one()
    assert told.person.name == "Dora Director"


@pytest.mark.parametrize(
    ("roles", "first"),
    [
        (("coordinator", "dmt_member"), "Its members are told by e-mail."),
        (("coordinator",), "Nobody is on DMT at present to be told."),
    ],
)
def test_after_it_was_put_before_dmt_it_says_who_is_really_told(
    app: Flask, risk: models.Risk, roles: tuple[str, ...], first: str
) -> None:
    client = window(app, *roles)
    post(client, f"/risks/{risk.id}/escalate", reason="It grows.", revision=risk.revision)
    assert f"is before DMT. {first} {INSTEAD}" in words(client.get(f"/risks/{risk.id}"))


def test_after_an_answer_of_the_corporate_register_it_says_who_is_really_told(app: Flask, risk: models.Risk) -> None:
    make.corporate_register()
    member = holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)
    row = raise_escalation(holder(make.PostFactory(coordinating=True), Role.COORDINATOR), risk, "It grows.", make.NOW)
    record_decision(member, row, DecisionTaken(DecisionKind.REFER, "All of us."), risk.revision, make.NOW)
    referral = db.session.scalars(select(models.Referral)).one()
    client = window(app, "corporate_coordinator")
    fields = {"kind": "accept", "said": "Seen.", "revision": risk.revision}
    answer = post(client, f"/corporate/{referral.id}/answer", **fields)
    assert answer.status_code == 302
    assert f"The members of DMT are told by e-mail. {INSTEAD}" in words(client.get(f"/corporate/{referral.id}"))


def test_where_nobody_is_above_it_says_so(app: Flask) -> None:
    risk = make.RiskFactory(owner_post=make.PostFactory(owning=True, title="Head of Provision"))
    row = escalated(risk=risk)
    client = window(app, "dmt_member")
    post(client, f"/escalations/{row.id}", kind="decline", reason="Known.", revision=risk.revision)
    assert "Head of Provision, is vacant, and nobody above it is there to be told." in words(client.get("/queue"))


def test_the_line_director_finds_the_review_under_my_work_and_completes_it(app: Flask, risk: models.Risk) -> None:
    client = directors(app)
    text = words(client.get("/"))
    assert f"Review {risk.reference}" in text
    assert "Signed in as Dora Director, Director of Planning " in text
    assert "Director of Planning; Head of Provision" not in text
    assert client.get(f"/risks/{risk.id}/review").status_code == 200
    assert post(client, f"/risks/{risk.id}/review", **CALM).status_code == 302
    review = db.session.scalars(select(models.Review)).one()
    assert (review.person.name, review.post_id) == ("Dora Director", risk.owner_post_id)


def test_the_line_director_updates_an_action_and_records_the_review_of_a_contract(
    app: Flask, risk: models.Risk
) -> None:
    action = make.ActionFactory(risk=risk, owner_post=risk.owner_post)
    contract = make.ContractFactory(owner_post=risk.owner_post)
    db.session.commit()
    client = directors(app)
    fields = {"status": "in progress", "progress": "20", "text": "Begun.", "due_on": [31, 8, 2017], "revision": 0}
    assert post(client, f"/actions/{action.id}", **fields).status_code == 302
    db.session.expire_all()
    assert action.status == "in progress"
    assert client.get(f"/contracts/{contract.id}/review").status_code == 200


def test_once_the_post_is_held_the_line_director_is_refused(app: Flask, risk: models.Risk) -> None:
    make.PersonFactory(holding=risk.owner_post)
    db.session.commit()
    answer = directors(app).get(f"/risks/{risk.id}/review")
    assert answer.status_code == 403


def test_somebody_beside_the_line_is_refused(app: Flask, risk: models.Risk) -> None:
    answer = window(app, "risk_owner").get(f"/risks/{risk.id}/review")
    assert answer.status_code == 403
    assert "ask the owner to do it, or the line director while that post is vacant." in words(answer)
