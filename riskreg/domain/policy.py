"""The numbers of the rules, as one version of a register's policy.

No number has a default here: every one comes from the policy stored with the register (the shipped register's is
`riskreg/plan/policy.json`), so that a rule never judges by a number nobody can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from riskreg.domain.choices import BESIDES_OWNER, OF_CONTRACT, OF_INDICATOR, Heeds, Told, in_order

Tiered = tuple[int, int, int]
TIERS = (1, 2, 3)
WITHOUT_TIER = 2  # the tier that a contract counts as when it was given none
TIERED = frozenset({"no_route_months", "no_approved_route_months", "no_award_months"})
# By what is late, the rules on who is told at the first and at the second late reminder besides the owner.
LATE_STEPS = {
    "review": ("late_review_told_first", "late_review_told_second"),
    "action": ("late_action_told_first", "late_action_told_second"),
}
TELLING = frozenset(name for steps in LATE_STEPS.values() for name in steps)
# What a new link heeds as its form opens, and what it may.
NEW_LINKS: Mapping[str, tuple[Heeds, ...]] = {
    "new_indicator_link_heeds": OF_INDICATOR,
    "new_contract_link_heeds": OF_CONTRACT,
}
# What a version says that was adopted before there was the rule: it warned of no notice before the day itself, and
# told and linked as every register did then.
BEFORE_THE_RULE: Mapping[str, Any] = {
    "extension_notice_days": 0,
    "late_review_told_first": ["line director"],
    "late_review_told_second": ["line director", "co-ordinator", "DMT"],
    "late_action_told_first": ["line director"],
    "late_action_told_second": ["line director", "co-ordinator"],
    "new_indicator_link_heeds": "any",
    "new_contract_link_heeds": "any",
}


def of_tier(values: Tiered, tier: int | None) -> int:
    """Return what holds for contracts of a tier."""
    return values[TIERS.index(tier or WITHOUT_TIER)]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a register's rules. Shares are fractions of 1, periods are days or months as named.

    Three numbers of months are for contracts of tier 1, 2 and 3. Versions from when all tiers were alike have one.
    `late_days_line_director` and `late_days_coordinator` are the days of the first and of the second late reminder,
    named after those who were told then before a policy said who is. The owner is told at each.
    """

    version: int
    valid_from: date
    amber_from_score: int
    red_from_score: int
    likelihood_words: tuple[str, ...]
    impact_words: tuple[str, ...]
    floor_share: Decimal
    close_green_share: Decimal
    close_amber_share: Decimal
    worsening_moves: int
    result_grace_days: int
    review_overdue_days_manager: int
    review_overdue_days_head: int
    review_overdue_days_dmt: int
    no_route_months: tuple[int, int, int]
    no_approved_route_months: tuple[int, int, int]
    no_award_months: tuple[int, int, int]
    extension_notice_days: int
    no_provider_months: int
    review_months_red: int
    review_months_amber: int
    review_months_green: int
    escalated_review_days: int
    reminder_days_before: tuple[int, ...]
    late_days_line_director: int
    late_days_coordinator: int
    late_review_told_first: tuple[Told, ...]
    late_review_told_second: tuple[Told, ...]
    late_action_told_first: tuple[Told, ...]
    late_action_told_second: tuple[Told, ...]
    new_indicator_link_heeds: Heeds
    new_contract_link_heeds: Heeds

    @classmethod
    def from_data(cls, version: int, valid_from: date, rules: Mapping[str, Any]) -> Policy:
        """Build a policy from stored rules. Raises ValueError naming what is missing, unknown or cannot be chosen."""
        names = {field.name for field in fields(cls)} - {"version", "valid_from"}
        known = {**BEFORE_THE_RULE, **rules}
        if set(known) != names:
            raise ValueError(f"policy rules missing or unknown: {', '.join(sorted(set(known) ^ names))}")
        return cls(version=version, valid_from=valid_from, **{name: _read(name, known[name]) for name in names})


def in_force(versions: Iterable[Policy], day: date) -> Policy | None:
    """Return the policy of a day: the latest that holds by then; None when there was none yet."""
    holding = (one for one in versions if one.valid_from <= day)
    return max(holding, key=lambda one: (one.valid_from, one.version), default=None)


def _read(name: str, stored: Any) -> Any:
    if name in TIERED:
        return _tiered(name, stored)
    if name in TELLING:
        return _told(name, stored)
    return _heeds(name, stored) if name in NEW_LINKS else _value(stored)


def _value(stored: Any) -> Any:
    """Shares are stored as text, so that no binary fraction comes between the page and the rule."""
    if isinstance(stored, str):
        return Decimal(stored)
    return tuple(stored) if isinstance(stored, list) else stored


def _tiered(name: str, stored: Any) -> Tiered:
    """Three numbers, or one that holds for all tiers."""
    if isinstance(stored, int):
        return (stored, stored, stored)
    if not isinstance(stored, list | tuple) or len(stored) != len(TIERS):
        raise ValueError(f"policy rule {name} has not one number for each of the three tiers: {stored}")
    return (stored[0], stored[1], stored[2])


def _told(name: str, stored: Any) -> tuple[Told, ...]:
    """Some of those who can be told besides the owner, or nobody."""
    if not isinstance(stored, list | tuple) or any(one not in BESIDES_OWNER for one in stored):
        raise ValueError(f"policy rule {name} does not list some of {', '.join(BESIDES_OWNER)}: {stored}")
    return in_order(stored)


def _heeds(name: str, stored: Any) -> Heeds:
    if stored not in NEW_LINKS[name]:
        raise ValueError(f"policy rule {name} is none of {', '.join(NEW_LINKS[name])}: {stored}")
    return Heeds(stored)
