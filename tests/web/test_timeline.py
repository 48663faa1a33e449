"""One risk over time: its ratings, its escalations on the line, and who did what, with old and new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from riskreg.extensions import db
from riskreg.models import Assessment, EscalationSignal, Risk
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import counted, escalated, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words

SPRING, WINTER = datetime(2016, 3, 1, 9, tzinfo=UTC), datetime(2016, 12, 1, 9, tzinfo=UTC)


def test_each_step_of_the_ratings_says_own_and_shown_why_and_who(app: Flask) -> None:
    risk = entered(SPRING, own_rag="GREEN")
    escalated(
        SPRING.replace(month=6), risk=risk, rag_after="AMBER", status="declined", ended_at=WINTER, ended_why="No."
    )
    assessed(risk, "RED", WINTER.replace(day=20), (4, 5))
    text = words(signed_in_as(app, "auditor").get(f"/risks/{risk.id}/timeline"))
    steps = [
        "20 December 2016, 09:00 Rated RED, score 20 RED RED Now RED.",
        "1 December 2016, 09:00 Escalation ended: declined GREEN GREEN No. the register itself",
        "1 June 2016, 10:00 Escalation opened GREEN AMBER The provider may withdraw.",
        "1 March 2016, 09:00 Rated GREEN, without a score GREEN GREEN",
    ]
    places = [text.index(step) for step in steps]
    assert places == sorted(places)
    assert "Before DMT from 1 June 2016 to 1 December 2016, declined" in text


def test_what_joined_later_is_no_reason_why_an_escalation_was_opened(app: Flask) -> None:
    row = escalated(reason="")
    signal_on(row, "The contract ends without a route.")
    later = signal_on(row, "Half the children were seen too late.")
    db.session.flush()
    held = db.session.get_one(EscalationSignal, (row.id, later.id))
    held.joined_at = make.NOW + timedelta(days=9)
    risk_id = row.risk_id
    db.session.commit()
    text = words(signed_in_as(app, "auditor").get(f"/risks/{risk_id}/timeline"))
    assert "Escalation opened AMBER RED The contract ends without a route." in text
    assert "Half the children" not in text


def test_the_last_step_is_what_the_register_shows(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    for risk_id, own, shown in db.session.query(Risk.id, Risk.own_rag, Risk.effective_rag):
        text = words(client.get(f"/risks/{risk_id}/timeline"))
        assert f"The rating shown: 3 April 2017: {shown}." in text
        assert f"The owner's own rating: 3 April 2017: {own}." in text


def test_an_event_says_the_old_and_the_new(app: Flask) -> None:
    risk = entered()
    record(
        SYSTEM, "assessed", f"assessment:{risk.id}", "Rated anew.", now=make.NOW, risk=risk, old={"rag": "AMBER"},
        new={"rag": "RED"},
    )  # fmt: skip
    text = words(signed_in_as(app, "auditor").get(f"/risks/{risk.id}/timeline"))
    assert "Assessed by the register itself, 3 April 2017, 09:30 Rated anew. RAG: AMBER → RED" in text


def test_a_risk_without_an_assessment_begins_with_what_it_was_entered_with(app: Flask) -> None:
    risk = make.RiskFactory(own_rag="RED", assessment=None)
    for row in list(db.session.query(Assessment).filter_by(risk_id=risk.id)):
        db.session.delete(row)
    answer = signed_in_as(app, "auditor").get(f"/risks/{risk.id}/timeline")
    assert "Rated RED, without a score RED RED Without a recorded assessment." in words(answer)
    assert "Nothing has been recorded yet." in words(answer)


def test_an_unknown_risk_is_not_found(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get("/risks/999999/timeline")
    assert answer.status_code == 404
    assert "There is no such risk in the register." in words(answer)


def test_the_page_of_the_risk_leads_there(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    assert 'href="/risks/1/timeline"' in client.get("/risks/1").text


def test_many_events_are_shown_page_by_page_by_as_many_queries(app: Flask) -> None:
    risk = entered()
    risk_id, sent, reader = risk.id, [], signed_in_as(app, "auditor")
    for count in (1, 60):
        for n in range(count):
            record(SYSTEM, "updated", f"risk:{risk.id}", f"Event {n}.", now=make.NOW, risk=risk)
            assessed(risk, "AMBER", make.NOW)
        db.session.commit()
        with counted() as statements:
            assert reader.get(f"/risks/{risk_id}/timeline").status_code == 200
        sent.append(len(statements))
        risk = db.session.get_one(Risk, risk_id)
    assert sent[0] == sent[1] <= 8
    assert "Showing 51 to 61 of 61 events" in words(reader.get(f"/risks/{risk_id}/timeline?page=2"))
    assert reader.get(f"/risks/{risk_id}/timeline?page=3").status_code == 404
