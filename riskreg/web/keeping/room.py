"""The blueprint of keeping a risk, and what its pages share: opening a risk, and one step with a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg.domain.errors import RuleBroken
from riskreg.models import Risk
from riskreg.queries.history import changes_since_revision
from riskreg.queries.keeping import risk_to_keep
from riskreg.web.forms import Form
from riskreg.web.pages import page
from riskreg.web.requests import saving

blueprint = Blueprint("keeping", __name__)

RISK = "/risks/<id:risk_id>"


def open_risk(risk_id: int) -> Risk:
    """Return a risk by one query. Raises NotFound with a sentence."""
    risk = risk_to_keep(risk_id)
    if risk is None:
        raise NotFound("There is no such risk in the register. Look for it in the register by its reference or title.")
    return risk


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
    save: Callable[[], object],
    *,
    done: str,
    back: str = "",
    template: str = "keeping/step.html",
    **facts: Any,
) -> ResponseReturnValue:
    """Show the form of one step of a risk, or take the step and lead back to the risk with the sentence `done`.

    When somebody else changed the risk meanwhile, the page lists what, and keeps what was typed.
    """
    risk_id = risk.id
    revision = getattr(form, "revision", None)
    seen = revision.data if revision is not None else 0
    if form.validate_on_submit():
        with saving(form):
            save()
            flash(done)
            return redirect(url_for("risks.risk", risk_id=risk_id, _anchor=back or None))
    meanwhile = changes_since_revision(risk_id, seen or 0) if form.changed else ()
    return page(template, form=form, risk=open_risk(risk_id), meanwhile=meanwhile, **facts)
