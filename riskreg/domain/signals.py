"""Signals: facts found in linked data on a day (design, section 3, Signals from indicators).

A signal is named by its subject (an indicator or a contract) and its `fact` (the period, or the milestone it is
about). Of two signals with the same name, the one with the greater `severity` is the worse fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum

from riskreg.domain.choices import Heeds
from riskreg.domain.dates import add_months
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import day, figure, plural, shortest
from riskreg.domain.targets import Direction, Judgement


class SignalKind(StrEnum):
    """The kinds of signal."""

    SLIPPED = "slipped"
    RED = "red"
    WORSENING = "worsening"
    REVIEW_OVERDUE = "review overdue"
    NO_ROUTE = "no route"
    NO_APPROVED_ROUTE = "no approved route"
    NO_AWARD = "no award or extension"
    ENDED = "ended"
    NO_PROVIDER = "no provider"
    EXTENSION_NOTICE = "extension notice due"


class Reach(IntEnum):
    """Whom a signal reaches by itself."""

    MANAGER = 1
    HEAD = 2
    DMT = 3

    @property
    def who(self) -> str:
        """Whom it reaches, in words."""
        return {Reach.MANAGER: "its manager", Reach.HEAD: "the head of service", Reach.DMT: "DMT"}[self]

    @property
    def told(self) -> str:
        """Whom it reaches and whom not, as a sentence."""
        return f"{self.who[0].upper()}{self.who[1:]} is told{'' if self is Reach.DMT else '; DMT is not'}."


@dataclass(frozen=True, slots=True)
class JudgedResult:
    """A result with its judgement. `direction` is against the result before on the same basis, or None.

    `worsening_moves`: how many moves the wrong way running are *worsening*, by the policy that it was judged by.
    """

    period: str
    period_end: date
    value: Decimal
    basis: str
    opening: bool
    judgement: Judgement
    direction: Direction | None
    worsening_moves: int
    target_year: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One fact. `recovered` holds the sentence of what made it go away, empty while it stands."""

    kind: SignalKind
    fact: str
    severity: int
    sentence: str
    reaches: Reach
    since: date
    recovered: str = ""

    @property
    def stands(self) -> bool:
        """Whether the reason is still there."""
        return not self.recovered


def heeded(heeds: Heeds, *, about_indicator: bool, severity: int, reaches: Reach) -> bool:
    """Whether a link that heeds so lets a signal escalate its risk. Only what reaches DMT ever does."""
    if heeds is Heeds.WATCH or reaches < Reach.DMT:
        return False
    return not (heeds is Heeds.RED and about_indicator) or severity == Rag.RED.severity


@dataclass(frozen=True, slots=True)
class _Found:
    """A signal with the RAG that it slipped from, which is what a later result must reach again."""

    signal: Signal
    slipped_from: Rag | None


@dataclass(frozen=True, slots=True)
class _Story:
    """One result with what it is told against: the result before it, and the last one before it that was rated."""

    result: JudgedResult
    before: JudgedResult | None
    rated: JudgedResult | None
    worse_moves: int


def signals_of_indicator(name: str, unit: str, history: Sequence[JudgedResult]) -> tuple[Signal, ...]:
    """Return every signal that the results as they now stand give, oldest first, the recovered ones included.

    `history` holds the current revision of each period in order of period, all on one basis. An opening position
    raises nothing but is what the first published result is compared with. Each result is told by the policy that it
    was judged by, so that a later policy never changes what it said.
    """
    told = SoFar(name, unit)
    for result in history:
        told.hear(result)
    return told.signals


