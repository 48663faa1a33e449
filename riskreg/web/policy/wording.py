"""The rules of the policy in words, each with its number, grouped as the page shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from riskreg.domain.choices import Heeds, Told
from riskreg.domain.links import heeds_title, heeds_words
from riskreg.domain.policy import TIERS, Policy, Tiered
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


def _by_tier(values: Tiered) -> str:
    """One number of months where all tiers are alike, else one for each."""
    if len(set(values)) == 1:
        return _months(values[0])
    return listed([f"{_months(months)} (tier {tier})" for tier, months in zip(TIERS, values, strict=True)])


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
        Rule("No route decided", f"{_by_tier(policy.no_route_months)} before the end: the contract manager"),
        Rule("No approved route", f"{_by_tier(policy.no_approved_route_months)} before the end: DMT"),
        Rule("No award or extension", f"{_by_tier(policy.no_award_months)} before the end: DMT"),
        Rule(
            "Notice of an extension due",
            f"{_days(policy.extension_notice_days)} before the last day for it: the contract manager;"
            " from the day after it without a route: DMT",
        ),
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
    """How often risks are reviewed."""
    return [
        Rule("RED", f"every {_months(policy.review_months_red)}"),
        Rule("AMBER", f"every {_months(policy.review_months_amber)}"),
        Rule("GREEN", f"every {_months(policy.review_months_green)}"),
        Rule(
            "Before DMT, not decided",
            f"within {_days(policy.escalated_review_days)} of coming before it, or on its own day if that is earlier",
        ),
        Rule("DMT confirmed it or returned it", "by the date that DMT gave"),
    ]


def reminders(policy: Policy) -> list[Rule]:
    """When the owner is reminded of a review or an action, and who else is told when it is late."""
    first, second = policy.late_days_line_director, policy.late_days_coordinator
    return [
        Rule("The owner is reminded", _reminders(policy.reminder_days_before)),
        Rule("A review is late, first reminder", _late(first, policy.late_review_told_first)),
        Rule("A review is late, second reminder", _late(second, policy.late_review_told_second)),
        Rule("An action is late, first reminder", _late(first, policy.late_action_told_first)),
        Rule("An action is late, second reminder", _late(second, policy.late_action_told_second)),
        Rule("Nobody holds the post of the owner", "the line director is told from the start, and may do its work"),
    ]


def _late(days: int, told: Sequence[Told]) -> str:
    return f"{_days(days)} after the day: {listed([one.who for one in (Told.OWNER, *told)])}"


def _reminders(days: Sequence[int]) -> str:
    before = [_days(one) for one in sorted(days, reverse=True) if one]
    parts = [f"{listed(before)} before"] if before else []
    return " and ".join(parts + ["on the day"] * (0 in days)) or "not before it is late"


def links(policy: Policy) -> list[Rule]:
    """What a link can heed, and what a new one does as its form opens."""
    unless = "unless whoever makes it chooses otherwise"
    indicator = heeds_words(policy.new_indicator_link_heeds, about_indicator=True)
    contract = heeds_words(policy.new_contract_link_heeds, about_indicator=False)
    return [
        Rule(heeds_title(Heeds.ANY), "whatever reaches DMT escalates the risk"),
        Rule(heeds_title(Heeds.RED), "of an indicator, only a RED result escalates the risk"),
        Rule("Watch only", "it is shown on the risk and escalates nothing"),
        Rule("A new link to an indicator", f"heeds {indicator}, {unless}"),
        Rule("A new link to a contract", f"heeds {contract}, {unless}"),
    ]


def telling(_policy: Policy) -> list[Rule]:
    """Who is told by e-mail of what: what names no rule is the same in every register."""
    return [
        Rule("A risk is escalated by signals or by a person", "its owner and the DMT members"),
        Rule("An escalation is withdrawn", "its owner and the DMT members"),
        Rule("DMT has decided", "the owner of the risk"),
        Rule("DMT refers a risk", "the corporate risk co-ordinator; of the answer, the owner and the DMT members"),
        Rule("A result is overdue", "the performance officers"),
        Rule("A review or an action is due or late", "whom the rules on reminders above name"),
    ]


GROUPS: tuple[tuple[str, Callable[[Policy], list[Rule]]], ...] = (
    ("Scores and RAG ratings", scoring),
    ("Results of indicators", indicators),
    ("Contracts", contracts),
    ("Reviews", reviews),
    ("Reminders of reviews and actions", reminders),
    ("Links", links),
    ("Who is told by e-mail", telling),
)
