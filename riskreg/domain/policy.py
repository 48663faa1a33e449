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

Tiered = tuple[int, int, int]
TIERS = (1, 2, 3)
WITHOUT_TIER = 2  # the tier that a contract counts as when it was given none
TIERED = frozenset({"no_route_months", "no_approved_route_months", "no_award_months"})
# What a version says that was adopted before there was the rule: it warned of no notice before the day itself.
BEFORE_THE_RULE: Mapping[str, Any] = {"extension_notice_days": 0}


def of_tier(values: Tiered, tier: int | None) -> int:
    """Return what holds for contracts of a tier."""
    return values[TIERS.index(tier or WITHOUT_TIER)]


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a register's rules. Shares are fractions of 1, periods are days or months as named.

    Three numbers of months are for contracts of tier 1, 2 and 3. Versions from when all tiers were alike have one.
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

    @classmethod
    def from_data(cls, version: int, valid_from: date, rules: Mapping[str, Any]) -> Policy:
        """Build a policy from stored rules. Raises ValueError naming the rules that are missing or unknown."""
        names = {field.name for field in fields(cls)} - {"version", "valid_from"}
        known = {**BEFORE_THE_RULE, **rules}
        if set(known) != names:
            raise ValueError(f"policy rules missing or unknown: {', '.join(sorted(set(known) ^ names))}")
        values: dict[str, Any] = {name: _value(known[name]) for name in names - TIERED}
        values |= {name: _tiered(name, known[name]) for name in TIERED}
        return cls(version=version, valid_from=valid_from, **values)


def in_force(versions: Iterable[Policy], day: date) -> Policy | None:
    """Return the policy of a day: the latest that holds by then; None when there was none yet."""
    holding = (one for one in versions if one.valid_from <= day)
    return max(holding, key=lambda one: (one.valid_from, one.version), default=None)


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
