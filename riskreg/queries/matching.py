"""The one way in which words are looked for: what was typed is read as words and phrases, and every one must occur."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import BindParameter, ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from riskreg.extensions import db
from riskreg.models import Control, Risk

Text = InstrumentedAttribute[str]
# Everything that is written of a risk itself.
RISK_TEXTS: tuple[Text, ...] = (
    Risk.title,
    Risk.cause,
    Risk.event,
    Risk.consequence,
    Risk.objective,
    Risk.category,
    Risk.published_text,
    Risk.closing_reason,
)
# Empty for most: to ask that first is quicker than to look for a word in nothing.
_SELDOM_FILLED = frozenset(
    {Risk.objective, Risk.category, Risk.published_text, Risk.closing_reason, Control.assurance, Control.ended_why}
)
_ASKED = re.compile(r'"([^"]*)"|([^\s"]+)')
_READ_BY_LIKE = re.compile("[%_/]")
_QUOTES = str.maketrans("“”„", '"""')


def read_words(typed: str) -> tuple[str, ...]:
    """Return the words asked for, and each phrase in double quotes, once and in their order.

    A quotation mark without its other half is passed over.
    """
    found = (" ".join((phrase or word).split()) for phrase, word in _ASKED.findall(typed.translate(_QUOTES)))
    return tuple(dict.fromkeys(one for one in found if one))


def says(texts: Sequence[Text], word: str) -> ColumnElement[bool]:
    """Whether a word occurs in one of the texts as it was typed, small letters or capitals."""
    return occurs(texts, beyond_ascii(word), pattern_of(word), database(), plain=is_plain(word))


def occurs(
    texts: Sequence[Text], letters: str, pattern: str | BindParameter[str], on: str, *, plain: bool
) -> ColumnElement[bool]:
    """Whether one of the texts is like a pattern; `letters` are those of its word beyond a to z.

    `plain`: LIKE reads no sign of the word, so that SQLite, which knows no escape of itself, needs none and is quicker.

    SQLite's own LIKE takes small letters and capitals of a to z alike, as lowering by the rules of "C" does on
    PostgreSQL; what `ilike` makes takes three times as long on both. Neither knows other capitals: these are made small
    in the text first.
    """
    written: list[ColumnElement[str]] = [text.expression for text in texts]
    for letter in letters:
        written = [func.replace(text, letter.upper(), letter) for text in written]
    if on != "sqlite":
        written = [func.lower(text.collate("C")) for text in written]
    escape = None if plain and on == "sqlite" else "/"
    like = [text.like(pattern, escape=escape) for text in written]
    pairs = zip(texts, like, strict=True)
    return or_(*(and_(text != "", one) if text in _SELDOM_FILLED else one for text, one in pairs))


def database() -> str:
    """Which database is asked: sqlite or postgresql."""
    return db.session.get_bind().dialect.name


def pattern_of(word: str) -> str:
    """Return what LIKE is given to find a word: % and _ in it are plain."""
    return "%" + _READ_BY_LIKE.sub(r"/\g<0>", lowered(word)) + "%"


def is_plain(word: str) -> bool:
    """Whether LIKE reads no sign of a word as something else."""
    return not _READ_BY_LIKE.search(word)


def beyond_ascii(word: str) -> str:
    """Return the small letters of a word beyond a to z that have a capital, each once."""
    small = {one for one in lowered(word) if not one.isascii() and len(one.upper()) == 1 and one.upper() != one}
    return "".join(sorted(small))


def lowered(words: str) -> str:
    """Write words in small letters, each letter for itself, so that every letter keeps its place."""
    small = words.lower()
    if len(small) == len(words):
        return small
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in words)
