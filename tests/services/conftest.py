"""Databases in which a whole register can be taken in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests import databases


@pytest.fixture
def fresh(backend: databases.Backend) -> Iterator[Flask]:
    """A database that holds the organisation and its people, as the current one."""
    yield from backend.application("organisation")


@pytest.fixture
def bare(backend: databases.Backend) -> Iterator[Flask]:
    """A database that holds everything of the plan but risks, as the current one."""
    yield from backend.application("bare")
