"""The policy page: every number of the rules, in words."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.domain.policy import NEW_LINKS, TELLING, Policy
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
        "A review is late, first reminder 7 days after the day: the owner and the line director",
        "A review is late, second reminder 14 days after the day: the owner, the line director, the co-ordinator and",
        "the line director, the co-ordinator and DMT An action is late, first reminder",
        "An action is late, first reminder 7 days after the day: the owner and the line director",
        "An action is late, second reminder 14 days after the day: the owner, the line director and the co-ordinator",
        "A new link to an indicator heeds any slip, unless whoever makes it chooses otherwise",
        "A new link to a contract heeds every milestone that reaches DMT, unless whoever makes it chooses otherwise",
    ):  # fmt: skip
        assert sentence in text


def another(name: str, value: Any) -> Any:
    """Another value for a rule."""
    if name in TELLING:
        return ["DMT"]
    if name in NEW_LINKS:
        return "watch"
    if isinstance(value, list):
        return ["other" if isinstance(value[0], str) else 77, *value[1:]]
    return "0.33" if isinstance(value, str) else 77


def test_no_number_of_the_policy_is_left_out() -> None:
    policy = Policy.from_data(1, date(2017, 4, 1), make.RULES)
    shown = str([rules(policy) for _, rules in GROUPS])
    for field in fields(Policy):
        changed = {**make.RULES}
        if field.name not in changed:
            continue
        changed[field.name] = another(field.name, changed[field.name])
        other = Policy.from_data(1, date(2017, 4, 1), changed)
        assert str([rules(other) for _, rules in GROUPS]) != shown, field.name


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            {"late_review_told_first": []},
            "A review is late, first reminder 7 days after the day: the owner A review is",
        ),
        ({"late_action_told_first": ["DMT"]}, "first reminder 7 days after the day: the owner and DMT"),
        ({"new_indicator_link_heeds": "red"}, "A new link to an indicator heeds RED only, unless"),
        ({"new_contract_link_heeds": "watch"}, "A new link to a contract heeds nothing: it is only watched, unless"),
    ],
)
def test_what_another_policy_says_is_on_the_page(client: FlaskClient, rules: dict[str, Any], said: str) -> None:
    stored = db.session.query(models.PolicyVersion).one()
    stored.rules = {**make.RULES, **rules}
    db.session.commit()
    sign_in_as(client, "Auditor")
    text = words(client.get("/policy"))
    assert said in text


def test_without_a_register_there_is_no_policy(app: Flask) -> None:
    person = make.PersonFactory(demonstration=True, holding=make.PostFactory(bringing=("auditor",)))
    db.session.commit()
    client = app.test_client()
    sign_in_as(client, person.name)
    assert client.get("/policy").status_code == 404
