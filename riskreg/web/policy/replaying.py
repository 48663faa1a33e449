"""How a replay is set out: what it comes to, and its lines by how they differ."""

from __future__ import annotations

from typing import NamedTuple

from riskreg.domain.side_by_side import Difference
from riskreg.queries.replay import Replayed, ReplayLine

TITLES = {
    Difference.NOT_RAISED: (
        "Not raised by the draft",
        "They were put before DMT; by the draft they would not have been.",
    ),
    Difference.NEW: ("Raised by the draft only", "They were not put before DMT; by the draft they would be."),
    Difference.EARLIER: ("Raised earlier by the draft", "They would have been put before DMT sooner."),
    Difference.LATER: ("Raised later by the draft", "They would have been put before DMT later."),
    Difference.SAME: ("Raised on the same day", "The draft makes no difference to them."),
}


class Number(NamedTuple):
    """A number, and the part of the page that lists what it counts."""

    number: int
    anchor: str


class Part(NamedTuple):
    """The lines that differ in one way."""

    title: str
    anchor: str
    said: str
    lines: list[ReplayLine]


def totals(replayed: Replayed) -> list[tuple[str, Number]]:
    """Return what the replay comes to, in words."""
    counts = replayed.counts
    return [
        ("Raised by signals, as it was", Number(replayed.was, "")),
        ("Raised by the draft", Number(replayed.would, "")),
        *((TITLES[kind][0], Number(counts[kind], _anchor(kind))) for kind in Difference),
        ("Declined by DMT, and spared by the draft", Number(replayed.spared, _anchor(Difference.NOT_RAISED))),
    ]


def parts(replayed: Replayed) -> list[Part]:
    """Return the lines by how they differ, those that differ first; nothing for what there is none of."""
    found = []
    for kind, (title, said) in TITLES.items():
        lines = [one for one in replayed.lines if one.pair.difference is kind]
        if lines:
            found.append(Part(title, _anchor(kind), said, lines))
    return found


def _anchor(kind: Difference) -> str:
    return kind.replace(" ", "-")
