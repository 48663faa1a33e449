"""Setting a target: what can be one for an indicator, and how one reads in words and in the cell of a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from riskreg.domain.errors import RuleBroken
from riskreg.domain.figures import read_figure
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import figure, shortest
from riskreg.domain.targets import Polarity, Target, TargetKind

K = TargetKind
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
WITH_VALUE = (K.FIGURE, K.NATIONAL_PLUS)
JUDGED = (K.FIGURE, K.NATIONAL, K.NATIONAL_PLUS)
IN_WORDS = {
    K.UP: "it should rise",
    K.DOWN: "it should fall",
    K.NATIONAL: "the national average",
    K.NOT_APPLICABLE: "none applies",
    K.BLANK: "none is set",
}
IN_CELL = {K.UP: "↑", K.DOWN: "↓", K.NATIONAL: "National average", K.NOT_APPLICABLE: "N/A", K.BLANK: ""}
WRITTEN = {
    "↑": K.UP, "up": K.UP, "rise": K.UP, "↓": K.DOWN, "down": K.DOWN, "fall": K.DOWN,
    "national average": K.NATIONAL, "n/a": K.NOT_APPLICABLE, "not applicable": K.NOT_APPLICABLE, "": K.BLANK,
}  # fmt: skip
ADDED = re.compile(r"national average ?([+-].*)")


def read_target(words: dict[str, str], kind: str, unit: str, *, is_gap: bool = False) -> Target:
    """Return the target that was typed: `words` by the fields value, floor, green_tolerance and amber_tolerance.

    Raises RuleBroken for a kind that is none, a figure that is missing, is none, or that its kind cannot have.
    """
    if kind not in list(K):
        raise RuleBroken("Say what the target is.", "kind")
    known = K(kind)
    typed = {name: text.strip() for name, text in words.items() if text.strip()}
    if known in WITH_VALUE and "value" not in typed:
        raise RuleBroken("Enter the figure.", "value")
    for name in typed:
        if known not in (WITH_VALUE if name == "value" else JUDGED):
            raise RuleBroken(f"There is no figure to a target that says “{IN_WORDS[known]}”: leave this empty.", name)
    signed = is_gap or known is K.NATIONAL_PLUS
    read = {
        name: read_figure(text, unit, name, is_gap=is_gap if name == "floor" else signed)
        if name in ("value", "floor")
        else _distance(text, unit, name)
        for name, text in typed.items()
    }
    return Target(known, **read)


def _distance(words: str, unit: str, field: str) -> Decimal:
    """How far from the target, in the indicator's own unit; a count may have one with decimals."""
    found = read_figure(words, "percent" if unit == "percent" else "", field)
    if found < 0:
        raise RuleBroken("A tolerance is a distance from the target: 0 or more.", field)
    return found


def target_faults(target: Target, polarity: Polarity, policy: Policy) -> Iterator[RuleBroken]:
    """Yield what makes a target one that no result could be judged by as it says."""
    if target.kind is K.NATIONAL_PLUS and polarity is not Polarity.HIGHER:
        yield RuleBroken("Only where higher is better can a result be judged by an addition to the average.", "kind")
    if polarity is Polarity.CLOSE:
        yield from _close_faults(target, policy)
        return
    for name in ("green_tolerance", "amber_tolerance"):
        if getattr(target, name) is not None:
            yield RuleBroken("A tolerance is for an indicator that is to be close to its target.", name)
    goal = target.value if target.kind is K.FIGURE else None
    if target.floor is None or goal is None:
        return
    if polarity is Polarity.HIGHER and target.floor > goal:
        yield RuleBroken("Higher is better: the floor must not be above the target.", "floor")
    if polarity is Polarity.LOWER and target.floor < goal:
        yield RuleBroken("Lower is better: the floor must not be below the target.", "floor")


def _close_faults(target: Target, policy: Policy) -> Iterator[RuleBroken]:
    if target.floor is not None:
        yield RuleBroken("An indicator that is to be close to its target has tolerances and no floor.", "floor")
    goal = abs(target.value) if target.kind is K.FIGURE and target.value is not None else None
    inner, outer = target.green_tolerance, target.amber_tolerance
    assumed = ""
    if goal is not None and (inner is None) is not (outer is None):
        assumed = " The one that is left empty is assumed from the policy."
        inner = goal * policy.close_green_share if inner is None else inner
        outer = goal * policy.close_amber_share if outer is None else outer
    if inner is not None and outer is not None and inner > outer:
        field = "green_tolerance" if target.green_tolerance is not None else "amber_tolerance"
        yield RuleBroken(
            f"GREEN within {shortest(inner)} must not reach farther than AMBER within {shortest(outer)}.{assumed}",
            field,
        )


def target_words(target: Target, unit: str) -> str:
    """Return a target as a sentence has it: 77%, floor 70%."""
    value = target.value if target.value is not None else Decimal(0)
    if target.kind is K.FIGURE:
        words = figure(value, unit)
    elif target.kind is K.NATIONAL_PLUS:
        words = f"the national average {'minus' if value < 0 else 'plus'} {figure(abs(value), unit)}"
    else:
        words = IN_WORDS[target.kind]
    parts = (
        ("floor", target.floor, unit),
        ("GREEN within", target.green_tolerance, ""),
        ("AMBER within", target.amber_tolerance, ""),
    )
    return ", ".join([words, *(f"{name} {figure(held, how)}" for name, held, how in parts if held is not None)])


def written_target(target: Target) -> str:
    """Return a target as the cell of a sheet has it: 77, ↑, National average, National average +2, N/A, or nothing."""
    if target.value is None or target.kind not in WITH_VALUE:
        return IN_CELL.get(target.kind, "")
    return f"{target.value:f}" if target.kind is K.FIGURE else f"{IN_CELL[K.NATIONAL]} {target.value:+f}"


def read_written(words: str) -> tuple[TargetKind, str]:
    """Return the kind that such a cell says, and the figure's words; whatever says nothing else has to be a figure."""
    plain = " ".join(words.lower().lstrip("'").removeprefix("=").split())
    if plain in WRITTEN:
        return WRITTEN[plain], ""
    if added := ADDED.fullmatch(plain):
        return K.NATIONAL_PLUS, added[1].replace(" ", "")
    return K.FIGURE, words.strip()
