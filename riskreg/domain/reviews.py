"""When reviews fall due, and what a review must say (design, section 3, Reviews)."""

from __future__ import annotations

from datetime import date, timedelta

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


NO_CHANGE_NEEDS_A_SENTENCE = "Say why nothing has changed."


def check_review(*, changed: bool, note: str) -> None:
    """“No change” is a review and needs a sentence; so does a change. Raises RuleBroken without one."""
    if not note.strip():
        raise RuleBroken("Say what has changed." if changed else NO_CHANGE_NEEDS_A_SENTENCE, "note")
