"""Milestones of contracts and the signals they give on a day (design, section 3, Signals from contracts)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from riskreg.domain.dates import PartialDate, add_months
from riskreg.domain.policy import Policy, of_tier
from riskreg.domain.sentences import day
from riskreg.domain.signals import Reach, Signal, SignalKind


class RouteKind(StrEnum):
    """What is to happen at a contract's end."""

    EXTEND = "extend"
    REPROCURE = "re-procure"
    END = "end"


class RouteStage(IntEnum):
    """How far a route has come."""

    DECIDED = 1
    APPROVED = 2
    AWARDED = 3


@dataclass(frozen=True, slots=True)
class Route:
    """A route as recorded on a day. `new_end` is the end that an awarded extension brings."""

    kind: RouteKind
    stage: RouteStage
    on: date
    new_end: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class ContractReview:
    """A review held on a day, and when the next one falls, if that is known."""

    on: date
    next_review: PartialDate | None


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What is known of one contract. Words that are no date are None here and give no signal.

    `extensions` is how often it may be extended in all; the provider must have notice `notice_months` before the end.
    A `rolling` agreement has reviews and no end. `provider_since`: there was no provider before that day.
    """

    title: str
    end: PartialDate | None
    review: PartialDate | None
    provider_known: bool = True
    needed_from: PartialDate | None = None
    closed_on: date | None = None
    routes: tuple[Route, ...] = ()
    reviews: tuple[ContractReview, ...] = ()
    tier: int | None = None
    rolling: bool = False
    extensions: int = 0
    notice_months: int | None = None
    provider_since: date | None = None

    def as_at(self, on: date) -> ContractFacts:
        """Return the facts without what was done after a day."""
        return replace(
            self,
            routes=tuple(route for route in self.routes if route.on <= on),
            reviews=tuple(review for review in self.reviews if review.on <= on),
            closed_on=self.closed_on if self.closed_on and self.closed_on <= on else None,
            provider_known=self.provider_known and (self.provider_since is None or self.provider_since <= on),
        )

    @property
    def name(self) -> str:
        """The title as a sentence can go on from it: some end with a full stop in the plan."""
        return self.title.rstrip(". ")

    @property
    def current_end(self) -> PartialDate | None:
        """The end, moved by the extensions that were awarded."""
        if self.rolling:
            return None
        moved = [route.new_end for route in self.routes if route.stage is RouteStage.AWARDED and route.new_end]
        return moved[-1] if moved else self.end

    @property
    def extensions_used(self) -> int:
        """How many extensions were awarded."""
        return sum(route.stage is RouteStage.AWARDED and route.new_end is not None for route in self.routes)

    @property
    def notice_by(self) -> date | None:
        """The last day for notice of an extension of the present end. None where there is none left to give."""
        end = self.current_end
        if end is None or self.notice_months is None or self.extensions_used >= self.extensions:
            return None
        return add_months(end.last_day, -self.notice_months)

    @property
    def current_review(self) -> PartialDate | None:
        """The next review that is due."""
        return self.reviews[-1].next_review if self.reviews else self.review

    @property
    def route(self) -> Route | None:
        """The route for the present end, as far as it has come: an awarded extension has been used up by its new end.

        Of the routes since then the kind recorded for the latest day counts, at its furthest stage.
        """
        used = [place for place, route in enumerate(self.routes) if route.stage is RouteStage.AWARDED and route.new_end]
        since = self.routes[used[-1] + 1 :] if used else self.routes
        if not since:
            return None
        return max((route for route in since if route.kind is since[-1].kind), key=lambda route: route.stage)


NOTICE = "Extension notice"


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated point of a contract."""

    name: str
    on: date
    words: str


def milestones(contract: ContractFacts, policy: Policy) -> tuple[Milestone, ...]:
    """Return the dated points ahead and behind, in order of day."""
    points = []
    if contract.current_review:
        points.append(Milestone("Review", contract.current_review.last_day, str(contract.current_review)))
    if end := contract.current_end:
        for name, months in (
            ("Route decided", policy.no_route_months),
            ("Route approved", policy.no_approved_route_months),
            ("Award or extension", policy.no_award_months),
        ):
            on = add_months(end.last_day, -of_tier(months, contract.tier))
            points.append(Milestone(name, on, day(on)))
        if contract.notice_by:
            points.append(Milestone(NOTICE, contract.notice_by, day(contract.notice_by)))
        points.append(Milestone("End", end.last_day, str(end)))
    return tuple(sorted(points, key=lambda point: point.on))


def day_of_fact(fact: str, notice_months: int | None) -> date:
    """Return the day that the fact of a signal is about: an end, a need, a review, or the last day for a notice."""
    about, _, known = fact.partition(":")
    last = PartialDate(known).last_day
    return add_months(last, -notice_months) if about == "notice" and notice_months is not None else last


