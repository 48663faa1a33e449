"""The escalations that were raised beside those that a replay by other rules raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.domain.cases import Case, Kept
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import EscalationStatus


class Difference(StrEnum):
    """How what would have been raised differs from what was."""

    NOT_RAISED = "not raised"
    NEW = "new"
    EARLIER = "earlier"
    LATER = "later"
    OTHERWISE = "otherwise"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation that signals raised. `facts`: everything it came to hold, as `indicator:5 annual:2017-08-31`.

    `reasons`: what it was raised for, each with its kind and severity; `sentences`: the same in words.
    `ended_on` None: it still raises the risk. `escalation_id` None: only the replay raises it.
    """

    risk_id: int
    opened_on: date
    sentences: tuple[str, ...]
    reasons: frozenset[tuple[str, str, int]]
    facts: frozenset[str]
    status: EscalationStatus
    ended_on: date | None = None
    ended_why: str = ""
    escalation_id: int | None = None

    @property
    def raised_for(self) -> frozenset[str]:
        """The facts that raised it, without those that joined it later."""
        return frozenset(fact for fact, _, _ in self.reasons)

    @property
    def subjects(self) -> frozenset[str]:
        """The indicators and contracts that raised it."""
        return frozenset(fact.partition(" ")[0] for fact in self.raised_for)


@dataclass(frozen=True, slots=True)
class Pair:
    """What was raised of a risk, and what would have been; one of them may be missing.

    `joins`: what it was raised for would not raise the risk by itself, but join what another reason raised.
    """

    risk_id: int
    was: Raised | None
    would: Raised | None
    joins: bool = False

    @property
    def days(self) -> int:
        """How many days later it would have been raised; negative: earlier."""
        return (self.would.opened_on - self.was.opened_on).days if self.was and self.would else 0

    @property
    def difference(self) -> Difference:
        """How the two differ."""
        if self.would is None:
            return Difference.NOT_RAISED
        if self.was is None:
            return Difference.NEW
        if self.days == 0:
            return Difference.SAME if self.same_reason and self.same_end else Difference.OTHERWISE
        return Difference.EARLIER if self.days < 0 else Difference.LATER

    @property
    def same_reason(self) -> bool:
        """Whether it would have been raised for what it was raised for."""
        was, would = self.was, self.would
        return was is not None and would is not None and was.reasons == would.reasons

    @property
    def same_end(self) -> bool:
        """Whether it would stand where it stands, or would have ended as it did and when it did."""
        was, would = self.was, self.would
        if was is None or would is None:
            return False
        return (was.status, was.ended_on) == (would.status, would.ended_on)

    @property
    def spared(self) -> bool:
        """Whether DMT declined it, and would not have had its reason before it."""
        declined = self.was is not None and self.was.status is EscalationStatus.DECLINED
        return declined and self.would is None and not self.joins


def raised_by(cases: Iterable[Case], since: date) -> list[Raised]:
    """Return the cases that signals opened on a day or later."""
    return [
        Raised(
            case.risk_id,
            day_of(case.opened_at),
            tuple(one.signal.sentence for one in case.first),
            frozenset((_fact(one), one.signal.kind.value, one.signal.severity) for one in case.first),
            frozenset(map(_fact, case.evidence)),
            case.status,
            day_of(case.ended_at) if case.ended_at else None,
        )
        for case in cases
        if not case.by_person and day_of(case.opened_at) >= since
    ]


def side_by_side(was: Sequence[Raised], would: Sequence[Raised]) -> list[Pair]:
    """Pair what was raised with what would have been, risk by risk and by what it was raised for.

    First by a fact that raised both, then by one that raised the first and joins the second, else by the indicator or
    contract that raised both. What only another reason puts before DMT is no pair: the one is not raised, the other is
    new. What differs comes first, in the order of Difference and then of day.
    """
    pairs: list[Pair] = []
    ours, theirs = _by_risk(was), _by_risk(would)
    for risk_id in sorted({*ours, *theirs}):
        pairs += _of_risk(risk_id, ours.get(risk_id, []), theirs.get(risk_id, []))
    order = list(Difference)
    return sorted(pairs, key=lambda one: (order.index(one.difference), _day(one), one.risk_id))


def _fact(one: Kept) -> str:
    return f"{one.subject} {one.signal.fact}"


def _by_risk(raised: Sequence[Raised]) -> dict[int, list[Raised]]:
    found: dict[int, list[Raised]] = {}
    for one in raised:
        found.setdefault(one.risk_id, []).append(one)
    return found


def _of_risk(risk_id: int, was: list[Raised], would: list[Raised]) -> list[Pair]:
    pairs = []
    alike: tuple[Callable[[Raised, Raised], object], ...] = (
        lambda one, other: one.raised_for & other.raised_for,
        lambda one, other: one.raised_for & other.facts,
        lambda one, other: one.subjects & other.subjects,
    )
    known = frozenset[str]().union(*(one.facts for one in would))
    for are_alike in alike:
        found = [(one, other) for one in was for other in would if are_alike(one, other)]
        for one, other in sorted(found, key=_days_apart):
            if one in was and other in would:
                pairs.append(Pair(risk_id, one, other))
                was.remove(one)
                would.remove(other)
    pairs += [Pair(risk_id, one, None, joins=bool(one.raised_for & known)) for one in was]
    return pairs + [Pair(risk_id, None, one) for one in would]


def _days_apart(pair: tuple[Raised, Raised]) -> int:
    one, other = pair
    return abs((other.opened_on - one.opened_on).days)


def _day(pair: Pair) -> date:
    one = pair.was or pair.would
    assert one is not None  # noqa: S101 - a pair holds one of the two
    return one.opened_on
