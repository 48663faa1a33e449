"""A person puts a risk before DMT: with a reason, once, and only those who may."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import fresh, signed_in_as
from tests.web.browsing import post, problems, words


def saved() -> int:
    """How many escalations are stored."""
    fresh()
    count = db.session.scalar(select(func.count()).select_from(models.Escalation)) or 0
    fresh()
    return count


def as_owner(app: Flask, risk: models.Risk) -> tuple[FlaskClient, str]:
    """The owner's browser, and the address of the page."""
    address = f"/risks/{risk.id}/escalate"
    return signed_in_as(app, post=risk.owner_post), address


def test_the_page_says_what_will_happen_before_it_happens(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    assert "The rating shown goes from AMBER to RED until DMT has decided." in words(client.get(address))


def test_a_risk_that_is_red_already_stays_red(app: Flask) -> None:
    client, address = as_owner(app, make.RiskFactory(red=True))
    assert "The rating shown stays RED ." in words(client.get(address))


def test_the_owner_puts_a_risk_before_dmt_with_a_reason(app: Flask, risk: models.Risk) -> None:
    signed_in_as(app, "dmt_member")
    client, address = as_owner(app, risk)
    risk_id = risk.id
    fresh()
    answer = post(client, address, reason="The provider has given notice.")
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "is before DMT. Its members and the owner are told by e-mail." in text
    assert "The provider has given notice." in text
    assert "AMBER → raised to RED" in text
    row = db.session.scalars(select(models.Escalation)).one()
    assert (row.risk_id, row.reason) == (risk_id, "The provider has given notice.")
    assert row.person_id is not None


@pytest.mark.parametrize("role", ["dmt_member", "coordinator"])
def test_a_dmt_member_and_the_co_ordinator_may_do_so_for_any_risk(app: Flask, risk: models.Risk, role: str) -> None:
    risk_id = risk.id
    client = signed_in_as(app, role)
    fresh()
    assert post(client, f"/risks/{risk_id}/escalate", reason="Look at this.").status_code == 302
    assert saved() == 1


@pytest.mark.parametrize("role", ["auditor", "risk_owner", "action_owner", "performance_officer", "administrator"])
def test_others_are_refused_and_nothing_is_saved(app: Flask, risk: models.Risk, role: str) -> None:
    risk_id = risk.id
    client = signed_in_as(app, role)
    fresh()
    assert client.get(f"/risks/{risk_id}/escalate").status_code == 403
    assert post(client, f"/risks/{risk_id}/escalate", reason="Look at this.").status_code == 403
    assert saved() == 0


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("", "Say why DMT should look at this risk."),
        ("   ", "Say why DMT should look at this risk."),
        ("x" * 20_000, "The reason must be 4,000 characters or fewer. You typed 20,000."),
    ],
)
def test_a_reason_that_will_not_do_is_said_beside_the_field(
    app: Flask, risk: models.Risk, reason: str, sentence: str
) -> None:
    client, address = as_owner(app, risk)
    fresh()
    answer = post(client, address, reason=reason)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert reason.strip() in answer.text
    assert saved() == 0


def test_a_risk_is_before_dmt_once(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    fresh()
    post(client, address, reason="First.")
    assert "before the Directorate Management Team (DMT) already" in words(client.get(address))
    answer = post(client, address, reason="A second time, with words worth keeping.")
    assert answer.status_code == 422
    assert problems(answer) == ["This risk is before DMT already."]
    assert "with words worth keeping" in answer.text
    assert saved() == 1


def test_a_closed_risk_cannot_be_put_before_dmt(app: Flask) -> None:
    client, address = as_owner(app, make.RiskFactory(closed=True))
    assert "Only an open risk can be put before" in words(client.get(address))
    fresh()
    assert post(client, address, reason="Look.").status_code == 422
    assert saved() == 0


def test_an_unknown_risk_is_a_page_that_says_so(app: Flask) -> None:
    client = signed_in_as(app, "dmt_member")
    assert client.get("/risks/999999/escalate").status_code == 404
    assert post(client, "/risks/999999/escalate", reason="x").status_code == 404


def test_a_form_without_its_token_saves_nothing(app: Flask, risk: models.Risk) -> None:
    client, address = as_owner(app, risk)
    fresh()
    answer = client.post(address, data={"reason": "Keep these words."})
    assert answer.status_code == 400
    assert "Keep these words." in answer.text
    assert saved() == 0
