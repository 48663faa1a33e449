"""Completing a review: the questions, what they change, what is refused, and a risk that changed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import counted, escalated, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words

CALM: dict[str, Any] = {
    "still_right": "yes",
    "controls_work": "yes",
    "actions_on_track": "yes",
    "any_change": "same",
    "note": "The figures have not moved.",
    "rating": "keep",
    "revision": 0,
}
NEWS: dict[str, Any] = {**CALM, "any_change": "changed", "note": "The provider has given notice."}
ASSESSED: dict[str, Any] = {**NEWS, "rating": "assess", "likelihood": "4", "impact": "5"}


def as_owner(app: Flask, risk: models.Risk) -> tuple[FlaskClient, str]:
    """The owner's browser, and the address of the page."""
    address = f"/risks/{risk.id}/review"
    client = signed_in_as(app, post=risk.owner_post)
    fresh()
    return client, address


def saved() -> list[models.Review]:
    """The reviews that are stored."""
    fresh()
    return list(db.session.scalars(select(models.Review).order_by(models.Review.id)))


def test_the_page_asks_the_rating_last_in_the_words_of_the_policy(client: FlaskClient) -> None:
    sign_in_as(client, "Head of Early Years and Childcare")
    risk_id = db.session.scalars(select(models.Risk.id).where(models.Risk.title.contains("take-up"))).one()
    answer = client.get(f"/risks/{risk_id}/review")
    text = words(answer)
    questions = ["still described right?", "Are the controls working?", "Are the actions on track?", "Your rating"]
    assert [text.index(one) for one in questions] == sorted(text.index(one) for one in questions)
    assert "3, possible" in text
    assert "5, major" in text
    assert "GREEN below 8, AMBER from 8, RED from 16 (policy version 1)" in text
    assert "Since the risk was entered" in text
    assert "it fell from 74% (2016) to 70% (December 2016)" in text


