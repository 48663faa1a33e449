"""What a policy may say: every rule that a draft breaks, named with its field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from riskreg.domain.choices import BESIDES_OWNER
from riskreg.domain.errors import RowProblem, RowsBroken, RuleBroken
from riskreg.domain.policy import LATE_STEPS, NEW_LINKS, TELLING, TIERED, TIERS, Policy
from riskreg.domain.sentences import day, listed

# The least and the most that each number may be. Scores run from 1 to 25; of a tiered rule it holds for each tier.
BOUNDS: dict[str, tuple[int, int]] = {
    "amber_from_score": (2, 25),
    "red_from_score": (2, 25),
    "worsening_moves": (1, 12),
    "result_grace_days": (1, 730),
    "review_overdue_days_manager": (1, 730),
    "review_overdue_days_head": (1, 730),
    "review_overdue_days_dmt": (1, 730),
    "no_route_months": (1, 60),
    "no_approved_route_months": (1, 60),
    "no_award_months": (1, 60),
    "extension_notice_days": (0, 730),
    "no_provider_months": (1, 60),
    "review_months_red": (1, 24),
    "review_months_amber": (1, 24),
    "review_months_green": (1, 24),
    "escalated_review_days": (1, 365),
    "late_days_line_director": (1, 365),
    "late_days_coordinator": (1, 365),
}
SHARES = ("floor_share", "close_green_share", "close_amber_share")
WORDS = ("likelihood_words", "impact_words")
SCALE = 5
LONGEST_WORD = 40
MOST_REMINDERS = 10
EARLIEST_REMINDER = 365
UNNUMBERED = ("version", "valid_from")
# What decides nothing that is put before DMT: it holds from its day on, and a replay of the past is the same by it.
ONLY_AHEAD = frozenset(
    {
        *("amber_from_score", "red_from_score", *WORDS, "result_grace_days"),
        *("review_months_red", "review_months_amber", "review_months_green", "escalated_review_days"),
        *("reminder_days_before", "late_days_line_director", "late_days_coordinator", *TELLING, *NEW_LINKS),
    }
)
Broken = tuple[str, str]


def rule_names() -> tuple[str, ...]:
    """The names of the rules, in the order of the policy."""
    return tuple(one.name for one in fields(Policy) if one.name not in UNNUMBERED)


def as_data(policy: Policy) -> dict[str, Any]:
    """Return the rules as they are stored: shares as text, so that no binary fraction comes between."""
    return {name: _stored(getattr(policy, name)) for name in rule_names()}


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, StrEnum):
        return value.value
    return [_stored(one) for one in value] if isinstance(value, tuple) else value


def changed_rules(before: Policy, after: Policy) -> list[str]:
    """Return the names of the rules in which two versions differ."""
    return [name for name in rule_names() if getattr(before, name) != getattr(after, name)]


def changes_no_past(held: Iterable[Policy], after: Policy) -> bool:
    """Whether by a policy the same is put before DMT as by each of those that held."""
    return all(ONLY_AHEAD.issuperset(changed_rules(one, after)) for one in held)


def check_policy(policy: Policy) -> None:
    """Raise RowsBroken with everything that is wrong with the numbers and words of a policy, each with its field."""
    found = [*_out_of_bounds(policy), *_order(policy), *_of_tiers(policy), *_reminders(policy)]
    found += [*_telling(policy), *_choices(policy), *_words(policy)]
    if found:
        raise RowsBroken([RowProblem("", sentence, field) for sentence, field in found])


def check_valid_from(valid_from: date, today: date, latest: date) -> None:
    """A version holds from today or later, and not from before one that was adopted already. Raises RuleBroken."""
    if valid_from < today:
        raise RuleBroken(
            "The policy can hold from today or from a later day, not from one that has passed.", "valid_from"
        )
    if valid_from < latest:
        raise RuleBroken(
            f"A version that holds from {day(latest)} is adopted already: choose that day or a later one.", "valid_from"
        )


def _out_of_bounds(policy: Policy) -> Iterator[Broken]:
    for name, (low, high) in BOUNDS.items():
        value = getattr(policy, name)
        tiers = zip(TIERS, value, strict=True) if name in TIERED else ((None, value),)
        for tier, number in tiers:
            if not low <= number <= high:
                yield f"This must be a whole number from {low} to {high}.", _field(name, tier)
    for name in SHARES:
        if not 0 <= getattr(policy, name) <= 1:
            yield "This must be from 0 to 100 per cent.", name


def _field(name: str, tier: int | None) -> str:
    return f"{name}_{tier}" if tier else name


def _order(policy: Policy) -> Iterator[Broken]:
    if policy.amber_from_score >= policy.red_from_score:
        yield "RED must begin at a higher score than AMBER.", "red_from_score"
    if policy.close_green_share > policy.close_amber_share:
        yield "AMBER must reach as far from the target as GREEN, or farther.", "close_amber_share"
    if policy.review_overdue_days_head < policy.review_overdue_days_manager:
        yield (
            "The head of service must be told on the same day as the contract manager, or later.",
            "review_overdue_days_head",
        )
    if policy.review_overdue_days_dmt < policy.review_overdue_days_head:
        yield "DMT must be told on the same day as the head of service, or later.", "review_overdue_days_dmt"
    if policy.review_months_amber < policy.review_months_red:
        yield "An AMBER risk must not be reviewed more often than a RED one.", "review_months_amber"
    if policy.review_months_green < policy.review_months_amber:
        yield "A GREEN risk must not be reviewed more often than an AMBER one.", "review_months_green"
    if policy.late_days_coordinator <= policy.late_days_line_director:
        yield "The second late reminder must come later than the first.", "late_days_coordinator"


def _of_tiers(policy: Policy) -> Iterator[Broken]:
    """A route is decided, then approved, then awarded."""
    for place, tier in enumerate(TIERS):
        if policy.no_approved_route_months[place] > policy.no_route_months[place]:
            yield "A route cannot be approved before it has to be decided.", _field("no_approved_route_months", tier)
        if policy.no_award_months[place] > policy.no_approved_route_months[place]:
            yield "An award cannot be due before the route has to be approved.", _field("no_award_months", tier)


def _reminders(policy: Policy) -> Iterator[Broken]:
    days = policy.reminder_days_before
    if len(set(days)) < len(days):
        yield "Each day must be named once.", "reminder_days_before"
    if any(not 0 <= one <= EARLIEST_REMINDER for one in days):
        yield f"Each day must be a whole number from 0 to {EARLIEST_REMINDER}.", "reminder_days_before"
    if len(days) > MOST_REMINDERS:
        yield f"There can be {MOST_REMINDERS} reminders at most.", "reminder_days_before"


def _telling(policy: Policy) -> Iterator[Broken]:
    """Whoever is told at the first step still hears of it at the second."""
    for late, (first, second) in LATE_STEPS.items():
        if left_out := [one.who for one in getattr(policy, first) if one not in getattr(policy, second)]:
            sentence = f"The second reminder of a late {late} must also tell whom the first one tells"
            yield f"{sentence}: {listed(left_out)}.", second


def _choices(policy: Policy) -> Iterator[Broken]:
    """What is not offered could be stored and never be read again."""
    for name in sorted(TELLING):
        if not set(getattr(policy, name)) <= set(BESIDES_OWNER):
            yield "Choose among those who can be told besides the owner.", name
    for name, offered in NEW_LINKS.items():
        if getattr(policy, name) not in offered:
            yield "Choose what a new link heeds.", name


def _words(policy: Policy) -> Iterator[Broken]:
    for name in WORDS:
        words = getattr(policy, name)
        for place, word in enumerate(words, start=1):
            if not word.strip():
                yield f"Enter the word for {place}.", f"{name}_{place}"
            elif len(word) > LONGEST_WORD:
                yield f"This must be {LONGEST_WORD} characters or fewer.", f"{name}_{place}"
            elif word.casefold() in (one.casefold() for one in words[: place - 1]):
                yield "Each step needs a word of its own.", f"{name}_{place}"
        if len(words) != SCALE:
            yield f"There must be {SCALE} words.", f"{name}_1"
