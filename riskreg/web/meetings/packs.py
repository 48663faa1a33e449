"""The pack of a meeting: made by a button, read as a page, taken out as Word, PDF or spreadsheet."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.models import Pack
from riskreg.queries.packs import pack_by_id
from riskreg.services.packs import make_pack
from riskreg.web.access import current_actor, needs
from riskreg.web.meetings.room import ADDRESS, blueprint, load
from riskreg.web.reports.frozen import KINDS, Room, send_frozen, show_frozen
from riskreg.web.requests import saving


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
    back = (url_for("meetings.meeting", meeting_id=found.meeting_id), "Back to the meeting")
    files = {kind: url_for("meetings.download", pack_id=pack_id, kind=kind) for kind in KINDS}
    return show_frozen(found, Room("pack", back, files))


@blueprint.get("/packs/<id:pack_id>.<any(docx, xlsx, pdf):kind>")
@needs(Permission.READ_QUEUE)
def download(pack_id: int, kind: str) -> ResponseReturnValue:
    """Send a pack as a file."""
    return send_frozen(_found(pack_id), kind, "register" if kind == "xlsx" else "pack")


def _found(pack_id: int) -> Pack:
    found = pack_by_id(pack_id)
    if found is None:
        raise NotFound(f"There is no pack {pack_id}.")
    return found
