"""Actions: what is to be done, by whom and when, and how far it is: a short text, and what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.access import Permission, Role, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.keeping import check_due, check_reason
from riskreg.domain.lifecycle import ActionStatus, RiskStatus, change_action
from riskreg.domain.sentences import closed, day
from riskreg.extensions import db
from riskreg.models import Action, ActionUpdate, PostRole, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import require_keeper, require_open
from riskreg.services.locking import lock_register, lock_risk

WHOLE = 100
CHANGED = "Someone else updated this action since you opened the page. Read what changed below, then send yours again."


@dataclass(frozen=True, slots=True)
class ActionChange:
    """What the owner says of an action. `progress` is percent done, 0 to 100."""

    text: str
    status: ActionStatus
    progress: int
    due_on: date


@dataclass(frozen=True, slots=True)
class NewAction:
    """An action as it was entered."""

    text: str
    owner_post_id: int
    due_on: date


def add_action(actor: Actor, risk: Risk, new: NewAction, seen_revision: int, now: datetime) -> Action:
    """Add what is still to be done about an open risk, by its owner or the co-ordinator.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    require_keeper(actor, risk)
    lock_risk(risk, seen_revision)
    require_open(risk)
    check_due(new.due_on, day_of(now))
    role = select(PostRole.post_id).where(PostRole.post_id == new.owner_post_id, PostRole.role == Role.ACTION_OWNER)
    if db.session.scalar(role) is None:
        raise RuleBroken("Choose a post that can own an action.", "owner")
    action = Action(
        risk_id=risk.id,
        text=check_reason(new.text, "Say what is to be done.", "text"),
        owner_post_id=new.owner_post_id,
        first_due_on=new.due_on,
        due_on=new.due_on,
        recorded_at=now,
    )
    db.session.add(action)
    db.session.flush()
    text = f"Action added: “{action.text.rstrip('.')}”, for the {action.owner_post.title}, due {day(action.due_on)}."
    record(actor, "added", f"action:{action.id}", text, now=now, risk=risk)
    return action


def update_action(
    actor: Actor, action: Action, change: ActionChange, seen_revision: int, now: datetime
) -> ActionUpdate:
    """Add an update, by the owner of the action or of its risk.

    Raises NotPermitted for another person's action, ChangedMeanwhile when it was updated since it was seen, and
    RuleBroken, naming the field, for what makes no sense.
    """
    actor.require(Permission.UPDATE_ACTION)
    may = holds(actor.posts, action.owner_post_id, action.risk.owner_post_id)
    require(may, f"This action belongs to the {action.owner_post.title}. Only its owner or the risk's may update it.")
    lock_register(action.risk.register_id)
    if action.revision != seen_revision:
        raise ChangedMeanwhile(CHANGED)
    _check(action, change, day_of(now))
    update = ActionUpdate(
        action=action,
        text=change.text.strip(),
        status=change.status,
        progress=WHOLE if change.status is ActionStatus.DONE else change.progress,
        due_on=change.due_on,
        at=now,
        person_id=actor.person_id,
    )
    db.session.add(update)
    before = {"status": action.status, "progress": action.progress, "due_on": action.due_on.isoformat()}
    action.status, action.progress, action.due_on = update.status, update.progress, update.due_on
    action.revision += 1
    after = {"status": update.status, "progress": update.progress, "due_on": update.due_on.isoformat()}
    record(
        actor, "updated", f"action:{action.id}", _sentence(action, update, before), now=now, risk=action.risk,
        owner=action.owner_post_id if action.owner_post_id in actor.posts else None, old=before, new=after,
    )  # fmt: skip
    return update


def _check(action: Action, change: ActionChange, today: date) -> None:
    if action.risk.status != RiskStatus.OPEN:
        raise RuleBroken(f"The risk is {action.risk.status}; its actions can no longer be updated.")
    if not change.text.strip():
        raise RuleBroken("Say how far the action is.", "text")
    if not 0 <= change.progress <= WHOLE:
        raise RuleBroken("Progress must be a whole number from 0 to 100.", "progress")
    if change.status is ActionStatus.NOT_STARTED and change.progress:
        raise RuleBroken("An action that is not started has no progress: choose “in progress”, or enter 0.", "progress")
    if change.status is ActionStatus.IN_PROGRESS and change.progress == WHOLE:
        raise RuleBroken("An action that is 100% done is done: choose “done”, or enter less.", "progress")
    change_action(ActionStatus(action.status), change.status)
    if change.due_on != action.due_on and change.due_on < today:
        raise RuleBroken("A new due date must be today or later.", "due_on")


def _sentence(action: Action, update: ActionUpdate, before: dict[str, object]) -> str:
    text = f"Action “{action.text}”: {closed(update.text)}"
    if update.status != before["status"]:
        text += f" Now {update.status}."
    if update.progress != before["progress"]:
        text += f" {update.progress}% done."
    if update.due_on.isoformat() != before["due_on"]:
        text += f" Due date moved to {day(update.due_on)}."
    return text
