"""Editing the text of a risk; two people at once see both versions."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.lifecycle import RiskStatus
from riskreg.models import Risk
from riskreg.queries.keeping import Place, places
from riskreg.services.keeping import edit_risk, require_keeper, require_open
from riskreg.services.proposing import TEXTS, is_writer
from riskreg.web.access import current_actor, needs
from riskreg.web.keeping.forms import EditForm
from riskreg.web.keeping.room import RISK, blueprint, open_risk, refusal, step

NOT_YET_OPEN = (RiskStatus.DRAFT, RiskStatus.PROPOSED)


@blueprint.route(f"{RISK}/edit", methods=["GET", "POST"])
@needs(Permission.KEEP_RISK)
def edit(risk_id: int) -> ResponseReturnValue:
    """Show the text of a risk as it can be changed, or keep a new version of it."""
    risk = open_risk(risk_id)
    not_yet_open = risk.status in NOT_YET_OPEN
    if not (not_yet_open and is_writer(current_actor(), risk)):
        require_keeper(current_actor(), risk)
    form = EditForm.of(risk)
    seen = form.revision.data
    return step(
        risk,
        form,
        lambda: edit_risk(current_actor(), risk, form.as_text(), form.reason.data, seen, clock.now()),
        done=f"The text of {risk.reference} is changed. What it said before is kept.",
        template="keeping/edit.html",
        versions=lambda: both_versions(open_risk(risk_id), form),
        refused="" if not_yet_open else refusal(lambda: require_open(risk)),
    )


def both_versions(risk: Risk, form: EditForm) -> list[tuple[str, str, str]]:
    """Where what was typed differs from what is stored now: label, stored, typed."""
    known = {place.key: place for place in places()}
    rows = [(form[name].label.text, getattr(risk, name), form[name].data) for name in TEXTS]
    stored = f"{risk.division_id}-{risk.service_id or ''}"
    rows.append((form.place.label.text, _words(known.get(stored)), _words(known.get(form.place.data))))
    return [row for row in rows if row[1] != row[2]]


def _words(place: Place | None) -> str:
    return place.words if place else ""
