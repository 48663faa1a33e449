"""The audit trail: who may read it, how it is narrowed, and how old and new values read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from riskreg.web.admin.audit import changes
from tests import factories as make
from tests.web.before_dmt import counted, signed_in_as
from tests.web.browsing import sign_in_as, words


def happened(sentence: str = "Something happened.", **facts: Any) -> models.AuditEvent:
    """An event of this morning, by the register itself unless said otherwise."""
    row = models.AuditEvent(
        **{"at": make.NOW, "verb": "noted", "subject": "register:1", "sentence": sentence, "detail": {}, **facts}
    )
    db.session.add(row)
    db.session.flush()
    return row


@pytest.fixture
def auditor(client: FlaskClient) -> FlaskClient:
    """The auditor, on the shipped plan."""
    sign_in_as(client, "Auditor")
    return client


def test_the_newest_comes_first_with_who_what_and_which_risk(auditor: FlaskClient) -> None:
    answer = auditor.get("/audit")
    text = words(answer)
    assert text.index("Raised automatically") < text.index("CYPE 01 was entered from the plan, line 757.")
    assert "the register itself escalated escalation:4 CYPE 20 state 2 Raised automatically from AMBER to RED" in text
    assert 'href="/export/audit.csv"' in answer.text


def test_old_and_new_values_can_be_read(app: Flask) -> None:
    happened(detail={"old": {"rag": "AMBER", "score": 12}, "new": {"rag": "RED", "score": 12}, "kind": "current"})
    text = words(signed_in_as(app, "auditor").get("/audit"))
    assert "Something happened. Rag: AMBER → RED Kind: current" in text


def test_filters_narrow_the_trail_to_a_risk_a_verb_a_person_and_days(app: Flask) -> None:
    make.RegisterFactory()
    risk = make.RiskFactory(reference=make.ReferenceFactory(number=7))
    person = make.PersonFactory(name="Ada Byron")
    happened("About the risk.", risk_id=risk.id, risk_revision=1, verb="reviewed", person_id=person.id)
    happened("Late on the second.", at=datetime(2017, 4, 2, 22, 59, tzinfo=UTC))
    happened("Early on the third.", at=datetime(2017, 4, 2, 23, 1, tzinfo=UTC))
    person_id = person.id
    auditor = signed_in_as(app, "auditor")
    for query, there, gone in (
        ("risk=cype7", "About the risk.", "Early on the third."),
        ("verb=reviewed", "About the risk.", "Early on the third."),
        (f"person={person_id}", "About the risk.", "Early on the third."),
        ("person=0", "Early on the third.", "About the risk."),
        ("from=2017-04-03", "Early on the third.", "Late on the second."),
        ("to=2017-04-02", "Late on the second.", "Early on the third."),
    ):
        text = words(auditor.get(f"/audit?{query}"))
        assert there in text, query
        assert gone not in text, query
        assert "Remove" in text


def test_the_days_are_london_days_and_both_are_included(app: Flask) -> None:
    happened("At one in the night, summer time.", at=datetime(2017, 7, 1, 0, 0, tzinfo=UTC))
    auditor = signed_in_as(app, "auditor")
    assert "1 event" in words(auditor.get("/audit?from=2017-07-01&to=2017-07-01"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("from=yesterday", "“yesterday” is not a date such as 2017-04-03, so it does not narrow the list."),
        ("to=2017-02-31", "“2017-02-31” is not a date such as 2017-04-03, so it does not narrow the list."),
        ("risk=XYZ+1", "“XYZ 1” is not a reference such as CYPE 01, so it does not narrow the list."),
        ("risk=%27%3B--", "“';--” is not a reference such as CYPE 01, so it does not narrow the list."),
        ("person=99999&verb=danced", "CYPE 01 was entered from the plan, line 757."),
        ("to=9999-12-31", "“9999-12-31” is not a date such as 2017-04-03, so it does not narrow the list."),
    ],
)
def test_what_is_no_filter_is_left_out_and_said_so(auditor: FlaskClient, query: str, sentence: str) -> None:
    answer = auditor.get(f"/audit?{query}")
    assert answer.status_code == 200
    assert sentence in words(answer)


def test_a_reference_nobody_has_finds_nothing_and_says_so(auditor: FlaskClient) -> None:
    assert "Nothing of this kind is in the trail." in words(auditor.get("/audit?risk=CYPE+99"))


@pytest.mark.parametrize("page", ["2", "0", "x"])
def test_a_page_out_of_range_is_not_found(auditor: FlaskClient, page: str) -> None:
    assert auditor.get(f"/audit?page={page}").status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [("Risk Co-ordinator", 200), ("Administrator", 200), ("Performance Officer", 403), ("Head of Youth Justice", 403)],
)
def test_only_some_roles_may_read_it(client: FlaskClient, name: str, status: int) -> None:
    sign_in_as(client, name)
    assert client.get("/audit").status_code == status


def test_the_number_of_queries_does_not_grow_with_the_events(app: Flask) -> None:
    make.RegisterFactory()
    happened()
    auditor = signed_in_as(app, "auditor")
    with counted() as few:
        auditor.get("/audit")
    for _ in range(119):
        risk = make.RiskFactory()
        happened(risk_id=risk.id, risk_revision=1, person_id=make.PersonFactory().id)
    db.session.commit()
    with counted() as many:
        text = words(auditor.get("/audit?page=2"))
    assert "Showing 51 to 100 of 120 events" in text
    assert len(few) == len(many) <= 8


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({}, []),
        ({"before": "waiting", "after": "dropped"}, [("Changed", "waiting → dropped")]),
        ({"before": None, "after": 4}, [("Changed", "nothing → 4")]),
        ({"old": {"a": 1, "b": True}, "new": {"a": 1, "b": False, "c": ["x", "y"]}},
         [("B", "yes → no"), ("C", "nothing → x; y")]),
        ({"due_on": "2017-05-01", "note": ""}, [("Due on", "2017-05-01")]),
        ({"added": {"risk": 13}}, [("Added", "risk: 13")]),
        ({"sentences": ["It fell."], "line": "757"}, []),
    ],
)  # fmt: skip
def test_a_detail_reads_as_names_and_words(detail: dict[str, Any], told: list[tuple[str, str]]) -> None:
    assert changes(detail, "It fell. From line 757.") == told