class SoFar:
    """What the results heard so far tell, given one after another as `signals_of_indicator` takes them.

    A copy goes on by itself.
    """

    __slots__ = ("_found", "_rated", "_worse_moves", "before", "name", "unit")

    def __init__(self, name: str, unit: str) -> None:
        self.name, self.unit = name, unit
        self.before: JudgedResult | None = None
        self._rated: JudgedResult | None = None
        self._found: list[_Found] = []  # never changed in place: a copy shares it
        self._worse_moves = 0

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal, oldest first, the recovered ones included."""
        return tuple(one.signal for one in self._found)

    def hear(self, result: JudgedResult) -> None:
        """Take in the result that follows."""
        self._worse_moves = self._worse_moves + 1 if result.direction is Direction.WORSE else 0
        if result.judgement.rag is not None:
            if not result.opening:
                found = [_after(earlier, result, self.unit) for earlier in self._found]
                if result.judgement.rag is not Rag.GREEN:  # which tells nothing: most results are
                    found += _found(_Story(result, self.before, self._rated, self._worse_moves), self.name, self.unit)
                self._found = found
            self._rated = result
        self.before = result


def _kind(story: _Story) -> SignalKind | None:
    """Return the most telling signal that one result gives: a slip, then getting worse and worse, then RED.

    Worsening comes before RED, or a result that DMT has once seen RED could get worse for ever unheard.
    """
    rag = story.result.judgement.rag
    if rag is None or rag is Rag.GREEN:
        return None
    was = story.rated.judgement.rag if story.rated else None
    if was and rag.worse_than(was):
        return SignalKind.SLIPPED
    if story.worse_moves >= story.result.worsening_moves:
        return SignalKind.WORSENING
    return SignalKind.RED if rag is Rag.RED else None


def _found(story: _Story, name: str, unit: str) -> list[_Found]:
    kind, rag = _kind(story), story.result.judgement.rag
    if kind is None or rag is None:
        return []
    slipped = kind is SignalKind.SLIPPED
    signal = Signal(
        kind=kind,
        fact=f"{story.result.basis}:{story.result.period_end.isoformat()}",
        severity=rag.severity,
        sentence=f"{name}: {_slip(story, unit) if slipped else _state(story, kind, unit)}"
        f"{_floor(story.result.judgement, unit)}",
        reaches=Reach.DMT,
        since=story.result.period_end,
    )
    return [_Found(signal, story.rated.judgement.rag if story.rated and slipped else None)]


def _after(earlier: _Found, result: JudgedResult, unit: str) -> _Found:
    """Mark a signal as recovered when the later result has taken its reason away."""
    rag = result.judgement.rag
    if not earlier.signal.stands or rag is None:
        return earlier
    if earlier.signal.kind is SignalKind.SLIPPED and earlier.slipped_from:
        recovered = not rag.worse_than(earlier.slipped_from)
    elif earlier.signal.kind is SignalKind.RED:
        recovered = rag is not Rag.RED
    else:
        recovered = rag is Rag.GREEN or result.direction is Direction.BETTER
    if not recovered:
        return earlier
    halted = earlier.signal.kind is SignalKind.WORSENING and rag is not Rag.GREEN
    what = "It is no longer getting worse" if halted else "It has recovered"
    why = f"{what}: {_value(result, unit)} is {_rating(result, unit)}."
    return replace(earlier, signal=replace(earlier.signal, recovered=why))


def _slip(story: _Story, unit: str) -> str:
    """Tell a slip against the result that was last rated: its RAG is the one that was lost."""
    assert story.rated is not None  # noqa: S101 - only a result with a rated one before it slips; this is for mypy
    direction = story.result.direction if story.rated is story.before else None
    was, now = _rating(story.rated, unit), _rating(story.result, unit)
    if story.rated.judgement.target == story.result.judgement.target:
        was = str(story.rated.judgement.rag)
    turn = ", yet went" if direction in (Direction.BETTER, Direction.SAME) else ", and"
    return f"{_moved(story.rated, story.result, direction, unit)}{turn} from {was} to {now}."


def _state(story: _Story, kind: SignalKind, unit: str) -> str:
    """Tell where a result stands that has not slipped: RED, or worse again."""
    result, before = story.result, story.before
    now = _rating(result, unit)
    if before is None:
        return f"the first result, {_value(result, unit)}, is {now}."
    joined = ", yet it is" if result.direction is Direction.BETTER else " and is"
    still = " still" if before.judgement.rag is result.judgement.rag else ""
    text = f"{_moved(before, result, result.direction, unit)}{joined}{still} {now}"
    if kind is SignalKind.WORSENING:
        text += f"; that makes {plural(story.worse_moves, 'result')} running that moved the wrong way"
    return f"{text}."


def _moved(before: JudgedResult, result: JudgedResult, direction: Direction | None, unit: str) -> str:
    """Say how the figure moved, and whether that was for the better where the figure alone would mislead."""
    if before.value == result.value:
        return f"it stayed at {figure(result.value, unit)} ({_period(before)}, then {_period(result)})"
    path = f"from {_value(before, unit)} to {_value(result, unit)}"
    rose = result.value > before.value
    if direction is Direction.BETTER:
        return f"it improved, {'rising' if rose else 'falling'} {path}"
    if direction is Direction.WORSE and rose:
        return f"it got worse, rising {path}"
    return f"it {'rose' if rose else 'fell'} {path}"


def _value(result: JudgedResult, unit: str) -> str:
    return f"{figure(result.value, unit)} ({_period(result)})"


def _period(result: JudgedResult) -> str:
    """Return the period as it stands in brackets: without brackets of its own, and with a word if it was not rated."""
    words = result.period.replace(" (", ", ").replace(")", "")
    return words if result.judgement.rag else f"{words}, not rated"


def _rating(result: JudgedResult, unit: str) -> str:
    if result.judgement.target is None:
        return str(result.judgement.rag)
    year = f" for {result.target_year}" if result.target_year else ""
    return f"{result.judgement.rag} against a target of {figure(result.judgement.target, unit)}{year}"


def _floor(judgement: Judgement, unit: str) -> str:
    """Say where AMBER ends, and whether that is known or assumed: by the judgement as it was given."""
    if judgement.by_distance:
        return f" {judgement.why}"
    if judgement.floor is None:
        return ""
    level = shortest(judgement.floor) + ("%" if unit == "percent" else "")
    if not judgement.floor_assumed:
        return f" The floor standard is {level}."
    if judgement.floor == judgement.target:
        return f" No floor standard is known, and a target of {level} leaves no room for one to be assumed."
    share = shortest(abs((judgement.floor - judgement.target) / judgement.target) * 100) if judgement.target else "0"
    return f" The floor standard is not known and is assumed to be {level}, the target worsened by {share}% of itself."


def stale(last_period_end: date, frequency_months: int, today: date, policy: Policy, only_over: str = "") -> str:
    """Return a sentence when the next result is overdue, else nothing. Never an escalation, never silently GREEN.

    `only_over`: what the overdue result is measured over, where a later one is known that is measured over another.
    """
    due = add_months(last_period_end, frequency_months) + timedelta(days=policy.result_grace_days)
    if today <= due:
        return ""
    late = plural((today - due).days, "day")
    where = f" on its usual basis ({only_over})" if only_over else ""
    return f"Not known since {day(last_period_end)}{where}: the next result was due by {day(due)} and is {late} late."
