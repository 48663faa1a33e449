"""Controls and new actions on the pages of a risk."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import fresh, signed_in_as
from tests.web.browsing import post, problems, words

CONTROL: dict[str, Any] = {
    "text": "Places are counted.", "owner": "", "assurance": "Audit looked.", "last_tested_on": [28, 2, 2017],
    "revision": 0,
}  # fmt: skip


def only_control() -> int:
    """The id of the one control that is stored."""
    found = db.session.scalars(select(models.Control.id)).one()
    fresh()
    return found


def test_a_control_is_added_tested_and_ended(owner: FlaskClient, address: str) -> None:
    assert post(owner, f"{address}/controls", **CONTROL).status_code == 302
    text = words(owner.get(address))
    assert "Places are counted. Assurance: Audit looked. Last tested on 28 February 2017. Change the control" in text
    control = f"/controls/{only_control()}"
    assert 'value="28"' in owner.get(control).text
    post(owner, control, **{**CONTROL, "last_tested_on": [3, 4, 2017], "revision": 1})
    assert "Last tested on 3 April 2017." in words(owner.get(address))
    answer = post(owner, f"{control}/end", reason="", revision=2)
    assert (answer.status_code, problems(answer)) == (422, ["Say why the control has ended."])
    post(owner, f"{control}/end", reason="The system was replaced.", revision=2)
    text = words(owner.get(address))
    assert "0 controls" in text
    assert "Controls that have ended Places are counted. Ended on 3 April 2017. The system was replaced." in text
    assert "This control has ended already." in words(owner.get(control))
    assert "Places are counted." not in words(owner.get(f"{address}/review")).partition("Controls")[2]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": ""}, "Say what the control is."),
        ({"owner": "9999"}, "Choose one of the answers in the list."),
        ({"last_tested_on": [4, 4, 2017]}, "The day of the last test must be today or earlier."),
        ({"last_tested_on": [31, 2, 2017]}, "The day of the last test must be a real date, such as 31 8 2017."),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    owner: FlaskClient, address: str, changed: dict[str, Any], sentence: str
) -> None:
    answer = post(owner, f"{address}/controls", **{**CONTROL, **changed})
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert "Audit looked." in answer.text
    fresh()
    assert db.session.scalars(select(models.Control)).all() == []


def test_a_control_is_offered_to_posts_that_may_own_and_keeps_the_owner_that_it_has(
    owner: FlaskClient, address: str
) -> None:
    able = make.PostFactory(title="Works Manager", bringing=("action_owner",)).title
    unable = make.PostFactory(title="Keeper of Papers", bringing=("auditor",))
    risk_id = int(address.rpartition("/")[2])
    held = models.Control(risk_id=risk_id, text="Papers are kept.", owner_post=unable, recorded_at=make.NOW)
    db.session.add(held)
    db.session.commit()
    control = f"/controls/{held.id}"
    fresh()
    offered = owner.get(f"{address}/controls").text
    assert able in offered
    assert "Keeper of Papers</option>" not in offered
    assert "Keeper of Papers</option>" in owner.get(control).text


def test_two_who_change_a_control_at_once_lose_nothing(owner: FlaskClient, address: str) -> None:
    post(owner, f"{address}/controls", **CONTROL)
    control = f"/controls/{only_control()}"
    post(owner, control, **{**CONTROL, "assurance": "We looked.", "revision": 1})
    answer = post(owner, control, **{**CONTROL, "assurance": "They looked.", "revision": 1})
    assert answer.status_code == 409
    assert "Both versions" in words(answer)
    assert "Assurance We looked. They looked." in words(answer)
    assert "Assurance: We looked." in words(answer)
    assert "They looked." in answer.text


def test_an_action_is_added_and_found_at_the_risk(owner: FlaskClient, address: str, risk: models.Risk) -> None:
    post_id = risk.owner_post_id
    fresh()
    new: dict[str, Any] = {"text": "Ask the schools.", "owner": post_id, "due_on": [31, 8, 2017], "revision": 0}
    for changed, sentence in (
        ({"text": " "}, "Say what is to be done."),
        ({"owner": ""}, "Choose the post that owns the action."),
        ({"due_on": [2, 4, 2017]}, "The due date must be today or later."),
        ({"due_on": []}, "Enter the due date."),
    ):
        answer = post(owner, f"{address}/actions", **{**new, **changed})
        assert (answer.status_code, problems(answer)) == (422, [sentence])
    assert post(owner, f"{address}/actions", **new).status_code == 302
    assert "Ask the schools." in words(owner.get(address))


def test_a_finished_action_becomes_a_control_when_the_owner_says_so(
    app: Flask, owner: FlaskClient, address: str, risk: models.Risk
) -> None:
    action = make.ActionFactory(risk=risk, text="Count the places.", status="done", progress=100)
    going = make.ActionFactory(risk=risk, text="Ask the schools.", status="in progress")
    done, other = f"/actions/{action.id}", f"/actions/{going.id}"
    db.session.commit()
    assert "Let this finished action become a control" in words(owner.get(done))
    assert "become a control" not in words(owner.get(other))
    assert "The action is in progress. Only a finished one" in words(owner.get(f"{other}/control"))
    assert "Count the places." in owner.get(f"{done}/control").text
    assert post(owner, f"{done}/control", **CONTROL).status_code == 302
    assert "1 control" in words(owner.get(address))
    keeper = signed_in_as(app, "coordinator")
    assert keeper.get(f"{done}/control").status_code == 403


@pytest.mark.parametrize("way", ["/controls/999", "/controls/999/end", "/actions/999/control", "/risks/999/edit"])
def test_what_is_not_there_is_said_so(owner: FlaskClient, way: str) -> None:
    answer = owner.get(way)
    assert answer.status_code == 404
    assert "There is no such" in words(answer)
