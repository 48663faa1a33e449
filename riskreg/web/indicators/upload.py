"""Results by spreadsheet: the file to fill in, uploading it or somebody else's, and publishing what is right in it."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.exchange.mapping import MOST_AT_ONCE
from riskreg.exchange.tables import BrokenTable
from riskreg.models import Upload
from riskreg.queries.due_results import due_results
from riskreg.queries.indicators import group_names
from riskreg.services.publishing import Published, preview
from riskreg.services.result_comments import take_comments
from riskreg.services.result_files import FileReading, read_results
from riskreg.services.result_workbooks import result_csv, result_workbook
from riskreg.services.uploads import drop_upload, open_upload
from riskreg.web.access import current_actor, needs
from riskreg.web.downloads import send_as_file
from riskreg.web.indicators.period_forms import PeriodForm
from riskreg.web.indicators.period_table import last_month_end
from riskreg.web.indicators.room import blueprint
from riskreg.web.indicators.stepping import publish_or_show
from riskreg.web.indicators.upload_forms import RESULTS, GivenForm, ResultsUploadForm
from riskreg.web.indicators.wording import what_they_did
from riskreg.web.pages import page
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.choosing import choose_columns
from riskreg.web.spreadsheets.rows import RowsForm
from riskreg.web.spreadsheets.uploading import columns_of, known_upload, take, take_files
from riskreg.web.stepping import is_sent

FILE = "/indicators/upload/<id:upload_id>"
take_files(blueprint, "upload")


@blueprint.get("/indicators/publish/results.<any(xlsx, csv):kind>")
@needs(Permission.PUBLISH_RESULT)
def period_file(kind: str) -> ResponseReturnValue:
    """Send the table of a period as a file to be filled in."""
    today = clock.today()
    asked = PeriodForm.asked(last_month_end(today), group_names())
    if not asked.is_right(today):
        raise NotFound(f"There is no such period to publish. {asked.problems[0].sentence}")
    wanted = asked.wanted()
    rows = due_results(wanted).rows[:MOST_AT_ONCE]
    as_csv = kind == "csv"
    content = "".join(result_csv(rows, wanted.period_end)) if as_csv else result_workbook(rows, wanted.period_end)
    return send_as_file(content, f"results-{wanted.period_end:%Y-%m-%d}.{kind}")


@blueprint.route("/indicators/upload", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def upload() -> ResponseReturnValue:
    """Ask for a file of results, and keep it until they are published."""
    form = ResultsUploadForm(**_prefilled())
    if form.validate_on_submit() and form.is_possible(clock.today()):
        with saving(form):
            kept = take(form, RESULTS)
            step = "indicators.upload_rows" if kept.mapping else "indicators.upload_columns"
            return redirect(url_for(step, upload_id=kept.id, **form.carried()))
    return page("indicators/upload.html", form=form, back=url_for("indicators.publish_period"), most=MOST_AT_ONCE)


def _prefilled() -> dict[str, object]:
    """What the address says of the period, for the form before anything was sent."""
    given = GivenForm.asked()
    if request.method == "POST" or not given.validate():
        return {}
    return {"data": {name: given[name].data for name in ("ends", "target", "period", "status")}}


@blueprint.route(f"{FILE}/columns", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def upload_columns(upload_id: int) -> ResponseReturnValue:
    """Ask which columns of a file hold what."""
    found = known_upload(RESULTS, upload_id)
    there = url_for("indicators.upload_rows", upload_id=found.id, **_carried())
    return choose_columns(found, RESULTS, there, url_for("indicators.upload", **_carried()))


def _carried() -> dict[str, Any]:
    """The parts of the present address that say what was given with the file."""
    return {name: values for name, values in request.args.lists() if name in ("ends", "target", "period", "status")}


@blueprint.route(FILE, methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def upload_rows(upload_id: int) -> ResponseReturnValue:
    """Show which rows of a file are right and what is wrong with the others; publish after showing what that does."""
    found, given = known_upload(RESULTS, upload_id), GivenForm.asked()
    mapping, today = columns_of(found, RESULTS), clock.today()
    if not given.is_right(today):
        return redirect(url_for("indicators.upload", **_carried()))
    if mapping is None:
        return redirect(url_for("indicators.upload_columns", upload_id=found.id, **_carried()))
    try:
        reading = read_results(open_upload(found), mapping, given.given(), today)
    except BrokenTable as broken:
        return _page(found, FileReading(problems=broken.problems), None, status=422)
    form = RowsForm()
    form.set_counts(len(reading.rows), reading.wrong)
    if is_sent(form):
        answer = _publish(form, found, reading)
        if answer is not None:
            return answer
    return _page(found, reading, form)


def _publish(form: RowsForm, found: Upload, reading: FileReading) -> ResponseReturnValue | None:
    """Show what publishing would do, or publish, keep the comments and let the file go."""

    def taken(_published: Published) -> None:
        take_comments(current_actor(), reading.rows, clock.now())
        drop_upload(found)

    there = url_for("indicators.waiting")
    back = url_for("indicators.upload_rows", upload_id=found.id, **_carried())
    entries = [row.entry for row in reading.rows]
    return publish_or_show(form, entries, what_they_did, there, back, also=taken, look=preview)


def _page(found: Upload, reading: FileReading, form: RowsForm | None, status: int = 200) -> ResponseReturnValue:
    return page(
        "indicators/upload_rows.html",
        form=form,
        status=status,
        upload=found,
        reading=reading,
        most=MOST_AT_ONCE,
        columns=url_for("indicators.upload_columns", upload_id=found.id, **_carried()),
        back=url_for("indicators.upload", **_carried()),
    )
