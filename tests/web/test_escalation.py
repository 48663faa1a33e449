"""One escalation: the evidence, what the owner says, and what was decided and happened before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.services.actors import Actor
from riskreg.services.escalations import raise_escalation
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, escalated, fresh, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words


def of_risk(number: int) -> int:
    """The id of the escalation of a risk of the plan."""
    found = db.session.scalars(
        select(models.Escalation.id)
        .join(models.Risk)
        .join(models.Reference, models.Reference.id == models.Risk.reference_id)
        .where(models.Reference.number == number)
    ).one()
    fresh()
    return found


def test_the_evidence_shows_result_target_floor_and_why_it_bears_on_the_risk(client: FlaskClient) -> None:
    sign_in_as(client, DIRECTOR)
    text = words(client.get(f"/escalations/{of_risk(20)}"))
    assert "Insufficient take-up of free places for 2 year olds" in text
    assert "it fell from 74% (2016) to 70% (December 2016), and from GREEN" in text
    for said in (
        "Signal 1: slipped stands",
        "Result 70%, December 2016 RED",
        "Target 78%",
        "Floor standard 70.2% assumed",
        "Found on 3 April 2017, policy version 1",
        "Rating shown RED raised automatically, awaiting DMT",
        "The owner's own rating AMBER",
        "When it was raised AMBER → raised to RED",
        "Why it bears on this risk",
        "Head of Early Years and Childcare assumed",
    ):
        assert said in text, said


def test_the_evidence_of_a_contract_shows_its_milestone_and_links_to_it(client: FlaskClient) -> None:
    sign_in_as(client, DIRECTOR)
    answer = client.get(f"/escalations/{of_risk(3)}")
    assert "Milestone End, July 2017" in words(answer)
    assert "EXT-08 Teaching contract for low incidence needs" in words(answer)
    assert 'href="/contracts/' in answer.text


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("recovered", "What was missing has since been recorded."),
        ("withdrawn", "By the figures and dates as they now stand, the reason was not there when it was found."),
        ("overtaken", "Overtaken by a later finding on the same fact."),
    ],
)
def test_a_signal_that_no_longer_stands_says_what_became_of_it_and_why(app: Flask, state: str, why: str) -> None:
    row = escalated(proposal="Nothing stands any more.")
    signal_on(row, "It ends soon.", state, ended_why=why, ended_at=make.NOW)
    path = f"/escalations/{row.id}"
    text = words(signed_in_as(app, "dmt_member").get(path))
    assert f"no approved route {state} It ends soon. On 3 April 2017, 09:30: {why}" in text
    assert "De-escalation is proposed. Nothing stands any more." in text


def test_a_risk_that_was_red_before_shows_one_rating_and_no_arrow(app: Flask) -> None:
    row = escalated(reason="", rag_before="RED", risk=make.RiskFactory(own_rag="RED", effective_rag="RED"))
    path = f"/escalations/{row.id}"
    answer = signed_in_as(app, "auditor").get(path)
    text = words(answer)
    assert "When it was raised RED Raised on" in text
    assert "Rating shown RED awaiting DMT The owner" in text
    assert "raised automatically" not in text
    assert "app-tag--raised" not in answer.text


def test_a_floor_standard_that_there_is_no_room_for_is_not_shown_as_assumed(app: Flask) -> None:
    row = escalated()
    result = make.ResultFactory(rag="RED", floor_value=Decimal(0), floor_assumed=True, target_value=Decimal(0))
    signal_on(row, "It rose.", contract_id=None, indicator_id=result.indicator.id, result_id=result.id)
    path = f"/escalations/{row.id}"
    text = words(signed_in_as(app, "auditor").get(path))
    assert "Target 0% Floor standard none assumed True since" in text


def test_a_link_that_was_taken_away_is_said_to_be_gone(app: Flask) -> None:
    row = escalated()
    signal_on(row, "It ends soon.")
    db.session.delete(db.session.scalars(select(models.Link)).one())
    path = f"/escalations/{row.id}"
    assert "The link has since been taken away." in words(signed_in_as(app, "auditor").get(path))


def test_what_the_owner_says_stands_beside_the_evidence(app: Flask) -> None:
    risk = make.RiskFactory(effective_rag="RED")
    row = escalated(risk=risk)
    owner = make.PersonFactory(name="The owner")
    action = make.ActionFactory(risk=risk, text="Find places.", due_on=date(2017, 3, 1), progress=40)
    make.ActionFactory(risk=risk, text="Was finished.", status="done")
    db.session.add_all(
        [
            models.Review(
                risk_id=risk.id, done_on=make.TODAY, due_on=make.TODAY, person_id=owner.id, still_right=True,
                controls_work=False, actions_on_track=True, changed=False, note="The new places are late.",
                recorded_at=make.NOW,
            ),
            models.ActionUpdate(
                action=action, text="Two are found.", status="in progress", progress=40, due_on=action.due_on,
                at=make.NOW, person_id=owner.id,
            ),
        ]
    )  # fmt: skip
    path = f"/escalations/{row.id}"
    text = words(signed_in_as(app, "dmt_member").get(path))
    assert "The new places are late. Review of 3 April 2017 by The owner. Controls work: no." in text
    assert "Find places." in text
    assert "1 March 2017 overdue" in text
    assert "40% Two are found." in text
    assert "Was finished." not in text


def test_a_person_s_reason_decisions_and_history_are_shown(app: Flask) -> None:
    member = Actor(make.PersonFactory(name="The member").id, "The member", frozenset({Role.DMT_MEMBER}), frozenset())
    risk = make.RiskFactory()
    before = escalated(make.NOW - timedelta(days=60), risk=risk, status="declined", ended_at=make.NOW)
    db.session.add(
        models.Decision(
            escalation=before, kind="decline", reason="Too early to tell.", person_id=member.person_id,
            decided_on=make.TODAY, decided_at=make.NOW, seen_revision=0, seen={},
        )
    )  # fmt: skip
    row = raise_escalation(member, risk, "Two providers may withdraw.", make.NOW)
    path = f"/escalations/{row.id}"
    text = words(signed_in_as(app, "auditor").get(path))
    assert "Two providers may withdraw. Put before DMT by The member." in text
    assert f"earlier escalation {before.id}" in text
    assert "Too early to tell." in text
    assert "Put before DMT by The member: Two providers may withdraw." in text


def test_an_escalation_that_has_ended_is_read_only_and_says_how_it_ended(app: Flask) -> None:
    row = escalated(status="withdrawn", ended_at=make.NOW, ended_why="The result was corrected.")
    path = f"/escalations/{row.id}"
    answer = signed_in_as(app, "dmt_member").get(path)
    text = words(answer)
    assert "This escalation has ended: withdrawn on 3 April 2017, 09:30. The result was corrected." in text
    assert f"{row.risk.reference} was before DMT" in text
    assert "Why it was before DMT" in text
    assert "Record the decision" not in answer.text


@pytest.mark.parametrize("name", ["Auditor", "Risk Co-ordinator", "Head of Early Years and Childcare"])
def test_who_does_not_decide_reads_everything_but_is_given_no_form(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    answer = client.get(f"/escalations/{of_risk(20)}")
    assert answer.status_code == 200
    assert "Record the decision" not in answer.text
    assert "Only a DMT member records what DMT decides." in words(answer)


@pytest.mark.parametrize("path", ["/escalations/9999", "/escalations/99999999999999999999", "/escalations/one"])
def test_an_unknown_escalation_is_a_page_that_says_so(client: FlaskClient, path: str) -> None:
    sign_in_as(client, DIRECTOR)
    assert client.get(path).status_code == 404


def test_much_evidence_and_a_long_history_take_as_many_queries_as_little(app: Flask) -> None:
    row = escalated()
    signal_on(row, "It ends soon.")
    make.ActionFactory(risk=row.risk)
    path = f"/escalations/{row.id}"
    reader = signed_in_as(app, "dmt_member")
    with counted() as few:
        reader.get(path)
    for number in range(30):
        signal_on(row, f"It ends soon {number}.")
        make.ActionFactory(risk=row.risk)
    db.session.commit()
    with counted() as many:
        answer = reader.get(path)
    assert answer.text.count("Signal ") >= 31
    assert len(many) == len(few) <= 12