def contract_signals(contract: ContractFacts, on: date, policy: Policy) -> tuple[Signal, ...]:
    """Return the signals that stand on a day: at most one each about review, end, notice and provider.

    A sentence is stored once and read for months: it names days and counts none.
    """
    if contract.closed_on and contract.closed_on <= on:
        return ()
    known = contract.as_at(on)
    found = (
        _review(known, on, policy),
        _end(known, on, policy),
        _notice(known, on, policy),
        _provider(known, on, policy),
    )
    return tuple(signal for signal in found if signal)


def _review(contract: ContractFacts, on: date, policy: Policy) -> Signal | None:
    due = contract.current_review
    if due is None:
        return None
    late = (on - due.last_day).days
    stages = (
        (policy.review_overdue_days_dmt, Reach.DMT),
        (policy.review_overdue_days_head, Reach.HEAD),
        (policy.review_overdue_days_manager, Reach.MANAGER),
    )
    reach = next((reach for days, reach in stages if late >= days), None)
    if reach is None:
        return None
    at = "on" if due.last_day.isoformat() == due.text else "in"
    sentence = f"{contract.name}: the review due {at} {due} is overdue."
    since = due.last_day + timedelta(days=next(days for days, stage in stages if stage is reach))
    return Signal(SignalKind.REVIEW_OVERDUE, f"review:{due.text}", int(reach), sentence, reach, since)


def _end(contract: ContractFacts, on: date, policy: Policy) -> Signal | None:
    end = contract.current_end
    if end is None:
        return None
    last, stage = end.last_day, contract.route.stage if contract.route else 0
    ending = contract.route is not None and contract.route.kind is RouteKind.END and stage >= RouteStage.APPROVED
    if ending or stage >= RouteStage.AWARDED:
        return None
    if on > last:
        sentence = (
            f"{contract.name}: it ended on {day(last)} and is still relied on, and {WITHOUT[SignalKind.NO_AWARD]}."
        )
        return _end_signal(SignalKind.ENDED, end, 4, sentence, Reach.DMT, last + timedelta(days=1))
    for kind, months, severity, needed, reach in (
        (SignalKind.NO_AWARD, policy.no_award_months, 3, RouteStage.AWARDED, Reach.DMT),
        (SignalKind.NO_APPROVED_ROUTE, policy.no_approved_route_months, 2, RouteStage.APPROVED, Reach.DMT),
        (SignalKind.NO_ROUTE, policy.no_route_months, 1, RouteStage.DECIDED, Reach.MANAGER),
    ):
        since = add_months(last, -of_tier(months, contract.tier))
        if on >= since and stage < needed:
            sentence = f"{contract.name}: it ends on {day(last)}, and {WITHOUT[kind]}."
            return _end_signal(kind, end, severity, sentence, reach, since)
    return None


WITHOUT = {
    SignalKind.NO_AWARD: "no award or extension has been recorded",
    SignalKind.NO_APPROVED_ROUTE: "no route for what follows has been approved",
    SignalKind.NO_ROUTE: "no route for what follows has been decided",
}


def _end_signal(kind: SignalKind, end: PartialDate, severity: int, sentence: str, reach: Reach, since: date) -> Signal:
    return Signal(kind, f"end:{end.text}", severity, sentence, reach, since)


def _notice(contract: ContractFacts, on: date, policy: Policy) -> Signal | None:
    """Warn while an extension could still be had. Whoever has settled on another route needs to give no notice."""
    end, by, route = contract.current_end, contract.notice_by, contract.route
    if end is None or by is None or on > end.last_day:
        return None
    if route and (route.kind is not RouteKind.EXTEND or route.stage is RouteStage.AWARDED):
        return None
    since = by - timedelta(days=policy.extension_notice_days)
    if on < since:
        return None
    fact, notice = f"notice:{end.text}", f"notice of {'the' if route else 'an'} extension"
    lacks = "it has not been awarded" if route else WITHOUT[SignalKind.NO_ROUTE]
    if on <= by or route:
        sentence = f"{contract.name}: {notice} is due by {day(by)}, and {lacks}."
        return Signal(SignalKind.EXTENSION_NOTICE, fact, 1, sentence, Reach.MANAGER, since)
    sentence = f"{contract.name}: {notice} was due by {day(by)}, and {lacks}."
    return Signal(SignalKind.EXTENSION_NOTICE, fact, 2, sentence, Reach.DMT, by + timedelta(days=1))


def _provider(contract: ContractFacts, on: date, policy: Policy) -> Signal | None:
    needed = contract.needed_from
    if contract.provider_known or needed is None:
        return None
    since = add_months(needed.last_day, -policy.no_provider_months)
    if on < since:
        return None
    sentence = f"{contract.name}: it is needed from {needed} and has no provider."
    return Signal(SignalKind.NO_PROVIDER, f"provider:{needed.text}", 1, sentence, Reach.DMT, since)
