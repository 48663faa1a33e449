"""The register as at any date: what the register page showed on a day is what is read of that day ever after."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import DECISIONS, DUE_NEEDED, ActionStatus, DecisionKind, DecisionTaken, EscalationStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.queries import as_at
from riskreg.queries.change_parts import Part
from riskreg.queries.changes import changes_between, count_changes
from riskreg.queries.narrowing import Scope
from riskreg.queries.register import RegisterName, Wanted, only_register, risk_lines
from riskreg.services.actions import ActionChange, update_action
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.services.settling import live_escalation
from riskreg.services.versions import add_version
from tests import factories as make
from tests.web.before_dmt import counted, decided, escalated, reviewed

Facts = list[tuple[Any, ...]]


def as_the_page_shows(register: RegisterName, today: date) -> Facts:
    """The register as its page lists it: open and closed."""
    rows = risk_lines(register, Wanted(status=""), "reference", today, limit=1000, offset=0)
    return [
        (one.id, one.number, one.title, one.status, one.owner, one.division, one.own_rag, one.effective_rag,
         one.escalation_id) for one in rows
    ]  # fmt: skip


def as_it_was(register: RegisterName, day: date) -> Facts:
    """The same of a day, from what was only added."""
    found = (one.risk for one in as_at.register_as_at(register.id, day))
    return [
        (one.id, one.number, one.title, one.status, one.owner, one.division, one.own_rag, one.shown_rag,
         one.escalation_id) for one in found if one.status in ("open", "closed")
    ]  # fmt: skip


def the_register() -> RegisterName:
    register = only_register()
    assert register
    return register


def entered(at: datetime = make.NOW, **facts: Any) -> models.Risk:
    """A risk with the version of its text that every real one has."""
    risk: models.Risk = make.RiskFactory(recorded_at=at, **facts)
    for row in db.session.query(models.Assessment).filter_by(risk_id=risk.id):
        row.recorded_at = at
    add_version(Actor(None, "", frozenset(), frozenset()), risk, at, "Entered.")
    db.session.flush()
    return risk


def assessed(risk: models.Risk, rag: str, at: datetime, score: tuple[int, int] | None = None) -> None:
    """A further own rating."""
    likelihood, impact = score or (None, None)
    db.session.add(
        models.Assessment(
            risk_id=risk.id, kind="current", rag=rag, rationale=f"Now {rag}.", assessed_on=at.date(), recorded_at=at,
            likelihood=likelihood, impact=impact,
        )
    )  # fmt: skip
    risk.own_rag, risk.own_likelihood, risk.own_impact = rag, likelihood, impact
    risk.effective_rag = rag
    db.session.flush()


def test_as_at_today_is_what_the_register_page_shows_of_the_plan(plan_app: Flask) -> None:
    register = the_register()
    shown = as_the_page_shows(register, make.TODAY)
    assert len(shown) == 13
    assert any(one[-1] for one in shown)
    assert as_it_was(register, make.TODAY) == shown


def test_before_the_register_began_there_was_nothing(plan_app: Flask) -> None:
    register = the_register()
    assert as_at.register_began(register.id) == make.TODAY
    assert as_at.register_as_at(register.id, make.TODAY - timedelta(days=1)) == ()


def test_an_empty_register_began_on_no_day(app: Flask) -> None:
    register = make.RegisterFactory()
    assert as_at.register_began(register.id) is None
    assert as_at.register_as_at(register.id, make.TODAY) == ()


@pytest.mark.parametrize(
    ("day", "end"),
    [(date(2017, 1, 31), "2017-02-01T00:00:00+00:00"), (date(2017, 6, 30), "2017-06-30T23:00:00+00:00"),
     (date(2017, 3, 26), "2017-03-26T23:00:00+00:00"), (date(2017, 10, 29), "2017-10-30T00:00:00+00:00")],
)  # fmt: skip
def test_a_day_ends_at_midnight_in_london(day: date, end: str) -> None:
    assert as_at.end_of(day).isoformat() == end


def actor_of(*posts: models.Post) -> Actor:
    """Somebody who may do everything, in the posts given."""
    person = make.PersonFactory()
    return Actor(person.id, person.name, frozenset(Role), frozenset(post.id for post in posts))


def act(actor: Actor, risk: models.Risk, step: tuple[str, int, int], now: datetime) -> None:
    """Do one thing by the services that the pages use; what the rules refuse is not done."""
    what, first, second = step
    live = live_escalation(risk.id)
    if what == "escalate":
        raise_escalation(actor, risk, "It may go wrong.", now)
    elif what == "decide" and live:
        kinds = list(DECISIONS[EscalationStatus(live.status)])
        kind = kinds[(first * second) % len(kinds)]
        due_on = now.date() if kind in DUE_NEEDED else None
        deferred_to = now.date() + timedelta(days=9) if kind is DecisionKind.DEFER else None
        taken = DecisionTaken(kind, "Seen.", due_on=due_on, deferred_to=deferred_to)
        record_decision(actor, live, taken, risk.revision, now)
    elif what == "review":
        rating = Rating(first, second, "As things are.")
        complete_review(actor, risk, ReviewAnswers(True, True, True, True, "Seen.", current=rating), risk.revision, now)
    elif what == "act":
        action = db.session.query(models.Action).filter_by(risk_id=risk.id).one()
        status = list(ActionStatus)[(first + second) % 4]
        change = ActionChange("Going on.", status, 0 if first % 2 else 50, action.due_on)
        update_action(actor, action, change, action.revision, now)


def check_own_ratings() -> None:
    """What every risk holds of its owner's rating is what the latest current assessment says."""
    for risk in db.session.query(models.Risk):
        current = db.session.query(models.Assessment).filter_by(risk_id=risk.id, kind="current")
        latest = current.order_by(models.Assessment.id.desc()).first()
        assert latest
        assert (risk.own_rag, risk.own_likelihood, risk.own_impact) == (latest.rag, latest.likelihood, latest.impact)


