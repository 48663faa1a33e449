"""What counts as a change and what as a movement: one definition for the pages, the dashboard, the pack and reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LEFT, RiskStatus
from riskreg.models import Risk
from riskreg.queries.as_at import END, REGISTER

ITSELF = "the register itself"
START: Any = bindparam("start")
KNOWN = (RiskStatus.OPEN, *LEFT)
# Few of the risks of a register changed: adding 0 keeps the database from walking its index of all of them.
OF_REGISTER: Any = Risk.register_id + 0 == REGISTER


class Part(StrEnum):
    """A kind of change; the words are those of the address and of the file.

    The rating shown is compared between two days; everything else is told each time that it happened in between.
    """

    NEW = "new"
    CLOSED = "closed"
    REOPENED = "reopened"
    OWNER = "new-owner"
    OWN_WORSE = "own-rating-worse"
    OWN_BETTER = "own-rating-better"
    OWN_SCORE = "own-score"
    SHOWN_WORSE = "rating-shown-worse"
    SHOWN_BETTER = "rating-shown-better"
    TARGET = "new-target"
    RESPONSE = "response"
    EDITED = "text-edited"
    OPENED = "escalation-opened"
    BACK = "brought-back"
    ENDED = "escalation-ended"
    DECIDED = "decision"
    ANSWERED = "corporate-answer"
    REVIEWED = "review"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one risk. `on` and `by` are empty where the records do not tell.

    `before` and `after` are ratings for a kind of change that is about ratings, else words. `met_on`: the day of the
    meeting of DMT at which it was decided, where it was decided at one.
    """

    part: Part
    risk_id: int
    number: int
    title: str
    before: str
    after: str
    words: str
    on: date | None = None
    by: str = ""
    met_on: date | None = None


def change_of(
    part: Part, row: Any, old: str, new: str, words: str, at: datetime, by: str = "", met_on: date | None = None
) -> Change:
    """A change from a row that begins with the risk's id, number and title."""
    return Change(part, row[0], row[1], row[2], old, new, words, day_of(at), by, met_on)


def within(moment: Any) -> Any:
    """The condition that a moment lies after the end of the first day and not after the end of the last."""
    return and_(moment >= START, moment < END)
