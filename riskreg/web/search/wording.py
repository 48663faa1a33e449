"""What was found as the page words it: kinds, where a text stands, and an excerpt with the words marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from flask import url_for
from markupsafe import Markup, escape

from riskreg.queries.matching import lowered
from riskreg.queries.search import Hit, Kind

BEFORE, AFTER = 80, 160  # how many characters of a text an excerpt shows around the first word found
# The words for one and for many.
KIND_WORDS: dict[Kind, tuple[str, str]] = {
    Kind.RISK: ("Risk", "Risks"),
    Kind.ACTION: ("Action", "Actions"),
    Kind.CONTROL: ("Control", "Controls"),
    Kind.UPDATE: ("Update of an action", "Updates of actions"),
    Kind.REVIEW: ("Review", "Reviews"),
    Kind.DECISION: ("Decision of DMT", "Decisions of DMT"),
    Kind.RESPONSE: ("Response", "Responses"),
    Kind.ESCALATION: ("Escalation", "Escalations"),
    Kind.INDICATOR: ("Indicator", "Indicators"),
    Kind.CONTRACT: ("Contract", "Contracts"),
}


# The page on which a text stands, and where on it. Reviews older than those shown stand in the whole history.
PLACES: dict[Kind, Callable[[Hit], str]] = {
    Kind.RISK: lambda hit: url_for("risks.risk", risk_id=hit.risk_id),
    Kind.ACTION: lambda hit: url_for("risks.action", action_id=hit.place),
    Kind.CONTROL: lambda hit: url_for("risks.risk", risk_id=hit.risk_id, _anchor=f"control-{hit.key}"),
    Kind.UPDATE: lambda hit: url_for("risks.action", action_id=hit.place, _anchor=f"update-{hit.key}"),
    Kind.REVIEW: lambda hit: url_for("risks.risk", risk_id=hit.risk_id, history="all", _anchor="reviews"),
    Kind.DECISION: lambda hit: url_for("escalations.escalation", escalation_id=hit.place, _anchor="decisions"),
    Kind.RESPONSE: lambda hit: url_for("risks.risk", risk_id=hit.risk_id, _anchor="response"),
    Kind.ESCALATION: lambda hit: url_for("escalations.escalation", escalation_id=hit.place),
    Kind.INDICATOR: lambda hit: url_for("indicators.indicator", indicator_id=hit.place),
    Kind.CONTRACT: lambda hit: url_for("contracts.contract", contract_id=hit.place),
}


def place_of(hit: Hit) -> str:
    """The address of the place where a text stands."""
    return PLACES[hit.kind](hit)


def marked(text: str, words: Sequence[str]) -> Markup:
    """The text with every word marked, and everything else of it as plain text."""
    return _marked(text, _places(text, words))


def _marked(text: str, places: Sequence[tuple[int, int]]) -> Markup:
    """Put together as plain strings of escaped parts, since this is done for every text of a page."""
    parts, end = [], 0
    for begin, beyond in places:
        parts += [escape(text[end:begin]), "<mark>", escape(text[begin:beyond]), "</mark>"]
        end = beyond
    return Markup("".join([*parts, escape(text[end:])]))  # noqa: S704 - each part is escaped above


def excerpt(text: str, words: Sequence[str]) -> Markup:
    """The part around the first word found, within its paragraph, or the beginning of the text, with words marked."""
    paragraphs = [one for one in text.splitlines() if one.strip()] or [""]
    text, places = next(((one, found) for one in paragraphs if (found := _places(one, words))), (paragraphs[0], []))
    first = places[0][0] if places else 0
    begin, end = max(0, first - BEFORE), first + AFTER
    if begin and " " in text[begin:first]:  # not in the middle of a word
        begin = text.index(" ", begin) + 1
    if end < len(text) and " " in text[first + 1 : end]:
        end = text.rindex(" ", first + 1, end)
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    return before + marked(text[begin:end].strip(), words) + after


def _places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand in a text, from where to where, in order and none within another."""
    return [found.span() for found in _pattern(tuple(words)).finditer(lowered(text))]


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(map(lowered, words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
