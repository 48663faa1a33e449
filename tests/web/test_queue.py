"""The DMT queue: what has to be decided, the worst first, with every reason in full."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, escalated, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words

TAKE_UP = (
    "Percentage of eligible children taking up FF2 place (as measured by DfE snapshot): it fell from 74% (2016) to 70% "
    "(December 2016), and from GREEN against a target of 74% for 2016 to RED against a target of 78% for 2017."
    " The floor standard is not known and is assumed to be 70.2%, the target worsened by 10% of itself."
)


def test_the_plan_puts_four_risks_before_dmt_each_with_its_sentence(client: FlaskClient) -> None:
    sign_in_as(client, DIRECTOR)
    answer = client.get("/queue")
    text = words(answer)
    assert answer.status_code == 200
    assert "4 For DMT to decide" in text
    assert TAKE_UP in text
    for reference in ("CYPE 01", "CYPE 03", "CYPE 18", "CYPE 20"):
        assert f"Decide on {reference}" in text


def test_red_comes_first_then_what_has_waited_longest(app: Flask) -> None:
    day = timedelta(days=1)
    green = make.RiskFactory(title="Raised to AMBER", own_rag="GREEN", effective_rag="AMBER")
    escalated(make.NOW - 9 * day, risk=green)
    newer = make.RiskFactory(title="RED since yesterday", effective_rag="RED")
    escalated(make.NOW - day, risk=newer)
    older = make.RiskFactory(title="RED since last week", effective_rag="RED")
    escalated(make.NOW - 7 * day, risk=older)
    text = words(signed_in_as(app, "dmt_member").get("/queue"))
    places = [text.index(title) for title in ("RED since last week", "RED since yesterday", "Raised to AMBER")]
    assert places == sorted(places)
    assert "27 March 2017 (7 days)" in text


def test_a_card_says_who_owns_it_what_the_owner_said_last_and_what_was_decided(app: Flask) -> None:
    risk = make.RiskFactory(effective_rag="RED", owner_post=make.PostFactory(title="Head of Fair Access"))
    row = escalated(risk=risk, status="deferred to a meeting", meeting_on=date(2017, 5, 9))
    owner, member = make.PersonFactory(name="The owner"), make.PersonFactory(name="The member")
    db.session.add_all(
        [
            models.Review(
                risk_id=risk.id, done_on=make.TODAY, due_on=make.TODAY, person_id=owner.id, still_right=True,
                controls_work=True, actions_on_track=True, changed=False, note="Said first.", recorded_at=make.NOW,
            ),
            models.ActionUpdate(
                action=make.ActionFactory(risk=risk), text="Said last.", status="in progress", progress=10,
                due_on=make.TODAY, at=make.NOW + timedelta(hours=1), person_id=owner.id,
            ),
            models.Decision(
                escalation=row, kind="defer to a meeting", reason="The figures come in May.", person_id=member.id,
                decided_on=make.TODAY, decided_at=make.NOW, seen_revision=0, seen={}, deferred_to=date(2017, 5, 9),
            ),
        ]
    )  # fmt: skip
    text = words(signed_in_as(app, "dmt_member").get("/queue"))
    assert "Head of Fair Access" in text
    assert "Said first. (review, The owner," in text
    assert "Said last." not in text, "an update of an action is no word of the owner on the risk"
    assert "AMBER → raised to RED deferred to the meeting of 9 May 2017" in text
    assert "Defer to a meeting: The figures come in May. (The member," in text


def test_a_deferral_whose_meeting_has_passed_is_marked_on_every_page(app: Flask) -> None:
    row = escalated(status="deferred to a meeting", meeting_on=make.TODAY)
    pages = ("/queue", f"/escalations/{row.id}", f"/risks/{row.risk_id}")
    db.session.commit()
    said = "deferred to the meeting of 3 April 2017"
    for day, passed in ((make.TODAY, False), (make.TODAY + timedelta(days=1), True)):
        app.config["RISKREG_TODAY"] = day
        for address in pages:
            text = words(signed_in_as(app, "dmt_member").get(address))
            assert (f"{said}, which has passed without a decision" in text) is passed, (address, day)
            assert said in text
        flagged = "put off, not decided" in words(signed_in_as(app, "dmt_member").get("/queue"))
        assert flagged is passed


def test_a_reason_that_another_on_the_same_fact_overtook_is_not_told_twice(app: Flask) -> None:
    row = escalated(reason="")
    signal_on(row, "It ends in March.", "overtaken", ended_why="Overtaken by a later finding on the same fact.")
    signal_on(row, "It ends in June.")
    alone = escalated(reason="")
    signal_on(alone, "Nothing took its place.", "overtaken", ended_why="Overtaken by a later finding on the same fact.")
    pages = [words(signed_in_as(app, "dmt_member").get(page)) for page in ("/queue", f"/risks/{row.risk_id}")]
    assert all("It ends in June." in text and "It ends in March." not in text for text in pages)
    assert "Nothing took its place. overtaken" in pages[0]


@pytest.mark.parametrize(
    ("group", "facts", "said"),
    [
        (
            "decide",
            {"proposal": "It has recovered.", "status": "confirmed"},
            "De-escalation is proposed. It has recovered.",
        ),
        ("owner", {"status": "confirmed", "due_on": date(2017, 4, 1)}, "2 days overdue"),
        ("owner", {"status": "returned to owner", "due_on": date(2017, 4, 9)}, "Answer due 9 April 2017"),
        ("corporate", {"status": "referred to corporate"}, "referred to the corporate register by DMT"),
        (
            "ended",
            {"status": "declined", "ended_at": make.NOW, "ended_why": "A mistake."},
            "Declined on 3 April 2017. The rating shown is now",
        ),
    ],
)
def test_each_escalation_is_in_the_one_group_where_it_belongs(
    app: Flask, group: str, facts: dict[str, object], said: str
) -> None:
    escalated(**facts)  # type: ignore[arg-type]
    reader = signed_in_as(app, "dmt_member")
    assert said in words(reader.get(f"/queue?group={group}"))
    for other in {"decide", "owner", "corporate", "ended"} - {group}:
        assert "The provider may withdraw." not in words(reader.get(f"/queue?group={other}"))


def test_the_counts_follow_the_filters_and_link_to_their_rows(app: Flask) -> None:
    red = make.RiskFactory(effective_rag="RED", division=make.DivisionFactory(name="Planning and Access"))
    escalated(risk=red)
    escalated(risk=make.RiskFactory(effective_rag="AMBER", own_rag="GREEN"))
    division = red.division_id
    reader = signed_in_as(app, "dmt_member")
    assert "2 For DMT to decide" in words(reader.get("/queue"))
    only_red = reader.get("/queue?rag=RED")
    assert "1 For DMT to decide" in words(only_red)
    assert "/queue?rag=RED&amp;group=owner" in only_red.text
    assert "1 For DMT to decide" in words(reader.get(f"/queue?division={division}"))
    assert "No escalation here fits the filters." in words(reader.get("/queue?rag=GREEN"))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rag=PURPLE", "Rating shown “PURPLE” was not understood and is left aside."),
        ("division=99&rag=red", "Rating shown “red” and Division “99” were not understood and are left aside."),
        ("division=x%00", "Division “x” was not understood"),
        ("group=all", "Group “all” was not understood"),
        ("rag=%27%3B--", "Rating shown “';--” was not understood"),
        ("q=1&rag=&division=", ""),
    ],
)
def test_a_filter_that_is_not_understood_is_left_aside_and_the_page_says_so(
    client: FlaskClient, query: str, said: str
) -> None:
    sign_in_as(client, DIRECTOR)
    answer = client.get(f"/queue?{query}")
    assert answer.status_code == 200
    assert "4 For DMT to decide" in words(answer)
    assert said in words(answer)
    assert ("left aside" in words(answer)) == bool(said)


def test_a_rating_that_was_not_raised_is_one_tag(app: Flask) -> None:
    escalated(rag_before="RED", risk=make.RiskFactory(own_rag="RED", effective_rag="RED"))
    text = words(signed_in_as(app, "dmt_member").get("/queue"))
    assert "RED put before DMT, awaiting its decision" in text
    assert "raised to" not in text


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "99999999999"])
def test_a_page_that_does_not_exist_is_said_to_be_missing(client: FlaskClient, number: str) -> None:
    sign_in_as(client, DIRECTOR)
    answer = client.get(f"/queue?page={number}")
    assert answer.status_code == 404
    assert "There is no page" in words(answer)


def test_who_does_not_decide_reads_the_queue_without_the_links_to_decide(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    text = words(client.get("/queue"))
    assert "Read the evidence on CYPE 20" in text
    assert "Decide on" not in text


def test_an_empty_queue_says_so(app: Flask) -> None:
    assert "Nothing waits for DMT." in words(signed_in_as(app, "dmt_member").get("/queue"))


def test_a_queue_of_many_is_shown_by_fifties_with_as_many_queries_as_a_queue_of_one(app: Flask) -> None:
    signal_on(escalated(), "It ends soon.")
    reader = signed_in_as(app, "dmt_member")
    with counted() as few:
        reader.get("/queue")
    for _ in range(59):
        signal_on(escalated(), "It ends soon.")
    db.session.commit()
    with counted() as many:
        answer = reader.get("/queue")
    assert len(many) == len(few) <= 9
    assert answer.text.count("<article") == 50
    assert "Showing 1 to 50 of 60 escalations" in words(answer)
    assert reader.get("/queue?page=2").text.count("<article") == 10


def test_since_when_it_is_before_dmt_is_not_since_when_it_waits_for_a_decision(app: Flask) -> None:
    escalated(make.NOW - timedelta(days=73), waiting_since=make.NOW)
    text = words(signed_in_as(app, "dmt_member").get("/queue"))
    assert "Before DMT since 20 January 2017 (73 days)" in text
    assert "Waits for a decision since 3 April 2017" in text
