"""`flask people invite`: the way in for the first administrator."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import clock
from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import AuditEvent, Message, Person, Post
from riskreg.queries.people import people_with_role
from riskreg.services.accounts import person_of_token
from tests import factories as make


def test_the_first_administrator_is_invited_into_an_empty_register(app: Flask) -> None:
    result = app.test_cli_runner().invoke(
        args=["people", "invite", "Chris@kent.example", "Chris Admin", "administrator"]
    )
    assert result.exit_code == 0, result.output
    assert "Chris Admin now holds the post Administrator. An invitation goes to chris@kent.example." in result.output
    assert [one.name for one in people_with_role(Role.ADMINISTRATOR, clock.today())] == ["Chris Admin"]
    assert db.session.scalars(select(Message.kind)).all() == ["account_invitation"]
    found = re.search(r"http://127\.0\.0\.1:8000/reset/(\S+)", result.output)
    assert found is not None
    assert person_of_token(found[1], clock.now()).name == "Chris Admin"
    assert all(event.person_id is None for event in db.session.scalars(select(AuditEvent)))


def test_a_post_that_somebody_holds_is_handed_over(app: Flask) -> None:
    post: Post = make.PostFactory(code="head", title="Head of Early Years")
    make.PersonFactory(holding=post)
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["people", "invite", "bo@kent.example", "Bo", "head"])
    assert result.exit_code == 0, result.output
    assert "Bo now holds the post Head of Early Years." in result.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nobody", "Bo", "administrator"], "Enter an e-mail address such as name@kent.example."),
        (["bo@kent.example", "Bo", "nothing"], "There is no post with the code “nothing”."),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(app: Flask, words: list[str], says: str) -> None:
    result = app.test_cli_runner().invoke(args=["people", "invite", *words])
    assert result.exit_code == 1
    assert result.output.startswith(says)
    assert db.session.scalars(select(Person)).all() == []
