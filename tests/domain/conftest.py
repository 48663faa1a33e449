"""The policy that ships with the register: every number in these tests comes from it or is compared with it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from riskreg.domain.policy import Policy

STORED = Path(__file__).parents[2] / "riskreg" / "plan" / "policy.json"


@pytest.fixture(scope="session")
def rules() -> dict[str, object]:
    """The rules as stored."""
    stored: dict[str, object] = json.loads(STORED.read_text(encoding="utf-8"))
    return stored


@pytest.fixture(scope="session")
def policy(rules: dict[str, object]) -> Policy:
    """The first version of the shipped policy. One for the session: it is frozen."""
    return Policy.from_data(1, date(2017, 4, 1), rules)
