"""Recording a contract's review: what it changes, what is refused, and whose it is to record."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, fresh, signed_in_as
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_contract import MANAGER, path_of
from tests.web.test_contract_keeping import through

ENTRY = {"reviewed_on": [3, 4, 2017], "note": "It works.", "next_review": "April 2018"}


@pytest.fixture
def manager(client: FlaskClient) -> FlaskClient:
    """Whoever manages the contracts of SEN Assessment and Placement."""
    sign_in_as(client, MANAGER)
    return client


def record(client: FlaskClient, code: str = "EXT-08", revision: object = 0, **fields: Any) -> TestResponse:
    """Send a review with the revision that was seen, look at what it does, and save it."""
    return through(client, f"{path_of(code)}/review", revision=revision, **{**ENTRY, **fields})


def saved() -> list[tuple[str, str]]:
    """The reviews that are stored."""
    fresh()
    query = select(models.ContractReview.note, models.ContractReview.next_review)
    rows = [(row[0], row[1]) for row in db.session.execute(query)]
    fresh()
    return rows


def test_a_review_is_recorded_with_the_next_one(manager: FlaskClient) -> None:
    answer = record(manager)
    assert (answer.status_code, answer.location) == (302, path_of("EXT-08"))
    text = words(manager.get(path_of("EXT-08")))
    assert "Recorded. No escalation changed." in text
    assert "Review held on 3 April 2017" in text
    assert "Review April 2018" in text
    assert saved() == [("It works.", "2018-04")]


def test_what_a_review_does_is_shown_before_it_is_saved(app: Flask) -> None:
    found = make.ContractFactory(review="2017-06", end="2020-01")
    make.LinkFactory(contract=found)
    manager, path = signed_in_as(app, post=found.owner_post), f"/contracts/{found.id}/review"
    entry = {**ENTRY, "reviewed_on": [1, 12, 2016], "next_review": "December 2016", "revision": 0}
    answer = post(manager, path, **entry)
    text = words(answer)
    assert answer.status_code == 200
    assert "Nothing is saved yet." in text
    assert "Last review none is recorded held on 1 December 2016" in text
    assert "Next review June 2017 December 2016" in text
    assert "Signals that begin" in text
    assert "1 risk comes before DMT" in text
    assert saved() == []
    back = post(manager, path, **entry, step="change")
    assert 'value="December 2016"' in back.text
    assert saved() == []


def test_the_next_review_may_be_left_open(manager: FlaskClient) -> None:
    assert record(manager, next_review=" ").status_code == 302
    assert saved() == [("It works.", "")]


def test_a_review_that_is_long_overdue_again_escalates_and_says_so(app: Flask) -> None:
    found = make.ContractFactory(review="2017-06", end="2020-01")
    make.LinkFactory(contract=found)
    path, post_ = f"/contracts/{found.id}", found.owner_post
    manager = signed_in_as(app, post=post_)
    entry = {**ENTRY, "reviewed_on": [1, 12, 2016], "next_review": "December 2016", "revision": 0}
    assert through(manager, f"{path}/review", **entry).status_code == 302
    text = words(manager.get(path))
    assert "Recorded. 1 risk escalated: CYPE" in text
    assert "Review overdue reaches DMT" in text


@pytest.mark.parametrize(
    ("fields", "sentence", "anchor"),
    [
        ({"reviewed_on": ["", "", ""]}, "Enter the day of the review.", "reviewed_on-day"),
        ({"reviewed_on": [31, 4, 2017]}, "must be a real date", "reviewed_on-day"),
        ({"reviewed_on": [4, 4, 2017]}, "The date must be today or earlier.", "reviewed_on-day"),
        ({"note": ""}, "Say what was found.", "note"),
        ({"note": "x" * 20_000}, "must be 4,000 characters or fewer.", "note"),
        ({"next_review": "soon"}, "“soon” is not a date such as 31 March 2018, March 2018 or 2018.", "next_review"),
        ({"next_review": "March 2017"}, "The next review must be later than this one.", "next_review"),
        ({"next_review": "x" * 300}, "is not a date", "next_review"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
    manager: FlaskClient, fields: dict[str, Any], sentence: str, anchor: str
) -> None:
    answer = record(manager, **fields)
    assert answer.status_code == 422
    assert any(sentence in problem for problem in problems(answer)), problems(answer)
    assert f'href="#{anchor}"' in answer.text
    assert str({**ENTRY, **fields}["next_review"]) in answer.text
    assert str({**ENTRY, **fields}["note"])[:40] in words(answer)
    assert saved() == []


def test_a_contract_that_changed_meanwhile_is_shown(manager: FlaskClient) -> None:
    record(manager, note="The first.")
    answer = record(manager, note="The second.")
    assert answer.status_code == 409
    assert "Review held on 3 April 2017" in words(answer)
    assert "The second." in words(answer)
    assert len(saved()) == 1


@pytest.mark.parametrize("name", [DIRECTOR, "Auditor", "Head of Fair Access"])
def test_nobody_else_records_a_review(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    assert client.get(f"{path_of('EXT-08')}/review").status_code == 403
    assert record(client).status_code == 403
    assert saved() == []


def test_the_form_says_when_the_review_is_due(manager: FlaskClient) -> None:
    assert "The review is due in April 2017." in words(manager.get(f"{path_of('EXT-08')}/review"))
    assert "The date of the review is not known" in words(manager.get(f"{path_of('EXT-15')}/review"))
