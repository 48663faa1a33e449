"""The DMT queue: several escalations noted in one go; nothing is decided, and they go on waiting."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.web.before_dmt import counted, decided, escalated, fresh, signed_in_as
from tests.web.browsing import post, problems, words

NOTED: dict[str, Any] = {"text": "We watch the autumn figures.", "meeting_on": ["3", "4", "2017"]}


@pytest.fixture
def member(app: Flask) -> FlaskClient:
    """A DMT member's browser; two escalations wait."""
    escalated(make.NOW - timedelta(days=2), risk=make.RiskFactory(title="The first", effective_rag="RED"))
    escalated(risk=make.RiskFactory(title="The second", effective_rag="RED"))
    make.MeetingFactory()
    client = signed_in_as(app, "dmt_member")
    fresh()
    return client


def boxes(client: FlaskClient, address: str = "/queue") -> list[str]:
    """What the boxes of the page send."""
    return re.findall(r'name="ticked"\s+type="checkbox"\s+value="([^"]+)"', client.get(address).text)


def stored() -> list[models.Noting]:
    """The notings that are stored."""
    fresh()
    return list(db.session.scalars(select(models.Noting).order_by(models.Noting.id)))


def test_several_are_noted_in_one_go_and_go_on_waiting(member: FlaskClient) -> None:
    ticked = boxes(member)
    assert len(ticked) == 2
    answer = post(member, "/queue", ticked=ticked, **NOTED)
    assert answer.status_code == 302
    text = words(member.get(answer.location))
    assert "DMT has noted CYPE" in text
    assert "2 For DMT to decide" in text
    assert text.count("noted on 3 April 2017 by") == 2
    assert text.count("We watch the autumn figures. (meeting of 3 April 2017)") == 2
    rows = stored()
    assert [one.escalation.status for one in rows] == ["awaiting DMT"] * 2
    told = db.session.scalars(select(models.AuditEvent.sentence).where(models.AuditEvent.verb == "noted")).all()
    assert told == ["DMT noted: We watch the autumn figures. At the meeting of 3 April 2017."] * 2
    assert [one.escalation.risk.revision for one in rows] == [1, 1]


def test_the_date_of_the_meeting_may_be_left_out(member: FlaskClient) -> None:
    assert post(member, "/queue", ticked=boxes(member)[:1], text="Seen.").status_code == 302
    assert [one.meeting_on for one in stored()] == [None]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ticked": []}, "Tick the escalations that DMT has noted."),
        ({"ticked": "7"}, "Open the page again: it does not say which escalations you saw."),
        ({"ticked": "999999-0"}, "One of the escalations is not there any more. Open the page again."),
        ({"text": "  "}, "Say what DMT remarked."),
        ({"text": "x" * 4_001}, "The remark must be 4,000 characters or fewer. You typed 4,001."),
        ({"meeting_on": ["31", "2", "2017"]}, "The date of the meeting must be a real date, such as 31 8 2017."),
        ({"meeting_on": ["4", "4", "2017"]}, "The meeting at which this was noted must be today or earlier."),
        ({"meeting_on": ["1", "4", "2017"]}, "No meeting is set up for 1 April 2017. Leave it empty."),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(
    member: FlaskClient, fields: dict[str, Any], sentence: str
) -> None:
    given = {"ticked": boxes(member)[:1], **NOTED, **fields}
    answer = post(member, "/queue", **given)
    assert answer.status_code == 422
    assert problems(answer) == [sentence]
    assert given["text"].strip() in answer.text
    assert len(re.findall(r"\schecked>", answer.text)) == ("ticked" not in fields)
    assert stored() == []


def test_one_that_changed_meanwhile_is_named_and_nothing_is_saved(member: FlaskClient) -> None:
    ticked = boxes(member)
    risk = db.session.scalars(select(models.Risk).where(models.Risk.title == "The second")).one()
    record(SYSTEM, "noted", f"risk:{risk.id}", "A signal joined.", now=make.NOW, risk=risk)
    reference = str(risk.reference)
    db.session.commit()
    answer = post(member, "/queue", ticked=ticked, **NOTED)
    assert answer.status_code == 409
    assert problems(answer) == [
        f"{reference} has changed since you opened this page. Read again, then note anew. Nothing was saved."
    ]
    assert "We watch the autumn figures." in answer.text
    assert len(re.findall(r"\schecked>", answer.text)) == 2
    assert stored() == []
    again = re.findall(r'name="ticked"\s+type="checkbox"\s+value="([^"]+)"\s+checked', answer.text)
    assert post(member, "/queue", ticked=again, **NOTED).status_code == 302


def test_one_that_is_no_longer_before_dmt_is_named_and_nothing_is_saved(member: FlaskClient) -> None:
    ticked = boxes(member)
    row = db.session.scalars(select(models.Escalation).order_by(models.Escalation.id)).first()
    assert row is not None
    row.status, row.ended_at, row.ended_why = "declined", make.NOW, "No."
    reference = str(row.risk.reference)
    db.session.commit()
    answer = post(member, "/queue", ticked=ticked, **NOTED)
    assert answer.status_code == 409
    assert problems(answer) == [f"{reference} is no longer before DMT. Nothing was saved."]
    assert len(re.findall(r"\schecked>", answer.text)) == 1
    assert stored() == []


