"""Files as people send them, made in the tests: Office files, and ones that are not what they seem."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 20
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 20
EMAIL = b"From: a@kent.example\nTo: b@kent.example\nSubject: Places\n\nThere are enough.\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100
BASE = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": ("word/document.xml", f"{BASE}wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", f"{BASE}spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", f"{BASE}presentationml.presentation.main+xml"),
}


def types(parts: Mapping[str, str], more: str = "") -> str:
    """The list of an Office file's parts."""
    listed = "".join(f'<Override PartName="/{part}" ContentType="{its}"/>' for part, its in parts.items())
    start = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    return f'{start}<Default Extension="xml" ContentType="application/xml"/>{more}{listed}</Types>'


def zipped(members: Mapping[str, str | bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(ending: str, **more: str) -> bytes:
    """An Office file; `more` are further members by name."""
    part, its = MAIN[ending]
    return zipped({"[Content_Types].xml": types({part: its}), part: "<x/>", **more})


def with_type(ending: str, its: str) -> bytes:
    """An Office file whose main part says that it is something else."""
    part, _ = MAIN[ending]
    return zipped({"[Content_Types].xml": types({part: its}), part: "<x/>"})


def with_macros() -> bytes:
    """A workbook with a project of macros, which calls itself one without."""
    part, its = MAIN["xlsx"]
    project = '<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    listed = types({part: its}, project)
    return zipped({"[Content_Types].xml": listed, part: "<x/>", "xl/vbaProject.bin": b"\0"})


def bomb() -> bytes:
    """An Office file whose list unpacks to 100 MB."""
    part, its = MAIN["docx"]
    return zipped({"[Content_Types].xml": types({part: its}) + " " * 100_000_000, part: "<x/>"})


def with_long_list() -> bytes:
    """A zip that says that its list of members is larger than any Office file's."""
    content = office("docx")
    return content[:-10] + struct.pack("<I", 2_000_000) + content[-6:]
