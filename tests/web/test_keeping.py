"""Keeping a risk on its pages: text, ratings, response, owner, merging, closing and reopening."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, escalated, fresh, signed_in_as
from tests.web.browsing import post, problems, words

TEXT: dict[str, Any] = {
    "title": "Far too few places", "cause": "", "event": "Places run out.", "consequence": "Children wait.",
    "category": "Places", "objective": "Enough places", "reason": "Said better.", "revision": 0,
}  # fmt: skip
RESPONSE: dict[str, Any] = {
    "kind": "tolerate", "until_on": [30, 9, 2017], "decided_on": [3, 4, 2017], "reason": "Too dear.", "revision": 0,
}  # fmt: skip


@pytest.fixture
def risk(app: Flask) -> models.Risk:
    """An open AMBER risk."""
    row: models.Risk = make.RiskFactory(title="Too few places", event="They run out.")
    return row


def stored(risk: models.Risk) -> models.Risk:
    """The risk as it is stored now."""
    fresh()
    return risk


def edit(client: FlaskClient, address: str, **changed: Any) -> TestResponse:
    """Change the text with some fields changed."""
    place = db.session.query(models.Risk.division_id).order_by(models.Risk.id).first()
    fresh()
    assert place is not None
    return post(client, f"{address}/edit", **{**TEXT, "place": f"{place[0]}-", **changed})


def test_the_owner_changes_the_text(owner: FlaskClient, address: str) -> None:
    answer = edit(owner, address)
    assert answer.status_code == 302
    text = words(owner.get(answer.location))
    assert "Far too few places" in text
    assert "Category Places Objective Enough places" in text
    assert "The text of CYPE" in text
    assert "Changed: title, event, consequence, category and objective. Said better." in text


def test_of_two_who_edit_at_once_the_second_sees_both_versions_and_loses_nothing(
    owner: FlaskClient, keeper: FlaskClient, address: str, risk: models.Risk
) -> None:
    edit(owner, address)
    answer = edit(keeper, address, title="Places are short", cause="Births rise.", reason="Mine.")
    assert answer.status_code == 409
    text = words(answer)
    assert "What changed since you opened the page" in text
    assert "Title Far too few places Places are short" in text
    assert "Cause nothing Births rise." in text
    assert 'value="Places are short"' in answer.text
    assert "Mine." in answer.text
    assert stored(risk).title == "Far too few places"
    assert edit(keeper, address, title="Places are short", revision=1).status_code == 302
    assert stored(risk).title == "Places are short"


def test_a_risk_that_came_without_an_event_can_be_mended_elsewhere(
    owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    risk.event = ""
    db.session.commit()
    assert edit(owner, address, event="", title="Too few places of ours").status_code == 302
    assert (stored(risk).title, stored(risk).event) == ("Too few places of ours", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Enter a title."),
        ({"event": ""}, "Say what may happen."),
        ({"reason": " "}, "Say why the text changes."),
        ({"place": "x"}, "Choose the division or the service."),
        ({"cause": "x" * 2_001}, "The cause must be 2,000 characters or fewer. You typed 2,001."),
        ({"revision": "old"}, "Open the page again: it does not say which state of the record you saw."),
    ],
)
def test_a_text_that_makes_no_sense_is_refused(
    owner: FlaskClient, address: str, risk: models.Risk, changed: dict[str, str], sentence: str
) -> None:
    answer = edit(owner, address, **changed)
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert "Children wait." in answer.text
    assert stored(risk).title == "Too few places"


def test_the_owner_assesses_with_the_matrix_in_sight(owner: FlaskClient, address: str, risk: models.Risk) -> None:
    page = words(owner.get(f"{address}/assess"))
    assert "published as AMBER without a score" in page
    assert "3, possible" in page
    levels = {"likelihood": "4", "impact": "5", "target_likelihood": "2", "target_impact": "3"}
    answer = post(owner, f"{address}/assess", rationale="It got worse.", revision=0, **levels)
    assert answer.status_code == 302
    assert stored(risk).own_rag == "RED"
    text = words(owner.get(answer.location))
    assert "score 20: likely (4) × major (5)" in text
    assert "Target rating GREEN" in text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Enter a current rating, a target rating or both."),
        ({"likelihood": "3"}, "Choose the impact as well."),
        ({"likelihood": "3", "impact": "3"}, "Say why you rate the risk so."),
        ({"likelihood": "9", "impact": "3"}, "Choose one of the answers in the list."),
        ({"target_likelihood": "4", "target_impact": "5"}, "Say why a target that is still RED is accepted."),
        (
            {"likelihood": "3", "impact": "3", "rationale": "So.", "target_likelihood": "3", "target_impact": "4"},
            "Say why a target above the current rating is accepted.",
        ),
    ],
)
def test_a_rating_that_makes_no_sense_is_refused(
    owner: FlaskClient, address: str, risk: models.Risk, fields: dict[str, str], sentence: str
) -> None:
    answer = post(owner, f"{address}/assess", revision=0, **fields)
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert stored(risk).revision == 0


def test_the_response_is_shown_with_those_before(owner: FlaskClient, address: str) -> None:
    assert "No response has been recorded" in words(owner.get(address))
    post(owner, f"{address}/response", **{**RESPONSE, "kind": "treat", "until_on": [], "reason": "We build."})
    answer = post(owner, f"{address}/response", **{**RESPONSE, "revision": 1})
    assert answer.status_code == 302
    text = words(owner.get(address))
    assert "Tolerate until 30 September 2017. Too dear. From 3 April 2017, recorded by" in text
    assert text.index("Too dear.") < text.index("Earlier responses") < text.index("Treat. We build.")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": ""}, "Choose the response."),
        ({"kind": "ignore"}, "Choose the response."),
        ({"until_on": []}, "Enter the date until which the risk is tolerated."),
        ({"until_on": [3, 4, 2017]}, "The date until which the risk is tolerated must be after today."),
        ({"until_on": [31, 2, 2018]}, "The date until which it is tolerated must be a real date, such as 31 8 2017."),
        ({"kind": "treat"}, "Only a risk that is tolerated has a date: choose “tolerate”, or leave it empty."),
        ({"decided_on": [4, 4, 2017]}, "The date of the response must be today or earlier."),
        (
            {"decided_on": [2, 4, 2017]},
            "The date of the response must not be before 3 April 2017, when the risk was entered in the register.",
        ),
        ({"reason": ""}, "Say why this is the response."),
    ],
)
def test_a_response_that_makes_no_sense_is_refused(
    owner: FlaskClient, address: str, risk: models.Risk, changed: dict[str, Any], sentence: str
) -> None:
    answer = post(owner, f"{address}/response", **{**RESPONSE, **changed})
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert stored(risk).revision == 0


def test_the_coordinator_hands_a_risk_over(keeper: FlaskClient, address: str) -> None:
    other = make.PostFactory(owning=True, title="Head of Places").id
    db.session.commit()
    answer = post(keeper, f"{address}/owner", owner="", reason="It moved.", revision=0)
    assert problems(answer) == ["Choose the post that the risk goes to."]
    assert post(keeper, f"{address}/owner", owner=other, reason="It moved.", revision=0).status_code == 302
    assert "Owner Head of Places" in words(keeper.get(address))


def test_a_risk_is_closed_and_reopened(keeper: FlaskClient, address: str) -> None:
    answer = post(keeper, f"{address}/close", reason="", revision=0)
    assert (answer.status_code, problems(answer)) == (422, ["Say why the risk is closed."])
    post(keeper, f"{address}/close", reason="It is gone.", revision=0)
    text = words(keeper.get(address))
    assert "This risk was closed on 3 April 2017. It is gone." in text
    assert "Reopen it" in text
    assert "Hand it over" not in text
    assert "The risk is closed; only an open risk" in words(keeper.get(f"{address}/edit"))
    post(keeper, f"{address}/reopen", reason="It is back.", revision=1)
    text = words(keeper.get(address))
    assert "is open again." in text
    assert "Next review due 3 July 2017" in text


def test_open_actions_are_named_before_and_after_closing_is_tried(
    keeper: FlaskClient, address: str, risk: models.Risk
) -> None:
    make.ActionFactory(risk=risk, text="Ask the schools.")
    db.session.commit()
    sentence = "Actions are still open: “Ask the schools”. Finish or cancel them before closing the risk."
    assert sentence in words(keeper.get(f"{address}/close"))
    assert f'href="{address}#actions"' in keeper.get(f"{address}/close").text
    answer = post(keeper, f"{address}/close", reason="It is gone.", revision=0)
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert "It is gone." in answer.text
    assert stored(risk).status == "open"


def test_what_is_before_dmt_offers_neither_closing_nor_merging(
    keeper: FlaskClient, address: str, risk: models.Risk
) -> None:
    escalated(risk=risk)
    db.session.commit()
    text = words(keeper.get(address))
    assert "Merge it into another risk" not in text
    assert "Close it" not in text
    assert "must de-escalate it first, or close it." in words(keeper.get(f"{address}/close"))


def test_a_merged_risk_says_where_it_went(keeper: FlaskClient, address: str, risk: models.Risk) -> None:
    other = make.RiskFactory(title="Places")
    name, there = str(other.reference), f"/risks/{other.id}"
    db.session.commit()
    assert post(keeper, f"{address}/merge", into=name.lower(), reason="The same.", revision=0).status_code == 302
    text = words(keeper.get(address))
    assert f"This risk was merged on 3 April 2017 into {name} Places . The same." in text
    assert "Merge it into another risk" not in text
    assert "Too few places was merged into this risk: The same." in words(keeper.get(there))
    assert "Too few places" in words(keeper.get("/register?status=closed"))


def test_a_risk_is_not_merged_into_itself_a_closed_one_or_one_that_is_not_there(
    keeper: FlaskClient, address: str, risk: models.Risk
) -> None:
    closed, own = str(make.RiskFactory(closed=True).reference), str(risk.reference)
    discarded = str(make.RiskFactory(status="closed").reference)
    db.session.add(models.Reference(register_id=risk.register_id, number=998, note="Used before."))
    db.session.commit()
    used = "The reference “CYPE 998” was used before this plan, and no risk has it now."
    for into, sentence in (
        (discarded, "That risk is discarded. Choose one that is open."),
        ("CYPE 998", f"{used} Look the other risk up in the register."),
        (own, "A risk cannot be merged into itself. Choose another risk."),
        (closed, "That risk is closed. Choose one that is open."),
        ("CYPE 999", "No risk has the reference “CYPE 999”. Look it up in the register."),
        ("the other", "No risk has the reference “the other”. Look it up in the register."),
        ("", "Enter the reference of the risk that this one goes into."),
    ):
        answer = post(keeper, f"{address}/merge", into=into, reason="The same.", revision=0)
        assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert stored(risk).status == "open"


def test_each_sees_the_ways_that_are_theirs(app: Flask, owner: FlaskClient, keeper: FlaskClient, address: str) -> None:
    mine = ["Edit the text", "Record the response", "Add an action", "Add a control"]
    text = words(owner.get(address))
    assert all(way in text for way in [*mine, "Assess it outside a review"])
    assert "Close it" not in text
    text = words(keeper.get(address))
    assert all(way in text for way in [*mine, "Hand it over", "Merge it into another risk", "Close it"])
    assert "Assess it outside a review" not in text
    other = signed_in_as(app, "risk_owner", "action_owner")
    assert "Manage this risk" not in words(other.get(address))
    for way in ("edit", "response", "assess", "controls", "actions"):
        assert other.get(f"{address}/{way}").status_code == 403, way
    for way in ("owner", "merge", "close", "reopen", "approval"):
        assert owner.get(f"{address}/{way}").status_code == 403, way


def test_the_page_of_a_risk_takes_no_more_queries_for_its_responses(
    owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    with counted() as few:
        owner.get(address)
    for revision in range(3):
        post(owner, f"{address}/response", **{**RESPONSE, "revision": revision})
    owner.get(address)
    with counted() as many:
        owner.get(address)
    assert len(many) == len(few) <= 15
