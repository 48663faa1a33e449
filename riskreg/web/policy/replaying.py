"""How a replay is set out: what it comes to, and its lines by how they differ."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from riskreg.domain.dates import add_months
from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.sentences import closed, day, plural
from riskreg.domain.side_by_side import Difference, Raised
from riskreg.queries.replay import Replayed, ReplayLine

TITLES = {
    Difference.NOT_RAISED: (
        "Not raised by the draft",
        "They were put before DMT; by the draft they would not have been.",
    ),
    Difference.NEW: ("Raised by the draft only", "They were not put before DMT; by the draft they would be."),
    Difference.EARLIER: ("Raised earlier by the draft", "They would have been put before DMT sooner."),
    Difference.LATER: ("Raised later by the draft", "They would have been put before DMT later."),
    Difference.OTHERWISE: (
        "Raised on the same day, for another reason or with another end",
        "They would have been put before DMT for another reason, or would have ended otherwise.",
    ),
    Difference.SAME: (
        "Raised just the same",
        "By the draft, too, they would have been put before DMT on that day, for that reason and with that end.",
    ),
}

BY_DMT = (EscalationStatus.DECLINED, EscalationStatus.DE_ESCALATED)


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


def outcome(one: Raised) -> str:
    """Say how an escalation ended, or where it stands."""
    if one.ended_on is None:
        return f"Not ended: {one.status}."
    by_dmt = " by DMT" if one.status in BY_DMT else ""
    said = f"{one.status.capitalize()}{by_dmt} on {day(one.ended_on)}"
    return closed(f"{said}: {one.ended_why}" if one.ended_why else said)


def short_record(began: date, today: date) -> str:
    """Say that there is next to no past to replay when the record began less than a month ago; else nothing."""
    if add_months(began, 1) <= today:
        return ""
    days = (today - began).days
    if not days:
        return (
            f"The record begins today, on {day(began)}. There is no past to replay yet: all there is to compare is "
            "what was put before DMT on this first day."
        )
    return f"The record begins on {day(began)}, {plural(days, 'day')} ago. So short a past tells little of the draft."


def _anchor(kind: Difference) -> str:
    return kind.replace(" ", "-")
