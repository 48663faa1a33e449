"""When reviews fall due, and what a review must say (design, section 3, Reviews)."""

from __future__ import annotations

from datetime import date, timedelta

from riskreg.domain.dates import add_months
from riskreg.domain.errors import RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag


def next_review_due(
    counted_from: date,
    rag: Rag,
    policy: Policy,
    escalated_on: date | None = None,
    asked_by: date | None = None,
    tolerated_until: date | None = None,
) -> date:
    """Return the day the next review is due, by effective RAG.

    A day by which DMT asked for it stands in place of the cadence: two days for one review would contradict each other.
    While DMT has not decided, the day on which the risk came before it, since the last review, brings the review
    forward; and so does the day until which the risk is tolerated.
    """
    months = {
        Rag.RED: policy.review_months_red,
        Rag.AMBER: policy.review_months_amber,
        Rag.GREEN: policy.review_months_green,
    }[rag]
    days = [asked_by or add_months(counted_from, months)]
    if tolerated_until is not None:
        days.append(tolerated_until)
    if escalated_on is not None and escalated_on >= counted_from:
        days.append(escalated_on + timedelta(days=policy.escalated_review_days))
    return min(days)


NO_CHANGE_NEEDS_A_SENTENCE = "Say why nothing has changed."


def check_review(*, changed: bool, note: str) -> None:
    """“No change” is a review and needs a sentence; so does a change. Raises RuleBroken without one."""
    if not note.strip():
        raise RuleBroken("Say what has changed." if changed else NO_CHANGE_NEEDS_A_SENTENCE, "note")
