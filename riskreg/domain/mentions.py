"""Who is mentioned in what somebody wrote: “@” and a person's name, or the title of a post."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

AT = re.compile(r"(?<!\w)@")
SOME_WORDS = re.compile(r"[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3}")


def mentioned(text: str, names: Iterable[str]) -> list[str]:
    """Return which of the names stand behind an “@”, each once, in the order of the text; the longest that fits counts.

    Case does not matter. What stands behind the name must not go on as a word: “@Ann” is not in “@Annabel”.
    """
    return list(dict.fromkeys(name for _, name in _behind_each(text, names) if name is not None))


def unknown(text: str, names: Iterable[str]) -> list[str]:
    """Return the words, at most four, behind each “@” that are none of the names; a space after it mentions nobody."""
    behind = (words for words, name in _behind_each(text, names) if name is None)
    return [found[0] for words in behind if (found := SOME_WORDS.match(words))]


def _behind_each(text: str, names: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    longest_first = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    for place in AT.finditer(text):
        behind = text[place.end() :]
        yield behind, next((name for name in longest_first if _stands_first(name, behind)), None)


def _stands_first(name: str, text: str) -> bool:
    behind = text[len(name) :]
    return text[: len(name)].casefold() == name.casefold() and not behind[:1].isalnum()
