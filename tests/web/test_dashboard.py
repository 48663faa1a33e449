"""The dashboard: what it counts, and that every number leads to rows of which there are as many."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import counted, escalated, signed_in_as
from tests.web.browsing import sign_in_as, words

NUMBER = re.compile(r'<a class="govuk-link[^"]*"\s+href="([^"]+)"[^>]*>\s*(?:<span[^>]*>)?\s*([0-9,]+)\b', re.DOTALL)
HOW_MANY = re.compile(r"([0-9,]+) (?:open )?(?:risk|action|escalation|signal|contract)s?\b|: ([0-9,]+) ")


def numbers(text: str) -> list[tuple[str, int]]:
    """Every number of a page that is a link, with its address."""
    main = text.partition("<main")[2]
    return [(unescape(address), int(count.replace(",", ""))) for address, count in NUMBER.findall(main)]


def rows_behind(client: FlaskClient, address: str) -> int:
    """How many rows a page says that it lists, in the caption of its table; none without a table."""
    text = client.get(address).text
    if found := re.search(r"<strong>([0-9,]+) indicators?</strong>", text):
        return int(found[1])
    caption = re.search(r"<caption[^>]*>(.*?)</caption>", text, re.DOTALL)
    if not caption:
        return 0
    found = HOW_MANY.search(" ".join(caption[1].split()) + " ")
    assert found, (address, caption[1])
    return int((found[1] or found[2]).replace(",", ""))


def something_of_each(app: Flask) -> None:
    """Risks, actions and escalations of every kind that the dashboard counts."""
    spring = datetime(2017, 3, 20, 9, tzinfo=UTC)
    for days in (0, 1, 10, 40, 100):
        late = entered(review_due_on=make.TODAY - timedelta(days=days))
        make.ActionFactory(risk=late, first_due_on=make.TODAY - timedelta(days=days))
    scored = [entered(datetime(2016, 5, 1, tzinfo=UTC), own_rag="AMBER") for _ in range(8)]
    for risk in scored:
        assessed(risk, "RED", spring, (4, 5))
    assessed(entered(spring), "GREEN", make.NOW, (2, 2))
    escalated(spring, risk=scored[0])
    ended = datetime(2016, 12, 31, 23, 59, tzinfo=UTC)
    escalated(ended, risk=entered(ended), status="declined", ended_at=make.NOW, ended_why="No.")
    closed = entered(closed=True, division=make.DivisionFactory(name="Elsewhere"))
    make.ActionFactory(risk=closed, first_due_on=date(2017, 1, 1))
    entered(status="draft")


@pytest.mark.parametrize("since", ["", "?since=1+4+2017", "?since=1+1+2016"])
def test_every_number_leads_to_as_many_rows(app: Flask, since: str) -> None:
    something_of_each(app)
    reader = signed_in_as(app, "auditor")
    found = numbers(reader.get(f"/dashboard{since}").text)
    assert len(found) > 20
    assert [(address, count) for address, count in found if rows_behind(reader, address) != count] == []


def test_every_number_leads_to_as_many_rows_on_the_plan(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    found = numbers(client.get("/dashboard").text)
    assert {count for _, count in found} >= {13, 8, 5, 21, 4}
    assert [(address, count) for address, count in found if rows_behind(client, address) != count] == []


def test_the_plan_opens_with_its_risks_apart_from_the_matrix_for_none_has_a_score(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = words(client.get("/dashboard"))
    assert "8 RED 5 AMBER 0 GREEN 13 all ratings" in text
    assert "With a RAG and no score" in text
    assert "9 risks , AMBER without a score CYPE 01" in text
    assert "5, very likely 5 GREEN 10 AMBER 15 AMBER 20 RED 25 RED 4, likely" in text


def test_a_cell_of_the_matrix_names_six_risks_and_says_how_many_more(app: Flask) -> None:
    for number in range(8, 0, -1):
        assessed(entered(reference=make.ReferenceFactory(number=number)), "RED", make.NOW, (4, 5))
    reader = signed_in_as(app, "auditor")
    text = words(reader.get("/dashboard"))
    assert "CYPE 01 CYPE 02 CYPE 03 CYPE 04 CYPE 05 CYPE 06 and 2 more" in text
    assert "CYPE 07" not in text
    listed = words(reader.get("/dashboard/risks?likelihood=4&impact=5"))
    assert "Likelihood 4, likely, and impact 5, major" in listed
    assert "CYPE 08" in listed
    assert "With a RAG and no score" not in text


def test_an_escalation_is_counted_in_the_month_it_has_in_london(app: Flask) -> None:
    register = make.RegisterFactory()
    escalated(datetime(2016, 7, 31, 23, 30, tzinfo=UTC), risk=entered(register=register))
    reader = signed_in_as(app, "auditor")
    text = words(reader.get("/dashboard"))
    assert "August 2016 1 opened in August 2016 0" in text
    assert "1 escalation" in words(reader.get("/dashboard/escalations?opened=2016-08"))
    assert "No escalation is here." in words(reader.get("/dashboard/escalations?opened=2016-07"))


def test_what_is_recorded_is_counted_at_once(app: Flask) -> None:
    risk = entered()
    reader = signed_in_as(app, "auditor")
    assert "0 RED 1 AMBER 0 GREEN" in words(reader.get("/dashboard"))
    kept = db.session.get_one(models.Risk, risk.id)
    kept.effective_rag = "RED"
    record(SYSTEM, "assessed", f"risk:{kept.id}", "Worse.", now=make.NOW, risk=kept)
    db.session.commit()
    assert "1 RED 0 AMBER 0 GREEN" in words(reader.get("/dashboard"))


@pytest.mark.parametrize(
    ("since", "said"),
    [("31+2+2017", "must be a real date"), ("4+4+2017", "must be today, 3 April 2017, or earlier"),
     ("soon", "must include a month and a year"), ("%00", "Movement since 3 March 2017")],
)  # fmt: skip
def test_a_date_that_makes_no_sense_is_said_and_the_usual_one_is_shown(
    client: FlaskClient, since: str, said: str
) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(f"/dashboard?since={since}")
    assert said in words(answer)
    assert "Movement since 3 March 2017" in words(answer)
    assert answer.status_code in (200, 422)


@pytest.mark.parametrize(
    "address",
    ["/dashboard/risks?likelihood=6&impact=1", "/dashboard/risks?likelihood=1",
     "/dashboard/actions?status=open",
     "/dashboard/actions?due=never", "/dashboard/escalations?opened=2017-13", "/dashboard/escalations?ended=x",
     "/dashboard/risks?unscored=PURPLE", "/dashboard/risks?review=two-weeks&page=9"],
)  # fmt: skip
def test_an_address_that_names_no_rows_is_not_found_and_says_a_way_on(client: FlaskClient, address: str) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(address)
    assert answer.status_code == 404
    assert "dashboard" in words(answer).lower()


@pytest.mark.parametrize("address", ["/dashboard/risks", "/dashboard/actions", "/dashboard/escalations"])
def test_without_saying_which_rows_the_dashboard_is_shown(client: FlaskClient, address: str) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/dashboard")


def test_an_empty_register_has_no_dashboard_yet(app: Flask) -> None:
    answer = signed_in_as(app, "auditor").get("/dashboard")
    assert answer.status_code == 200
    assert "The register is empty" in words(answer)


def test_the_number_of_queries_does_not_grow_with_the_register(app: Flask) -> None:
    reader, sent = signed_in_as(app, "auditor"), []
    for count in (1, 30):
        for _ in range(count):
            risk = entered()
            assessed(risk, "RED", make.NOW, (5, 5))
            make.ActionFactory(risk=risk)
            escalated(risk=risk)
            record(SYSTEM, "entered", f"risk:{risk.id}", "Entered.", now=make.NOW, risk=risk)
        db.session.commit()
        with counted() as statements:
            assert reader.get("/dashboard").status_code == 200
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 15
