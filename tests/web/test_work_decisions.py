"""My work: the decisions of DMT on my risks that I have not read, marking them as read, and reviews I began."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import counted, decided, escalated, fresh, signed_in_as
from tests.web.browsing import post, words
from tests.web.test_work import owner_of

HEADING = "Decisions of DMT on my risks"


def read_up_to() -> list[int]:
    """What is stored of what was read."""
    fresh()
    return list(db.session.scalars(select(models.DecisionRead.decision_id)))


def test_decisions_on_my_risks_are_listed_newest_first_with_what_is_asked(app: Flask) -> None:
    row = escalated(status="confirmed")
    decided(row, "defer to a meeting", "The figures come in May", deferred_to=date(2017, 5, 9))
    last = decided(row, "confirm", "It is grave.", due_on=date(2017, 4, 28), seen_revision=1)
    escalation_id, last_id = row.id, last.id
    answer = signed_in_as(app, post=owner_of(row.risk)).get("/")
    text = words(answer).partition(HEADING)[2]
    confirmed = "Confirm: It is grave. Assess the risk again by 28 April 2017."
    deferred = "Defer to a meeting: The figures come in May. Since then: confirmed by DMT."
    assert text.index(confirmed) < text.index(deferred)
    assert "Decided 3 April 2017" in text
    assert f'href="/escalations/{escalation_id}"' in answer.text
    assert f'name="newest" value="{last_id}"' in answer.text


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("defer to a meeting", "deferred to a meeting", "DMT looks at it again on 9 May 2017."),
        ("return to the owner", "returned to owner", "Supply what is missing."),
        ("return to the owner", "awaiting DMT", "Since then: brought back by new facts, awaiting DMT."),
        ("refer to the corporate register", "referred to corporate", "the corporate register answers next."),
        ("confirm", "withdrawn", "Since then: withdrawn."),
        ("close the risk", "closed", "Since then: the risk was reopened."),
    ],
)
def test_only_a_decision_that_still_stands_says_what_to_do(app: Flask, kind: str, status: str, said: str) -> None:
    ended: dict[str, Any] = (
        {"ended_at": make.NOW, "ended_why": "It is over."} if status in ("withdrawn", "closed") else {}
    )
    row = escalated(status=status, **ended)
    decided(row, kind, "So it is.", deferred_to=date(2017, 5, 9) if status == "deferred to a meeting" else None)
    text = words(signed_in_as(app, post=owner_of(row.risk)).get("/")).partition(HEADING)[2]
    assert said in text.partition("Mark these as read")[0]
    assert ("Since then" in text) == ("Since then" in said)


@pytest.mark.parametrize(
    ("due_on", "said"),
    [
        (make.TODAY, "The next review is due by 3 April 2017."),
        (make.TODAY - timedelta(days=1), "The review that was due by 2 April 2017 is late."),
    ],
)
def test_a_decision_says_whether_the_next_review_is_late(app: Flask, due_on: date, said: str) -> None:
    row = escalated(status="referred to corporate", risk=make.RiskFactory(review_due_on=due_on))
    decided(row, "refer to the corporate register", "So it is.")
    assert said in words(signed_in_as(app, post=owner_of(row.risk)).get("/")).partition(HEADING)[2]


def test_a_decision_is_void_once_the_risk_is_before_dmt_again(app: Flask) -> None:
    row = escalated(status="declined", ended_at=make.NOW, ended_why="No.")
    decided(row, "decline", "It is in hand.")
    client = signed_in_as(app, post=owner_of(row.risk))
    assert "the rating is again the one that you gave" in words(client.get("/"))
    escalated(risk=db.session.get(models.Risk, row.risk_id))
    db.session.commit()
    assert "Decline: It is in hand. Since then: the risk is before DMT again." in words(client.get("/"))


def test_nobody_elses_risks_and_not_my_own_decisions(app: Flask) -> None:
    decided(escalated(), "confirm", "About another's risk.")
    row = escalated()
    own = decided(row, "decline", "My own words.")
    client = signed_in_as(app, post=owner_of(row.risk))
    with client.session_transaction() as session:
        me = int(session["_user_id"].split(":")[0])
    own.person_id = me
    db.session.commit()
    assert HEADING not in words(client.get("/"))


def test_at_first_only_the_last_thirty_days_are_shown(app: Flask) -> None:
    row = escalated()
    decided(row, "decline", "Long ago.", decided_on=make.TODAY - timedelta(days=31))
    decided(row, "confirm", "Thirty days ago.", decided_on=make.TODAY - timedelta(days=30), seen_revision=1)
    text = words(signed_in_as(app, post=owner_of(row.risk)).get("/"))
    assert "Thirty days ago." in text
    assert "Long ago." not in text


def test_what_was_decided_meanwhile_is_not_lost_when_the_page_is_marked_as_read(app: Flask) -> None:
    row = escalated()
    seen = decided(row, "defer to a meeting", "Seen on the page.").id
    later = decided(row, "confirm", "Decided meanwhile.", seen_revision=1).id
    client = signed_in_as(app, post=owner_of(row.risk))
    fresh()
    answer = post(client, "/decisions/read", newest=seen)
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "The decisions are marked as read." in text
    assert "Decided meanwhile." in text
    assert "Seen on the page." not in text
    assert post(client, "/decisions/read", newest=later).status_code == 302
    assert HEADING not in words(client.get("/"))
    assert post(client, "/decisions/read", newest=seen).status_code == 302
    assert read_up_to() == [later]


@pytest.mark.parametrize("newest", ["", "0", "x", "999999", "99999999999"])
def test_a_decision_that_there_is_not_is_refused(app: Flask, newest: str) -> None:
    client = signed_in_as(app, "risk_owner")
    fresh()
    assert post(client, "/decisions/read", newest=newest).status_code == 422
    assert read_up_to() == []


def test_reading_the_page_marks_nothing(app: Flask) -> None:
    row = escalated()
    decided(row, "confirm", "It is grave.")
    client = signed_in_as(app, post=owner_of(row.risk))
    client.get("/")
    assert "It is grave." in words(client.get("/"))
    assert read_up_to() == []


def test_fifty_decisions_take_as_many_queries_as_one(app: Flask) -> None:
    row = escalated()
    decided(row, "confirm", "Decision 0.")
    client = signed_in_as(app, post=owner_of(row.risk))
    with counted() as few:
        client.get("/")
    row = db.session.scalars(select(models.Escalation)).one()
    for number in range(1, 55):
        decided(row, "confirm", f"Decision {number}.", seen_revision=number)
    db.session.commit()
    with counted() as many:
        text = words(client.get("/"))
    assert len(many) == len(few) <= 15
    assert "Decision 54." in text
    assert "Decision 4." not in text
    assert "No more than fifty of a kind are shown." in text


def test_a_review_that_i_began_says_so(app: Flask) -> None:
    risk = make.RiskFactory(review_due_on=date(2017, 9, 1))
    client = signed_in_as(app, post=owner_of(risk))
    with client.session_transaction() as session:
        me = int(session["_user_id"].split(":")[0])
    draft = {"risk_id": risk.id, "answers": {}, "seen_revision": 0, "saved_at": make.NOW}
    db.session.add(models.ReviewDraft(person_id=make.PersonFactory().id, **draft))
    db.session.commit()
    assert "begun" not in words(client.get("/"))
    assert "Nothing is due." in words(client.get("/"))
    db.session.add(models.ReviewDraft(person_id=me, **draft))
    db.session.commit()
    assert "(begun 3 April 2017)" in words(client.get("/"))
