"""Showing and sending what was frozen, a pack or a report: one page and three files, all from the same content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Response, current_app, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from riskreg.models import Pack
from riskreg.reports.outline import outline, standing, title
from riskreg.reports.pdf import NoPdfError, pack_pdf
from riskreg.web.downloads import send_as_file
from riskreg.web.pages import page

KINDS = ("docx", "xlsx", "pdf")


@dataclass(frozen=True, slots=True)
class Room:
    """What a page calls what it shows, where it leads back to, and the address of each file by its kind."""

    noun: str
    back: tuple[str, str]
    files: Mapping[str, str]


def show_frozen(found: Pack, room: Room) -> ResponseReturnValue:
    """Show it as it was frozen."""
    return page(
        "reports/frozen.html",
        pack=found,
        room=room,
        title=title(found.content),
        standing=standing(found.content),
        blocks=outline(found.content),
        risk_address=lambda risk_id: url_for("risks.risk", risk_id=risk_id),
    )


def send_frozen(found: Pack, kind: str, noun: str) -> Response:
    """Send it as a file, made from what was frozen. `noun` names the file; of a spreadsheet, what it holds."""
    prefix = found.content["register"]["prefix"]
    return send_as_file(_file(found, kind), f"{prefix}-{noun}-{found.as_at:%Y-%m-%d}.{kind}")


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
        raise ServiceUnavailable(f"{missing} Take the Word document instead.") from missing
