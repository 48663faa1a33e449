"""What changed between two days says who did it, when and why: the step that made the difference, not the last one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from riskreg import models
from riskreg.domain.dates import day_of
from riskreg.extensions import db
from riskreg.queries.changes import Change, Part, changes_between
from riskreg.queries.narrowing import Of, Scope
from riskreg.services.actors import Actor
from riskreg.services.escalations import add_version
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


def test_of_several_ratings_the_one_that_came_to_the_present_rag_is_told(app: Flask) -> None:
    risk = entered(own_rag="GREEN")
    for rag, day in (("RED", 2), ("AMBER", 4), ("AMBER", 8)):
        assessed(risk, rag, on(day))
        row = db.session.query(models.Assessment).order_by(models.Assessment.id.desc()).first()
        assert row
        row.person_id, row.rationale = make.PersonFactory(name=f"Rater {day}").id, f"Said {day}."
    db.session.flush()
    assert told(only(Part.OWN_WORSE)) == (date(2017, 5, 4), "Rater 4", "Said 4.")
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
