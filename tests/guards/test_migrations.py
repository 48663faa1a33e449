"""The migrations make the tables that the models describe, on both databases, and take them away again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from riskreg.extensions import db
from riskreg.models import Assessment, Control, Decision, Risk, RiskVersion
from riskreg.services.loading import load_plan
from riskreg.web.health import checks
from tests import databases
from tests.web.before_dmt import decided, escalated

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


def counted() -> dict[str, int]:
    """How many rows each table of the register's own text holds."""
    kept = (Risk, RiskVersion, Control)
    rows = {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) or 0 for model in kept}
    db.session.remove()
    return rows


@pytest.fixture
def own_app(backend: databases.Backend) -> Iterator[Flask]:
    """A database of its own, since taking all tables away is nothing for a shared one."""
    yield from backend.application("migrating")


# SQLite cannot tell how an index on an expression was made: tests/queries/test_register.py asks whether it is used.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index ix_risk_title")
def test_the_migrated_tables_are_those_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_the_newest_revision_is_read_as_alembic_reads_it() -> None:
    assert checks._newest(VERSIONS.parent) == ScriptDirectory(str(VERSIONS.parent)).get_current_head()


def test_the_way_down_and_up_again_leads_to_the_same_tables(own_app: Flask) -> None:
    before = set(inspect(db.engine).get_table_names())
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == before


def test_rows_survive_the_newest_way_down_and_up(own_app: Flask) -> None:
    load_plan(databases.PLAN, databases.NOW, demonstration=True)
    db.session.commit()
    before = counted()
    downgrade(revision="0001")
    upgrade()
    assert counted() == before


def test_the_own_score_is_filled_from_the_latest_current_assessment(own_app: Flask) -> None:
    load_plan(databases.PLAN, databases.NOW, demonstration=True)
    rated, *others = db.session.scalars(select(Risk.id).order_by(Risk.id)).all()
    when = {"assessed_on": databases.NOW.date(), "recorded_at": databases.NOW}
    for kind, likelihood, rag in (("current", 2, "AMBER"), ("current", 4, "RED"), ("target", 1, "GREEN")):
        db.session.add(Assessment(risk_id=rated, kind=kind, likelihood=likelihood, impact=5, rag=rag, **when))
    db.session.commit()
    downgrade(revision="0008")
    upgrade()
    scores = select(Risk.id, Risk.own_likelihood, Risk.own_impact)
    found = {row[0]: (row[1], row[2]) for row in db.session.execute(scores)}
    assert found == {rated: (4, 5), **dict.fromkeys(others, (None, None))}


def test_a_deferral_of_before_keeps_the_meeting_it_goes_to(own_app: Flask) -> None:
    put_off, told = escalated(), escalated()
    decided(put_off, "defer to a meeting", deferred_to=databases.NOW.date())
    decided(told, "confirm", meeting_on=databases.NOW.date())
    db.session.commit()
    downgrade(revision="0014")
    upgrade()
    rows = db.session.execute(select(Decision.meeting_on, Decision.deferred_to).order_by(Decision.id))
    assert [tuple(row) for row in rows] == [(None, databases.NOW.date()), (databases.NOW.date(), None)]


def test_the_migrations_are_numbered_one_after_another() -> None:
    numbers = sorted(path.name[:4] for path in VERSIONS.glob("*.py"))
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
