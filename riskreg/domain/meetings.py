"""The rules of meetings: which days a series falls on, what an agenda may become, and when a record can be closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day

MOST_IN_A_SERIES = 60
WEEKS = range(1, 53)
Item = TypeVar("Item")


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    CLOSED = "closed"


class ItemKind(StrEnum):
    """What an item of an agenda is about."""

    ESCALATION = "escalation"
    REVIEW = "review"
    NOTE = "note"


def series(first: date, every_weeks: int | None, until: date | None, today: date) -> list[date]:
    """Return the days of one meeting, or of one every so many weeks until a day that may be among them.

    Raises RuleBroken, naming the field, for a day that is past or a series without end.
    """
    if first < today:
        raise RuleBroken("The date of the meeting must be today or later.", "held_on")
    if every_weeks is None:
        if until is not None:
            raise RuleBroken("Enter how many weeks lie between the meetings, or leave the last date empty.", "weeks")
        return [first]
    if every_weeks not in WEEKS:
        raise RuleBroken("The number of weeks must be from 1 to 52.", "weeks")
    if until is None:
        raise RuleBroken("Enter the date until which the meetings are set up.", "until")
    if until < first:
        raise RuleBroken("The last date must not be before the first meeting.", "until")
    count = (until - first).days // (7 * every_weeks) + 1
    if count > MOST_IN_A_SERIES:
        raise RuleBroken(f"That would be {count} meetings. Set up {MOST_IN_A_SERIES} or fewer at once.", "until")
    return [first + timedelta(weeks=every_weeks * number) for number in range(count)]


def check_planned(state: str, held_on: date) -> None:
    """Raise RuleBroken when the record of the meeting is closed: from then on nothing of it changes."""
    if state != MeetingState.PLANNED:
        raise RuleBroken(f"The record of the meeting of {day(held_on)} is closed. Nothing in it can be changed.")


def check_agenda_day(held_on: date, today: date) -> None:
    """Raise RuleBroken once the day of the meeting is over: what came later was not before it."""
    if held_on < today:
        raise RuleBroken(
            f"The day of the meeting of {day(held_on)} is over. What waits for DMT now was not before that meeting,"
            " so nothing is added to its agenda."
        )


def check_closing(held_on: date, today: date, *, decisions: int, notes: int) -> None:
    """Raise RuleBroken for a meeting that has not been held yet, or at which nothing was recorded."""
    if held_on > today:
        raise RuleBroken(f"The meeting is on {day(held_on)}. Its record can be closed from that day on.")
    if not decisions and not notes:
        raise RuleBroken(
            "Nothing was recorded at this meeting: no decision names its date and no item has a note."
            " An empty meeting cannot be closed. Record something first, or say that it was not held."
        )


def check_not_held(held_on: date, *, recorded: bool) -> None:
    """Raise RuleBroken for a meeting at which something was recorded: it was held, and its record is closed instead."""
    if recorded:
        raise RuleBroken(
            f"Something was recorded at the meeting of {day(held_on)}, so it was held. Close its record instead."
        )


def moved(items: Sequence[Item], item: Item, step: int) -> list[Item]:
    """Return the items with one moved by a place, up by -1 or down by 1; at the end it stays where it is."""
    order = list(items)
    place = order.index(item)
    to = min(max(place + step, 0), len(order) - 1)
    order.insert(to, order.pop(place))
    return order
