"""People and posts: the lists, adding a person, ending access and giving it back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words


@pytest.fixture
def administrator(client: FlaskClient) -> FlaskClient:
    """The administrator."""
    sign_in_as(client, "Administrator")
    return client


def people() -> int:
    """How many people there are."""
    fresh()
    found = db.session.scalar(select(func.count()).select_from(models.Person)) or 0
    fresh()
    return found


def one(name: str) -> models.Person:
    """The person of that name."""
    return db.session.scalars(select(models.Person).where(models.Person.name == name)).one()


def test_posts_show_holder_deputies_roles_and_what_was_assumed(administrator: FlaskClient) -> None:
    text = words(administrator.get("/people"))
    assert "Head of School Improvement assumed Quality and Standards Head of School Improvement Deputy Head" in text
    assert "risk owner, action owner, contract manager Director of Quality and Standards" in text
    assert "deputy-head-of-school-improvement@kent.example Head of School Improvement (deputy)" in text


def test_the_divisions_stand_with_their_staff_and_money(administrator: FlaskClient) -> None:
    text = words(administrator.get("/people"))
    assert "Quality and Standards 446 29,710.3 2,992.5 Business Plan, lines 666, 646, 680" in text
    assert "Schools' Delegated Budgets none 666,534.3 0.0" in text


def test_a_vacant_post_is_flagged_above_the_list(app: Flask) -> None:
    gone = make.PersonFactory(active=False, name="Has Left")
    vacant = make.PostFactory(title="Head of Something")
    make.HoldingFactory(post=vacant, person=gone)
    text = words(signed_in_as(app, "auditor").get("/people"))
    assert "1 post is vacant: Head of Something" in text
    assert "Has Left" in text
    assert "not active" in text


def test_people_are_found_by_words_in_the_name_or_address(administrator: FlaskClient) -> None:
    assert "youth-justice@kent.example" in words(administrator.get("/people?q=youth-just"))
    assert "Nobody is called that." in words(administrator.get("/people?q=%25_%25"))


def test_a_person_is_added_and_invited(administrator: FlaskClient) -> None:
    answer = post(administrator, "/people", name="  Ada   Byron ", email="Ada.Byron@Kent.Example")
    assert (answer.status_code, answer.location) == (302, "/people")
    text = words(administrator.get("/people"))
    assert "Ada Byron was added. An invitation goes to ada.byron@kent.example." in text
    assert "ada.byron@kent.example none none invited, no password yet" in text
    assert db.session.scalar(
        select(func.count()).where(
            models.Message.kind == "account_invitation", models.Message.person_id == one("Ada Byron").id
        )
    )


@pytest.mark.parametrize(
    ("name", "email", "sentence"),
    [
        ("", "a@kent.example", "Enter the name."),
        ("Ada", "", "Enter the e-mail address."),
        ("Ada", "auditor@kent.example", "This address belongs to Auditor."),
        ("A" * 201, "a@kent.example", "The name must be 200 characters or fewer. You typed 201."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nobody_is_added(
    administrator: FlaskClient, name: str, email: str, sentence: str
) -> None:
    before = people()
    answer = post(administrator, "/people", name=name, email=email)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert f'value="{name}"' in answer.text or not name
    assert f'value="{email}"' in answer.text or not email
    assert people() == before


def test_what_is_no_address_is_refused(administrator: FlaskClient) -> None:
    answer = post(administrator, "/people", name="Ada", email="ada at kent")
    assert answer.status_code == 422
    assert problems(answer)[0].startswith("Enter an e-mail address such as name@kent.example.")


def test_everyone_may_read_and_only_the_administrator_is_offered_forms(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get("/people")
    assert answer.status_code == 200
    assert "Add a person" not in words(answer)
    before = people()
    assert post(client, "/people", name="Ada", email="ada@kent.example").status_code == 403
    assert client.get(f"/people/{one('Administrator').id}").status_code == 403
    assert people() == before


def test_ending_access_leaves_posts_vacant_and_can_be_taken_back(administrator: FlaskClient) -> None:
    path = f"/people/{one('Head of Youth Justice').id}"
    fresh()
    assert "I want to end the access of Head of Youth Justice" in words(administrator.get(path))
    answer = post(administrator, path)
    assert (answer.status_code, problems(answer)) == (422, ["Tick the box to say that you want to end the access."])
    assert post(administrator, path, confirm="y").status_code == 302
    text = words(administrator.get(path))
    assert "Head of Youth Justice can no longer sign in." in text
    assert "Give access again" in text
    fresh()
    assert not one("Head of Youth Justice").active
    fresh()
    post(administrator, path)
    assert "is active again. An invitation goes to" in words(administrator.get(path))


def test_the_last_administrator_cannot_be_ended(administrator: FlaskClient) -> None:
    path = f"/people/{one('Administrator').id}"
    fresh()
    answer = post(administrator, path, confirm="y")
    assert answer.status_code == 422
    assert problems(answer) == ["Somebody must stay administrator: give the role to another person first."]
    assert one("Administrator").active


@pytest.mark.parametrize("path", ["/people/999", "/people/x", "/people?page=9", "/people?page=-1"])
def test_what_does_not_exist_is_not_found(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(path).status_code == 404


def test_the_number_of_queries_does_not_grow_with_people_and_posts(app: Flask) -> None:
    reader = signed_in_as(app, "auditor")
    with counted() as few:
        reader.get("/people")
    for _ in range(40):
        make.PersonFactory(holding=make.PostFactory(owning=True))
    db.session.commit()
    with counted() as many:
        assert words(reader.get("/people")).count("@kent.example") == 41
    assert len(few) == len(many) <= 10
