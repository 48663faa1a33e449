"""Discarding a draft or a proposal on its pages, and taking it up again."""

from __future__ import annotations

from flask.testing import FlaskClient

from riskreg.extensions import db
from riskreg.models import Risk
from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_proposing import COORDINATOR, OWNER, send


def status(address: str) -> str:
    """Where the risk of a page stands."""
    fresh()
    return db.session.get_one(Risk, int(address.split("/")[2])).status


def test_the_writer_discards_a_draft_and_takes_it_up_again(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client, then="draft").location
    assert f'href="{address}/discard"' in client.get(address).text
    assert "its reference is never given again" in words(client.get(f"{address}/discard"))
    answer = post(client, f"{address}/discard", reason="It is no risk.", revision=2)
    assert answer.status_code == 302
    text = words(client.get(address))
    assert "CYPE 24 is discarded." in text
    assert "was discarded before it was approved, so it was never in the register. It is no risk." in text
    assert "Reopen it" not in text
    assert "CYPE 24" not in words(client.get("/register?status=closed"))
    assert "CYPE 24" not in words(client.get("/register/as-at?day=3&day=4&day=2017&status=all"))
    answer = post(client, f"{address}/take-up", reason="It matters after all.", revision=3)
    assert answer.status_code == 302
    assert "This is a draft." in words(client.get(address))
    assert status(address) == "draft"


def test_a_reason_is_needed_and_what_was_seen_must_be_what_is(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client, then="draft").location
    answer = post(client, f"{address}/discard", reason=" ", revision=2)
    assert answer.status_code == 422
    assert problems(answer) == ["Say why it is discarded."]
    answer = post(client, f"{address}/discard", reason="It is no risk.", revision=0)
    assert answer.status_code == 409
    assert "It is no risk." in answer.text
    assert status(address) == "draft"


def test_what_is_proposed_only_the_co_ordinator_discards(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    address = send(client).location
    assert f'href="{address}/discard"' not in client.get(address).text
    assert post(client, f"{address}/discard", reason="No.", revision=2).status_code == 403
    sign_in_as(client, COORDINATOR)
    assert f'href="{address}/discard"' in client.get(address).text
    assert post(client, f"{address}/discard", reason="It is held elsewhere.", revision=2).status_code == 302
    assert "Take it up again" in words(client.get(address))
    refused = post(client, f"{address}/reopen", reason="Yes.", revision=3)
    assert refused.status_code == 422
    assert "cannot be reopened. Take it up again as a draft." in words(refused)
    assert status(address) == "closed"


def test_an_open_risk_is_not_discarded(client: FlaskClient) -> None:
    sign_in_as(client, COORDINATOR)
    answer = client.get("/risks/1/discard")
    assert "A risk that is open cannot be changed by “discard”." in words(answer)
