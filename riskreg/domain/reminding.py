"""Who is reminded of what, and when: ladders of stages around a due date (design, section 3, Reviews).

Every number of days is the policy's, and so is who is told of a late review or action besides its owner. A later stage
stands for the ones before it: whoever comes back after a stop is reminded once, of where the thing stands.

Nobody is told anything on a day on which nobody works. What lies ahead of a due date, or on it, is therefore reached
on the last working day before such a day, while there is still time; what is late waits for the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from riskreg.domain.choices import Told
from riskreg.domain.notices import NoticeKind
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach

OWNER = (Told.OWNER,)
LINE = (Told.OWNER, Told.LINE_DIRECTOR)
OFFICER = (Told.PERFORMANCE_OFFICER,)
DAY = timedelta(days=1)
Works = Callable[[date], bool]  # whether people work on a day


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a ladder: `days` from the due date, negative before it, and who is told by then."""

    days: int
    told: tuple[Told, ...]

    @property
    def name(self) -> str:
        """The stage as the ledger stores it."""
        return f"{self.days:+d}" if self.days else "0"

    def reached_on(self, due: date, works: Works) -> date:
        """Return the day from which on the stage is told: its own; unless late, none on which nobody works."""
        on = due + timedelta(days=self.days)
        while self.days <= 0 and not works(on):
            on -= DAY
        return on


def of_reviews(policy: Policy) -> tuple[Stage, ...]:
    """Before the day and on it the owner; late also those whom the policy names, at two steps."""
    return _ladder(policy, policy.late_review_told_first, policy.late_review_told_second)


def of_actions(policy: Policy) -> tuple[Stage, ...]:
    """As of reviews, by the same days; the policy names others for it."""
    return _ladder(policy, policy.late_action_told_first, policy.late_action_told_second)


def of_contract_reviews(policy: Policy) -> tuple[Stage, ...]:
    """The manager before the day and on it, then by the days of the signal; DMT hears of it by an escalation."""
    late = {policy.review_overdue_days_manager: OWNER, policy.review_overdue_days_head: LINE}
    return _in_order(_before(policy) | late)


def of_results(policy: Policy) -> tuple[Stage, ...]:
    """The performance officers, once ahead of the day and once when it has passed."""
    ahead = {-max(policy.reminder_days_before): OFFICER} if policy.reminder_days_before else {}
    return _in_order({**ahead, 1: OFFICER})


LADDERS: Mapping[NoticeKind, Callable[[Policy], tuple[Stage, ...]]] = {
    NoticeKind.REVIEW: of_reviews,
    NoticeKind.ACTION: of_actions,
    NoticeKind.CONTRACT_REVIEW: of_contract_reviews,
    NoticeKind.RESULT: of_results,
}


def stage_reached(kind: NoticeKind, due: date, today: date, policy: Policy, works: Works) -> Stage | None:
    """Return the latest stage of the kind's ladder that the day has reached, or None before the first."""
    reached = [stage for stage in LADDERS[kind](policy) if stage.reached_on(due, works) <= today]
    return reached[-1] if reached else None


def latest_due(kind: NoticeKind, today: date, policy: Policy, works: Works) -> date:
    """Return the latest due date of which the day has reached the first stage of the kind's ladder."""
    first, until = first_days(kind, policy), today
    while first <= 0 and not works(until + DAY):
        until += DAY
    return until - timedelta(days=first)


def first_days(kind: NoticeKind, policy: Policy) -> int:
    """Return how many days from the due date the first stage of a kind lies; negative before it."""
    return LADDERS[kind](policy)[0].days


def signal_stage(reach: Reach) -> Stage:
    """Return whom a contract's signal is told to by itself: its manager, and further on the line above."""
    return Stage(int(reach), OWNER if reach is Reach.MANAGER else LINE)


def _before(policy: Policy) -> dict[int, tuple[Told, ...]]:
    return {-days: OWNER for days in policy.reminder_days_before}


def _ladder(policy: Policy, first: tuple[Told, ...], second: tuple[Told, ...]) -> tuple[Stage, ...]:
    late = {policy.late_days_line_director: (*OWNER, *first), policy.late_days_coordinator: (*OWNER, *second)}
    return _in_order(_before(policy) | late)


def _in_order(stages: Mapping[int, tuple[Told, ...]]) -> tuple[Stage, ...]:
    return tuple(Stage(days, told) for days, told in sorted(stages.items()))
