"""Who is mentioned in what somebody wrote: “@” and a person's name, or the title of a post."""

from __future__ import annotations

import re
from collections.abc import Iterable

AT = re.compile(r"(?<!\w)@")


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return which of the names stand behind an “@”, each once, in the order of the text; the longest that fits counts.

    Case does not matter. What stands behind the name must not go on as a word: “@Ann” is not in “@Annabel”.
    """
    longest_first = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    found: dict[str, None] = {}
    for place in AT.finditer(text):
        behind = text[place.end() :]
        name = next((name for name in longest_first if _stands_first(name, behind)), None)
        if name is not None:
            found.setdefault(name)
    return list(found)


def _stands_first(name: str, text: str) -> bool:
    behind = text[len(name) :]
    return text[: len(name)].casefold() == name.casefold() and not behind[:1].isalnum()
