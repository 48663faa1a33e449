"""The two steps to setting targets and national figures."""

from __future__ import annotations

from collections.abc import Callable

from flask.typing import ResponseReturnValue

from riskreg.domain.sentences import plural
from riskreg.services.evaluation import Evaluation
from riskreg.services.rejudging import SettingOutcome
from riskreg.web.forms import Form
from riskreg.web.outcomes import what_changed
from riskreg.web.pages import page
from riskreg.web.stepping import save_or_show, typed_fields

Look = Callable[[], SettingOutcome]
Save = Callable[[str], tuple[SettingOutcome, Evaluation]]


def set_or_show(form: Form, look: Look, save: Save, there: str, back: str) -> ResponseReturnValue | None:
    """Set as it was shown and go `there`, or show what setting would do; None when the form is to be put right."""

    def show(found: SettingOutcome) -> ResponseReturnValue:
        return page("targets/consequences.html", form=form, found=found, typed=typed_fields(form), back=back)

    return save_or_show(form, look, lambda shown: _what_it_did(*save(shown)), show, there)


def _what_it_did(outcome: SettingOutcome, evaluation: Evaluation) -> str:
    rated = f" {plural(len(outcome.rated), 'result')} rated now." if outcome.rated else ""
    return f"{plural(len(outcome.changes), 'change')} saved.{rated} {what_changed(evaluation)}"
