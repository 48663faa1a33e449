"""How Alembic reaches the application's database. Run through `flask db …`, inside an application context."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from riskreg.extensions import DecimalText, UtcDateTime, db

# Importing the models makes their tables known to the metadata that Alembic compares with.
import riskreg.models  # noqa: F401  # isort: skip


def render(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what the database sees, so that a migration does not change with our code."""
    if kind == "type" and isinstance(item, DecimalText):
        return "sa.String(length=40)"
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Migrate over an open connection; batch mode lets SQLite change its tables."""
    context.configure(connection=connection, target_metadata=db.metadata, render_as_batch=True, render_item=render)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(url=str(current_app.config["SQLALCHEMY_DATABASE_URI"]), target_metadata=db.metadata)
    with context.begin_transaction():
        context.run_migrations()
else:
    with db.engine.connect() as opened:
        run(opened)
