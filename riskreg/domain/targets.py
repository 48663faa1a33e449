"""How a published result is judged: polarity, targets of any kind, floors, direction of travel (design, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import shortest


class Polarity(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    CLOSE = "close"


class TargetKind(StrEnum):
    """What a target's cell holds."""

    FIGURE = "figure"
    UP = "up"
    DOWN = "down"
    NATIONAL = "national"
    NATIONAL_PLUS = "national_plus"
    NOT_APPLICABLE = "not_applicable"
    BLANK = "blank"


class Direction(StrEnum):
    """Direction of travel against the result before, on the same basis."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class Target:
    """One period's target. `value` is the figure, or what is added to the national average (percentage points).

    `floor` is a published floor standard; the tolerances belong to a close-to-target indicator, in its own unit.
    """

    kind: TargetKind
    value: Decimal | None = None
    floor: Decimal | None = None
    green_tolerance: Decimal | None = None
    amber_tolerance: Decimal | None = None


CLOSE_WORDS = "Close to target is better"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A result's RAG with what it was judged by. `rag` is None when the result is not rated, and `why` says why."""

    rag: Rag | None
    target: Decimal | None = None
    floor: Decimal | None = None
    floor_assumed: bool = False
    why: str = ""

    @property
    def by_distance(self) -> bool:
        """Whether `floor` is the outer tolerance of a close-to-target judgement: a distance and not a level.

        Read off `why`, which alone differs and is stored with every judgement.
        """
        return self.why.startswith(CLOSE_WORDS)


NOT_RATED = {
    TargetKind.UP: "Not rated: the target says only that it should rise.",
    TargetKind.DOWN: "Not rated: the target says only that it should fall.",
    TargetKind.NOT_APPLICABLE: "Not rated: the plan says that no target applies.",
    TargetKind.BLANK: "Not rated: no target was set for this period.",
}


def judge(
    value: Decimal, target: Target | None, polarity: Polarity, national: Decimal | None, policy: Policy
) -> Judgement:
    """Return the RAG of a result against the target of its own period. Equal counts as reached.

    `national` is the national figure of the same period on the same measure, or None while it is not known.
    """
    goal, why = _goal(target, polarity, national)
    if goal is None or target is None:
        return Judgement(None, why=why)
    if polarity is Polarity.CLOSE:
        return _judge_close(value, goal, target, policy)
    assumed = target.floor is None
    sign = 1 if polarity is Polarity.LOWER else -1
    floor = goal + sign * abs(goal) * policy.floor_share if target.floor is None else target.floor
    return Judgement(
        _band(value * sign, goal * sign, floor * sign), goal, floor, assumed, _assumption(policy) if assumed else ""
    )


def _band(value: Decimal, goal: Decimal, floor: Decimal) -> Rag:
    """All three turned so that smaller is better."""
    if value <= goal:
        return Rag.GREEN
    return Rag.AMBER if value <= floor else Rag.RED


def _assumption(policy: Policy) -> str:
    return f"The floor is assumed: the target worsened by {shortest(policy.floor_share * 100)}% of itself."


def _goal(target: Target | None, polarity: Polarity, national: Decimal | None) -> tuple[Decimal | None, str]:
    if target is None:
        return None, NOT_RATED[TargetKind.BLANK]
    if target.kind in NOT_RATED:
        return None, NOT_RATED[target.kind]
    if target.kind is TargetKind.FIGURE:
        return target.value, "" if target.value is not None else NOT_RATED[TargetKind.BLANK]
    if national is None:
        return None, "Not rated: the target is the national average, and that is not known yet for this period."
    if target.kind is TargetKind.NATIONAL:
        return national, ""
    if polarity is not Polarity.HIGHER:
        return None, "Not rated: the words do not say which way the addition to the national average counts."
    return national + (target.value or Decimal(0)), ""


def _judge_close(value: Decimal, goal: Decimal, target: Target, policy: Policy) -> Judgement:
    """Judge by two tolerances, saying which of them is assumed."""
    inner = abs(goal) * policy.close_green_share if target.green_tolerance is None else target.green_tolerance
    outer = abs(goal) * policy.close_amber_share if target.amber_tolerance is None else target.amber_tolerance
    said = [
        f"{rag} within {shortest(distance)}" + (" (assumed)" if known is None else "")
        for rag, distance, known in (
            (Rag.GREEN, inner, target.green_tolerance),
            (Rag.AMBER, outer, target.amber_tolerance),
        )
    ]
    why = f"{CLOSE_WORDS}: {', '.join(said)} of the target."
    assumed = target.green_tolerance is None or target.amber_tolerance is None
    return Judgement(_band(abs(value - goal), inner, outer), goal, outer, assumed, why)


def direction_of_travel(before: Decimal, now: Decimal, polarity: Polarity, goal: Decimal | None) -> Direction | None:
    """Return better, same or worse; None for a close-to-target indicator whose target is not known.

    The caller compares only results on the same basis.
    """
    if before == now:
        return Direction.SAME
    if polarity is Polarity.CLOSE:
        if goal is None:
            return None
        was, has = abs(before - goal), abs(now - goal)
        if was == has:
            return Direction.SAME
        return Direction.BETTER if has < was else Direction.WORSE
    return Direction.BETTER if (now > before) is (polarity is Polarity.HIGHER) else Direction.WORSE
