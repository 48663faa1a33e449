"""Controls and actions of a risk: adding them, saying how a control is known to work, and ending it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission, holds, require
from riskreg.services.actions import add_action as record_action
from riskreg.services.controls import (
    add_control,
    change_control,
    check_in_place,
    check_to_become_control,
    end_control,
    make_control,
    require_control_keeper,
)
from riskreg.services.keeping import require_keeper, require_open
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import ACTION, CONTROL, RISK
from riskreg.web.keeping.room import blueprint, open_action, open_control, open_risk, refusal, step
from riskreg.web.keeping.step_forms import ControlForm, EndControlForm, NewActionForm, present_control
from riskreg.web.keeping.text import both_versions


@blueprint.route(f"{RISK}/controls", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def new_control(risk_id: int) -> ResponseReturnValue:
    """Ask for a control of a risk, or add it."""
    risk = open_risk(risk_id)
    require_keeper(current_actor(), risk)
    form = ControlForm.of(risk)
    return step(
        risk,
        form,
        lambda seen: add_control(current_actor(), risk, form.as_text(), seen, clock.now()),
        done="The control is added.",
        back="controls",
        heading="Add a control",
        lead="A control is in place already. What is still to be done is an action.",
        button="Add the control",
        refused=refusal(lambda: require_open(risk)),
    )


@blueprint.route(CONTROL, methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def control(control_id: int) -> ResponseReturnValue:
    """Show a control as it can be changed, or record its owner, its assurance and its last test."""
    opened = open_control(control_id)
    risk = open_risk(opened.risk_id)
    require_control_keeper(current_actor(), opened, risk)
    form = ControlForm.of(risk, opened)
    return step(
        risk,
        form,
        lambda seen: change_control(current_actor(), opened, risk, form.as_text(), seen, clock.now()),
        done="The control is changed.",
        back="controls",
        heading="Change a control",
        lead="Say how it is known to work, and when it was last tested. What it said before stays in the history.",
        button="Save the control",
        versions=lambda: both_versions(form, present_control(opened)),
        refused=refusal(lambda: check_in_place(opened, risk)),
    )


@blueprint.route(f"{CONTROL}/end", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def end(control_id: int) -> ResponseReturnValue:
    """Ask why a control is no longer in place, or end it."""
    opened = open_control(control_id)
    risk = open_risk(opened.risk_id)
    require_keeper(current_actor(), risk)
    form = EndControlForm(data={"revision": risk.revision})
    return step(
        risk,
        form,
        lambda seen: end_control(current_actor(), opened, risk, form.reason.data, seen, clock.now()),
        done="The control has ended. It stays on the page of the risk.",
        back="controls",
        heading="End a control",
        lead=opened.text,
        button="End the control",
        warning=True,
        refused=refusal(lambda: check_in_place(opened, risk)),
    )


@blueprint.route(f"{RISK}/actions", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def new_action(risk_id: int) -> ResponseReturnValue:
    """Ask for an action about a risk, or add it."""
    risk = open_risk(risk_id)
    require_keeper(current_actor(), risk)
    form = NewActionForm.of(risk)
    return step(
        risk,
        form,
        lambda seen: record_action(current_actor(), risk, form.as_action(), seen, clock.now()),
        done="The action is added. Its owner finds it under “My work”.",
        back="actions",
        heading="Add an action",
        lead="An action is still to be done, by a post and by a date. What is in place already is a control.",
        button="Add the action",
        refused=refusal(lambda: require_open(risk)),
    )


@blueprint.route(f"{ACTION}/control", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def become_control(action_id: int) -> ResponseReturnValue:
    """Ask what a finished action leaves in place, or make a control of it."""
    action = open_action(action_id)
    risk = open_risk(action.risk_id)
    require(holds(current_actor().posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
    form = ControlForm.of(risk, action=action)
    return step(
        risk,
        form,
        lambda seen: make_control(current_actor(), action, form.as_text(), seen, clock.now()),
        done="The finished action is a control now. The action stays as it was done.",
        back="controls",
        heading="Let this action become a control",
        lead="Say what the finished action leaves in place.",
        button="Add the control",
        refused=refusal(lambda: check_to_become_control(action)),
    )
