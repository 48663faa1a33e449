"""When reviews fall due, and who is reminded when (design, section 3, Reviews)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from riskreg.domain.dates import add_months
from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag


def next_review_due(
    counted_from: date, rag: Rag, policy: Policy, escalated_on: date | None = None, asked_by: date | None = None
) -> date:
    """Return the day the next review is due, by effective RAG.

    An escalation since the last review brings it forward, and so does a day by which DMT asked for it, or until which
    the risk is tolerated.
    """
    months = {
        Rag.RED: policy.review_months_red,
        Rag.AMBER: policy.review_months_amber,
        Rag.GREEN: policy.review_months_green,
    }[rag]
    due = add_months(counted_from, months)
    if asked_by is not None:
        due = min(due, asked_by)
    if escalated_on is None or escalated_on < counted_from:
        return due
    return min(due, escalated_on + timedelta(days=policy.escalated_review_days))


class Told(StrEnum):
    """Who is reminded, in the order in which they are added."""

    OWNER = "owner"
    LINE_DIRECTOR = "line director"
    COORDINATOR_AND_DMT = "co-ordinator and DMT"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the ladder of reminders: `days` from the due date, negative before it."""

    days: int
    told: tuple[Told, ...]

    @property
    def name(self) -> str:
        """The stage as the ledger stores it."""
        return f"{self.days:+d}" if self.days else "0"


def ladder(policy: Policy) -> tuple[Stage, ...]:
    """Return the stages of a review's reminders in order of day."""
    owner = (Told.OWNER,)
    stages: dict[int, tuple[Told, ...]] = {-days: owner for days in policy.reminder_days_before}
    stages[policy.late_days_line_director] = (*owner, Told.LINE_DIRECTOR)
    stages[policy.late_days_coordinator] = tuple(Told)
    return tuple(Stage(days, told) for days, told in sorted(stages.items()))


def stage_reached(due: date, today: date, policy: Policy) -> Stage | None:
    """Return the latest stage that the day has reached, or None before the first.

    After a stop the latest stage stands for the ones missed: nobody gets three reminders of one review at once.
    """
    reached = [stage for stage in ladder(policy) if due + timedelta(days=stage.days) <= today]
    return reached[-1] if reached else None


NO_CHANGE_NEEDS_A_SENTENCE = "Say in a sentence why nothing has changed."


def check_review(*, changed: bool, note: str) -> None:
    """“No change” is a review and needs a sentence; so does a change. Raises RuleBroken without one."""
    if not note.strip():
        raise RuleBroken("Say in a sentence what has changed." if changed else NO_CHANGE_NEEDS_A_SENTENCE, "note")
