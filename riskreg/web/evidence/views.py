"""Evidence: adding a file to a risk, an action or an escalation, downloading it, and removing it."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, flash, redirect, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Gone, NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.sentences import day
from riskreg.models import Evidence
from riskreg.queries.evidence import escalation_with_risk
from riskreg.queries.evidence_files import content_of, evidence_row, remover_of
from riskreg.queries.risk import action_with_risk
from riskreg.services.evidence import (
    Place,
    add_evidence,
    check_kept,
    place_of,
    remove_evidence,
    require_adder,
    require_remover,
)
from riskreg.services.keeping import require_open
from riskreg.web.access import current_actor, needs
from riskreg.web.addresses import ACTION, NO_SUCH_PART, RISK
from riskreg.web.evidence.forms import EvidenceForm, RemovalForm
from riskreg.web.evidence.listing import page_address
from riskreg.web.keeping.room import open_risk, refusal
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.uploads import allow_large_files

blueprint = Blueprint("evidence", __name__)
blueprint.url_value_preprocessor(allow_large_files)

FILE = "/evidence/<id:evidence_id>"
NO_POLICY = "default-src 'none'; sandbox"


@blueprint.route(f"{RISK}/evidence", methods=["GET", "POST"])
@needs(Permission.ADD_EVIDENCE)
def to_risk(risk_id: int) -> ResponseReturnValue:
    """Ask for a file that bears on a risk, or add it."""
    return _add(Place(open_risk(risk_id)))


@blueprint.route(f"{ACTION}/evidence", methods=["GET", "POST"])
@needs(Permission.ADD_EVIDENCE)
def to_action(action_id: int) -> ResponseReturnValue:
    """Ask for a file that bears on an action, or add it."""
    action = action_with_risk(action_id)
    if action is None:
        raise NotFound(NO_SUCH_PART.format("action"))
    return _add(Place(action.risk, action=action))


@blueprint.route("/escalations/<id:escalation_id>/evidence", methods=["GET", "POST"])
@needs(Permission.ADD_EVIDENCE)
def to_escalation(escalation_id: int) -> ResponseReturnValue:
    """Ask for a file that bears on an escalation, or add it."""
    escalation = escalation_with_risk(escalation_id)
    if escalation is None:
        raise NotFound(f"There is no escalation {escalation_id}.")
    return _add(Place(escalation.risk, escalation=escalation))


def _add(place: Place) -> ResponseReturnValue:
    """Show the form for a file, or keep the file and lead back to the page that lists it."""
    require_adder(current_actor(), place)
    form = EvidenceForm()
    if form.validate_on_submit():
        with saving(form):
            kept = add_evidence(current_actor(), place, form.as_upload(), form.description.data, clock.now())
            flash(f"“{kept.name}” is added as evidence.")
            return redirect(page_address(place))
    return page(
        "evidence/add.html",
        form=form,
        place=place,
        risk=place.risk,
        back=page_address(place),
        refused=refusal(lambda: require_open(place.risk)),
    )


@blueprint.get(FILE)
@needs(Permission.READ_REGISTER)
def download(evidence_id: int) -> ResponseReturnValue:
    """Send a file to be saved, never to be opened as a page of ours."""
    row = _row(evidence_id)
    content = content_of(evidence_id)
    if content is None:
        when = f" on {day(day_of(row.removed_at))} by {remover_of(row)}" if row.removed_at else ""
        raise Gone(f"“{row.name}” was removed{when}: {row.removed_why}")
    answer = send_file(BytesIO(content), mimetype=row.media_type, as_attachment=True, download_name=row.name)
    answer.content_type = row.media_type
    answer.headers["Content-Security-Policy"] = NO_POLICY
    return answer


@blueprint.route(f"{FILE}/remove", methods=["GET", "POST"])
@needs(Permission.ADD_EVIDENCE)
def remove(evidence_id: int) -> ResponseReturnValue:
    """Ask why a file should not be here, or remove it."""
    row = _row(evidence_id)
    require_remover(current_actor(), row)
    form = RemovalForm()
    if form.validate_on_submit():
        with saving(form):
            remove_evidence(current_actor(), row, form.reason.data, clock.now())
            flash(f"“{row.name}” is removed. That it was here, and why it went, stays in the history.")
            return redirect(page_address(place_of(row)))
    return page(
        "evidence/remove.html",
        form=form,
        evidence=row,
        risk=open_risk(row.risk_id),
        back=page_address(place_of(row)),
        refused=refusal(lambda: check_kept(row)),
    )


def _row(evidence_id: int) -> Evidence:
    row = evidence_row(evidence_id)
    if row is None:
        raise NotFound("There is no such file. Look for it on the page of its risk, action or escalation.")
    return row
