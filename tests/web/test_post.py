"""One post: handing it over, deputies, ending someone's time, roles; each form keeps what was typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests.web.before_dmt import counted, fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_people import one

TITLE = "Head of School Improvement"


@pytest.fixture
def administrator(client: FlaskClient) -> FlaskClient:
    """The administrator."""
    sign_in_as(client, "Administrator")
    return client


def path_of(title: str = TITLE, more: str = "") -> str:
    """The address of a post."""
    found = db.session.scalars(select(models.Post.id).where(models.Post.title == title)).one()
    fresh()
    return f"/posts/{found}{more}"


def id_of(name: str) -> int:
    """The id of a person."""
    found = one(name).id
    fresh()
    return found


def holdings(title: str = TITLE) -> list[tuple[str, bool, date, date | None]]:
    """Who sits in a post, in the order in which they came."""
    fresh()
    query = (
        select(models.Person.name, models.Holding.deputy, models.Holding.from_on, models.Holding.until_on)
        .join(models.Person, models.Person.id == models.Holding.person_id)
        .join(models.Post, models.Post.id == models.Holding.post_id)
    )
    rows = db.session.execute(query.where(models.Post.title == title).order_by(models.Holding.id))
    found = [(row[0], row[1], row[2], row[3]) for row in rows]
    fresh()
    return found


def send(client: FlaskClient, form: str, prefix: str, title: str = TITLE, **fields: Any) -> TestResponse:
    """Send one of the forms of the page."""
    return post(client, path_of(title, f"/{form}"), **{f"{prefix}-{name}": value for name, value in fields.items()})


def test_the_page_shows_who_held_it_and_where_it_is_known_from(administrator: FlaskClient) -> None:
    text = words(administrator.get(path_of()))
    assert "Holder Head of School Improvement, since 1 January 2017" in text
    assert "Deputies Deputy Head of School Improvement" in text
    assert "The plan names no post for this." in text
    assert "Deputy Head of School Improvement deputy 1 January 2017 no end" in text


def test_handing_over_ends_the_time_of_the_holder_the_day_before(administrator: FlaskClient) -> None:
    who = id_of("Head of Youth Justice")
    answer = send(administrator, "hand-over", "holder", person_id=who, from_on=[1, 5, 2017])
    assert (answer.status_code, answer.location) == (302, path_of())
    assert "Head of Youth Justice holds this post from 1 May 2017." in words(administrator.get(path_of()))
    rows = holdings()
    assert (TITLE, False, date(2017, 1, 1), date(2017, 4, 30)) in rows
    assert ("Head of Youth Justice", False, date(2017, 5, 1), None) in rows


def test_the_demonstration_can_hand_a_post_over_on_its_own_day(administrator: FlaskClient) -> None:
    who = id_of("Head of Youth Justice")
    assert send(administrator, "hand-over", "holder", person_id=who, from_on=[3, 4, 2017]).status_code == 302
    assert ("Head of Youth Justice", False, date(2017, 4, 3), None) in holdings()


def test_a_deputy_is_set_and_their_time_ended(administrator: FlaskClient) -> None:
    who = id_of("Head of Youth Justice")
    send(administrator, "deputy", "deputy", person_id=who, from_on=[3, 4, 2017])
    assert ("Head of Youth Justice", True, date(2017, 4, 3), None) in holdings()
    holding = db.session.scalars(
        select(models.Holding.id).where(models.Holding.person_id == who, models.Holding.deputy)
    ).one()
    fresh()
    answer = send(administrator, "end", "end", holding_id=holding, until_on=[30, 4, 2017])
    assert answer.status_code == 302
    assert "time in this post ends on 30 April 2017." in words(administrator.get(path_of()))
    assert ("Head of Youth Justice", True, date(2017, 4, 3), date(2017, 4, 30)) in holdings()


def test_roles_are_ticked_and_unticked(administrator: FlaskClient) -> None:
    answer = post(administrator, path_of(more="/roles"), **{"roles-risk_owner": "y", "roles-auditor": "y"})
    assert answer.status_code == 302
    text = words(administrator.get(path_of()))
    assert "The roles of this post were saved." in text
    assert "Roles it brings risk owner, auditor" in text


@pytest.mark.parametrize(
    ("form", "prefix", "fields", "sentence"),
    [
        ("hand-over", "holder", {"person_id": "", "from_on": [1, 5, 2017]}, "Choose a person."),
        ("hand-over", "holder", {"person_id": "99999", "from_on": [1, 5, 2017]}, "Choose a person."),
        ("hand-over", "holder", {"person_id": "1", "from_on": ["", "", ""]}, "Enter the first day."),
        (
            "hand-over",
            "holder",
            {"person_id": "1", "from_on": [31, 4, 2017]},
            "The first day must be a real date, such as 31 8 2017.",
        ),
        ("deputy", "deputy", {"person_id": "x", "from_on": [1, 5, 2017]}, "Choose a person."),
        ("end", "end", {"holding_id": "", "until_on": [1, 5, 2017]}, "Choose whose time ends."),
        ("end", "end", {"holding_id": "99999", "until_on": [1, 5, 2017]}, "Choose whose time ends."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(
    administrator: FlaskClient, form: str, prefix: str, fields: dict[str, Any], sentence: str
) -> None:
    before = holdings()
    answer = send(administrator, form, prefix, **fields)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert f'id="{prefix}-' in answer.text
    assert holdings() == before


def test_a_rule_that_is_broken_is_shown_in_its_own_form_with_what_was_typed(administrator: FlaskClient) -> None:
    before = holdings()
    answer = send(administrator, "hand-over", "holder", person_id=id_of(TITLE), from_on=[1, 5, 2017])
    assert answer.status_code == 422
    assert problems(answer) == [f"{TITLE} holds this post already."]
    assert answer.text.count(f"{TITLE} holds this post already.") == 2
    assert 'value="2017"' in answer.text
    assert answer.text.count('value="2017"') == 1
    assert holdings() == before


def test_the_role_of_the_last_administrator_stays(administrator: FlaskClient) -> None:
    answer = post(administrator, path_of("Administrator", "/roles"), **{"roles-auditor": "y"})
    assert answer.status_code == 422
    assert problems(answer) == ["Somebody must stay administrator: give the role to another person first."]
    assert "Roles it brings administrator" in words(administrator.get(path_of("Administrator")))


def test_everyone_may_read_and_nobody_else_may_change(client: FlaskClient) -> None:
    sign_in_as(client, "Risk Co-ordinator")
    answer = client.get(path_of())
    assert answer.status_code == 200
    assert "Hand the post over" not in words(answer)
    before = holdings()
    who = id_of("Head of Youth Justice")
    for form, prefix in (("hand-over", "holder"), ("deputy", "deputy"), ("end", "end"), ("roles", "roles")):
        assert send(client, form, prefix, person_id=who, from_on=[1, 5, 2017]).status_code == 403
    assert holdings() == before


@pytest.mark.parametrize("more", ["", "/hand-over", "/deputy", "/end", "/roles"])
def test_an_unknown_post_is_not_found(administrator: FlaskClient, more: str) -> None:
    answer = post(administrator, f"/posts/9999{more}") if more else administrator.get("/posts/9999")
    assert answer.status_code == 404
    assert "There is no post 9999." in words(answer)


def test_the_number_of_queries_does_not_grow_with_those_who_held_it(administrator: FlaskClient) -> None:
    path = path_of()
    with counted() as few:
        administrator.get(path)
    row = db.session.scalars(select(models.Post).where(models.Post.title == TITLE)).one()
    for number in range(40):
        person = models.Person(name=f"Person {number}", email=f"person{number}@kent.example")
        db.session.add(person)
        row.holdings.append(
            models.Holding(person=person, deputy=True, from_on=date(2016, 1, 1), until_on=date(2016, 2, 1))
        )
    db.session.commit()
    with counted() as many:
        assert words(administrator.get(path)).count("1 January 2016") == 40
    assert len(few) == len(many) <= 8