def test_no_change_is_a_review_and_sets_the_next_one(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    answer = post(client, address, **CALM)
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "is complete. Your rating is AMBER. The next review is due on 3 July 2017." in text
    assert "The figures have not moved." in text
    row = saved()[0]
    assert (row.changed, row.still_right, row.note) == (False, True, "The figures have not moved.")


def test_a_rating_is_assessed_by_likelihood_and_impact(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    target = {"target_likelihood": "2", "target_impact": "3"}
    text = words(client.get(post(client, address, **ASSESSED, **target).location))
    assert "Your rating is RED. The next review is due on 3 May 2017." in text
    assert "RED score 20: likely (4) × major (5)" in text
    assert "Target rating GREEN score 6: unlikely (2) × significant (3)" in text


@pytest.mark.parametrize("levels", [{}, {"likelihood": ""}, {"impact": ""}])
def test_a_rating_that_is_kept_and_assessed_anew_is_asked_again(
    app: Flask, risk: models.Risk, levels: dict[str, str]
) -> None:
    client, address = as_owner(app, risk)
    answer = post(client, address, **{**ASSESSED, "rating": "keep", **levels})
    assert answer.status_code == 422
    assert problems(answer) == ["You chose to keep the rating and also new levels: choose one."]
    assert 'href="#rating"' in answer.text
    assert "The provider has given notice." in answer.text
    assert ('value="5" selected' in answer.text) == ("impact" not in levels)
    assert saved() == []


def test_an_answer_of_no_may_stand_beside_no_change(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    assert post(client, address, **{**CALM, "controls_work": "no"}).status_code == 302
    row = saved()[0]
    assert (row.changed, row.controls_work) == (False, False)


def test_a_review_puts_the_risk_before_dmt_when_asked(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    text = words(client.get(post(client, address, **NEWS, escalate="y").location))
    assert "AMBER → raised to RED put before DMT, awaiting its decision" in text
    assert saved()[0].escalate


@pytest.mark.parametrize("status", ["awaiting DMT", "deferred to a meeting", "referred to corporate"])
def test_a_risk_that_is_before_dmt_already_cannot_be_put_there_again(app: Flask, status: str) -> None:
    row = escalated(status=status)
    client, address = as_owner(app, row.risk)
    assert "Put this risk before" not in words(client.get(address))
    refused = words(post(client, address, **{**NEWS, "note": "", "escalate": "y"}))
    assert "Put this risk before" not in refused


def test_a_review_answers_what_dmt_asked(app: Flask) -> None:
    row = escalated(status="returned to owner", due_on=make.TODAY)
    member = make.PersonFactory()
    db.session.add(
        models.Decision(
            escalation_id=row.id, kind="return to the owner", reason="Say what it costs.", person_id=member.id,
            decided_on=make.TODAY, decided_at=make.NOW, seen_revision=0, seen={}, due_on=make.TODAY,
        )
    )  # fmt: skip
    client, address = as_owner(app, row.risk)
    shown = words(client.get(address))
    assert "DMT asked you for an answer by 3 April 2017: Say what it costs." in shown
    assert "Put this risk before" not in shown
    assert "the owner has answered, awaiting DMT" in words(client.get(post(client, address, **NEWS).location))


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({**CALM, "still_right": ""}, ["Say whether the risk is still described right."]),
        ({**CALM, "controls_work": "perhaps"}, ["Say whether the controls are working."]),
        ({**CALM, "note": "  "}, ["Say what has changed, or why nothing has."]),
        ({**CALM, "note": "x" * 20_000}, ["The sentence must be 4,000 characters or fewer. You typed 20,000."]),
        ({**CALM, "any_change": ""}, ["Say whether anything has changed."]),
        ({**CALM, "rating": ""}, ["Choose whether to keep the rating or to assess it anew."]),
        ({**ASSESSED, "any_change": "same"}, ["A new rating is a change: choose “Something has changed”."]),
        ({**ASSESSED, "likelihood": ""}, ["Choose the likelihood."]),
        ({**ASSESSED, "impact": "6"}, ["Choose one of the answers in the list."]),
        ({**NEWS, "target_impact": "3"}, ["Choose both a likelihood and an impact."]),
        (
            {**NEWS, "target_likelihood": "5", "target_impact": "5"},
            ["Say why a target that is still RED is accepted."],
        ),
        ({**CALM, "revision": "x"}, ["Open the page again: it does not say which state of the record you saw."]),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    app: Flask, risk: models.Risk, fields: dict[str, Any], sentences: list[str]
) -> None:
    client, address = as_owner(app, risk)
    answer = post(client, address, **fields)
    assert answer.status_code == 422
    assert [one for one in problems(answer) if one in sentences]
    assert fields["note"].strip() in answer.text
    assert saved() == []


def test_a_target_that_is_still_red_needs_its_reason(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    target = {"target_likelihood": "5", "target_impact": "5", "rationale": "The law leaves us no choice."}
    text = words(client.get(post(client, address, **NEWS, **target).location))
    assert "Target rating RED score 25" in text
    assert "The law leaves us no choice." in text


def test_a_risk_that_changed_meanwhile_is_not_reviewed_and_the_change_is_shown(app: Flask, risk: models.Risk) -> None:
    record(SYSTEM, "noted", f"risk:{risk.id}", "A signal joined the escalation.", now=make.NOW, risk=risk)
    client, address = as_owner(app, risk)
    answer = post(client, address, **NEWS)
    text = words(answer)
    assert answer.status_code == 409
    assert "What changed since you opened the page" in text
    assert "A signal joined the escalation." in text
    assert "The provider has given notice." in answer.text
    assert 'name="revision" type="hidden" value="1"' in answer.text
    assert saved() == []
    assert post(client, address, **{**NEWS, "revision": 1}).status_code == 302


@pytest.mark.parametrize("roles", [("risk_owner",), ("dmt_member",), ("auditor",), ("coordinator",)])
def test_only_the_owner_reviews(app: Flask, risk: models.Risk, roles: tuple[str, ...]) -> None:
    address, client = f"/risks/{risk.id}/review", signed_in_as(app, *roles)
    fresh()
    assert client.get(address).status_code == 403
    assert post(client, address, **CALM).status_code == 403
    assert saved() == []


def test_the_deputy_reviews_for_the_holder(app: Flask, risk: models.Risk) -> None:
    deputy = make.PersonFactory(deputising=risk.owner_post)
    who, risk_id = f"{deputy.id}:{deputy.session_stamp}", risk.id
    client = signed_in_as(app, "auditor")
    with client.session_transaction() as session:
        session["_user_id"] = who
    fresh()
    assert post(client, f"/risks/{risk_id}/review", **CALM).status_code == 302


def test_a_closed_risk_is_no_longer_reviewed(app: Flask) -> None:
    client, address = as_owner(app, make.RiskFactory(closed=True))
    assert "it is no longer reviewed" in words(client.get(address))
    answer = post(client, address, **CALM)
    assert answer.status_code == 422
    assert saved() == []


def test_what_changed_since_the_last_review_stands_beside_the_questions(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    post(client, address, **CALM)
    row = db.session.scalars(select(models.Risk)).one()
    later = saved()[0].recorded_at.replace(year=2018)
    record(SYSTEM, "noted", f"risk:{row.id}", "Said after the review.", now=later, risk=row)
    db.session.commit()
    text = words(client.get(address))
    assert "Since the last review" in text
    assert "Said after the review." in text
    assert "The last one was on 3 April 2017." in text
    assert "Reviewed: no change." not in text


def test_an_unknown_risk_is_a_page_that_says_so(app: Flask) -> None:
    client = signed_in_as(app, "risk_owner")
    assert client.get("/risks/999999/review").status_code == 404


def test_a_risk_with_much_under_it_takes_as_many_queries_as_one_with_little(app: Flask, risk: models.Risk) -> None:
    def more() -> None:
        make.ActionFactory(risk=risk)
        make.LinkFactory(risk=risk, contract=make.ContractFactory())
        make.LinkFactory(risk=risk, indicator=make.IndicatorFactory())
        record(SYSTEM, "noted", f"risk:{risk.id}", "Something.", now=make.NOW, risk=risk)

    more()
    client, address = as_owner(app, risk)
    with counted() as few:
        client.get(address)
    for _ in range(20):
        more()
    db.session.commit()
    with counted() as many:
        client.get(address)
    assert len(many) == len(few) <= 13
