"""Taking the register out as files: the list of them, and each as a download."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flask import Blueprint, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission, require
from riskreg.exchange.csv_files import BYTE_ORDER_MARK
from riskreg.queries.exports import EXPORTS, UnknownExportError
from riskreg.services.exporting import csv_lines
from riskreg.services.whole_register import BEFORE_DMT, COMES_BACK, SUBJECTS, whole_register_file
from riskreg.web.access import may, needs, refusal
from riskreg.web.downloads import send_as_file
from riskreg.web.pages import page

blueprint = Blueprint("files", __name__)

# Lines are sent in pieces of this many: one by one they would cost more to send than to make.
LINES_AT_ONCE = 250
NEEDS_MORE = {"audit": Permission.READ_AUDIT}


@blueprint.get("/export")
@needs(Permission.EXPORT)
def listing() -> ResponseReturnValue:
    """List the files with what each holds, column by column."""
    offered = [one for name, one in EXPORTS.items() if name not in NEEDS_MORE or may(NEEDS_MORE[name])]
    back = [one.name for one in (*COMES_BACK, *SUBJECTS, *BEFORE_DMT)]
    return page("files/listing.html", exports=offered, back=back)


@blueprint.get("/export/whole-register.xlsx")
@needs(Permission.EXPORT)
def whole() -> ResponseReturnValue:
    """Send the whole register as one workbook, which can be taken in again."""
    return send_as_file(whole_register_file(), f"riskreg-register-{clock.today():%Y-%m-%d}.xlsx")


@blueprint.get("/export/<name>.csv")
@needs(Permission.EXPORT)
def export(name: str) -> ResponseReturnValue:
    """Send a file, made while it is read, so that memory does not grow with its rows."""
    if name in NEEDS_MORE:
        require(may(NEEDS_MORE[name]), refusal(NEEDS_MORE[name]))
    try:
        lines = csv_lines(name)
    except UnknownExportError as unknown:
        raise NotFound(str(unknown)) from None
    return send_as_file(stream_with_context(_in_pieces(lines)), f"riskreg-{name}-{clock.today():%Y-%m-%d}.csv")


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """Yield the lines in pieces; the mark first, by which a spreadsheet knows the characters."""
    yield BYTE_ORDER_MARK
    while piece := list(islice(lines, LINES_AT_ONCE)):
        yield "".join(piece)
