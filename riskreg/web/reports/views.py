"""Reports to the Cabinet Committee: made for a period, read as a page, taken out as Word, PDF or spreadsheet."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.reporting import financial_year_of
from riskreg.extensions import db
from riskreg.models import Pack, Register
from riskreg.queries.committee import KIND, reports_of
from riskreg.queries.packs import pack_by_id
from riskreg.services.packs import make_report
from riskreg.web.access import current_actor, needs
from riskreg.web.in_force import present_register
from riskreg.web.pages import page
from riskreg.web.reports.forms import ReportForm
from riskreg.web.reports.frozen import KINDS, Room, send_frozen, show_frozen
from riskreg.web.requests import saving

blueprint = Blueprint("reports", __name__)


@blueprint.get("/reports")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """List the reports; the co-ordinator finds the form for another, for the financial year so far."""
    today = clock.today()
    return _listing(ReportForm(data={"since": financial_year_of(today), "until": today}))


@blueprint.post("/reports")
@needs(Permission.MANAGE_MEETINGS)
def make() -> ResponseReturnValue:
    """Freeze what the Cabinet Committee is told of a period as a new report."""
    form = ReportForm()
    if form.validate_on_submit():
        with saving(form):
            register = db.get_or_404(Register, present_register().id)
            made = make_report(current_actor(), register, form.since.data, form.until.data, clock.now())
            flash("The report was made. It stays as it is, whatever changes in the register.")
            return redirect(url_for("reports.report", report_id=made.id))
    return _listing(form)


def _listing(form: ReportForm) -> ResponseReturnValue:
    return page("reports/listing.html", form=form, reports=reports_of(present_register().id))


@blueprint.get("/reports/<id:report_id>")
@needs(Permission.READ_REGISTER)
def report(report_id: int) -> ResponseReturnValue:
    """Show a report as it was frozen."""
    back = (url_for("reports.listing"), "Back to the reports")
    files = {kind: url_for("reports.download", report_id=report_id, kind=kind) for kind in KINDS}
    return show_frozen(_found(report_id), Room("report", back, files))


@blueprint.get("/reports/<id:report_id>.<any(docx, xlsx, pdf):kind>")
@needs(Permission.READ_REGISTER)
def download(report_id: int, kind: str) -> ResponseReturnValue:
    """Send a report as a file."""
    return send_frozen(_found(report_id), kind, "committee-register" if kind == "xlsx" else "committee-report")


def _found(report_id: int) -> Pack:
    found = pack_by_id(report_id, KIND)
    if found is None:
        raise NotFound(f"There is no report {report_id}.")
    return found
