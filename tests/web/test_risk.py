"""One risk: its ratings, its escalation with the reason, what it depends on, what is done about it, and its history."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import counted, escalated, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words

OWNER = "Head of Early Years and Childcare"


def by_reference(client: FlaskClient, reference: str) -> str:
    """The text of the page that a reference leads to."""
    return words(client.get("/search", query_string={"q": reference}, follow_redirects=True))


def test_cype_20_shows_both_ratings_and_why_it_is_before_dmt(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    text = by_reference(client, "CYPE 20")
    assert "CYPE 20 Insufficient take-up of free places for 2 year olds" in text
    assert "AMBER → raised to RED raised automatically, awaiting DMT" in text
    assert "Before the Directorate Management Team (DMT) since 3 April 2017" in text
    assert "it fell from 74% (2016) to 70% (December 2016), and from GREEN against a target of 74%" in text
    assert "published as AMBER without a score" in text
    assert "as published, entered on 3 April 2017" in text
    assert "Business Plan, line 777" in text
    assert "Cause not said Event insufficient take-up of places" in text


def test_what_the_owner_rates_since_an_escalation_is_told_beside_it(app: Flask) -> None:
    row = escalated()
    address, risk_id = f"/risks/{row.risk_id}", row.risk_id
    db.session.commit()
    client = signed_in_as(app, "auditor")
    assert "The owner’s own rating is not touched." in words(client.get(address))
    db.session.get_one(models.Risk, risk_id).own_rag = "RED"
    db.session.commit()
    text = words(client.get(address))
    assert "That did not touch the owner’s own rating, which is RED by now." in text
    assert "is not touched" not in text


def test_cype_20_shows_what_it_depends_on(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    text = by_reference(client, "cype20")
    assert "The take-up of the free places is what this risk is about." in text
    assert "This risk heeds any slip." in text
    assert "70% December 2016 78% for 2017 RED" in text
    assert "↓ worse" in text
    assert "The date is not known. The plan says of the end: “Open ended”." in text
    assert "Review: September 2017" in text


def test_cype_03_shows_the_signals_that_stand_on_its_contracts(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    text = by_reference(client, "3")
    assert "it ended on 31 July 2016 and is still relied on" in text
    assert "no route for what follows has been decided. Its manager is told; DMT is not." in text


@pytest.mark.parametrize("address", ["/risks/999999", "/risks/99999999999999999999", "/risks/0", "/risks/x"])
def test_an_unknown_risk_is_a_page_that_says_so(client: FlaskClient, address: str) -> None:
    sign_in_as(client, OWNER)
    assert client.get(address).status_code == 404


def test_the_owner_finds_the_buttons_and_others_do_not(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    own = by_reference(client, "CYPE 22")
    assert "Complete review" in own
    assert "Put before DMT" in own
    assert "Update the action" in own
    other = by_reference(client, "CYPE 07")
    assert "Complete review" not in other
    assert "Put before DMT" not in other
    assert "Update the action" not in other


def test_a_dmt_member_may_put_any_risk_before_dmt_but_not_one_that_is_there(client: FlaskClient) -> None:
    sign_in_as(client, "Director of Quality and Standards")
    assert "Put before DMT" in by_reference(client, "CYPE 07")
    assert "Put before DMT" not in by_reference(client, "CYPE 20")


def test_a_deputy_sees_what_the_holder_sees(app: Flask) -> None:
    risk = make.RiskFactory()
    deputy = make.PersonFactory(name="The deputy", deputising=risk.owner_post)
    client, risk_id = signed_in_as(app, "auditor"), risk.id
    with client.session_transaction() as session:
        session["_user_id"] = f"{deputy.id}:{deputy.session_stamp}"
    text = words(client.get(f"/risks/{risk_id}"))
    assert "The deputy (deputy)" in text
    assert "Complete review" in text


def test_a_score_is_shown_with_its_words_and_the_target_with_its_reason(app: Flask) -> None:
    risk = make.RiskFactory()
    assess(risk, "current", 3, 4, "AMBER")
    assess(risk, "target", 1, 5, "GREEN", rationale="Once the places are built.")
    text = words(signed_in_as(app, "auditor").get(f"/risks/{risk.id}"))
    assert "AMBER score 12: possible (3) × serious (4)" in text
    assert "Target rating GREEN score 5: very unlikely (1) × major (5) Once the places are built." in text


def assess(risk: models.Risk, kind: str, likelihood: int, impact: int, rag: str, rationale: str = "") -> None:
    """Record an assessment with a score."""
    db.session.add(
        models.Assessment(
            risk_id=risk.id, kind=kind, likelihood=likelihood, impact=impact, rag=rag, rationale=rationale,
            assessed_on=make.TODAY, recorded_at=make.NOW,
        )
    )  # fmt: skip
    db.session.flush()


def test_an_action_shows_how_often_it_slipped_and_what_was_last_said(app: Flask) -> None:
    action = make.ActionFactory(text="Build it", first_due_on=date(2017, 1, 31), due_on=date(2017, 3, 2), progress=40)
    person = make.PersonFactory(name="The owner")
    for text in ("Said first.", "Said last."):
        db.session.add(
            models.ActionUpdate(
                action=action, text=text, status="in progress", progress=40, due_on=action.due_on, at=make.NOW,
                person_id=person.id,
            )
        )  # fmt: skip
        db.session.flush()
    text = words(signed_in_as(app, "auditor").get(f"/risks/{action.risk_id}"))
    assert "2 March 2017 overdue first due 31 January 2017, moved once, by 30 days" in text
    assert "“Said last.” The owner, 3 April 2017, 09:30" in text
    assert "Said first." not in text


def test_an_indicator_without_a_late_result_says_that_it_is_stale_and_never_looks_green(app: Flask) -> None:
    indicator = make.IndicatorFactory(frequency_months=3)
    make.ResultFactory(indicator=indicator, period="March 2016", period_end=date(2016, 3, 31))
    link = make.LinkFactory(indicator=indicator, heeds="watch")
    silent = make.LinkFactory(indicator=make.IndicatorFactory(), risk=link.risk)
    assert silent.id
    text = words(signed_in_as(app, "auditor").get(f"/risks/{link.risk_id}"))
    assert "stale Not known since 31 March 2016: the next result was due by 28 September 2016" in text
    assert "This risk only watches this indicator: what it says is shown here" in text
    assert "No result has been published yet." in text
    assert "GREEN" not in text


def test_a_closed_risk_says_why_and_offers_nothing(app: Flask) -> None:
    risk = make.RiskFactory(closed=True)
    action = make.ActionFactory(risk=risk, owner_post=risk.owner_post)
    assert action.id
    text = words(signed_in_as(app, post=risk.owner_post).get(f"/risks/{risk.id}"))
    assert "This risk was closed on 3 April 2017. No longer a risk." in text
    assert "Complete review" not in text
    assert "Update the action" not in text


def test_what_dmt_decided_and_asked_for_is_shown(app: Flask) -> None:
    row = escalated(status="returned to owner", due_on=date(2017, 4, 2))
    db.session.add(
        models.Decision(
            escalation=row, kind="return to the owner", reason="Say what it costs.", person_id=make.PersonFactory().id,
            decided_on=make.TODAY, decided_at=make.NOW, seen_revision=0, seen={}, due_on=date(2017, 4, 2),
        )
    )  # fmt: skip
    text = words(signed_in_as(app, "auditor").get(f"/risks/{row.risk_id}"))
    assert "DMT decided on 3 April 2017: return to the owner. Say what it costs." in text
    assert "The owner answers by 2 April 2017, by completing a review. overdue" in text
    assert "returned to the owner by DMT, the owner answers by 2 April 2017" in text


def test_the_history_shows_the_latest_fifty_events_first_and_all_when_asked(app: Flask) -> None:
    risk = make.RiskFactory()
    for number in range(60):
        at = make.NOW + timedelta(minutes=number)
        record(SYSTEM, "noted", f"risk:{risk.id}", f"Event number {number}.", now=at, risk=risk)
    client, risk_id = signed_in_as(app, "auditor"), risk.id
    text = words(client.get(f"/risks/{risk_id}"))
    assert text.index("Event number 59.") < text.index("Event number 10.")
    assert "Event number 9." not in text
    assert "The latest 50 events are shown." in text
    everything = words(client.get(f"/risks/{risk_id}?history=all"))
    assert "Event number 0." in everything
    assert "Show all" not in everything


def fill(risk: models.Risk) -> None:
    """Give a risk one more of everything that its page lists."""
    post = make.PostFactory()
    action = make.ActionFactory(risk=risk)
    person = make.PersonFactory()
    control = models.Control(risk_id=risk.id, text="A control", owner_post_id=post.id, recorded_at=make.NOW)
    update = models.ActionUpdate(
        action_id=action.id, text="So far.", status="in progress", progress=1, due_on=action.due_on, at=make.NOW,
        person_id=person.id,
    )  # fmt: skip
    review = models.Review(
        risk_id=risk.id, done_on=make.TODAY, due_on=make.TODAY, person_id=person.id, still_right=False,
        controls_work=False, actions_on_track=False, changed=True, note="Changed.", recorded_at=make.NOW,
    )  # fmt: skip
    contract = make.ContractFactory()
    route = models.ContractRoute(
        contract_id=contract.id, kind="extend", stage=1, on=make.TODAY, note="Extend", recorded_at=make.NOW,
        person_id=person.id,
    )  # fmt: skip
    kept = models.Evidence(
        risk_id=risk.id, name="report.pdf", media_type="application/pdf", size=5, sha256="", description="Places.",
        added_at=make.NOW, person_id=person.id,
    )  # fmt: skip
    db.session.add_all([control, update, review, route, kept])
    make.LinkFactory(risk=risk, contract=contract)
    indicator = make.IndicatorFactory()
    make.ResultFactory(indicator=indicator, opening_position=True)
    make.ResultFactory(indicator=indicator, value=Decimal(60))
    make.LinkFactory(risk=risk, indicator=indicator)
    make.HoldingFactory(post=risk.owner_post, deputy=True)
    record(SYSTEM, "noted", f"risk:{risk.id}", "Something.", now=make.NOW, risk=risk)


def test_a_risk_with_much_under_it_takes_as_many_queries_as_one_with_little(app: Flask) -> None:
    row = escalated()
    fill(row.risk)
    signal_on(row, "It ends soon.")
    client, risk_id, risk = signed_in_as(app, "auditor"), row.risk_id, row.risk
    with counted() as few:
        client.get(f"/risks/{risk_id}")
    for _ in range(20):
        fill(risk)
        signal_on(row, "It ends soon.")
    db.session.commit()
    with counted() as many:
        answer = client.get(f"/risks/{risk_id}")
    assert len(many) == len(few) <= 15
    assert "21 actions" in words(answer)


def test_a_target_of_0_is_not_said_to_have_an_assumed_floor(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    text = by_reference(client, "CYPE 01")
    of_0 = text.partition("Linked indicators")[2].partition("Number of primary schools")[0]
    assert "RED No floor standard is known, and a target of 0 leaves no room for one to be assumed." in of_0
    assert "The floor is assumed" not in of_0