STEP = st.tuples(
    st.integers(0, 2), st.integers(0, 3), st.tuples(st.sampled_from(["escalate", "decide", "review", "act"]),
                                                    st.integers(1, 5), st.integers(1, 5)),
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=12))
def test_what_the_page_showed_at_the_end_of_a_day_is_read_of_that_day_ever_after(
    app: Flask, steps: list[tuple[int, int, tuple[str, int, int]]]
) -> None:
    post = make.PostFactory(owning=True)
    risks = [entered(owner_post=post, own_rag=rag) for rag in ("GREEN", "AMBER", "RED")]
    for risk in risks:
        make.ActionFactory(risk=risk, owner_post=post)
    actor, register, now = actor_of(post), the_register(), make.NOW
    shown: dict[date, Facts] = {}
    open_then: dict[date, dict[int, int]] = {}
    for which, days, step in steps:
        now += timedelta(days=days, minutes=1)
        with suppress(RuleBroken):
            act(actor, risks[which], step, now)
        db.session.flush()
        check_own_ratings()
        shown[now.date()] = as_the_page_shows(register, now.date())
        open_then[now.date()] = {
            action.risk_id: int(action.is_open) for action in db.session.query(models.Action).all()
        }
    for day, facts in shown.items():
        assert as_it_was(register, day) == facts
        found = as_at.register_as_at(register.id, day)
        assert {one.risk.id: one.open_actions for one in found} == open_then[day]
    _check_changes(register, shown)
    db.session.rollback()


def _check_changes(register: RegisterName, shown: dict[date, Facts]) -> None:
    """What changed between the first and the last day is what differs between what the page showed."""
    first, last = min(shown), max(shown)
    before = {one[0]: one for one in shown[first]}
    worse = {
        one[0] for one in shown[last]
        if one[3] == before[one[0]][3] == "open" and Rag(one[7]).worse_than(Rag(before[one[0]][7]))
    }  # fmt: skip
    changes = changes_between(Scope(register.id), first, last)
    assert {one.risk_id for one in changes[Part.SHOWN_WORSE]} == worse
    closed = {one[0] for one in shown[last] if one[3] == "closed" and before[one[0]][3] == "open"}
    assert {one.risk_id for one in changes[Part.CLOSED]} == closed
    assert count_changes(Scope(register.id), first, last) == {part: len(rows) for part, rows in changes.items()}


