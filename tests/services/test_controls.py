"""Controls and new actions of a risk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Action, AuditEvent, Control, Risk
from riskreg.services.actions import NewAction, add_action
from riskreg.services.controls import ControlText, add_control, change_control, end_control, make_control
from riskreg.services.merging import merge_risk
from tests import factories as make
from tests.services.keepers import coordinator, holder, owner_of

NOW, TODAY = make.NOW, make.TODAY
DAY = timedelta(days=1)
TESTED = ControlText("Places are counted.", assurance="Audit looked.", last_tested_on=date(2017, 2, 28))

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def risk() -> Risk:
    """An open AMBER risk."""
    made: Risk = make.RiskFactory()
    return made


def added(risk: Risk, entered: ControlText = TESTED) -> Control:
    """A control that the owner of the risk added."""
    return add_control(owner_of(risk), risk, entered, risk.revision, NOW)


def test_a_control_is_added_with_its_assurance_and_its_last_test(risk: Risk) -> None:
    control = added(risk)
    assert (control.text, control.assurance, control.last_tested_on) == (
        "Places are counted.", "Audit looked.", date(2017, 2, 28),
    )  # fmt: skip
    assert risk.revision == 1


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        (ControlText(" "), "text"),
        (ControlText("So.", last_tested_on=TODAY + DAY), "last_tested_on"),
        (ControlText("So.", owner_post_id=999), "owner"),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(risk: Risk, entered: ControlText, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        added(risk, entered)
    assert refused.value.field == field


def test_the_same_control_is_not_added_twice(risk: Risk) -> None:
    added(risk)
    with pytest.raises(RuleBroken, match="in place already"):
        added(risk)


def test_a_control_is_tested_by_its_owner_and_what_it_said_is_in_the_history(risk: Risk) -> None:
    post = make.PostFactory(owning=True)
    control = added(risk, ControlText("Places are counted.", post.id))
    again = ControlText("Places are counted.", post.id, "We looked.", TODAY)
    change_control(holder(post), control, risk, again, risk.revision, NOW)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert "Last tested on 3 April 2017. Assurance: We looked." in event.sentence
    assert (event.detail["old"]["last_tested_on"], event.detail["new"]["last_tested_on"]) == (None, "2017-04-03")
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        change_control(holder(post), control, risk, again, risk.revision, NOW)
    with pytest.raises(NotPermitted):
        end_control(holder(post), control, risk, "Gone.", risk.revision, NOW)


def test_a_control_that_has_ended_stays_and_changes_no_more(risk: Risk) -> None:
    control = added(risk)
    with pytest.raises(RuleBroken, match="Say why the control has ended"):
        end_control(owner_of(risk), control, risk, " ", risk.revision, NOW)
    end_control(coordinator(), control, risk, "The system was replaced.", risk.revision, NOW)
    assert (control.ended_on, control.ended_why) == (TODAY, "The system was replaced.")
    with pytest.raises(RuleBroken, match="ended already"):
        end_control(coordinator(), control, risk, "Again.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="ended already"):
        change_control(coordinator(), control, risk, TESTED, risk.revision, NOW)


def test_the_database_wants_a_reason_for_an_end(risk: Risk) -> None:
    added(risk).ended_on = TODAY
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_others_change_no_controls_and_add_no_actions(risk: Risk) -> None:
    control, other = added(risk), holder(make.PostFactory(owning=True))
    with pytest.raises(NotPermitted):
        add_control(other, risk, ControlText("Mine."), risk.revision, NOW)
    with pytest.raises(NotPermitted):
        change_control(other, control, risk, ControlText("Mine."), risk.revision, NOW)
    with pytest.raises(NotPermitted):
        add_action(other, risk, NewAction("Mine.", risk.owner_post_id, TODAY), risk.revision, NOW)


def test_what_was_seen_before_another_change_is_refused(risk: Risk) -> None:
    control = added(risk)
    with pytest.raises(ChangedMeanwhile):
        change_control(owner_of(risk), control, risk, ControlText("Other."), 0, NOW)


def test_an_action_is_added_for_a_post_by_a_date(risk: Risk) -> None:
    post = make.PostFactory(bringing=(Role.ACTION_OWNER,))
    action = add_action(coordinator(), risk, NewAction("Ask the schools.", post.id, TODAY), risk.revision, NOW)
    assert (action.due_on, action.first_due_on, action.status) == (TODAY, TODAY, "not started")


@pytest.mark.parametrize(
    ("text", "due_on", "owning", "field"),
    [
        ("Ask.", TODAY - DAY, True, "due_on"),
        (" ", TODAY, True, "text"),
        ("Ask.", TODAY, False, "owner"),
    ],
)
def test_an_action_that_makes_no_sense_is_refused(
    risk: Risk, text: str, due_on: date, field: str, *, owning: bool
) -> None:
    post = make.PostFactory(owning=True) if owning else make.PostFactory()
    with pytest.raises(RuleBroken) as refused:
        add_action(owner_of(risk), risk, NewAction(text, post.id, due_on), risk.revision, NOW)
    assert refused.value.field == field
    assert db.session.scalars(select(Action)).all() == []


def test_a_finished_action_becomes_a_control_when_the_owner_says_so(risk: Risk) -> None:
    action = make.ActionFactory(risk=risk, text="Count the places.", status="done", progress=100)
    with pytest.raises(NotPermitted):
        make_control(coordinator(), action, TESTED, risk.revision, NOW)
    control = make_control(owner_of(risk), action, TESTED, risk.revision, NOW)
    assert (control.risk_id, action.status) == (risk.id, "done")


def test_an_action_that_is_not_finished_becomes_no_control(risk: Risk) -> None:
    action = make.ActionFactory(risk=risk, status="in progress")
    with pytest.raises(RuleBroken, match="Only a finished one"):
        make_control(owner_of(risk), action, TESTED, risk.revision, NOW)


def test_controls_go_on_under_the_risk_that_theirs_is_merged_into(risk: Risk) -> None:
    other: Risk = make.RiskFactory()
    first, second = added(risk), added(risk, ControlText("Schools report."))
    added(other, ControlText("Schools report."))
    ended = added(risk, ControlText("An old list."))
    end_control(owner_of(risk), ended, risk, "Gone.", risk.revision, NOW)
    merge_risk(coordinator(), risk, other, "It is the same.", risk.revision, NOW)
    assert [one.ended_why for one in (first, second, ended)] == [
        f"Goes on under {other.reference}.", f"Goes on under {other.reference}.", "Gone.",
    ]  # fmt: skip
    there = db.session.scalars(select(Control).where(Control.risk_id == other.id).order_by(Control.text)).all()
    assert [(one.text, one.assurance) for one in there] == [
        ("Places are counted.", "Audit looked."), ("Schools report.", ""),
    ]  # fmt: skip
