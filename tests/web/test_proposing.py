"""Proposing a risk, the list of proposals, and the co-ordinator's answer."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Division, Post, Risk
from tests.web.before_dmt import counted, fresh
from tests.web.browsing import post, problems, sign_in_as, words

OWNER, COORDINATOR = "Head of Early Years and Childcare", "Risk Co-ordinator"
ENTERED: dict[str, Any] = {
    "title": "Too few places", "cause": "Births rise.", "event": "Places run out.", "consequence": "Children wait.",
    "category": "Places", "objective": "Enough places", "likelihood": "3", "impact": "4",
    "rationale": "Births rose twice.", "then": "propose",
}  # fmt: skip


def send(client: FlaskClient, **changed: Any) -> TestResponse:
    """Propose a risk with some fields changed."""
    owner = db.session.scalars(select(Post.id).where(Post.title == OWNER)).one()
    division = db.session.scalars(select(Division.id).where(Division.name == "Quality and Standards")).one()
    fresh()
    return post(client, "/risks/propose", **{**ENTERED, "owner": owner, "place": f"{division}-", **changed})


def risks() -> int:
    """How many risks are stored."""
    fresh()
    return db.session.scalar(select(func.count()).select_from(Risk)) or 0


def test_a_risk_goes_from_proposal_to_the_register(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    answer = send(client, target_likelihood="1", target_impact="4")
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "CYPE 24 is proposed to the risk co-ordinator." in text
    assert "It is not in the register until the risk co-ordinator approves it." in text
    assert "CYPE 24 Too few places" not in words(client.get("/register"))
    sign_in_as(client, COORDINATOR)
    assert "CYPE 24 Too few places proposed AMBER" in words(client.get("/risks/proposals"))
    assert "Approve it or send it back" in words(client.get(answer.location))
    page = words(client.get(f"{answer.location}/approval"))
    assert "score 12: possible (3) × serious (4). Births rose twice." in page
    assert "Quality and Standards" in page
    revision = db.session.scalars(select(Risk.revision).order_by(Risk.id.desc())).first()
    fresh()
    post(client, f"{answer.location}/approval", answer="approve", reason="", revision=revision)
    text = words(client.get(answer.location))
    assert "CYPE 24 is approved and open." in text
    assert "Next review due 3 July 2017" in text
    assert "Too few places" in words(client.get("/register"))


def test_a_draft_is_proposed_sent_back_and_proposed_again(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client, then="draft").location
    assert "CYPE 24 is kept as a draft." in words(client.get(address))
    assert post(client, f"{address}/propose", revision=2).status_code == 302
    sign_in_as(client, COORDINATOR)
    answer = post(client, f"{address}/approval", answer="send back", reason="", revision=3)
    assert (answer.status_code, problems(answer)) == (422, ["Say what is missing."])
    assert post(client, f"{address}/approval", answer="send back", reason="Where?", revision=3).status_code == 302
    sign_in_as(client, OWNER)
    text = words(client.get(address))
    assert "This is a draft." in text
    assert "Last said: Where? Risk Co-ordinator" in text
    assert "Propose this draft" in text
    assert post(client, f"{address}/propose", revision=3).status_code == 409


def test_all_that_was_entered_of_a_draft_can_be_put_right(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client, then="draft", target_likelihood="1", target_impact="4").location
    assert "Edit it" in words(client.get(address))
    page = client.get(f"{address}/edit").text
    assert "Births rose twice." in page
    other = db.session.scalars(select(Post.id).where(Post.title == "Head of Fair Access")).one()
    division = db.session.scalars(select(Division.id).where(Division.name == "Quality and Standards")).one()
    revision = db.session.scalars(select(Risk.revision).order_by(Risk.id.desc())).first()
    fresh()
    changed: dict[str, Any] = {
        **ENTERED, "place": f"{division}-", "owner": other, "impact": "5", "target_likelihood": "1",
        "target_impact": "4", "reason": "It is theirs.", "revision": revision,
    }  # fmt: skip
    refused = post(client, f"{address}/edit", **{**changed, "target_likelihood": "", "target_impact": ""})
    assert (refused.status_code, problems(refused)[0][:27]) == (422, "A target was given already.")
    assert post(client, f"{address}/edit", **changed).status_code == 302
    text = words(client.get(address))
    assert "Changed: owner and current rating. It is theirs." in text
    assert "Head of Fair Access" in text
    assert "score 15" in text
    late = post(client, f"{address}/edit", **{**changed, "cause": "Mine."})
    assert late.status_code == 409
    assert "Cause Births rise. Mine." in words(late)
    assert "What changed since you opened the page" in words(late)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": ""}, "Enter a title."),
        ({"title": "x" * 201}, "The title must be 200 characters or fewer. You typed 201."),
        ({"event": " "}, "Say what may happen."),
        ({"place": ""}, "Choose the division or the service."),
        ({"place": "1-9999"}, "Choose the division or the service."),
        ({"owner": ""}, "Choose the post that owns the risk."),
        ({"owner": "9999"}, "Choose the post that owns the risk."),
        ({"likelihood": ""}, "Choose the likelihood."),
        ({"impact": "6"}, "Choose the impact."),
        ({"rationale": ""}, "Say why you rate the risk so."),
        ({"target_likelihood": "1"}, "Choose the impact as well."),
        ({"target_likelihood": "3", "target_impact": "5"}, "Say why a target above the current rating is accepted."),
        ({"target_likelihood": "5", "target_impact": "5"}, "Say why a target that is still RED is accepted."),
        ({"then": "open"}, "Choose what should happen now."),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    client: FlaskClient, changed: dict[str, str], sentence: str
) -> None:
    sign_in_as(client, OWNER)
    before = risks()
    answer = send(client, **changed)
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert "Children wait." in answer.text
    assert risks() == before


def test_who_may_not_propose_sees_no_way_there(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    assert client.get("/risks/propose").status_code == 403
    assert "Propose a risk" not in words(client.get("/risks/proposals"))
    assert "Propose a risk" not in words(client.get("/register"))
    sign_in_as(client, COORDINATOR)
    assert "Propose a risk" in words(client.get("/register"))


def test_a_risk_of_another_owner_is_no_draft_of_mine(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client, then="draft").location
    sign_in_as(client, "Head of Fair Access")
    text = words(client.get(address))
    assert "Propose this draft" not in text
    assert "Manage this risk" not in text
    assert post(client, f"{address}/propose", revision=2).status_code == 403
    assert client.get(f"{address}/edit").status_code == 403


def test_the_list_takes_as_many_queries_for_many_proposals_as_for_none(client: FlaskClient) -> None:
    sign_in_as(client, COORDINATOR)
    with counted() as none:
        assert "there is no draft" in words(client.get("/risks/proposals"))
    for number in range(3):
        send(client, title=f"Too few places {number}")
    client.get("/risks/proposals")
    with counted() as many:
        assert words(client.get("/risks/proposals")).count("Too few places") == 3
    assert len(many) == len(none) <= 5
