"""What changed between two days, as a page and as a file."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import counted, decided, escalated, reviewed, signed_in_as
from tests.web.browsing import problems, sign_in_as, words
from tests.web.test_register_as_at import rows

ADDRESS = "/register/changes"


def test_the_plan_is_new_in_its_first_month_and_its_escalations_say_why(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = words(client.get(ADDRESS))
    assert "From 3 March 2017 to 3 April 2017" in text
    assert "The register begins on 3 April 2017" in text
    assert "13 New risks" in text
    assert "4 Escalations opened" in text
    assert "it fell from 74% (2016) to 70% (December 2016)" in text


def test_old_and_new_stand_beside_each_other_with_the_reason(app: Flask) -> None:
    spring, march = datetime(2016, 3, 1, 9, tzinfo=UTC), datetime(2017, 3, 20, 9, tzinfo=UTC)
    risk = entered(spring, title="A worsening risk", own_rag="GREEN")
    assessed(risk, "AMBER", march, (3, 3))
    decided(escalated(march, risk=risk), "confirm", reason="It is so.", decided_at=march)
    reviewed(risk, march, note="Looked at.")
    text = words(signed_in_as(app, "auditor").get(f"{ADDRESS}?from=1+3+2017&to=1+4+2017"))
    assert "A worsening risk GREEN to AMBER Now AMBER." in text
    assert "AMBER to RED The provider may withdraw. 20 March 2017" in text
    assert "confirm It is so. 20 March 2017" in text
    assert "no change Looked at. 20 March 2017" in text


def test_nothing_changed_is_said(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = words(client.get(f"{ADDRESS}?from=3+4+2017&to=3+4+2017"))
    assert "Nothing changed between these days." in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=x&to=3+4+2017", "The earlier date must include a month and a year."),
        ("from=3+3+2017&to=4+4+2017", "The later date must be today, 3 April 2017, or earlier."),
        ("from=3+4+2017&to=2+4+2017", "The earlier date must not be after the later date."),
        ("from=30+2+2017", "The earlier date must be a real date"),
        ("from=3&from=3&from=2017&to=3&to=4&to=", "The later date must include a year."),
    ],
)
def test_days_that_make_no_sense_are_said_beside_them(client: FlaskClient, query: str, said: str) -> None:
    sign_in_as(client, "Auditor")
    for answer in (client.get(f"{ADDRESS}?{query}"), client.get(f"{ADDRESS}.csv?{query}", follow_redirects=True)):
        assert answer.status_code == 422
        assert said in " ".join(problems(answer))


def test_one_kind_of_change_is_shown_page_by_page(app: Flask) -> None:
    for _ in range(60):
        entered()
    reader = signed_in_as(app, "auditor")
    assert "All 60: new risks" in words(reader.get(ADDRESS))
    second = words(reader.get(f"{ADDRESS}?part=new&page=2"))
    assert "Showing 51 to 60 of 60 changes" in second
    assert "Show every kind of change" in second
    assert reader.get(f"{ADDRESS}?part=new&page=3").status_code == 404
    assert reader.get(f"{ADDRESS}?part=nothing").status_code == 200


def test_the_file_has_every_change(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"{ADDRESS}.csv?from=2017-03-03&to=2017-04-03")
    assert 'filename="riskreg-register-changes-2017-03-03-to-2017-04-03.csv"' in answer.headers["Content-Disposition"]
    found = rows(answer.text)
    assert len(found) == 17
    opened = [one for one in found if one["change"] == "Escalations opened"]
    assert {(one["before"], one["after"], one["on"], one["by"]) for one in opened} == {
        ("AMBER", "RED", "2017-04-03", "the register itself")
    }


def test_the_number_of_queries_does_not_grow_with_the_changes(app: Flask) -> None:
    sent = []
    for count in (1, 30):
        for _ in range(count):
            risk = entered(datetime(2017, 1, 2, tzinfo=UTC))
            assessed(risk, "RED", make.NOW)
            escalated(risk=risk)
            entered()
        reader = signed_in_as(app, "auditor")
        with counted() as statements:
            assert reader.get(ADDRESS).status_code == 200
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 15
