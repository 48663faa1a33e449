"""The pages that mark a risk, a control or an action exempt, and the pages and files that show it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import fresh, signed_in_as
from tests.web.browsing import post, problems, words

KINDS = ("risk", "control", "action")


@pytest.fixture
def places(app: Flask) -> dict[str, int]:
    """A risk with a control and an action, each by its number."""
    risk = make.RiskFactory(title="Too few places")
    control = models.Control(risk_id=risk.id, text="Visits to schools", recorded_at=make.NOW)
    db.session.add(control)
    action = make.ActionFactory(risk=risk, text="Recruit carers")
    db.session.commit()
    return {"risk": risk.id, "control": control.id, "action": action.id}


def stored(kind: str, places: dict[str, int]) -> str:
    fresh()
    table: Any = {"risk": models.Risk, "control": models.Control, "action": models.Action}[kind]
    return str(db.session.get_one(table, places[kind]).exempt_why)


@pytest.mark.parametrize("kind", KINDS)
def test_the_co_ordinator_marks_and_takes_back(app: Flask, places: dict[str, int], kind: str) -> None:
    keeper, reader = signed_in_as(app, "coordinator"), signed_in_as(app, "auditor")
    address, risk = f"/{kind}s/{places[kind]}/exempt", f"/risks/{places['risk']}"
    assert "Information relating to any individual." in words(keeper.get(address))
    assert post(keeper, address, paragraph="3", reason="The price.", revision=0).status_code == 302
    assert stored(kind, places) == "paragraph 3: The price."
    assert f"The {kind} is marked exempt." in words(keeper.get(risk))
    assert "Exempt by paragraph 3: The price." in words(reader.get(risk))
    assert "already, by paragraph 3: The price." in words(keeper.get(address))
    assert "It is exempt by paragraph 3: The price." in words(keeper.get(f"{address}/end"))
    assert post(keeper, f"{address}/end", reason="It is signed.", revision=1).status_code == 302
    assert stored(kind, places) == ""
    assert "Exempt by" not in words(reader.get(risk))
    assert "not marked exempt" in words(keeper.get(f"{address}/end"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": "The price."}, "Choose the paragraph by which it is exempt."),
        ({"paragraph": "9", "reason": "The price."}, "Choose the paragraph by which it is exempt."),
        ({"paragraph": "3", "reason": " "}, "Say why it is exempt."),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_marking_without_paragraph_or_reason_is_refused(
    app: Flask, places: dict[str, int], kind: str, typed: dict[str, str], said: str
) -> None:
    keeper = signed_in_as(app, "coordinator")
    answer = post(keeper, f"/{kind}s/{places[kind]}/exempt", revision=0, **typed)
    assert (answer.status_code, problems(answer)) == (422, [said])
    assert typed["reason"].strip() in answer.text
    assert stored(kind, places) == ""


def test_taking_back_needs_a_reason_and_two_at_once_are_told(app: Flask, places: dict[str, int]) -> None:
    keeper, address = signed_in_as(app, "coordinator"), f"/risks/{places['risk']}/exempt"
    assert post(keeper, address, paragraph="1", reason="A child.", revision=0).status_code == 302
    late = post(keeper, address, paragraph="2", reason="Mine", revision=0)
    assert late.status_code == 409
    assert "Mine" in late.text
    assert "Marked exempt" in words(late)
    answer = post(keeper, f"{address}/end", reason="", revision=1)
    assert (answer.status_code, problems(answer)) == (422, ["Say why it is no longer exempt."])
    assert stored("risk", places) == "paragraph 1: A child."


@pytest.mark.parametrize("role", ["risk_owner", "dmt_member", "auditor"])
def test_others_see_no_way_to_it_and_are_refused(app: Flask, places: dict[str, int], role: str) -> None:
    client = signed_in_as(app, role)
    assert "/exempt" not in client.get(f"/risks/{places['risk']}").text
    for kind in KINDS:
        for path in (f"/{kind}s/{places[kind]}/exempt", f"/{kind}s/{places[kind]}/exempt/end"):
            assert client.get(path).status_code == 403
            assert post(client, path, paragraph="3", reason="A", revision=0).status_code == 403
        assert stored(kind, places) == ""


@pytest.mark.parametrize("path", ["/risks/9999/exempt", "/controls/9999/exempt/end", "/actions/x/exempt"])
def test_what_is_not_there_is_said_to_be_so(app: Flask, path: str) -> None:
    assert signed_in_as(app, "coordinator").get(path).status_code == 404


def test_a_merged_or_closed_risk_can_be_marked(app: Flask) -> None:
    risk = make.RiskFactory(closed=True)
    db.session.commit()
    keeper, address = signed_in_as(app, "coordinator"), f"/risks/{risk.id}"
    assert "Mark it exempt" in words(keeper.get(address))
    assert post(keeper, f"{address}/exempt", paragraph="5", reason="Advice.", revision=0).status_code == 302
    assert "Take back that it is exempt" in words(keeper.get(address))


@pytest.mark.parametrize(("name", "kind"), [("risks", "risk"), ("controls", "control"), ("actions", "action")])
def test_the_files_say_what_is_exempt_and_why(app: Flask, places: dict[str, int], name: str, kind: str) -> None:
    keeper: FlaskClient = signed_in_as(app, "coordinator")
    post(keeper, f"/{kind}s/{places[kind]}/exempt", paragraph="3", reason="The price.", revision=0)
    lines = keeper.get(f"/export/{name}.csv").text.splitlines()
    assert "exempt" in lines[0].split(",")
    assert "paragraph 3: The price." in lines[1]
