"""The blueprint of keeping a risk, and what its pages share: opening a risk, and one step with a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg.domain.errors import RuleBroken
from riskreg.models import Action, Control, Risk
from riskreg.queries.history import changes_since_revision
from riskreg.queries.keeping import action_to_keep, control_to_keep, risk_to_keep
from riskreg.web.addresses import NO_SUCH_PART, NO_SUCH_RISK
from riskreg.web.forms import Form
from riskreg.web.pages import page
from riskreg.web.requests import saving

blueprint = Blueprint("keeping", __name__)

Part = TypeVar("Part", Action, Control)


def open_risk(risk_id: int) -> Risk:
    """Return a risk by one query. Raises NotFound with a sentence."""
    risk = risk_to_keep(risk_id)
    if risk is None:
        raise NotFound(NO_SUCH_RISK)
    return risk


def open_control(control_id: int) -> Control:
    """Return a control by one query. Raises NotFound with a sentence."""
    return _there(control_to_keep(control_id), "control")


def open_action(action_id: int) -> Action:
    """Return an action by one query. Raises NotFound with a sentence."""
    return _there(action_to_keep(action_id), "action")


def _there(part: Part | None, noun: str) -> Part:
    if part is None:
        raise NotFound(NO_SUCH_PART.format(noun))
    return part


def refusal(check: Callable[[], object]) -> str:
    """Return what stands in the way of a step before anyone fills in its form; empty when nothing does."""
    try:
        check()
    except RuleBroken as broken:
        return broken.sentence
    return ""


def step(
    risk: Risk,
    form: Form,
    save: Callable[[int], object],
    *,
    done: str,
    back: str = "",
    template: str = "keeping/step.html",
    **facts: Any,
) -> ResponseReturnValue:
    """Show the form of one step of a risk, or take the step and lead back to the risk with the sentence `done`.

    `save` is given the revision of the risk that the person saw. When somebody else changed it meanwhile, the page
    lists what, and keeps what was typed.
    """
    risk_id, seen = risk.id, form["revision"].data or 0
    if form.validate_on_submit():
        with saving(form):
            save(seen)
            flash(done)
            return redirect(url_for("risks.risk", risk_id=risk_id, _anchor=back or None))
    meanwhile = changes_since_revision(risk_id, seen) if form.changed else ()
    return page(template, form=form, risk=open_risk(risk_id), meanwhile=meanwhile, **facts)
