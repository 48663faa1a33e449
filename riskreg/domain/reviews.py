"""When reviews fall due, and what a review must say (design, section 3, Reviews)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from riskreg.domain.dates import add_months
from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag


@dataclass(frozen=True, slots=True)
class Escalated:
    """A live escalation, as far as the next review goes.

    `shown`: the rating to which it raises the risk; `came_on`: the day on which the risk came before DMT, or came there
    again, None when the owner has reviewed it since; `decided`: DMT has decided; `asked_by`: the day that DMT gave.
    """

    shown: Rag
    came_on: date | None = None
    decided: bool = False
    asked_by: date | None = None


def next_review_due(
    counted_from: date,
    own: Rag,
    policy: Policy,
    escalated: Escalated | None = None,
    tolerated_until: date | None = None,
) -> date:
    """Return the day the next review is due: by the owner's own rating, or what an escalation makes of it.

    The day until which the risk is tolerated brings it forward.
    """
    by_rating = add_months(counted_from, _months(own, policy))
    due = _while_escalated(counted_from, by_rating, escalated, policy) if escalated else by_rating
    return due if tolerated_until is None else min(due, tolerated_until)


def _while_escalated(counted_from: date, by_rating: date, one: Escalated, policy: Policy) -> date:
    """The day while an escalation lives.

    A day that DMT gave stands in place of any other: two days for one review would contradict each other. Otherwise an
    escalation brings the review forward, but never to before the day on which it came before DMT and the days that the
    policy gives for it: nobody is late for what was not yet so. What was due earlier by the owner's own rating stays
    due then, and late if it was.
    """
    if one.asked_by is not None:
        return one.asked_by
    as_shown = add_months(counted_from, _months(one.shown, policy))
    if one.came_on is None or one.came_on < counted_from:
        return min(by_rating, as_shown)
    soonest = one.came_on + timedelta(days=policy.escalated_review_days)
    return min(by_rating, max(as_shown, soonest) if one.decided else soonest)


def _months(rag: Rag, policy: Policy) -> int:
    return {
        Rag.RED: policy.review_months_red,
        Rag.AMBER: policy.review_months_amber,
        Rag.GREEN: policy.review_months_green,
    }[rag]


NO_CHANGE_NEEDS_A_SENTENCE = "Say why nothing has changed."


def check_review(*, changed: bool, note: str) -> None:
    """“No change” is a review and needs a sentence; so does a change. Raises RuleBroken without one."""
    if not note.strip():
        raise RuleBroken("Say what has changed." if changed else NO_CHANGE_NEEDS_A_SENTENCE, "note")
