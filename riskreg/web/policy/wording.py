"""The rules of the policy in words, each with its number, grouped as the page shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from riskreg.domain.policy import Policy
from riskreg.domain.sentences import listed, plural, shortest


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it is about, and what holds."""

    about: str
    holds: str


def _share(value: Decimal) -> str:
    return f"{shortest(value * 100)}%"


def _months(value: int) -> str:
    return plural(value, "month")


def _days(value: int) -> str:
    return plural(value, "day")


def scoring(policy: Policy) -> list[Rule]:
    """How scores become RAG ratings."""
    red, amber = policy.red_from_score, policy.amber_from_score
    return [
        Rule("Score", "likelihood (1 to 5) × impact (1 to 5)"),
        Rule("GREEN", f"a score below {amber}"),
        Rule("AMBER", f"a score of {amber} or more"),
        Rule("RED", f"a score of {red} or more"),
        Rule("Likelihood, 1 to 5", listed(list(policy.likelihood_words))),
        Rule("Impact, 1 to 5", listed(list(policy.impact_words))),
    ]


def indicators(policy: Policy) -> list[Rule]:
    """How results are judged and what they signal."""
    return [
        Rule(
            "A floor standard that is not known",
            f"the target worsened by {_share(policy.floor_share)} of itself",
        ),
        Rule(
            "Close to target, tolerances not known",
            f"GREEN within {_share(policy.close_green_share)} of the target,"
            f" AMBER within {_share(policy.close_amber_share)}",
        ),
        Rule("Worsening", f"{policy.worsening_moves} moves the wrong way running, and not GREEN"),
        Rule("A result is overdue", f"{_days(policy.result_grace_days)} after the next period has ended"),
    ]


def contracts(policy: Policy) -> list[Rule]:
    """When a contract signals, and to whom."""
    return [
        Rule("No route decided", f"{_months(policy.no_route_months)} before the end: the contract manager"),
        Rule("No approved route", f"{_months(policy.no_approved_route_months)} before the end: DMT"),
        Rule("No award or extension", f"{_months(policy.no_award_months)} before the end: DMT"),
        Rule("Ended and still relied on", "from the day after the end: DMT"),
        Rule("No provider", f"{_months(policy.no_provider_months)} before it is needed: DMT"),
        Rule(
            "Review overdue",
            f"{_days(policy.review_overdue_days_manager)}: the contract manager;"
            f" {_days(policy.review_overdue_days_head)}: the head of service;"
            f" {_days(policy.review_overdue_days_dmt)}: DMT",
        ),
        Rule("A date known to the month", "counts from the end of the month"),
    ]


def reviews(policy: Policy) -> list[Rule]:
    """How often risks are reviewed and who is reminded."""
    before = [_days(days) for days in policy.reminder_days_before if days]
    return [
        Rule("RED", f"every {_months(policy.review_months_red)}"),
        Rule("AMBER", f"every {_months(policy.review_months_amber)}"),
        Rule("GREEN", f"every {_months(policy.review_months_green)}"),
        Rule("Escalated", f"within {_days(policy.escalated_review_days)} of the escalation"),
        Rule("The owner is reminded", f"{listed(before)} before and on the day"),
        Rule("Late: the line director too", f"after {_days(policy.late_days_line_director)}"),
        Rule("Late: the co-ordinator and DMT too", f"after {_days(policy.late_days_coordinator)}"),
    ]


GROUPS: tuple[tuple[str, Callable[[Policy], list[Rule]]], ...] = (
    ("Scores and RAG ratings", scoring),
    ("Results of indicators", indicators),
    ("Contracts", contracts),
    ("Reviews", reviews),
)
