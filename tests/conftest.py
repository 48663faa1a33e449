"""Databases for the tests: each test that asks for one runs on SQLite and on a real PostgreSQL, both migrated.

`app`: an empty database. `plan_app`: the shipped plan, loaded and evaluated as at 3 April 2017.
PostgreSQL comes from RISKREG_TEST_POSTGRES_URL, which `make test` sets; without it those tests run on SQLite alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

from riskreg import clock
from riskreg.domain.dates import LONDON
from tests import databases

os.environ["RISKREG_ENV"] = "test"
os.environ.pop("DATABASE_URL", None)

# How long an example takes depends on the machine: speed is measured by `make bench`, never asserted.
settings.register_profile("riskreg", deadline=None)
settings.load_profile("riskreg")

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
TODAY = date(2017, 4, 3)
STARTED = datetime.now(LONDON)
UNTIL_NOON = STARTED.replace(hour=12, minute=0, second=0) - STARTED
POSTGRES = os.environ.get("RISKREG_TEST_POSTGRES_URL", "")
BACKENDS = ["sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture(scope="session", params=BACKENDS)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[databases.Backend]:
    """A place for this worker's databases: a folder, or a PostgreSQL server."""
    kind = databases.Sqlite if request.param == "sqlite" else databases.Postgres
    place = kind(tmp_path_factory.mktemp("databases"), POSTGRES, worker_id)
    yield place
    place.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The name of the xdist worker, or `main` without xdist."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(autouse=True)
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is about noon when the tests begin, so that what happens in a test lies after half past nine, by night too."""
    monkeypatch.setattr(clock, "local_moment", lambda: datetime.now(LONDON) + UNTIL_NOON)


@pytest.fixture
def app(backend: databases.Backend) -> Iterator[Flask]:
    """The application on an empty, migrated database, inside an application context."""
    yield from backend.application("empty")


@pytest.fixture
def plan_app(backend: databases.Backend) -> Iterator[Flask]:
    """The application on the shipped plan, loaded and evaluated as at 3 April 2017."""
    yield from backend.application("plan")


@pytest.fixture
def client(plan_app: Flask) -> FlaskClient:
    """A browser's stand-in, not signed in, on the shipped plan."""
    return plan_app.test_client()


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests stand: Monday 3 April 2017, half past nine in London."""
    return NOW


@pytest.fixture
def plan_folder() -> Path:
    """The folder of the shipped plan's tables."""
    return Path(__file__).parents[1] / "riskreg" / "plan"
