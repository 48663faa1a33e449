"""What changed between two days: each step with who made it, when and why, told as often as it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from riskreg import models
from riskreg.domain.dates import day_of
from riskreg.extensions import db
from riskreg.queries.change_parts import Change, Part
from riskreg.queries.changes import changes_between, count_changes
from riskreg.queries.movements import movements
from riskreg.queries.narrowing import Of, Scope
from riskreg.services.actors import Actor
from riskreg.services.versions import add_version
from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import decided, escalated

BEFORE, AFTER = date(2017, 4, 30), date(2017, 6, 30)


def on(day: int, month: int = 5) -> datetime:
    return datetime(2017, month, day, 9, tzinfo=UTC)


def actor(name: str) -> Actor:
    return Actor(make.PersonFactory(name=name).id, name, frozenset(), frozenset())


def only(part: Part, scope: Scope | None = None) -> Change:
    register = db.session.query(models.Register).first()
    assert register
    found = changes_between(scope or Scope(register.id), BEFORE, AFTER)[part]
    assert len(found) == 1
    return found[0]


def told(change: Change) -> tuple[date | None, str, str]:
    return change.on, change.by, change.words


def test_a_new_owner_is_told_by_the_handing_over_and_not_by_a_later_edit(app: Flask) -> None:
    risk = entered(title="Handed over")
    risk.owner_post = make.PostFactory(title="Head of Elsewhere")
    add_version(actor("Ann Over"), risk, on(2), "She has moved.")
    risk.title = "Named anew"
    add_version(actor("Bob Editor"), risk, on(9), "Clearer words.")
    assert told(only(Part.OWNER)) == (date(2017, 5, 2), "Ann Over", "She has moved.")


def test_each_rating_is_told_and_the_rating_shown_by_the_one_that_made_it_what_it_is(app: Flask) -> None:
    risk = entered(own_rag="GREEN")
    for rag, day in (("RED", 2), ("AMBER", 4), ("AMBER", 8)):
        assessed(risk, rag, on(day))
        row = db.session.query(models.Assessment).order_by(models.Assessment.id.desc()).first()
        assert row
        row.person_id, row.rationale = make.PersonFactory(name=f"Rater {day}").id, f"Said {day}."
    db.session.flush()
    assert told(only(Part.OWN_WORSE)) == (date(2017, 5, 2), "Rater 2", "Said 2.")
    assert told(only(Part.OWN_BETTER)) == (date(2017, 5, 4), "Rater 4", "Said 4.")
    assert told(only(Part.SHOWN_WORSE)) == (date(2017, 5, 4), "Rater 4", "Follows the owner\u2019s own rating.")


@pytest.mark.parametrize(("later", "part"), [("closed", Part.CLOSED), ("open", Part.REOPENED)])
def test_leaving_and_coming_back_say_who(app: Flask, later: str, part: Part) -> None:
    risk = entered()
    if part is Part.REOPENED:
        risk.status, risk.closed_on, risk.closing_reason = "closed", make.TODAY, "Over."
        add_version(actor("First Closer"), risk, make.NOW, "Over.")
    risk.status, risk.closed_on = later, on(3).date() if later == "closed" else None
    add_version(actor("Cleo Doer"), risk, on(3), "Because.")
    risk.title = "Other words"
    add_version(actor("Bob Editor"), risk, on(5), "Clearer words.")
    assert told(only(part)) == (date(2017, 5, 3), "Cleo Doer", "Because.")


def test_a_new_risk_came_in_on_the_day_it_was_approved(app: Flask) -> None:
    risk = entered(on(1), status="proposed")
    risk.status = "open"
    add_version(actor("Coordinating"), risk, on(6), "Approved.")
    assert told(only(Part.NEW))[:2] == (date(2017, 5, 6), "Coordinating")


def test_an_escalation_is_opened_by_the_register_itself_and_ended_by_who_decided(app: Flask) -> None:
    escalated(on(4), risk=entered(own_rag="AMBER"), person_id=None)
    ended = escalated(on(2, 4), risk=entered(own_rag="GREEN"), rag_after="AMBER", status="declined",
                      ended_at=on(7), ended_why="No.")  # fmt: skip
    decision = decided(ended, "decline", decided_at=on(7))
    assert told(only(Part.SHOWN_WORSE)) == (date(2017, 5, 4), "the register itself", "Raised by an escalation.")
    by = db.session.get_one(models.Person, decision.person_id).name
    assert told(only(Part.SHOWN_BETTER)) == (day_of(on(7)), by, "The escalation has ended.")


def test_changes_are_narrowed_to_a_division_and_to_posts(app: Flask) -> None:
    ours = entered(own_rag="GREEN", division=make.DivisionFactory(name="Ours"))
    other = entered(own_rag="GREEN")
    for risk in (ours, other):
        assessed(risk, "RED", on(2))
    of = Scope(ours.register_id, Of.DIVISION, ours.division_id)
    assert only(Part.OWN_WORSE, of).risk_id == ours.id
    of = Scope(ours.register_id, Of.MINE, posts=frozenset({other.owner_post_id}))
    assert only(Part.OWN_WORSE, of).risk_id == other.id


def test_what_was_undone_in_between_is_told_as_often_as_it_happened(app: Flask) -> None:
    risk, post = entered(title="To and fro"), make.PostFactory(title="Head of Elsewhere")
    own = risk.owner_post
    for day, (status, owner) in enumerate((("open", post), ("open", own), ("closed", own), ("open", own)), 2):
        risk.status, risk.owner_post = status, owner
        risk.closed_on = on(day).date() if status == "closed" else None
        add_version(actor(f"Doer {day}"), risk, on(day), "Because.")
    register = db.session.query(models.Register).first()
    assert register
    found = changes_between(Scope(register.id), BEFORE, AFTER)
    assert {str(part): len(rows) for part, rows in found.items() if rows} == {
        "closed": 1,
        "reopened": 1,
        "new-owner": 2,
    }
    moved = [(one.part, one.on) for one in movements(register.id, BEFORE, AFTER)]
    assert sorted(moved) == sorted((one.part, one.on) for rows in found.values() for one in rows)


def test_a_new_score_a_target_a_response_and_edited_words_are_told(app: Flask) -> None:
    risk, person = entered(title="Old words"), make.PersonFactory(name="Ann Owner")
    rated = {"risk_id": risk.id, "rag": "AMBER", "impact": 3, "assessed_on": on(2).date(), "person_id": person.id}
    db.session.add_all(
        [
            models.Assessment(kind="current", likelihood=3, recorded_at=on(2), **rated),
            models.Assessment(kind="current", likelihood=4, recorded_at=on(3), **rated),
            models.Assessment(kind="target", likelihood=3, recorded_at=on(4), **rated),
            models.RiskResponse(
                risk_id=risk.id, kind="tolerate", until_on=date(2017, 9, 1), reason="It is small.",
                decided_on=on(5).date(), recorded_at=on(5), person_id=person.id,
            ),
        ]
    )  # fmt: skip
    risk.title, risk.cause = "New words", "Another cause."
    add_version(actor("Bob Editor"), risk, on(6), "Clearer.")
    register = db.session.query(models.Register).first()
    assert register
    found = changes_between(Scope(register.id), BEFORE, AFTER)
    assert {str(part): [one.after for one in rows] for part, rows in found.items() if rows} == {
        "own-score": ["3 × 3, AMBER", "4 × 3, AMBER"],
        "new-target": ["3 × 3, AMBER"],
        "response": ["tolerate until 1 September 2017"],
        "text-edited": ["title and cause"],
    }
    told = count_changes(Scope(register.id), BEFORE, AFTER)
    assert told == {part: len(rows) for part, rows in found.items()}
