"""Two steps to setting targets and national figures: what it would do is shown, then it is set as shown, or changed."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue

from riskreg.domain.sentences import plural
from riskreg.services.evaluation import Evaluation
from riskreg.services.rejudging import SettingOutcome
from riskreg.web.forms import Form
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.requests import saving

OWN_FIELDS = frozenset({"csrf_token", "step", "shown"})
Look = Callable[[], SettingOutcome]
Save = Callable[[str], tuple[SettingOutcome, Evaluation]]


def wants_change() -> bool:
    """Whether the person goes back from the consequences to what was typed."""
    return request.form.get("step") == "change"


def save_or_show(form: Form, look: Look, save: Save, there: str, back: str) -> ResponseReturnValue | None:
    """Save as it was shown and go `there`, or show what saving would do; None when the form is to be put right.

    `save` is given the digest of what was shown. When the outcome is another by now, the new one is shown.
    """
    if request.form.get("step") == "save":
        with saving(form):
            outcome, evaluation = save(request.form.get("shown", ""))
            flash(_what_it_did(outcome, evaluation))
            return redirect(there)
    if form.problems and not form.changed:
        return None
    found: list[SettingOutcome] = []
    with saving(form):  # nothing is left to save: what was tried is taken back
        found.append(look())
    if not found:
        return None
    typed = [(name, value) for name, values in request.form.lists() if name not in OWN_FIELDS for value in values]
    return page("targets/consequences.html", form=form, found=found[0], typed=typed, back=back)


def _what_it_did(outcome: SettingOutcome, evaluation: Evaluation) -> str:
    rated = f" {plural(len(outcome.rated), 'result')} rated now." if outcome.rated else ""
    return f"{plural(len(outcome.changes), 'change')} saved.{rated} {what_changed(evaluation)}"
