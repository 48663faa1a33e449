"""The audit trail: who may read it, how it is narrowed, and how old and new values read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from riskreg.queries.audit import AuditLine
from riskreg.web.admin.trail import changes
from tests import factories as make
from tests.web.before_dmt import counted, escalated, signed_in_as
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
    assert text.index("Escalated automatically") < text.index("CYPE 01 was entered from the plan, line 757.")
    assert (
        "the register itself escalated escalation of CYPE 20 CYPE 20 change 2 of it"
        " Escalated automatically: raised from AMBER to RED" in text
    )
    assert 'href="/export/audit.csv"' in answer.text


def test_old_and_new_values_can_be_read(app: Flask) -> None:
    happened(detail={"old": {"rag": "AMBER", "score": 12}, "new": {"rag": "RED", "score": 12}, "kind": "current"})
    text = words(signed_in_as(app, "auditor").get("/audit"))
    assert "Something happened. RAG: AMBER → RED Kind: current" in text


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
        ("from=3+4+2017", "Early on the third.", "Late on the second."),
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
        ("from=yesterday", "“yesterday” is not a date such as 31 8 2017, so it does not narrow the list."),
        ("to=2017-02-31", "“2017-02-31” is not a date such as 31 8 2017, so it does not narrow the list."),
        ("to=March+2017", "“March 2017” is not a date such as 31 8 2017, so it does not narrow the list."),
        ("risk=XYZ+1", "“XYZ 1” is not a reference such as CYPE 01, so it does not narrow the list."),
        ("risk=%27%3B--", "“';--” is not a reference such as CYPE 01, so it does not narrow the list."),
        ("person=99999&verb=danced", "CYPE 01 was entered from the plan, line 757."),
        ("to=9999-12-31", "“9999-12-31” is not a date such as 31 8 2017, so it does not narrow the list."),
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


def event(verb: str = "noted", subject: str = "register:1", **detail: Any) -> AuditLine:
    """An event as the page reads it."""
    return AuditLine(1, make.NOW, None, verb, subject, "It fell. From line 757.", None, "", None, detail)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (event(), []),
        (event(subject="message:1", before="waiting", after="dropped"),
         [("State", "waiting → dropped")]),
        (event("hand over a post", "post:1", before=None, after=4), [("Holder", "nothing → Ada Byron")]),
        (event("set roles", "post:1", before=[], after=["dmt_member"]), [("Roles", "nothing → DMT member")]),
        (event(old={"a": 1, "b": True}, new={"a": 1, "b": False, "c": ["x", "y"]}),
         [("B", "yes → no"), ("C", "nothing → x; y")]),
        (event(due_on="2017-05-01", note=""), [("Due date", "1 May 2017")]),
        (event("plan loaded", added={"risk": 13}), []),
        (event(sentences=["It fell."], line="757"), []),
        (event("published", "indicator:1", result=124), []),
    ],
)  # fmt: skip
def test_a_detail_reads_as_names_and_words(line: AuditLine, told: list[tuple[str, str]]) -> None:
    assert changes(line, {4: "Ada Byron"}) == told


def test_sign_ins_are_left_out_unless_asked_for(app: Flask) -> None:
    for verb in ("sign in", "refuse a sign-in"):
        happened(f"Event: {verb}.", verb=verb)
    auditor = signed_in_as(app, "auditor")
    text = words(auditor.get("/audit"))
    assert "0 events , without sign-ins" in text
    text = words(auditor.get("/audit?sign_ins=1"))
    assert "2 events" in text
    assert "signed in" in text
    assert "refused a sign-in" in text
    assert "With sign-ins Remove" in text
    assert "1 event" in words(auditor.get("/audit?verb=sign+in"))


def test_what_an_event_is_about_is_named_and_linked_where_the_reader_may_go(app: Flask) -> None:
    make.RegisterFactory()
    contract, post = make.ContractFactory(code="EXT-01", title="Play"), make.PostFactory(title="Head of Play")
    person = make.PersonFactory(name="Ada Byron")
    for subject in (f"contract:{contract.id}", f"post:{post.id}", f"person:{person.id}", "person:unknown"):
        happened(subject=subject)
    pages = [f"/contracts/{contract.id}", f"/posts/{post.id}", f"/people/{person.id}"]
    auditor = signed_in_as(app, "auditor")
    answer = auditor.get("/audit")
    for said in ("EXT-01 Play", "post Head of Play", "Ada Byron", "person unknown"):
        assert f"noted {said} –" in words(answer)
    assert [f'href="{path}"' in answer.text for path in pages] == [True, True, False]
    assert f'href="{pages[2]}"' in signed_in_as(app, "administrator").get("/audit").text


def test_a_decision_shows_what_dmt_saw(app: Flask) -> None:
    make.RegisterFactory()
    row = escalated(reason="The provider may withdraw.")
    seen = {
        "status": "awaiting DMT", "own_rag": "AMBER", "effective_rag": "RED", "reason": row.reason,
        "signals": [{"id": 1, "sentence": "It ends soon.", "state": "recovered"}],
    }  # fmt: skip
    db.session.add(
        models.Decision(
            escalation_id=row.id, kind="confirm", reason="Yes.", person_id=make.PersonFactory().id,
            decided_on=make.TODAY, decided_at=make.NOW, seen_revision=1, seen=seen,
        )
    )  # fmt: skip
    happened(verb="decided", subject=f"escalation:{row.id}", risk_id=row.risk_id, risk_revision=1)
    text = words(signed_in_as(app, "auditor").get("/audit"))
    assert (
        "DMT saw: rating shown RED, the owner’s own AMBER; awaiting DMT;"
        " reason given: The provider may withdraw.; It ends soon. (recovered)" in text
    )


def test_a_risk_can_be_shown_with_what_it_depends_on(app: Flask) -> None:
    make.RegisterFactory()
    risk = make.RiskFactory(reference=make.ReferenceFactory(number=7))
    contract = make.ContractFactory()
    make.LinkFactory(risk=risk, contract=contract)
    happened("About the risk.", risk_id=risk.id, risk_revision=1)
    happened("About its contract.", subject=f"contract:{contract.id}")
    happened("About another.", subject=f"contract:{contract.id}0")
    auditor = signed_in_as(app, "auditor")
    assert "1 event" in words(auditor.get("/audit?risk=7"))
    text = words(auditor.get("/audit?risk=7&linked=1"))
    assert "About its contract." in text
    assert "About another." not in text
    assert "with its indicators and contracts Remove" in text


def test_a_report_and_a_pack_are_linked_each_to_its_own_page(app: Flask) -> None:
    make.RegisterFactory()
    happened(verb="made a pack", subject="pack:3")
    happened(verb="made a report", subject="pack:4")
    page = signed_in_as(app, "auditor").get("/audit").text
    assert [f'href="{path}"' in page for path in ("/packs/3", "/reports/4", "/packs/4")] == [True, True, False]
