"""What differs between two wordings of a text, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Mark(StrEnum):
    """What became of some words."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row, with the space after them, and what became of them."""

    mark: Mark
    words: str


def differences(before: str, after: str) -> list[Piece]:
    """Return the later wording in pieces, with what was removed standing before what was added in its place.

    The pieces that were not removed give the later wording to the letter. Only words count, not the space between.
    """
    return list(_spaced(_pieces(_words(before), _words(after))))


def _words(text: str) -> list[str]:
    """The words of a text, each with the space after it; space before the first stands alone."""
    return re.findall(r"\S+\s*|^\s+", text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, [one.strip() for one in old], [one.strip() for one in new], autojunk=False)
    for what, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        if what == "equal":
            yield Piece(Mark.KEPT, "".join(new[from_new:to_new]))
        else:
            yield Piece(Mark.REMOVED, "".join(old[from_old:to_old]))
            yield Piece(Mark.ADDED, "".join(new[from_new:to_new]))


def _spaced(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Leave out what is empty, and keep words that were removed apart from what stands around them."""
    found = [one for one in pieces if one.words]
    for place, one in enumerate(found):
        if one.mark is not Mark.REMOVED:
            yield one
            continue
        before = "" if place == 0 or found[place - 1].words[-1].isspace() else " "
        after = "" if place == len(found) - 1 or one.words[-1].isspace() else " "
        yield Piece(one.mark, f"{before}{one.words}{after}")
