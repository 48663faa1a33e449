"""Updating actions: by whom, with what words, and two people at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.lifecycle import ActionStatus
from riskreg.extensions import db
from riskreg.models import Action, ActionUpdate, AuditEvent, Post
from riskreg.services.actions import ActionChange, update_action
from riskreg.services.actors import Actor
from tests import factories as make

NOW = make.NOW
DUE = date(2017, 8, 31)
GOING = ActionChange("Half of the settings have signed.", ActionStatus.IN_PROGRESS, 50, DUE)

pytestmark = pytest.mark.usefixtures("app")


def holder_of(post: Post) -> Actor:
    """Whoever holds a post."""
    holdings = post.holdings
    person = holdings[0].person if holdings else make.PersonFactory(holding=post)
    return Actor(person.id, person.name, frozenset({Role.ACTION_OWNER}), frozenset({post.id}))


@pytest.fixture
def action() -> Action:
    """An action not started."""
    made: Action = make.ActionFactory()
    return made


def test_an_update_is_kept_and_changes_the_action(action: Action) -> None:
    update_action(holder_of(action.owner_post), action, GOING, 0, NOW)
    assert (action.status, action.progress, action.revision) == ("in progress", 50, 1)
    event = db.session.scalars(select(AuditEvent)).one()
    assert event.detail["old"]["status"] == "not started"
    assert event.detail["new"]["progress"] == 50


def test_the_owner_of_the_risk_may_update_it_too(action: Action) -> None:
    update_action(holder_of(action.risk.owner_post), action, GOING, 0, NOW)
    assert action.progress == 50


def test_another_persons_action_is_refused_and_nothing_changes(action: Action) -> None:
    with pytest.raises(NotPermitted, match="belongs to the"):
        update_action(holder_of(make.PostFactory(owning=True)), action, GOING, 0, NOW)
    assert db.session.scalar(select(func.count()).select_from(ActionUpdate)) == 0


def test_done_is_a_hundred_percent(action: Action) -> None:
    change = ActionChange("All signed.", ActionStatus.DONE, 60, DUE)
    update_action(holder_of(action.owner_post), action, change, 0, NOW)
    assert (action.progress, action.is_open) == (100, False)


def test_a_moved_date_keeps_the_first_one(action: Action) -> None:
    change = ActionChange("The legal advice is late.", ActionStatus.IN_PROGRESS, 10, date(2017, 10, 31))
    update_action(holder_of(action.owner_post), action, change, 0, NOW)
    assert (action.first_due_on, action.due_on) == (DUE, date(2017, 10, 31))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ActionChange(" ", ActionStatus.IN_PROGRESS, 10, DUE), "text"),
        (ActionChange("Going.", ActionStatus.IN_PROGRESS, 101, DUE), "progress"),
        (ActionChange("Going.", ActionStatus.IN_PROGRESS, -1, DUE), "progress"),
        (ActionChange("Going.", ActionStatus.IN_PROGRESS, 100, DUE), "progress"),
        (ActionChange("Soon.", ActionStatus.NOT_STARTED, 40, DUE), "progress"),
        (ActionChange("Going.", ActionStatus.IN_PROGRESS, 10, date(2017, 4, 2)), "due_on"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(action: Action, change: ActionChange, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        update_action(holder_of(action.owner_post), action, change, 0, NOW)
    assert refused.value.field == field
    assert action.updates == []


def test_an_overdue_action_keeps_its_date_when_only_the_progress_changes() -> None:
    action = make.ActionFactory(first_due_on=date(2017, 3, 1))
    change = ActionChange("Nearly there.", ActionStatus.IN_PROGRESS, 90, date(2017, 3, 1))
    update_action(holder_of(action.owner_post), action, change, 0, NOW)
    assert action.progress == 90


def test_the_second_of_two_people_is_told_of_the_first(action: Action) -> None:
    update_action(holder_of(action.owner_post), action, GOING, 0, NOW)
    with pytest.raises(ChangedMeanwhile):
        update_action(holder_of(action.risk.owner_post), action, GOING, 0, NOW)


def test_what_was_done_cannot_become_not_started(action: Action) -> None:
    update_action(holder_of(action.owner_post), action, ActionChange("Done.", ActionStatus.DONE, 100, DUE), 0, NOW)
    change = ActionChange("Undone.", ActionStatus.NOT_STARTED, 0, DUE)
    with pytest.raises(RuleBroken, match="cannot become"):
        update_action(holder_of(action.owner_post), action, change, 1, NOW)
