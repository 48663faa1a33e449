"""The recorded past lived through again by other rules, without storing anything.

It goes from moment to moment as evaluating does: what people did is taken as it was; what the register does by itself
(signals, escalations, withdrawals) follows the rules given. By the rules that held, it raises what was raised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from riskreg.domain.cases import Case, Kept, RiskThen
from riskreg.domain.contract_story import days_of_change, was_true, would_stand
from riskreg.domain.contracts import contract_signals
from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.escalation import ENDED, Candidate, Changes, SignalState, compare, on_candidates
from riskreg.domain.indicator_story import IndicatorStory
from riskreg.domain.past import ContractPast, Happening, Past, Rules, What

NIGHT = time(2, 30)  # when the register is evaluated every day
NOTHING = Changes((), ())


def night_of(day: date) -> datetime:
    """Return the moment at which the register is evaluated on a day."""
    return datetime.combine(day, NIGHT, tzinfo=LONDON).astimezone(UTC)


class Replay:
    """One run through the past. `touched`: risks that something happened to since the last evaluation, or night."""

    def __init__(self, past: Past, rules: Rules) -> None:
        self.past, self.rules = past, rules
        self.risks: dict[int, RiskThen] = {}
        self.kept: dict[str, list[Kept]] = {}
        self.linked: dict[str, set[int]] = {}
        self.signals = 0
        self.touched: set[int] = set()
        self.by_night: set[int] = set()
        self.places = {one: _in_order(one) for one in (*past.indicators, *past.contracts)}
        self.stories = {subject: IndicatorStory(one, rules) for subject, one in past.indicators.items()}

    def run(self, until: datetime) -> list[Case]:
        """Live through everything up to a moment and return every case that was put before DMT, in order."""
        happenings = sorted(
            (one for one in self.past.happenings if one.at <= until), key=lambda one: (one.at, one.what)
        )
        began = min((one.at for one in happenings if one.what is What.OPENED), default=until)
        looks = {at: subjects for at, subjects in self.past.looks.items() if began < at <= until}
        due = self._contracts_due(day_of(began))
        days = {*due, *self.rules.days, *(day_of(at) + timedelta(days=1) for at in (*looks, *_moments(happenings)))}
        nights = {night: day for day in days if began < (night := night_of(day)) <= until}
        by_moment = {at: list(group) for at, group in groupby(happenings, key=lambda one: one.at)}
        for at in sorted({*by_moment, *looks, *nights}):
            for one in by_moment.get(at, ()):
                self._happen(one)
            if at == began:
                self._evaluate(at, [*self.past.indicators, *self.past.contracts], everything=True)
            elif at in nights:
                everywhere = nights[at] in self.rules.days
                self._evaluate(at, self.past.contracts if everywhere else due.get(nights[at], ()), everything=True)
            if at in looks:
                self._evaluate(at, looks[at], everything=False)
        return sorted((case for risk in self.risks.values() for case in risk.cases), key=lambda case: case.opened_at)

    def _contracts_due(self, began: date) -> dict[date, set[str]]:
        """On which day which contracts have to be looked at, by any policy that may hold."""
        due: dict[date, set[str]] = {}
        for subject, contract in self.past.contracts.items():
            held = [contract.facts, *(was for _, was in contract.earlier)]
            for day in {day for policy in self.rules.all for facts in held for day in days_of_change(facts, policy)}:
                if day >= began:
                    due.setdefault(day, set()).add(subject)
        return due

    def _happen(self, one: Happening) -> None:
        risk = self.risks.setdefault(one.risk_id, RiskThen(one.risk_id))
        self._touch([risk.id])
        if one.what is What.LINKED:
            self.linked.setdefault(one.subject, set()).add(risk.id)
        risk.happen(one)

    def _touch(self, risk_ids: Iterable[int]) -> None:
        ids = set(risk_ids)
        self.touched |= ids
        self.by_night |= ids

    def _evaluate(self, at: datetime, subjects: Collection[str], *, everything: bool) -> None:
        """Find signals of the subjects and let them escalate; `everything`: also what was left over elsewhere."""
        gone: set[int] = set()
        for subject in sorted(subjects, key=self.places.__getitem__):
            if subject in self.past.indicators:
                changes = self._of_indicator(subject, at)
            else:
                changes = self._of_contract(subject, at)
            gone |= self._store(subject, changes, at)
        heard = self.by_night if everything else {risk for one in subjects for risk in self.linked.get(one, ())}
        for risk_id in sorted(heard):
            self._escalate(self.risks[risk_id], at, None if everything else subjects)
        for risk_id in sorted(self.touched):
            if live := self.risks[risk_id].live:
                live.fall_back(gone)
                live.reconsider(at, self.risks[risk_id].hears)
        self.touched = set()
        if everything:
            self.by_night = set()

    def _of_indicator(self, subject: str, at: datetime) -> Changes:
        found, kept = self.stories[subject].signals_at(at), self._live(subject)
        return compare([one.as_stored() for one in kept], found, wording_counts=True) if found or kept else NOTHING

    def _of_contract(self, subject: str, at: datetime) -> Changes:
        contract: ContractPast = self.past.contracts[subject]
        facts, today, kept = contract.known_at(at), day_of(at), self._live(subject)
        policy = self.rules.on(today)
        older = [one for one in kept if one.policy is not policy]
        return compare(
            [one.as_stored() for one in kept],
            contract_signals(facts, today, policy),
            wording_counts=False,
            true_of_its_day={one.key for one in kept if was_true(one.signal.fact, one.found_on, facts, one.policy)},
            policy_changed={
                one.key for one in older if would_stand(one.signal.fact, one.signal.severity, facts, today, one.policy)
            },
        )

    def _live(self, subject: str) -> list[Kept]:
        states = (SignalState.STANDS, SignalState.RECOVERED)
        return [one for one in self.kept.get(subject, ()) if one.state in states]

    def _store(self, subject: str, changes: Changes, at: datetime) -> set[int]:
        if not (changes.new or changes.endings):
            return set()
        kept = self.kept.setdefault(subject, [])
        by_key = {one.key: one for one in kept}
        for ending in changes.endings:
            by_key[ending.key].state = ending.state
        for signal in changes.new:
            self.signals += 1
            kept.append(Kept(self.signals, subject, signal, day_of(at), self.rules.on(day_of(at))))
        holding = {case.risk_id for one in kept for case in one.held_by}
        self._touch(holding | self.linked.get(subject, set()))
        return {one.key for one in changes.endings if one.state in ENDED}

    def _escalate(self, risk: RiskThen, at: datetime, subjects: Collection[str] | None) -> None:
        if not risk.is_open:
            return
        held = {one.key for case in risk.cases for one in case.evidence}
        heard = [
            one
            for subject in sorted(risk.links, key=_in_order)
            if subjects is None or subject in subjects
            for one in self.kept.get(subject, ())
            if one.state is SignalState.STANDS and one.key not in held and risk.hears(one)
        ]
        if not heard:
            return
        heard.sort(key=lambda one: (not one.subject.startswith("indicator"), one.key))
        live = risk.live
        candidates = [
            Candidate(one.key, one.subject, one.signal.kind, one.signal.fact, one.signal.severity) for one in heard
        ]
        seen = [one for case in risk.cases for one in case.seen()]
        outcome = on_candidates(candidates, seen, live.status if live else None)
        joining = [one for one in heard if one.key in outcome.attach]
        if not joining:
            return
        if live is None:
            live = Case(risk.id, at)
            risk.cases.append(live)
        live.join(joining, back=outcome.back)
        self._touch([risk.id])


def _in_order(subject: str) -> tuple[bool, int]:
    """Indicators come before contracts, as evaluating takes them."""
    about, _, number = subject.partition(":")
    return about != "indicator", int(number)


def _moments(happenings: Iterable[Happening]) -> set[datetime]:
    return {one.at for one in happenings}
