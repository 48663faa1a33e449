"""The register as at any date, as a page and as a file."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg.extensions import db
from riskreg.services.actors import Actor
from riskreg.services.versions import add_version
from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import counted, escalated, signed_in_as
from tests.web.browsing import problems, sign_in_as, words

ADDRESS = "/register/as-at"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines()))


@pytest.mark.parametrize(
    "day", ["3+4+2017", "3/4/2017", "3+April+2017", "2017-04-03", "3.4.2017", "3&day=4&day=2017", "03&day=apr&day=2017"]
)
def test_the_date_is_read_however_it_is_written(client: FlaskClient, day: str) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}?day={day}")
    text = words(answer)
    assert answer.status_code == 200
    assert "Register as at 3 April 2017" in text
    assert "13 risks at the end of 3 April 2017" in text
    assert "8 RED 5 AMBER 0 GREEN 13 all ratings" in text
    assert "5 risks at the end" in words(client.get(f"{ADDRESS}?day={day}&rag=AMBER"))


@pytest.mark.parametrize(
    ("day", "said"),
    [("nonsense", "The date must include a month and a year."), ("31+2+2017", "The date must be a real date"),
     ("&day=&day=", "Enter the date at which you want to see the register."), ("3+4", "must include a year"),
     ("4+4+2017", "The date must be today, 3 April 2017, or earlier."), ("1+1+99999", "must be a real date"),
     ("%00%27&day=x&day=y&day=z", "must be a real date")],
)  # fmt: skip
def test_a_date_that_makes_no_sense_is_said_beside_it(client: FlaskClient, day: str, said: str) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}?day={day}")
    assert answer.status_code == 422
    assert said in " ".join(problems(answer))


def test_before_the_register_began_the_page_says_so(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}?day=2+4+2017")
    assert answer.status_code == 200
    assert "The register begins on 3 April 2017. On 2 April 2017 it held nothing." in words(answer)


def test_without_a_date_the_page_asks_for_one(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert problems(answer) == []
    assert "13 risks" not in words(answer)


def test_titles_owners_ratings_and_status_are_those_of_the_day(app: Flask) -> None:
    spring, winter = datetime(2016, 3, 1, 9, tzinfo=UTC), datetime(2016, 12, 1, 9, tzinfo=UTC)
    risk = entered(spring, title="As it was called", own_rag="GREEN", owner_post=make.PostFactory(title="Head of Then"))
    escalated(spring, risk=risk, rag_after="AMBER", status="declined", ended_at=winter, ended_why="No.")
    assessed(risk, "RED", winter, (4, 5))
    risk.title, risk.owner_post, risk.status = "As it is called", make.PostFactory(title="Head of Now"), "closed"
    risk.closed_on = winter.date()
    add_version(Actor(None, "", frozenset(), frozenset()), risk, winter, "Changed.")
    reader = signed_in_as(app, "auditor")
    then = words(reader.get(f"{ADDRESS}?day=30+11+2016"))
    assert "As it was called GREEN → raised to AMBER escalated" in then
    assert "Head of Then" in then
    assert "Head of Now" not in then
    assert "No such risk" in words(reader.get(f"{ADDRESS}?day=1+12+2016"))
    now = words(reader.get(f"{ADDRESS}?day=1+12+2016&status=closed"))
    assert "As it is called closed RED own score 4 × 5 = 20 Head of Now" in now


def test_the_file_has_every_risk_of_the_day(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}.csv?day=2017-04-03")
    assert answer.mimetype == "text/csv"
    assert 'filename="riskreg-register-as-at-2017-04-03.csv"' in answer.headers["Content-Disposition"]
    found = rows(answer.text)
    assert len(found) == 13
    first = found[0]
    assert (first["reference"], first["own_rating"], first["rating_shown"], first["before_dmt"]) == (
        "CYPE 01", "AMBER", "RED", "yes"
    )  # fmt: skip


def test_a_file_of_no_date_goes_to_the_page_that_says_so(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}.csv?day=nonsense", follow_redirects=True)
    assert answer.status_code == 422
    assert "must include a month" in words(answer)
    assert rows(client.get(f"{ADDRESS}.csv?day=1+1+2016").text) == []


def test_an_empty_register_has_no_past(app: Flask) -> None:
    reader = signed_in_as(app, "auditor")
    assert reader.get(f"{ADDRESS}?day=3+4+2017").status_code == 404
    make.RegisterFactory()
    assert "The register holds no risk yet." in words(signed_in_as(app, "auditor").get(f"{ADDRESS}?day=3+4+2017"))


def test_the_register_page_leads_there(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = client.get("/register").text
    assert 'href="/register/as-at"' in text
    assert 'href="/register/changes"' in text


def test_pages_beyond_the_last_are_not_found_and_queries_do_not_grow(app: Flask) -> None:
    sent, reader = [], signed_in_as(app, "auditor")
    for count in (1, 60):
        for _ in range(count):
            escalated(risk=entered())
        db.session.commit()
        with counted() as statements:
            assert reader.get(f"{ADDRESS}?day=3+4+2017").status_code == 200
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 8
    assert reader.get(f"{ADDRESS}?day=3+4+2017&page=2").status_code == 200
    assert reader.get(f"{ADDRESS}?day=3+4+2017&page=3").status_code == 404