def test_what_was_never_noted_can_be_asked_for(member: FlaskClient) -> None:
    post(member, "/queue", ticked=boxes(member)[:1], **NOTED)
    answer = member.get("/queue?unnoted=1")
    text = words(answer)
    assert "The second" in text
    assert "The first" not in text
    assert "not yet noted Remove not yet noted" in text
    done = post(member, "/queue?unnoted=1&page=1", ticked=boxes(member, "/queue?unnoted=1"), **NOTED)
    assert done.location == "/queue?unnoted=1"
    assert "No escalation here fits the filters." in words(member.get(done.location))


def test_the_page_and_the_filters_survive(app: Flask) -> None:
    make.MeetingFactory()
    for _ in range(52):
        escalated(risk=make.RiskFactory(effective_rag="RED"))
    member = signed_in_as(app, "dmt_member")
    fresh()
    address = "/queue?rag=RED&page=2"
    ticked = boxes(member, address)
    assert len(ticked) == 2
    assert "Showing 51 to 52" in words(post(member, address, ticked=ticked, text=""))
    assert post(member, address, ticked=ticked, **NOTED).location == address


@pytest.mark.parametrize("role", ["coordinator", "risk_owner", "auditor"])
def test_only_who_decides_can_note(app: Flask, role: str) -> None:
    row = escalated()
    ticked = f"{row.id}-0"
    client = signed_in_as(app, role)
    fresh()
    assert "Note the ticked ones" not in words(client.get("/queue"))
    assert boxes(client) == []
    assert post(client, "/queue", ticked=ticked, **NOTED).status_code == 403
    assert stored() == []


def test_what_has_ended_cannot_be_ticked(app: Flask) -> None:
    escalated(status="declined", ended_at=make.NOW, ended_why="No.")
    member = signed_in_as(app, "dmt_member")
    assert boxes(member, "/queue?group=ended") == []
    assert "Note the ticked ones" not in words(member.get("/queue?group=ended"))


def test_every_box_has_a_label_of_its_own(member: FlaskClient) -> None:
    text = member.get("/queue").text
    labels = re.findall(r'id="(ticked[^"]*)"\s+name="ticked".*?for="(ticked[^"]*)">(Note CYPE \d+)<', text, re.DOTALL)
    assert len({one[0] for one in labels}) == len({one[2] for one in labels}) == 2
    assert all(one[0] == one[1] for one in labels)


def test_the_page_of_the_escalation_says_what_was_noted(member: FlaskClient) -> None:
    ticked = boxes(member)[:1]
    post(member, "/queue", ticked=ticked, **NOTED)
    text = words(member.get(f"/escalations/{ticked[0].split('-')[0]}"))
    assert "What DMT has noted noted on 3 April 2017 by" in text
    assert "DMT noted: We watch the autumn figures." in text


def test_the_record_of_the_meeting_says_what_was_noted(app: Flask, member: FlaskClient) -> None:
    meeting = db.session.scalars(select(models.Meeting)).one()
    address = f"/meetings/{meeting.id}"
    fresh()
    post(member, "/queue", ticked=boxes(member)[:1], **NOTED)
    clerk = signed_in_as(app, "coordinator")
    fresh()
    assert "Noted by DMT at this meeting Noted: CYPE" in words(clerk.get(address))
    assert post(clerk, f"{address}/cancel").status_code == 422
    assert post(clerk, f"{address}/close").status_code == 302
    text = words(clerk.get(address))
    assert "Noted by DMT at this meeting Noted: CYPE" in text
    assert "Entered for this day after the record was closed" not in text


def test_what_is_noted_after_the_record_was_closed_says_so(app: Flask, member: FlaskClient) -> None:
    register = db.session.scalars(select(models.Register)).one()
    closed = datetime(2017, 4, 1, 12, tzinfo=make.NOW.tzinfo)
    facts = {"state": "closed", "held_on": date(2017, 4, 1), "closed_at": closed, "closed_by": make.PersonFactory().id}
    meeting = make.MeetingFactory(register=register, **facts)
    db.session.commit()
    address = f"/meetings/{meeting.id}"
    fresh()
    post(member, "/queue", ticked=boxes(member)[:1], text="Said late.", meeting_on=["1", "4", "2017"])
    text = words(member.get(address))
    assert "Entered for this day after the record was closed Noted: CYPE" in text
    assert "Noted by DMT at this meeting" not in text


def test_notings_are_a_file(member: FlaskClient) -> None:
    post(member, "/queue", ticked=boxes(member)[:1], **NOTED)
    rows = member.get("/export/notings.csv").text.splitlines()
    assert "noting,escalation,risk,risk_title,remark,noted_by,noted_at,meeting_on" in rows[0]
    assert "We watch the autumn figures." in rows[1]


def test_the_last_decision_may_be_one_on_an_earlier_escalation(app: Flask) -> None:
    earlier = escalated(make.NOW - timedelta(days=9), status="declined", ended_at=make.NOW, ended_why="Not now.")
    decided(earlier, "decline", "Wait for the figures.")
    escalated(risk=earlier.risk)
    text = words(signed_in_as(app, "dmt_member").get("/queue"))
    assert "Last decision Decline: Wait for the figures." in text


def test_a_page_of_noted_escalations_takes_as_many_queries_as_one(app: Flask) -> None:
    def noted() -> None:
        row = escalated()
        facts = {"text": "Seen.", "person_id": make.PersonFactory().id, "noted_at": make.NOW}
        db.session.add(models.Noting(escalation=row, **facts))

    noted()
    member = signed_in_as(app, "dmt_member")
    with counted() as few:
        member.get("/queue")
    for _ in range(30):
        noted()
    db.session.commit()
    with counted() as many:
        member.get("/queue")
    assert len(many) == len(few) <= 11
