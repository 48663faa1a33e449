"""Discarding a file that is not to be taken in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg.services.uploads import drop_upload, own_file
from riskreg.web.access import current_actor, is_local, signed_in
from riskreg.web.requests import saving
from riskreg.web.spreadsheets.uploading import GONE

blueprint = Blueprint("spreadsheets", __name__)


@blueprint.post("/uploads/<id:upload_id>/discard")
@signed_in
def discard(upload_id: int) -> ResponseReturnValue:
    """Delete a file of the person's own and go back to where another one is chosen."""
    upload = own_file(current_actor(), upload_id)
    if upload is None:
        raise NotFound(GONE)
    with saving():
        flash(f"“{upload.name}” is discarded. Nothing of it was saved.")
        drop_upload(upload)
    back = request.form.get("back", "")
    return redirect(back if is_local(back) else url_for("work.home"))
