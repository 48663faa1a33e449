"""One action: its update by whoever owns it, what is refused, and two people at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words

FIELDS: dict[str, Any] = {
    "text": "The leaflets went out.",
    "status": "in progress",
    "progress": "30",
    "due_on": [31, 8, 2017],
    "revision": 0,
}


@pytest.fixture
def action(app: Flask) -> models.Action:
    """An action that was not started, due on 31 August 2017."""
    row: models.Action = make.ActionFactory(text="Promote the scheme")
    return row


def as_owner(app: Flask, action: models.Action) -> tuple[FlaskClient, str]:
    """The owner's browser, and the address of the page."""
    address = f"/actions/{action.id}"
    client = signed_in_as(app, post=action.owner_post)
    fresh()
    return client, address


def update(client: FlaskClient, address: str, **changed: Any) -> Any:
    """Send the update with some fields changed."""
    return post(client, address, **{**FIELDS, **changed})


def saved() -> list[models.ActionUpdate]:
    """The updates that are stored."""
    fresh()
    return list(db.session.scalars(select(models.ActionUpdate).order_by(models.ActionUpdate.id)))


def test_the_owner_says_how_far_the_action_is(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    answer = update(client, address)
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "The action is updated." in text
    assert "in progress 30% done" in text
    assert "“The leaflets went out.”" in text
    row = saved()[0]
    assert (row.text, row.status, row.progress, row.due_on) == (
        "The leaflets went out.", "in progress", 30, date(2017, 8, 31),
    )  # fmt: skip


def test_a_done_action_says_that_it_is_all_done_where_less_was_typed(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    answer = update(client, address, status="done", progress=30)
    assert "It is done, so its progress is now 100%." in words(client.get(answer.location))


def test_earlier_updates_are_listed_the_newest_first(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    update(client, address)
    update(client, address, text="Then the radio spoke of it.", revision=1, due_on=[30, 9, 2017])
    text = words(client.get(address))
    assert text.index("Then the radio spoke of it.") < text.index("The leaflets went out.")
    assert "30 September 2017 first due 31 August 2017, moved once, by 30 days" in text
    assert "due date moved from 31 August 2017 to 30 September 2017" in text


def test_each_slip_of_the_date_is_counted(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    for revision, day in enumerate(([31, 10, 2017], [31, 10, 2017], [30, 9, 2017], [30, 6, 2019])):
        update(client, address, text=f"Said {revision}.", revision=revision, due_on=day)
    said = "first due 31 August 2017, moved twice, by 668 days in all"
    assert said in words(client.get(address))
    assert said in words(client.get("/"))
    assert said in words(client.get(f"/risks/{saved()[0].action.risk_id}"))


def test_the_owner_of_the_risk_may_update_it_as_well(app: Flask, action: models.Action) -> None:
    address, client = f"/actions/{action.id}", signed_in_as(app, post=action.risk.owner_post)
    fresh()
    assert update(client, address).status_code == 302


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": ""}, "Say how far the action is."),
        ({"text": " \r\n "}, "Say how far the action is."),
        ({"text": "x" * 20_000}, "The update must be 4,000 characters or fewer. You typed 20,000."),
        ({"progress": "101"}, "The progress must be a whole number from 0 to 100."),
        ({"progress": "half"}, "The progress must be a whole number from 0 to 100."),
        ({"progress": ""}, "Enter how far the action is, from 0 to 100 per cent."),
        ({"status": "abandoned"}, "Choose the status."),
        ({"status": ""}, "Choose the status."),
        ({"due_on": [31, 2, 2018]}, "The due date must be a real date, such as 31 8 2017."),
        ({"due_on": [31, 8]}, "The due date must include a year."),
        ({"due_on": []}, "Enter the due date."),
        ({"due_on": [2, 4, 2017]}, "A new due date must be today or later."),
        ({"revision": ""}, "Open the page again: it does not say which state of the record you saw."),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    app: Flask, action: models.Action, changed: dict[str, Any], sentence: str
) -> None:
    client, address = as_owner(app, action)
    answer = update(client, address, **changed)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert str(changed.get("text", "The leaflets went out.")).strip() in answer.text
    assert saved() == []


def test_an_action_that_is_done_can_only_be_taken_up_again(app: Flask) -> None:
    client, address = as_owner(app, make.ActionFactory(status="done", progress=100))
    text = client.get(address).text
    assert 'value="in progress"' in text
    assert 'value="cancelled"' not in text
    assert problems(update(client, address, status="cancelled")) == ["Choose the status."]


def action_owner(action: models.Action) -> str:
    """The title of the post that owns an action."""
    return db.session.get_one(models.Action, action.id).owner_post.title


def risk_owner(action: models.Action) -> str:
    """The title of the post that owns an action's risk."""
    return db.session.get_one(models.Action, action.id).risk.owner_post.title


def test_another_persons_action_is_shown_without_a_form_and_refused(app: Flask, action: models.Action) -> None:
    address, client = f"/actions/{action.id}", signed_in_as(app, "risk_owner", "action_owner")
    fresh()
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Save the update" not in shown.text
    owner, other = action_owner(action), risk_owner(action)
    said = f"Only its owner, the {owner}, or the owner of the risk, the {other}, may update this action."
    assert said in words(shown)
    refused = update(client, address)
    assert refused.status_code == 403
    assert said in words(refused)
    assert "ask the owner to do it" in words(refused)
    assert "roles" not in words(refused)
    assert "The leaflets went out." in refused.text
    assert saved() == []


@pytest.mark.parametrize("role", ["auditor", "performance_officer", "coordinator", "administrator"])
def test_who_has_no_actions_reads_and_may_not_write(app: Flask, action: models.Action, role: str) -> None:
    address, client = f"/actions/{action.id}", signed_in_as(app, role)
    fresh()
    assert client.get(address).status_code == 200
    assert update(client, address).status_code == 403
    assert saved() == []


def test_two_people_at_once_lose_nothing(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    update(client, address)
    answer = update(client, address, text="My own words.")
    assert answer.status_code == 409
    text = words(answer)
    assert "Someone else updated this action since you opened the page." in text
    assert "My own words." in answer.text
    assert text.index("What changed since you opened the page") < text.index("Say how far it is")
    assert text.count("The leaflets went out.") == 2, "once beneath the message, once among the earlier updates"
    assert 'name="revision" type="hidden" value="1"' in answer.text
    assert len(saved()) == 1
    assert update(client, address, text="My own words.", revision=1).status_code == 302


def test_the_action_of_a_closed_risk_is_only_read(app: Flask) -> None:
    action = make.ActionFactory(risk=make.RiskFactory(closed=True))
    client, address = as_owner(app, action)
    assert "its actions can no longer be updated" in words(client.get(address))
    answer = update(client, address)
    assert answer.status_code == 422
    assert "The risk is closed; its actions can no longer be updated." in words(answer)
    assert saved() == []


@pytest.mark.parametrize("address", ["/actions/999999", "/actions/99999999999999999999", "/actions/x"])
def test_an_unknown_action_is_a_page_that_says_so(client: FlaskClient, address: str) -> None:
    sign_in_as(client, "Head of Early Years and Childcare")
    assert client.get(address).status_code == 404
    assert post(client, address, **FIELDS).status_code in (404, 405)


def test_the_plans_words_and_what_was_assumed_of_them_are_shown(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    row = db.session.scalars(select(models.Action).order_by(models.Action.id)).first()
    assert row is not None
    text = words(client.get(f"/actions/{row.id}"))
    assert "Business Plan, line 173 assumed That this holds CYPE 01 is assumed; the words are the plan's." in text
    assert "Nothing has been said of this action yet." in text


def test_many_updates_take_as_many_queries_as_one(app: Flask, action: models.Action) -> None:
    person = make.PersonFactory()

    def say() -> None:
        db.session.add(
            models.ActionUpdate(
                action_id=action.id, text="So far.", status="in progress", progress=1, due_on=action.due_on,
                at=make.NOW, person_id=person.id,
            )
        )  # fmt: skip
        db.session.commit()

    say()
    client, address = as_owner(app, action)
    with counted() as few:
        client.get(address)
    for _ in range(30):
        say()
    with counted() as many:
        client.get(address)
    assert len(many) == len(few) <= 4


def test_a_misspelt_name_behind_an_at_is_refused_since_nobody_would_be_told(app: Flask, action: models.Action) -> None:
    client, address = as_owner(app, action)
    answer = update(client, address, text="Done, @Performance Oficer")
    assert answer.status_code == 422
    assert problems(answer) == [
        (
            "In “@Performance Oficer” no person is named, and no post that somebody is in. "
            "Put the name right, or leave a space after the @ to mention nobody."
        )
    ]
    assert "Done, @Performance Oficer" in answer.text
    assert saved() == []
    assert update(client, address, text=f"Done, @{action.owner_post.title}").status_code == 302
