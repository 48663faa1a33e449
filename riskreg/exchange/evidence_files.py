"""Whether a file is what its name says, from its content alone: neither its name nor the browser's word counts."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from email.parser import BytesHeaderParser
from xml.etree import ElementTree as ET

from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import EMAIL, EXCEL, JPEG, OFFICE, PDF, PLAIN, PNG, POWERPOINT, WORD, Kind

SIGNATURES = {PDF: b"%PDF-", PNG: b"\x89PNG\r\n\x1a\n", JPEG: b"\xff\xd8\xff"}
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # also what an Office file with a password looks like
ZIP = b"PK\x03\x04"
OTHERS = {ZIP: "a zip file", OLD_OFFICE: "an old Office file", b"GIF8": "a GIF picture", b"MZ\x90\x00": "a program"}
OTHERS |= {b"\x7fELF": "a program", b"{\\rtf": "rich text"}
MAIN_PARTS = {
    WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    POWERPOINT: "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
CONTENTS = "[Content_Types].xml"
LARGEST_LIST = 1024 * 1024  # bytes of a zip's list of members, and of the one member that is unpacked
END, END_64, END_SIZE = b"PK\x05\x06", b"PK\x06\x07", 22
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
ENCODINGS = ("utf-8", "windows-1252")
HEADERS = ("From", "To", "Subject", "Date", "Received", "Message-ID")


def check_content(name: str, kind: Kind, content: bytes) -> str:
    """Return the media type under which the file is sent. Raises RuleBroken when it is not what its name says."""
    if kind in PLAIN:
        return _check_plain(name, kind, content)
    if kind in OFFICE:
        _check_office(name, kind, content)
    elif not content.startswith(SIGNATURES[kind]):
        raise _other(name, kind, content)
    return kind.media_type


def _other(name: str, kind: Kind, content: bytes) -> RuleBroken:
    """Say that a file is not what its name says, and what it is as far as that is known."""
    known = {start: f"a {one.words}" for one, start in SIGNATURES.items()} | OTHERS
    found = next((words for start, words in known.items() if content.startswith(start)), "not known")
    return RuleBroken(f"“{name}” is not {_a(kind)}: its content is {found}.", "file")


def _a(kind: Kind) -> str:
    if kind in OFFICE:
        return f"{'an' if kind is EXCEL else 'a'} {kind.words} file"
    return {EMAIL: "an e-mail"}.get(kind, kind.words if kind.words.startswith("plain") else f"a {kind.words}")


def _check_plain(name: str, kind: Kind, content: bytes) -> str:
    """Text is what reads as UTF-8, or else as Windows-1252, and holds no characters that steer a machine."""
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL.search(text) or content.startswith((*SIGNATURES.values(), *OTHERS)):
            break
        if kind is EMAIL and not _is_email(content):
            break
        return f"{kind.media_type}; charset={encoding}"
    raise _other(name, kind, content)


def _is_email(content: bytes) -> bool:
    headers = BytesHeaderParser().parsebytes(content)
    return "From" in headers and sum(one in headers for one in HEADERS) > 1


def _check_office(name: str, kind: Kind, content: bytes) -> None:
    if content.startswith(OLD_OFFICE):
        raise RuleBroken(
            f"“{name}” has a password, or is an old Office file. Save it without one as .{kind.endings[0]}.", "file"
        )
    if not content.startswith(ZIP):
        raise _other(name, kind, content)
    try:
        types, members = _read_zip(content)
    except (zipfile.BadZipFile, zlib.error, ET.ParseError, ValueError, EOFError, RuntimeError, OSError):
        raise RuleBroken(f"“{name}” is not {_a(kind)}, or it is damaged: it cannot be read.", "file") from None
    named = [one.lower() for one in (*types.values(), *members)]
    if any("macro" in one or "vbaproject" in one for one in named):
        raise RuleBroken(f"“{name}” holds macros, which are not taken. Save it without them, or as PDF.", "file")
    main = [part for part, its in types.items() if its == MAIN_PARTS[kind] and part.lstrip("/") in members]
    if not main:
        its = next((one for one in OFFICE if MAIN_PARTS[one] in types.values()), None)
        words = _a(its) if its else OTHERS[ZIP]
        raise RuleBroken(f"“{name}” is not {_a(kind)}: its content is {words}.", "file")


def _read_zip(content: bytes) -> tuple[dict[str, str], frozenset[str]]:
    """Return the content type of each part of an Office file, and the names of its members; nothing else is unpacked.

    Raises what zipfile, zlib and ElementTree raise, and ValueError for a zip that is made to burst.
    """
    end = content[-END_SIZE:]
    sized = int.from_bytes(end[12:16], "little")
    # Its list of members is measured before zipfile reads it; Office writes no comment after it and needs no ZIP64.
    if not end.startswith(END) or sized > LARGEST_LIST or content[-END_SIZE - 20 :].startswith(END_64):
        raise ValueError("not a zip as Office writes it")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        listed = archive.getinfo(CONTENTS) if CONTENTS in archive.namelist() else None
        if listed is None:
            return {}, frozenset()
        if listed.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("packed in another way than Office packs")
        with archive.open(listed) as part:
            types = part.read(LARGEST_LIST + 1)
        if len(types) > LARGEST_LIST or b"<!" in types.replace(b"<!--", b""):
            raise ValueError("not a list as Office writes it")
        return _types(types), frozenset(archive.namelist())


def _types(xml: bytes) -> dict[str, str]:
    """Return the content types by part, or by ending where they stand for every part with it."""
    root = ET.fromstring(xml)  # noqa: S314 - without a document type, which alone can be made to burst
    return {one.get("PartName") or one.get("Extension") or "": one.get("ContentType") or "" for one in root}
