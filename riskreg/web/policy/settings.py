"""The rules as they are set and compared: what each is called, and its value in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from riskreg.domain.policy import NEW_LINKS, TELLING, TIERS, Policy
from riskreg.domain.policy_setting import changed_rules
from riskreg.domain.sentences import listed, plural, shortest
from riskreg.web.links.forms import ON_CONTRACT, ON_INDICATOR


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule that can be set. `unit` is what it counts; `hint` says more than the label can."""

    name: str
    label: str
    unit: str = ""
    hint: str = ""


NO_REMINDERS = "none before or on the day"
NOBODY = "nobody"
# What a new link may heed, each with its title and what it means, by the rule.
LINK_CHOICES = {"new_indicator_link_heeds": ON_INDICATOR, "new_contract_link_heeds": ON_CONTRACT}
AT_LEAST = "At least whom the first one tells."
GROUPS: tuple[tuple[str, str, tuple[Setting, ...]], ...] = (
    (
        "Scores and RAG ratings",
        "They hold for ratings given from the day on. A rating that was given stays as it is until the next one.",
        (
            Setting("amber_from_score", "AMBER begins at a score of", "score"),
            Setting("red_from_score", "RED begins at a score of", "score"),
            Setting("likelihood_words", "Likelihood", "words"),
            Setting("impact_words", "Impact", "words"),
        ),
    ),
    (
        "Results of indicators",
        "They hold for results judged from the day on. A result that was judged keeps its judgement.",
        (
            Setting(
                "floor_share",
                "A floor standard that is not known, in per cent",
                "share",
                "By how much of itself the target is worsened.",
            ),
            Setting(
                "close_green_share",
                "Close to target is GREEN within, in per cent",
                "share",
                "Of the target, where the indicator has no tolerance of its own.",
            ),
            Setting(
                "close_amber_share",
                "Close to target is AMBER within, in per cent",
                "share",
                "Of the target, where the indicator has no tolerance of its own.",
            ),
            Setting("worsening_moves", "Moves the wrong way running that make worsening", "move"),
            Setting("result_grace_days", "Days until a result is overdue", "day", "After the next period has ended."),
        ),
    ),
    (
        "Contracts",
        (
            "They hold for what is looked at from the day on. Tier 1 is watched most closely; a contract without a tier"
            " counts as tier 2."
        ),
        (
            Setting("no_route_months", "Route decided: months before the end", "month", "Then the manager is told."),
            Setting("no_approved_route_months", "Route approved: months before the end", "month", "Then DMT is told."),
            Setting("no_award_months", "Award or extension: months before the end", "month", "Then DMT is told."),
            Setting(
                "extension_notice_days",
                "Notice of an extension: days before the last day for it",
                "day",
                "Then the manager is told. 0 is no warning before the day.",
            ),
            Setting("no_provider_months", "No provider: months before it is needed", "month", "Then DMT is told."),
            Setting("review_overdue_days_manager", "Review overdue: days until the manager is told", "day"),
            Setting("review_overdue_days_head", "Review overdue: days until the head of service is told", "day"),
            Setting("review_overdue_days_dmt", "Review overdue: days until DMT is told", "day"),
        ),
    ),
    (
        "Reviews of risks",
        "From the day on the next review of every open risk follows these.",
        (
            Setting("review_months_red", "RED: months between reviews", "month"),
            Setting("review_months_amber", "AMBER: months between reviews", "month"),
            Setting("review_months_green", "GREEN: months between reviews", "month"),
            Setting("escalated_review_days", "Before DMT: days until the review, until DMT has decided", "day"),
        ),
    ),
    (
        "Reminders of reviews and actions",
        (
            "They hold for reminders from the day on. The owner is told each time; where nobody holds the post of the"
            " owner, the line director is told from the start, and may do its work."
        ),
        (
            Setting(
                "reminder_days_before",
                "Reminders to the owner: days ahead",
                "reminders",
                "Numbers with commas between them; 0 is the day itself. On a weekend or a bank holiday the reminder"
                " comes on the last working day before. Left empty, nobody is reminded before or on the day. Reviews"
                " of contracts go by them too, and results by the largest.",
            ),
            Setting("late_days_line_director", "First late reminder: days after the day", "day"),
            Setting("late_days_coordinator", "Second late reminder: days after the day", "day"),
            Setting("late_review_told_first", "Late review, first reminder: told besides the owner", "told"),
            Setting(
                "late_review_told_second", "Late review, second reminder: told besides the owner", "told", AT_LEAST
            ),
            Setting("late_action_told_first", "Late action, first reminder: told besides the owner", "told"),
            Setting(
                "late_action_told_second", "Late action, second reminder: told besides the owner", "told", AT_LEAST
            ),
        ),
    ),
    (
        "New links",
        (
            "What is chosen here stands in the form when an indicator or a contract is linked to a risk from the day"
            " on, also when it was suggested; whoever links it may choose otherwise. Links that are there stay as they"
            " are."
        ),
        (
            Setting("new_indicator_link_heeds", "New link to an indicator: what it heeds", "heeds"),
            Setting("new_contract_link_heeds", "New link to a contract: what it heeds", "heeds"),
        ),
    ),
)
SETTINGS = {one.name: one for _, _, settings in GROUPS for one in settings}


@dataclass(frozen=True, slots=True)
class Changed:
    """A rule that differs between two versions, in words."""

    label: str
    before: str
    after: str


def changes(before: Policy, after: Policy) -> list[Changed]:
    """Return what differs between two versions, in the order of the page."""
    names = set(changed_rules(before, after))
    return [
        Changed(one.label, in_words(one, getattr(before, name)), in_words(one, getattr(after, name)))
        for name, one in SETTINGS.items()
        if name in names
    ]


def in_words(setting: Setting, value: Any) -> str:
    """Return a value as it is read out: 3 months, 10%, or a number for each tier."""
    if isinstance(value, Decimal):
        return f"{shortest(value * 100)}%"
    if setting.unit == "words":
        return listed(list(value))
    if setting.name in TELLING:
        return listed([one.who for one in value]) or NOBODY
    if setting.name in NEW_LINKS:
        return next(title for heeds, title, _ in LINK_CHOICES[setting.name] if heeds == value)
    if setting.unit == "reminders":
        return listed([_number("day", one) for one in value]) or NO_REMINDERS
    if isinstance(value, tuple):
        return _by_tier(setting.unit, value)
    return _number(setting.unit, value)


def _by_tier(unit: str, values: Sequence[int]) -> str:
    if len(set(values)) == 1:
        return _number(unit, values[0])
    return listed([f"{_number(unit, one)} (tier {tier})" for tier, one in zip(TIERS, values, strict=True)])


def _number(unit: str, value: int) -> str:
    return str(value) if unit == "score" else plural(value, unit)
