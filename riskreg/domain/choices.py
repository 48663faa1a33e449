"""What a policy chooses among where it sets no number: as what people are told, and what a new link heeds."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Told(StrEnum):
    """As what a person is told, in the order in which they are added."""

    OWNER = "owner"
    LINE_DIRECTOR = "line director"
    COORDINATOR = "co-ordinator"
    DMT = "DMT"
    PERFORMANCE_OFFICER = "performance officer"

    @property
    def who(self) -> str:
        """Who that is, in a sentence: the line director."""
        return self.value if self is Told.DMT else f"the {self.value}"


BESIDES_OWNER = (Told.LINE_DIRECTOR, Told.COORDINATOR, Told.DMT)


def in_order(named: Collection[str]) -> tuple[Told, ...]:
    """Return those named who can be told besides the owner, each once, in their order."""
    return tuple(one for one in BESIDES_OWNER if one in named)


class Heeds(StrEnum):
    """What a link heeds: any slip, RED only, or watch only (shown, never an escalation)."""

    ANY = "any"
    RED = "red"
    WATCH = "watch"


OF_INDICATOR = tuple(Heeds)
OF_CONTRACT = (Heeds.ANY, Heeds.WATCH)  # a milestone is no RAG: RED only and any slip would be the same
