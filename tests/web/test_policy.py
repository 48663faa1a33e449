"""The policy page: every number of the rules, in words."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from flask import Flask
from flask.testing import FlaskClient

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.web.policy.wording import GROUPS
from tests import factories as make
from tests.web.browsing import sign_in_as, words


def test_the_page_shows_the_numbers_that_are_stored(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = words(client.get("/policy"))
    for sentence in (
        "version 1, in force since 1 April 2017", "a score of 16 or more", "target worsened by 10% of itself",
        "6 months before the end: DMT", "every 3 months", "14 days and 3 days before and on the day",
    ):  # fmt: skip
        assert sentence in text


def test_no_number_of_the_policy_is_left_out() -> None:
    policy = Policy.from_data(1, date(2017, 4, 1), make.RULES)
    shown = str([rules(policy) for _, rules in GROUPS])
    for field in fields(Policy):
        changed = {**make.RULES}
        if field.name not in changed:
            continue
        value = changed[field.name]
        more = ["other" if isinstance(value[0], str) else 77, *value[1:]] if isinstance(value, list) else None
        changed[field.name] = more or ("0.33" if isinstance(value, str) else 77)
        other = Policy.from_data(1, date(2017, 4, 1), changed)
        assert str([rules(other) for _, rules in GROUPS]) != shown, field.name


def test_without_a_register_there_is_no_policy(app: Flask) -> None:
    person = make.PersonFactory(demonstration=True, holding=make.PostFactory(bringing=("auditor",)))
    db.session.commit()
    client = app.test_client()
    sign_in_as(client, person.name)
    assert client.get("/policy").status_code == 404
