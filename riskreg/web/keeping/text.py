"""Editing the text of a risk, or the whole of a draft; two people at once see both versions."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import BEFORE_APPROVAL, RiskStatus
from riskreg.domain.sentences import day
from riskreg.models import Risk
from riskreg.queries.policies import policy_on
from riskreg.services.drafting import rewrite_draft
from riskreg.services.keeping import edit_risk, require_keeper, require_open
from riskreg.services.proposing import is_writer
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import RISK
from riskreg.web.fields import SelectField
from riskreg.web.forms import Form
from riskreg.web.keeping.forms import DraftForm, EditForm, present_draft, present_text
from riskreg.web.keeping.room import blueprint, open_risk, refusal, step
from riskreg.web.risks.wording import matrix


@blueprint.route(f"{RISK}/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def edit(risk_id: int) -> ResponseReturnValue:
    """Show the text of a risk as it can be changed, or keep a new version of it; of a draft, all that was entered."""
    risk = open_risk(risk_id)
    not_yet_open = risk.status in BEFORE_APPROVAL
    if not (not_yet_open and is_writer(current_actor(), risk)):
        require_keeper(current_actor(), risk)
    if risk.status == RiskStatus.DRAFT:
        return _edit_draft(risk)
    form = EditForm.of(risk)
    return step(
        risk,
        form,
        lambda seen: edit_risk(current_actor(), risk, form.as_text(), form.reason.data, seen, clock.now()),
        done=f"The text of {risk.reference} is changed. What it said before is kept.",
        template="keeping/edit.html",
        versions=lambda: both_versions(form, present_text(open_risk(risk_id))),
        refused="" if not_yet_open else refusal(lambda: require_open(risk)),
    )


def _edit_draft(risk: Risk) -> ResponseReturnValue:
    policy, risk_id = policy_on(risk.register_id, clock.today()), risk.id
    form = DraftForm.of(risk, policy)
    return step(
        risk,
        form,
        lambda seen: rewrite_draft(current_actor(), risk, form.as_new_risk(), form.reason.data, seen, clock.now()),
        done=f"{risk.reference} is changed. What it said before is kept.",
        template="keeping/draft.html",
        versions=lambda: both_versions(form, present_draft(open_risk(risk_id))),
        policy=policy,
        matrix=matrix(policy),
    )


def both_versions(form: Form, stored: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Where what was typed differs from what is stored now: label, stored, typed."""
    fields = [field for field in form if field.name in stored and field.name != "revision"]
    return [
        (field.label.text, _words(field, stored[field.name]), _words(field, field.data))
        for field in fields
        if (stored[field.name] or "") != (field.data or "")
    ]


def _words(field: Any, value: str | date | None) -> str:
    """A value as the form shows it: of a list, the words of the choice."""
    if isinstance(value, date):
        return day(value)
    if isinstance(field, SelectField):
        return next((str(one.label) for one in field.choices if one.value == value), "") if value else ""
    return value or ""
