"""What a file may be that is kept as evidence: its kinds, its size, its name, and how a size reads."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import listed

KILO = 1024
LARGEST = 10 * KILO * KILO  # bytes
LONGEST_NAME = 150  # characters
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})  # control, direction and other marks without a shape


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file. `media_type` is what it is sent as: nothing that a browser would run or draw as a page."""

    words: str
    endings: tuple[str, ...]
    media_type: str


PDF = Kind("PDF", ("pdf",), "application/pdf")
WORD = Kind("Word", ("docx",), "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
EXCEL = Kind("Excel", ("xlsx",), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
POWERPOINT = Kind("PowerPoint", ("pptx",), "application/vnd.openxmlformats-officedocument.presentationml.presentation")
PNG = Kind("PNG picture", ("png",), "image/png")
JPEG = Kind("JPEG picture", ("jpg", "jpeg"), "image/jpeg")
TEXT = Kind("plain text", ("txt",), "text/plain")
CSV = Kind("CSV", ("csv",), "text/csv")
# Sent as plain text: some browsers open message/rfc822 as a page.
EMAIL = Kind("e-mail", ("eml",), "text/plain")
KINDS = (PDF, WORD, EXCEL, POWERPOINT, PNG, JPEG, TEXT, CSV, EMAIL)
OFFICE = (WORD, EXCEL, POWERPOINT)
PLAIN = (TEXT, CSV, EMAIL)
ENDINGS = {ending: kind for kind in KINDS for ending in kind.endings}
TAKEN = listed([f"{kind.words} (.{', .'.join(kind.endings)})" for kind in KINDS])


def read_name(given: str) -> str:
    """Return the name of a file without the folders that some browsers send along.

    Raises RuleBroken for a name that is missing, too long, or holds what cannot be seen.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2].strip())
    if not (name.rpartition(".")[0] if "." in name else name).strip("."):
        raise RuleBroken("The file has no name. Give it one, then choose it again.", "file")
    if any(unicodedata.category(letter) in UNSEEN for letter in name):
        raise RuleBroken("The name of the file holds characters that cannot be seen. Rename it first.", "file")
    if len(name) > LONGEST_NAME:
        raise RuleBroken(
            f"The name of the file must be {LONGEST_NAME} characters or fewer. It has {len(name)}. Rename it first.",
            "file",
        )
    return name


def ending_of(name: str) -> str:
    """Return what follows the last full stop of a name, in small letters; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_named(name: str) -> Kind:
    """Return the kind that a name says. Raises RuleBroken for one that is not taken, naming those that are."""
    kind = ENDINGS.get(ending_of(name))
    if kind is None:
        raise RuleBroken(f"“{name}” is not a kind of file that is taken. Choose one of these: {TAKEN}.", "file")
    return kind


def check_size(name: str, size: int) -> None:
    """Raise RuleBroken for an empty file and for one that is too large. `size` in bytes."""
    if size == 0:
        raise RuleBroken(f"“{name}” is empty.", "file")
    if size > LARGEST:
        raise RuleBroken(f"“{name}” is larger than {size_words(LARGEST)}.", "file")


def size_words(size: int) -> str:
    """A size in bytes as it is read: 800 bytes, 120 KB or 1.2 MB."""
    if size < KILO:
        return f"{size} bytes" if size != 1 else "1 byte"
    if round(size / KILO) < KILO:
        return f"{round(size / KILO)} KB"
    return f"{size / KILO / KILO:.1f}".removesuffix(".0") + " MB"


def kind_words(name: str) -> str:
    """The kind of a file that was taken, by its name, which its content was held against."""
    return ENDINGS[ending_of(name)].words
