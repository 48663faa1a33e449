"""The pack of a meeting: made by a button, read as a page, taken out as Word, PDF or spreadsheet."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, ServiceUnavailable

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.models import Pack
from riskreg.queries.packs import pack_by_id
from riskreg.reports.outline import outline, standing, title
from riskreg.reports.pdf import NoPdfError, pack_pdf
from riskreg.services.packs import make_pack
from riskreg.web.access import current_actor, needs
from riskreg.web.meetings.room import ADDRESS, blueprint, load
from riskreg.web.pages import page
from riskreg.web.requests import saving

OFFICE = "application/vnd.openxmlformats-officedocument"
MIMETYPES = {
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@blueprint.post(f"{ADDRESS}/packs")
@needs(Permission.MANAGE_MEETINGS)
def make(meeting_id: int) -> ResponseReturnValue:
    """Freeze what DMT is to read as a new pack."""
    found = load(meeting_id)
    with saving():
        made = make_pack(current_actor(), found, clock.now())
        flash("The pack was made. It stays as it is, whatever changes in the register.")
        pack_id = made.id
    return redirect(url_for("meetings.pack", pack_id=pack_id))


@blueprint.get("/packs/<id:pack_id>")
@needs(Permission.READ_QUEUE)
def pack(pack_id: int) -> ResponseReturnValue:
    """Show a pack as it was frozen."""
    found = _found(pack_id)
    return page(
        "meetings/pack.html",
        pack=found,
        title=title(found.content),
        standing=standing(found.content),
        blocks=outline(found.content),
        risk_address=lambda risk_id: url_for("risks.risk", risk_id=risk_id),
    )


@blueprint.get("/packs/<id:pack_id>.<any(docx, xlsx, pdf):kind>")
@needs(Permission.READ_QUEUE)
def download(pack_id: int, kind: str) -> ResponseReturnValue:
    """Send a pack as a file, made from what was frozen."""
    found = _found(pack_id)
    answer = Response(_file(found, kind), mimetype=MIMETYPES[kind])
    content = found.content
    name = f"{content['register']['prefix']}-{'register' if kind == 'xlsx' else 'pack'}-{found.as_at:%Y-%m-%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _found(pack_id: int) -> Pack:
    found = pack_by_id(pack_id)
    if found is None:
        raise NotFound(f"There is no pack {pack_id}.")
    return found


def _file(found: Pack, kind: str) -> bytes:
    """Make the file. Its writer is loaded when it is first wanted: a worker that makes none stays 20 MB smaller."""
    if kind == "xlsx":
        from riskreg.reports.excel import register_workbook  # noqa: PLC0415 - see above

        return register_workbook(found.content)
    if kind == "docx":
        from riskreg.reports.word import pack_document  # noqa: PLC0415 - see above

        return pack_document(found.content)
    try:
        return pack_pdf(found.content, Path(current_app.root_path, str(current_app.template_folder)))
    except NoPdfError as missing:
        raise ServiceUnavailable(f"{missing} Take the pack as a Word document instead.") from missing