def test_every_kind_of_change_is_told_once_with_old_and_new(app: Flask) -> None:
    may, june = datetime(2017, 5, 2, 9, tzinfo=make.NOW.tzinfo), datetime(2017, 6, 2, 9, tzinfo=make.NOW.tzinfo)
    worse, better = entered(own_rag="GREEN"), entered(own_rag="RED")
    assessed(worse, "AMBER", june, (3, 3))
    assessed(better, "GREEN", june, (1, 2))
    raised = entered(own_rag="AMBER", effective_rag="RED")
    escalation = escalated(june, risk=raised)
    decided(escalation, "confirm", decided_at=june, decided_on=june.date())
    reviewed(raised, june)
    lowered = entered(own_rag="AMBER")
    escalated(may, risk=lowered, status="declined", ended_at=june, ended_why="No.")
    closed, moved = entered(title="Closing"), entered(title="Moving")
    closed.status, closed.closed_on, closed.closing_reason = "closed", june.date(), "Over."
    moved.owner_post = make.PostFactory(title="Head of Elsewhere")
    nobody = Actor(None, "", frozenset(), frozenset())
    for risk in (closed, moved):
        add_version(nobody, risk, june, "Changed.")
    added, draft = entered(june, own_rag="RED"), entered(june, status="draft")
    changes = changes_between(Scope(the_register().id), date(2017, 5, 3), june.date())
    told = {str(part): [(one.risk_id, one.before, one.after) for one in rows] for part, rows in changes.items() if rows}
    assert told == {
        "new": [(added.id, "", "RED")],
        "closed": [(closed.id, "open", "closed")],
        "new-owner": [(moved.id, changes[Part.OWNER][0].before, "Head of Elsewhere")],
        "own-rating-worse": [(worse.id, "GREEN", "AMBER")],
        "own-rating-better": [(better.id, "RED", "GREEN")],
        "rating-shown-worse": [(worse.id, "GREEN", "AMBER"), (raised.id, "AMBER", "RED")],
        "rating-shown-better": [(better.id, "RED", "GREEN"), (lowered.id, "RED", "AMBER")],
        "escalation-opened": [(raised.id, "AMBER", "RED")],
        "escalation-ended": [(lowered.id, "", "declined")],
        "decision": [(raised.id, "", "confirm")],
        "review": [(raised.id, "", "no change")],
    }
    assert draft.id not in {one.risk_id for rows in changes.values() for one in rows}
    assert changes[Part.CLOSED][0].words == changes[Part.OWNER][0].words == "Changed."
    assert changes[Part.OPENED][0].words == "The provider may withdraw."
    assert [one.words for one in changes[Part.SHOWN_WORSE]] == [
        "Follows the owner\u2019s own rating.", "Raised by an escalation."
    ]  # fmt: skip
    assert count_changes(Scope(the_register().id), date(2017, 5, 3), june.date()) == {
        part: len(rows) for part, rows in changes.items()
    }


def test_an_action_is_as_it_was_on_the_day(app: Flask) -> None:
    risk = entered()
    action = make.ActionFactory(risk=risk, first_due_on=date(2017, 4, 20), due_on=date(2017, 6, 30), status="done")
    person = make.PersonFactory()
    for at, status, due in (
        (datetime(2017, 5, 2, 9, tzinfo=make.NOW.tzinfo), "in progress", date(2017, 6, 30)),
        (datetime(2017, 6, 2, 9, tzinfo=make.NOW.tzinfo), "done", date(2017, 6, 30)),
    ):
        db.session.add(
            models.ActionUpdate(
                action_id=action.id, text="Said.", status=status, progress=0, due_on=due, at=at, person_id=person.id
            )
        )
    db.session.flush()
    register = the_register()

    def on(day: date) -> tuple[int, int]:
        found = as_at.register_as_at(register.id, day)[0]
        return found.open_actions, found.late_actions

    days = (date(2017, 4, 3), date(2017, 4, 21), date(2017, 5, 2), date(2017, 6, 2))
    assert [on(day) for day in days] == [(1, 0), (1, 1), (1, 0), (0, 0)]


def test_the_number_of_queries_does_not_grow_with_the_register(app: Flask) -> None:
    sent = []
    for count in (1, 20):
        for _ in range(count):
            risk = entered()
            escalated(risk=risk)
            reviewed(risk)
        register = the_register()
        with counted() as statements:
            as_at.register_as_at(register.id, make.TODAY)
            changes_between(Scope(register.id), date(2017, 3, 1), make.TODAY)
            count_changes(Scope(register.id), date(2017, 3, 1), make.TODAY)
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 20
