"""Which indicators and contracts may bear on a risk, judged by its words and its service alone.

A shared word counts the more, the fewer of the things that can be linked have it: “dyslexia” tells more than “pupils”.
Lying in the same service counts like one word that a tenth of them have.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import log
from typing import NamedTuple

MOST = 10
SAME_SERVICE = log(10)
WORD = re.compile(r"[a-z]{3,}")


def _singular(word: str) -> str:
    """Take the ending of a plural off: places, categories, classes; not that of status or analysis."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


# Words that join others, and words that say how something is counted or written rather than what it is about.
STOP = frozenset(
    _singular(word)
    for word in """
    ability about above achieve achieved achieving across additional after against all also among and any
    appropriate are area back been before being below between both but can case cases change child children could
    council count county current delivery due during each expect expected fall for from full further give given good
    had has have having high higher how include including increase increasing indicator into its lack lead leads
    less level low lower make may meet more most must nil non not number numbers off old olds one only other our out
    over part people per percentage person plan provide provided providing provision pupil rate receive reduce
    relating required requires requiring rise rising risk same service services set should since small standard such
    support than that the their them there these they this those through time two under until use used very was were
    what when where which while who whole will with within without work would year years yet young
    """.split()  # noqa: SIM905 - so many words are read as a text
)


class Key(NamedTuple):
    """An indicator or a contract, by its id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Linkable:
    """Something that a risk can be linked to: what it is called and described as, and the service it belongs to.

    `measures`: the contract whose performance an indicator measures.
    """

    key: Key
    code: str
    name: str
    service: str
    description: str = ""
    measures: Key | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that may bear on a risk, and why it was found: the words it shares, as its name has them.

    `measures`: the contract on which the risk relies already, where it measures one.
    """

    linkable: Linkable
    shares: tuple[str, ...]
    same_service: bool
    score: float
    measures: Linkable | None = None


def stems(text: str) -> dict[str, str]:
    """Return the telling words of a text in one form for singular and plural, each with the first way it is written."""
    found: dict[str, str] = {}
    for word in WORD.findall(text.lower().replace("’", "'")):
        if (stem := _singular(word)) not in STOP:
            found.setdefault(stem, word)
    return found


def suggest(
    text: str, service: str, linkables: Iterable[Linkable], linked: Collection[Key], most: int = MOST
) -> list[Suggestion]:
    """Return what may bear on a risk with these words in this service, the likeliest first; never what is linked.

    What measures a contract on which the risk relies comes before all that shares words or the service. The order in
    which the linkables come makes no difference.
    """
    linkables = list(linkables)
    relied_on = {one.key: one for one in linkables if one.key in linked}
    words = [(one, stems(f"{one.name} {one.description}")) for one in linkables]
    held_by = Counter(stem for _, has in words for stem in has)
    wanted, home = set(stems(text)), set(stems(service))
    found = []
    for one, has in words:
        shared = wanted & has.keys()
        same = is_same_service(home, set(stems(one.service)))
        measured = relied_on.get(one.measures) if one.measures else None
        if one.key in linked or not (shared or same or measured):
            continue
        told = sorted(shared, key=lambda stem: (held_by[stem], stem))
        score = sum(log((len(words) + 1) / held_by[stem]) for stem in told) + (SAME_SERVICE if same else 0)
        found.append(Suggestion(one, tuple(has[stem] for stem in told), same, score, measured))
    found.sort(key=lambda one: (not one.measures, -round(one.score, 9), one.linkable.code, one.linkable.key))
    return found[:most]


def is_same_service(home: set[str], other: set[str]) -> bool:
    """Whether two names of services mean the same one: they share more than half of the words of the shorter."""
    return 2 * len(home & other) > min(len(home), len(other))
