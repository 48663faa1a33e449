"""Opening a spreadsheet that somebody sends: what it is, whether it is safe to read, and why it is refused."""

from __future__ import annotations

from riskreg.exchange.packages import examine
from riskreg.exchange.separated import read_separated
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable, Problem
from riskreg.exchange.workbook_cells import read_sheets

MOST_BYTES = 10 * 1024 * 1024
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
AS_XLSX = "Open it in Excel and save it as “Excel Workbook (.xlsx)”."
NO_SPREADSHEET = "the file is not a spreadsheet: send an .xlsx or a CSV file."
TEXT_STARTS = {
    b"%PDF": "the file is a PDF, not a spreadsheet: send an .xlsx or a CSV file.",
    b"{\\rtf": NO_SPREADSHEET,
    b"<": f"the file is a web page or XML, whatever its name says. {AS_XLSX}",
}


def read_workbook(content: bytes, name: str) -> Workbook:
    """Return the spreadsheet that `content` holds: .xlsx, or CSV in any usual encoding and with any usual separator.

    What it is follows from the content, not from the name. Raises BrokenTable with the reasons when it is refused:
    too large, not a spreadsheet, an old, binary or macro workbook, password-protected, a zip bomb, broken, empty.
    """
    if why := _refusal(content, name):
        raise BrokenTable([Problem(name, None, "", why)])
    if content.startswith(ZIP):
        return read_sheets(content, name, examine(content, name))
    return read_separated(content, name)


def _refusal(content: bytes, name: str) -> str:
    """Return why a file is refused by its first look; nothing when it may be read on."""
    if not content.strip():
        return "the file is empty."
    if len(content) > MOST_BYTES:
        return f"the file has {len(content) / 1024 / 1024:.1f} MB; {MOST_BYTES // 1024 // 1024} MB are the most."
    if content.startswith(OLE):
        return _ole(content)
    if name.lower().endswith((".xlsm", ".xltm", ".xlam")):
        return f"the file is a workbook with macros, which are not taken. {AS_XLSX}"
    start = content[:64].lstrip()
    return next((why for sign, why in TEXT_STARTS.items() if start.startswith(sign)), "")


def _ole(content: bytes) -> str:
    """Return what a file in Microsoft's old container is: locked, an old workbook, or none."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "the file is protected with a password. Take the password off in Excel and send it again."
    if any(stream.encode("utf-16-le") in content for stream in ("Workbook", "Book")):
        return f"the file is an old Excel workbook (.xls). Save it as .xlsx: {AS_XLSX[0].lower()}{AS_XLSX[1:]}"
    return NO_SPREADSHEET
