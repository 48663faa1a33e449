"""The pack: what it says of the register, and that it goes on saying it."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.queries.packs import pack_content
from riskreg.reports.blocks import Table, Text
from riskreg.reports.outline import outline
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.packs import make_pack
from tests import factories as make
from tests.web.before_dmt import counted, decided, escalated, reviewed, signal_on, versions

DAY = timedelta(days=1)


def content(**changes: Any) -> dict[str, Any]:
    return pack_content(make.RegisterFactory(), make.TODAY, changes.get("since"), make.TODAY)


def assessed(risk: models.Risk, rag: str, levels: tuple[int, int] | None = None, **facts: Any) -> None:
    likelihood, impact = levels or (None, None)
    known = {"kind": "current", "assessed_on": make.TODAY, "recorded_at": make.NOW, "rationale": "Seen anew."}
    row = models.Assessment(risk_id=risk.id, rag=rag, likelihood=likelihood, impact=impact, **{**known, **facts})
    db.session.add(row)
    db.session.flush()


def test_the_pack_of_the_plan_has_its_risks_decisions_and_signals(plan_app: Flask) -> None:
    register = db.session.scalars(select(models.Register).where(models.Register.prefix == "CYPE")).one()
    found = pack_content(register, make.TODAY, None, make.TODAY)
    assert found["counts"] == {"RED": 8, "AMBER": 5, "GREEN": 0}
    assert [one["reference"] for one in found["decisions"]] == ["CYPE 01", "CYPE 03", "CYPE 18", "CYPE 20"]
    assert len(found["unscored"]) == len(found["risks"]) == 13
    assert [one["after"] for one in found["movements"]] == ["RED"] * 4
    assert any("74% (2016) to 70%" in one["sentence"] and one["risks"] == ["CYPE 20"] for one in found["signals"])


def test_scored_risks_stand_in_the_matrix_and_the_others_apart(app: Flask) -> None:
    scored, plain = make.RiskFactory(title="Scored"), make.RiskFactory(title="Plain")
    assessed(scored, "AMBER", (3, 4))
    found = content()
    cells = {cell["score"]: cell["risks"] for row in found["matrix"] for cell in row["cells"] if cell["risks"]}
    assert cells == {12: [str(scored.reference)]}
    assert [one["title"] for one in found["unscored"]] == [plain.title]
    row = next(one for one in found["risks"] if one["title"] == "Scored")
    assert row["direction"] == "same"


def test_a_decision_needed_comes_with_its_reasons_and_what_the_owner_says(app: Flask) -> None:
    row = escalated()
    signal_on(row, "It ends in 60 days without a route.")
    reviewed(row.risk, note="We are on it.")
    one = content()["decisions"][0]
    assert one["reasons"] == ["The provider may withdraw.", "It ends in 60 days without a route."]
    assert one["said"]["text"] == "We are on it."
    assert (one["own_rag"], one["rag"]) == ("AMBER", "RED")


def test_movements_are_told_from_the_day_of_the_last_meeting_on(app: Flask) -> None:
    owner = make.PersonFactory()
    early = make.NOW - 9 * DAY
    gone = make.RiskFactory(title="Gone", closed=True)
    versions(gone, (early, "open", ""), (make.NOW, "closed", "No longer a risk."))
    new = make.RiskFactory(title="New")
    versions(new, (early, "proposed", ""), (make.NOW, "open", "Approved."))
    versions(make.RiskFactory(title="Back"), (early, "closed", ""), (make.NOW, "open", "It came back."))
    versions(make.RiskFactory(title="Always there"), (early, "open", ""))
    escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title="Long ago"))
    ended: dict[str, Any] = {"status": "declined", "ended_at": make.NOW, "ended_why": "A mistake."}
    escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title="Declined"), **ended)
    better = make.RiskFactory(title="Better")
    assessed(better, "GREEN", person_id=owner.id)
    found = content(since=make.TODAY)["movements"]
    assert {(one["title"], one["what"], one["reason"]) for one in found} == {
        ("Gone", "left the register: closed", "No longer a risk."),
        ("New", "new in the register", f"Approved. Owned by the {new.owner_post.title}."),
        ("Back", "reopened", "It came back."),
        ("Declined", "escalation declined", "A mistake."),
        ("Better", "rated anew by the owner", "Seen anew."),
    }
    assert next((one["before"], one["after"]) for one in found if one["title"] == "Better") == ("AMBER", "GREEN")
    told = {one["title"] for one in content()["movements"]}
    assert "Long ago" in told
    assert "Always there" not in told


def test_what_is_late_and_what_is_above_its_target_is_listed(app: Flask) -> None:
    risk = make.RiskFactory(red=True, title="Above", review_due_on=make.TODAY - 2 * DAY)
    assessed(risk, "AMBER", (2, 4), kind="target")
    make.ActionFactory(risk=risk, text="Overdue", first_due_on=make.TODAY - DAY)
    found = content()
    assert [(one["title"], one["days"]) for one in found["late_reviews"]] == [("Above", 2)]
    assert [(one["text"], one["days"]) for one in found["late_actions"]] == [("Overdue", 1)]
    assert [(one["target"], one["late"]) for one in found["above_target"]] == [("AMBER", True)]


def test_a_pack_stays_as_it_was_when_the_register_changes(app: Flask) -> None:
    row = escalated(risk=make.RiskFactory(title="As it was"))
    actor = Actor(make.PersonFactory().id, "C", frozenset({Role.COORDINATOR}), frozenset())
    pack = make_pack(actor, make.MeetingFactory(), make.NOW)
    before = deepcopy(pack.content)
    row.risk.title, row.status, row.ended_at, row.ended_why = "Changed", "declined", make.NOW, "Gone."
    make.RiskFactory(title="New")
    db.session.commit()
    db.session.expire_all()
    again = db.session.get_one(models.Pack, pack.id)
    assert again.content == before
    assert again.content["decisions"][0]["title"] == "As it was"


def test_a_pack_is_made_by_as_many_queries_for_one_risk_as_for_many(app: Flask) -> None:
    register = make.RegisterFactory()
    signal_on(escalated(), "It ends soon.")
    db.session.commit()
    with counted() as few:
        pack_content(register, make.TODAY, None, make.TODAY)
    for _ in range(20):
        signal_on(escalated(), "It ends soon.")
    db.session.commit()
    with counted() as many:
        assert len(pack_content(register, make.TODAY, None, make.TODAY)["risks"]) == 21
    assert len(few) == len(many)


def test_the_counts_stand_beside_those_of_the_day_of_the_last_meeting(app: Flask) -> None:
    begun, met = make.NOW - 30 * DAY, make.TODAY - 9 * DAY
    versions(make.RiskFactory(red=True), (begun, "open", ""))
    versions(make.RiskFactory(closed=True), (begun, "open", ""), (make.NOW, "closed", "Done."))
    versions(make.RiskFactory(green=True), (make.NOW, "open", "Approved."))
    for row in db.session.scalars(select(models.Assessment)):
        row.recorded_at = begun
    found = content(since=met)
    assert found["counts"] == {"RED": 1, "AMBER": 0, "GREEN": 1}
    assert found["counts_before"] == {"RED": 1, "AMBER": 1, "GREEN": 0}
    assert content(since=begun.date())["counts_before"] is None
    assert content()["counts_before"] is None


def test_the_pack_keeps_the_day_from_which_it_tells_the_movement(app: Flask) -> None:
    actor = Actor(make.PersonFactory().id, "C", frozenset({Role.COORDINATOR}), frozenset())
    last = make.MeetingFactory(held_on=make.TODAY - 28 * DAY, state="closed", closed_at=make.NOW)
    pack = make_pack(actor, make.MeetingFactory(), make.NOW)
    assert (pack.since, pack.kind) == (last.held_on, "meeting")
    assert pack.content["since"] == last.held_on.isoformat()


def test_no_pack_is_made_for_a_meeting_whose_day_is_over(app: Flask) -> None:
    actor = Actor(make.PersonFactory().id, "C", frozenset({Role.COORDINATOR}), frozenset())
    with pytest.raises(RuleBroken, match="The meeting of 2 April 2017 is over"):
        make_pack(actor, make.MeetingFactory(held_on=make.TODAY - DAY), make.NOW)
    assert db.session.scalars(select(models.Pack)).all() == []


def test_what_is_exempt_is_in_the_pack_and_marked(app: Flask) -> None:
    risk = make.RiskFactory(title="Secret", exempt_why="paragraph 3: The price.")
    make.ActionFactory(risk=risk, exempt_why="paragraph 1: A child.")
    row = content()["risks"][0]
    assert (row["title"], row["exempt"]) == ("Secret", "exempt, paragraph 3")
    assert row["actions"][0]["exempt"] == "exempt, paragraph 1"


def test_what_was_overtaken_is_not_told_and_what_no_longer_stands_is_marked(app: Flask) -> None:
    row = escalated(reason="")
    signal_on(row, "No route.", "overtaken")
    signal_on(row, "No award.")
    signal_on(row, "Review overdue.", "recovered")
    assert content()["decisions"][0]["reasons"] == ["No award.", "Review overdue. (recovered)"]


def test_a_reason_that_joined_later_is_not_why_the_risk_was_put_before_dmt(app: Flask) -> None:
    row = escalated(make.NOW - 60 * DAY)
    signal_on(row, "Found today.")
    now = make.NOW
    record(
        SYSTEM,
        "brought back",
        f"escalation:{row.id}",
        "Brought back.",
        now=now,
        risk=row.risk,
        sentences=["Found today."],
    )
    told = {one["what"]: (one["on"], one["reason"]) for one in content(since=make.TODAY - 90 * DAY)["movements"]}
    assert told["put before DMT"] == ((make.TODAY - 60 * DAY).isoformat(), "The provider may withdraw.")
    assert told["brought back before DMT by new facts"] == (make.TODAY.isoformat(), "Found today.")


def test_since_when_it_is_before_dmt_and_since_when_it_waits_are_told_apart(app: Flask) -> None:
    escalated(make.NOW - 60 * DAY, waiting_since=make.NOW)
    found = content()
    one = found["decisions"][0]
    assert (one["since"], one["waiting_since"]) == ((make.TODAY - 60 * DAY).isoformat(), make.TODAY.isoformat())
    said = {block.lead: block.text for block in outline(found) if isinstance(block, Text)}
    assert "(60 days on the day of the pack)" in said["Before DMT since"]
    assert said["Waits for a decision since"] == "3 April 2017"


def test_an_answer_that_is_overdue_is_told_by_owner(app: Flask) -> None:
    escalated(status="confirmed", due_on=make.TODAY - DAY, risk=make.RiskFactory(title="Unanswered"))
    escalated(status="returned to the owner", due_on=make.TODAY, risk=make.RiskFactory(title="In time"))
    assert [(one["title"], one["days"]) for one in content()["late_answers"]] == [("Unanswered", 1)]


def test_what_dmt_decided_and_what_the_corporate_register_answered_is_a_movement(app: Flask) -> None:
    row = escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title="Returned"), status="returned to owner")
    decided(row, "return to the owner", "What of the grant?")
    referred = escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title="Referred"), status="referred to corporate")
    decided(referred, "refer to the corporate register", "It is bigger than us.", meeting_on=make.TODAY - DAY)
    said = "Accepted in the corporate register as CRR 01. Yes."
    record(SYSTEM, "accepted", f"escalation:{referred.id}", said, now=make.NOW, risk=referred.risk)
    ended: dict[str, Any] = {"status": "de-escalated", "ended_at": make.NOW, "ended_why": "Over."}
    over = escalated(make.NOW - 9 * DAY, risk=make.RiskFactory(title="Over"), **ended)
    decided(over, "de-escalate", "Over.", meeting_on=make.TODAY - DAY)
    found = content(since=make.TODAY)
    met = "at the meeting of 2 April 2017, recorded"
    assert {(one["title"], one["what"], one["reason"]) for one in found["movements"]} == {
        ("Returned", "DMT decided: return to the owner", "What of the grant?"),
        ("Referred", f"DMT decided: refer to the corporate register, {met}", "It is bigger than us."),
        ("Referred", "accepted by the corporate register", said),
        ("Over", f"escalation de-escalated, {met}", "Over."),
    }
    (table,) = (one for one in outline(found) if isinstance(one, Table) and one.caption.startswith("Movements"))
    assert f"Escalation de-escalated, {met} on 3 April 2017" in [row[2].text for row in table.rows]


def test_what_no_risk_heeds_and_what_only_others_are_told_is_marked_among_the_signals(app: Flask) -> None:
    row = escalated(reason="")
    signal_on(row, "No route.")
    watching = make.RiskFactory()
    signal = signal_on(escalated(reason="", risk=watching), "No award.")
    signal_on(row, "A review comes.", reaches=1)
    for link in db.session.scalars(select(models.Link).where(models.Link.risk_id == watching.id)):
        link.heeds = "watch"
    make.LinkFactory(risk=row.risk, contract=signal.contract)
    reference = str(row.risk.reference)
    found = content()
    told = {one["sentence"]: (len(one["risks"]), one["before_dmt"], one["reaches"]) for one in found["signals"]}
    assert told == {
        "No route.": (1, [reference], ""),
        "No award.": (2, [reference], ""),
        "A review comes.": (1, [], "its manager"),
    }
    (table,) = (one for one in outline(found) if isinstance(one, Table) and one.caption == "Signals that stand")
    assert {line[-1].text for line in table.rows} == {reference, "none: its manager is told"}
    for one in found["signals"]:
        one.pop("before_dmt"), one.pop("reaches")
    (older,) = (one for one in outline(found) if isinstance(one, Table) and one.caption == "Signals that stand")
    assert older.head == ("Signal", "From", "Since", "Risks")
