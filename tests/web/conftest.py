"""For the tests of pages, passwords are hashed cheaply: how dear it must be is asked in tests/services."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from riskreg.services import accounts

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP)
