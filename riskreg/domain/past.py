"""The recorded past of a register as a replay needs it: what was known, and what people did, at which moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum

from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import ContractFacts, ContractReview, Route
from riskreg.domain.lifecycle import DecisionKind
from riskreg.domain.policy import Policy, in_force
from riskreg.domain.targets import Judgement, Polarity, Target, TargetKind, judge


@dataclass(frozen=True, slots=True)
class ResultPast:
    """A revision of a result with the judgement it was given, by which version of the policy, and when.

    The tolerances are those of its target at that time. `value` None: it holds no figure.
    """

    period: str
    period_end: date
    target_year: int
    basis: str
    value: Decimal | None
    opening: bool
    revision: int
    recorded_at: datetime
    judged_at: datetime | None
    version: int | None
    judgement: Judgement
    green_tolerance: Decimal | None = None
    amber_tolerance: Decimal | None = None

    def judged_anew(self, polarity: Polarity, policy: Policy) -> Judgement:
        """Return its judgement by another policy, against the target that it was judged against."""
        was = self.judgement
        if was.target is None or self.value is None:
            return was
        known = None if was.floor_assumed or was.by_distance else was.floor
        target = Target(TargetKind.FIGURE, was.target, known, self.green_tolerance, self.amber_tolerance)
        return judge(self.value, target, polarity, None, policy)


@dataclass(frozen=True, slots=True)
class IndicatorPast:
    """An indicator with every revision of its results."""

    id: int
    name: str
    unit: str
    polarity: Polarity
    results: tuple[ResultPast, ...]


@dataclass(frozen=True, slots=True)
class ContractPast:
    """A contract with its routes and reviews, each with the moment at which it was recorded.

    `earlier`: its facts as they were before they were changed, the earliest first, each with the moment of the change.
    """

    id: int
    facts: ContractFacts
    routes: tuple[tuple[datetime, Route], ...]
    reviews: tuple[tuple[datetime, ContractReview], ...]
    earlier: tuple[tuple[datetime, ContractFacts], ...] = ()

    def known_at(self, moment: datetime) -> ContractFacts:
        """Return what had been recorded of it by a moment."""
        facts = next((was for until, was in self.earlier if moment < until), self.facts)
        routes = sorted((route for at, route in self.routes if at <= moment), key=lambda route: route.on)
        return replace(facts, routes=tuple(routes), reviews=tuple(one for at, one in self.reviews if at <= moment))


class What(IntEnum):
    """What happened to a risk, in the order in which it counts when it shares a moment."""

    OPENED = 1
    UNLINKED = 2
    LINKED = 3
    REVIEWED = 4
    RAISED = 5
    DECIDED = 6
    CAME_BACK = 7
    LEFT = 8


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that people did to a risk. `subject`: what it was linked to, as `indicator:5`."""

    at: datetime
    what: What
    risk_id: int
    subject: str = ""
    heeds: Heeds = Heeds.ANY
    decision: DecisionKind | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """Everything a replay reads. `looks`: when which subjects were looked at because somebody changed something."""

    indicators: Mapping[str, IndicatorPast]
    contracts: Mapping[str, ContractPast]
    happenings: tuple[Happening, ...]
    looks: Mapping[datetime, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which policy held when: the versions as they were, or a draft as if it had held from a day on."""

    versions: Mapping[int, Policy]
    draft: Policy | None = None
    since: date | None = None
    _on: dict[date, Policy] = field(default_factory=dict, init=False, repr=False, compare=False)  # asked so often

    def on(self, day: date) -> Policy:
        """Return the policy of a day; before the first version, that one."""
        if day not in self._on:
            self._on[day] = self._held_on(day)
        return self._on[day]

    def _held_on(self, day: date) -> Policy:
        if self.draft and self.since and day >= self.since:
            return self.draft
        return in_force(self.versions.values(), day) or min(self.versions.values(), key=lambda one: one.version)

    def judging(self, result: ResultPast, polarity: Polarity, judged_on: date) -> tuple[Judgement, Policy]:
        """Return the judgement of a result and the policy it follows: as stored, or anew by the draft."""
        policy = self.on(judged_on)
        if policy is self.draft:
            return result.judged_anew(polarity, policy), policy
        return result.judgement, self.versions.get(result.version or 0, policy)

    @property
    def days(self) -> set[date]:
        """The days on which another policy begins to hold."""
        days = {one.valid_from for one in self.versions.values()}
        return days | {self.since} if self.since else days

    @property
    def all(self) -> tuple[Policy, ...]:
        """Every policy that may hold on some day."""
        return (*self.versions.values(), *([self.draft] if self.draft else []))
