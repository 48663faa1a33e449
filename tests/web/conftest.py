"""What the tests of pages share: whose browser it is, a risk, and passwords that are hashed cheaply.

How dear hashing must be is asked in tests/services.
"""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from riskreg import models
from riskreg.services import accounts
from tests import factories as make
from tests.web.before_dmt import signed_in_as
from tests.web.browsing import sign_in_as

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_hasher", CHEAP)


@pytest.fixture
def officer(client: FlaskClient) -> FlaskClient:
    """The performance officer's browser, on the shipped plan."""
    sign_in_as(client, "Performance Officer")
    return client


@pytest.fixture
def risk(app: Flask) -> models.Risk:
    """An open AMBER risk, and nothing else."""
    row: models.Risk = make.RiskFactory(title="Too few places")
    return row


@pytest.fixture
def address(risk: models.Risk) -> str:
    """Where the risk's page is."""
    return f"/risks/{risk.id}"


@pytest.fixture
def owner(app: Flask, risk: models.Risk, address: str) -> FlaskClient:
    """The browser of whoever owns the risk. What stands at the address is made before."""
    return signed_in_as(app, post=risk.owner_post)


@pytest.fixture
def keeper(app: Flask, risk: models.Risk, address: str) -> FlaskClient:
    """The co-ordinator's browser, with the risk."""
    return signed_in_as(app, "coordinator")
