"""The numbers of the rules, as one version of a register's policy.

No number has a default here: every one comes from the policy stored with the register (the shipped register's is
`riskreg/plan/policy.json`), so that a rule never judges by a number nobody can see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of a register's rules. Shares are fractions of 1, periods are days or months as named."""

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
    no_route_months: int
    no_approved_route_months: int
    no_award_months: int
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
        if set(rules) != names:
            raise ValueError(f"policy rules missing or unknown: {', '.join(sorted(set(rules) ^ names))}")
        values = {name: _value(rules[name]) for name in names}
        return cls(version=version, valid_from=valid_from, **values)


def _value(stored: Any) -> Any:
    """Shares are stored as text, so that no binary fraction comes between the page and the rule."""
    if isinstance(stored, str):
        return Decimal(stored)
    return tuple(stored) if isinstance(stored, list) else stored
