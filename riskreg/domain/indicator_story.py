"""What the results of an indicator tell from moment to moment, each moment taken up where the one before ended."""

from __future__ import annotations

from copy import copy
from datetime import date, datetime
from itertools import islice
from operator import attrgetter

from riskreg.domain.dates import day_of
from riskreg.domain.past import IndicatorPast, ResultPast, Rules
from riskreg.domain.signals import JudgedResult, Signal, SoFar
from riskreg.domain.targets import Direction, Judgement, direction_of_travel


class IndicatorStory:
    """The results of an indicator as they become known, by the rules given. Moments are asked for in their order."""

    def __init__(self, past: IndicatorPast, rules: Rules) -> None:
        self.past, self.rules = past, rules
        self.coming = sorted(past.results, key=attrgetter("recorded_at"), reverse=True)
        self.known: dict[str, _Basis] = {}

    def signals_at(self, moment: datetime) -> list[Signal]:
        """Return every signal that the results known at a moment give, by basis, oldest first."""
        while self.coming and self.coming[-1].recorded_at <= moment:
            one = self.coming.pop()
            if one.basis not in self.known:
                self.known[one.basis] = _Basis(self.past)
            self.known[one.basis].add(one)
        told = [self.known[basis].told_at(moment, self.rules) for basis in sorted(self.known)]
        return [signal for each in told for signal in each.signals]


class _Basis:
    """The results on one basis: `told` is what those on record say that are judged and come first, `heard` of them."""

    def __init__(self, past: IndicatorPast) -> None:
        self.past = past
        self.newest: dict[date, ResultPast] = {}
        self.in_order: list[ResultPast] = []
        self.heard, self.told = 0, SoFar(past.name, past.unit)

    def add(self, one: ResultPast) -> None:
        """Take a result in. One that does not come last changes the story from its beginning."""
        present = self.newest.get(one.period_end)
        if present and present.revision > one.revision:
            return
        self.newest[one.period_end] = one
        if one.value is not None and (not self.in_order or self.in_order[-1].period_end < one.period_end):
            self.in_order.append(one)
            return
        figures = [each for each in self.newest.values() if each.value is not None]
        self.in_order = sorted(figures, key=attrgetter("period_end"))
        self.heard, self.told = 0, SoFar(self.past.name, self.past.unit)

    def told_at(self, moment: datetime, rules: Rules) -> SoFar:
        """Return what they tell at a moment; from one on that is not judged yet, nothing is kept."""
        told = self.told
        for one in islice(self.in_order, self.heard, None):
            judged = one.judged_at is not None and one.judged_at <= moment
            if told is self.told:
                if judged:
                    self.heard += 1
                else:
                    told = copy(told)
            told.hear(self._read(one, told.before, moment, rules, judged=judged))
        return told

    def _read(
        self, one: ResultPast, before: JudgedResult | None, moment: datetime, rules: Rules, *, judged: bool
    ) -> JudgedResult:
        assert one.value is not None  # noqa: S101 - the others are left out above
        polarity = self.past.polarity
        judgement, policy = rules.judging(one, polarity, day_of(one.judged_at or moment))
        if not judged:
            judgement = Judgement(None)
        direction: Direction | None = None
        if before:
            direction = direction_of_travel(before.value, one.value, polarity, judgement.target)
        return JudgedResult(
            period=one.period,
            period_end=one.period_end,
            value=one.value,
            basis=one.basis,
            opening=one.opening,
            judgement=judgement,
            direction=direction,
            worsening_moves=policy.worsening_moves,
            target_year=one.target_year,
        )
