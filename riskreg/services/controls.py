"""Controls of a risk: added, tested, ended, or made of an action that is finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_happened, check_reason
from riskreg.domain.lifecycle import ActionStatus
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import Action, Control, Post, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import require_keeper, require_open
from riskreg.services.locking import lock_risk

ENDED = "This control has ended already."


@dataclass(frozen=True, slots=True)
class ControlText:
    """A control as it was entered. `assurance` says how it is known to work."""

    text: str
    owner_post_id: int | None = None
    assurance: str = ""
    last_tested_on: date | None = None


def add_control(actor: Actor, risk: Risk, entered: ControlText, seen_revision: int, now: datetime) -> Control:
    """Add what is in place. Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field."""
    require_keeper(actor, risk)
    lock_risk(risk, seen_revision)
    require_open(risk)
    control = _made(risk, entered, now)
    text = f"Control added: “{control.text}”"
    record(actor, "added", f"control:{control.id}", text, now=now, risk=risk)
    return control


def _made(risk: Risk, entered: ControlText, now: datetime) -> Control:
    _check(entered, now)
    same = select(Control.id).where(
        Control.risk_id == risk.id, Control.text == entered.text.strip(), Control.ended_on.is_(None)
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise RuleBroken("A control with these words is in place already.", "text")
    control = Control(
        risk_id=risk.id,
        text=entered.text.strip(),
        owner_post=_post(entered.owner_post_id),
        assurance=entered.assurance.strip(),
        last_tested_on=entered.last_tested_on,
        recorded_at=now,
    )
    db.session.add(control)
    db.session.flush()
    return control


def _check(entered: ControlText, now: datetime) -> None:
    check_reason(entered.text, "Say what the control is.", "text")
    if entered.last_tested_on:
        # A control may be older than the risk's entry in the register, so that only the future is refused.
        check_happened(entered.last_tested_on, day_of(now), date.min, "The day of the last test", "last_tested_on")
    if entered.owner_post_id is not None and _post(entered.owner_post_id) is None:
        raise RuleBroken("Choose a post from the list.", "owner")


def _post(post_id: int | None) -> Post | None:
    return db.session.get(Post, post_id) if post_id is not None else None


def change_control(
    actor: Actor, control: Control, risk: Risk, entered: ControlText, seen_revision: int, now: datetime
) -> None:
    """Say how a control is known to work and when it was last tested, who owns it, or word it better.

    The old words stay in the history. Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    require_control_keeper(actor, control, risk)
    lock_risk(risk, seen_revision)
    check_in_place(control, risk)
    _check(entered, now)
    old, before = _as_json(control), control.last_tested_on
    control.text, control.owner_post = entered.text.strip(), _post(entered.owner_post_id)
    control.assurance, control.last_tested_on = entered.assurance.strip(), entered.last_tested_on
    new = _as_json(control)
    if old == new:
        raise RuleBroken("Nothing was changed.")
    tested = entered.last_tested_on
    text = f"Control “{control.text}” changed."
    if tested and tested != before:
        text += f" Last tested on {day(tested)}."
    if new["assurance"] != old["assurance"]:
        text += f" Assurance: {control.assurance or 'none given'}"
    record(actor, "changed", f"control:{control.id}", text, now=now, risk=risk, old=old, new=new)


def _as_json(control: Control) -> dict[str, str | None]:
    tested = control.last_tested_on
    return {
        "text": control.text,
        "owner": control.owner_post.title if control.owner_post else None,
        "assurance": control.assurance,
        "last_tested_on": tested.isoformat() if tested else None,
    }


def require_control_keeper(actor: Actor, control: Control, risk: Risk) -> None:
    """Raise NotPermitted unless the person owns the control, or keeps its risk."""
    if not (actor.may(Permission.KEEP_RISK) and holds(actor.posts, control.owner_post_id)):
        require_keeper(actor, risk)


def check_in_place(control: Control, risk: Risk) -> None:
    """Raise RuleBroken unless the risk is open and the control has not ended."""
    require_open(risk)
    if control.ended_on is not None:
        raise RuleBroken(ENDED)


def end_control(actor: Actor, control: Control, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Say that a control is no longer in place, and why; it stays in the history of the risk.

    Raises NotPermitted, ChangedMeanwhile and RuleBroken.
    """
    require_keeper(actor, risk)
    lock_risk(risk, seen_revision)
    check_in_place(control, risk)
    control.ended_why = check_reason(reason, "Say why the control has ended.")
    control.ended_on = day_of(now)
    text = f"Control “{control.text}” ended: {control.ended_why}"
    record(actor, "ended", f"control:{control.id}", text, now=now, risk=risk)


def check_to_become_control(action: Action) -> None:
    """Raise RuleBroken unless the action is finished and its risk open."""
    require_open(action.risk)
    if action.status != ActionStatus.DONE:
        raise RuleBroken(f"The action is {action.status}. Only a finished one can become a control.")


def make_control(actor: Actor, action: Action, entered: ControlText, seen_revision: int, now: datetime) -> Control:
    """Let a finished action become a control, when the owner of the risk says so; the action stays as it was done.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    risk = action.risk
    actor.require(Permission.KEEP_RISK)
    require(holds(actor.posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
    lock_risk(risk, seen_revision)
    check_to_become_control(action)
    control = _made(risk, entered, now)
    control.exempt_why = action.exempt_why
    text = f"The finished action “{action.text}” became the control “{control.text}”"
    record(actor, "added", f"control:{control.id}", text, now=now, risk=risk, action=action.id)
    return control
