"""Scores and RAG ratings of risks (design, section 3, Scores)."""

from __future__ import annotations

from enum import StrEnum

from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy

LEVELS = range(1, 6)
RATIONALE_NEEDED = "Say why a target that is still RED is accepted."
ABOVE_NEEDED = "Say why a target above the current rating is accepted."


class Rag(StrEnum):
    """RED, AMBER or GREEN: always a word."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"

    @property
    def severity(self) -> int:
        """0 for GREEN, 1 for AMBER, 2 for RED."""
        return list(Rag).index(self)

    def worse_than(self, other: Rag) -> bool:
        """Whether this rating is worse than the other."""
        return self.severity > other.severity

    def raised(self) -> Rag:
        """One step worse; RED stays RED."""
        return list(Rag)[min(self.severity + 1, 2)]


def score(likelihood: int, impact: int) -> int:
    """Return likelihood × impact, 1 to 25. Raises RuleBroken for a level outside 1 to 5."""
    for name, level in (("likelihood", likelihood), ("impact", impact)):
        if level not in LEVELS:
            raise RuleBroken(f"The {name} must be a whole number from 1 to 5.", name)
    return likelihood * impact


def rag_of_score(points: int, policy: Policy) -> Rag:
    """Return the band that a score falls into under the policy."""
    if points >= policy.red_from_score:
        return Rag.RED
    return Rag.AMBER if points >= policy.amber_from_score else Rag.GREEN


def check_target(rag: Rag, rationale: str) -> None:
    """A high target is allowed, with a rationale. Raises RuleBroken without one."""
    if rag is Rag.RED and not rationale.strip():
        raise RuleBroken(RATIONALE_NEEDED, "rationale")


def check_target_beside(target: tuple[int, Rag], current: tuple[int | None, Rag], rationale: str) -> None:
    """A target above the current rating needs a rationale. Raises RuleBroken without one.

    Each is score and RAG; a rating that was published without a score is compared by its RAG.
    """
    points, rag = target
    present, present_rag = current
    above = points > present if present is not None else rag.worse_than(present_rag)
    if above and not rationale.strip():
        raise RuleBroken(ABOVE_NEEDED, "rationale")


def effective_rag(own: Rag, *, escalated_to: Rag | None) -> Rag:
    """Return the rating the register shows: one step above the owner's own while an escalation lives.

    It never falls below the rating that the escalation raised the risk to: an owner who assesses lower meanwhile is
    seen beside it, and DMT decides.
    """
    if escalated_to is None:
        return own
    return max(own.raised(), escalated_to, key=lambda rag: rag.severity)
