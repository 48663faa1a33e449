"""Migrated databases for the tests, put back to what they were after each test.

Each worker has two, `empty` and `plan`, and others where a test asks for them: `bare` holds everything of the plan but
risks, `organisation` the register with its policy, the posts and the people. They are made once and copied back, which
takes milliseconds.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import psycopg
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import event

from riskreg import create_app
from riskreg.cli import load_commands
from riskreg.extensions import db
from riskreg.services.evaluation import evaluate_register
from riskreg.services.loading import load_plan
from tests.services.fresh import organisation, surroundings

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
PLAN = Path(__file__).parents[1] / "riskreg" / "plan"
WITH_STRATEGY = 150000  # from this version on PostgreSQL is told how to copy a database


def settings(url: str) -> dict[str, object]:
    """The settings of a test application on a database."""
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "TESTING": True,
        "RISKREG_TODAY": date(2017, 4, 3),
        "DEMONSTRATION_SIGN_IN": True,
        "SECRET_KEY": "only-for-the-tests",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": 9,
        "LOCK_SECONDS": 0.2,
    }


def fill(name: str) -> None:
    """Migrate the database of the current application; load and evaluate the plan, or all of it but its risks."""
    load_commands(current_app)
    upgrade()
    if name == "plan":
        load_plan(PLAN, NOW, demonstration=True)
        evaluate_register(1, NOW)
        db.session.commit()
    elif name == "bare":
        surroundings()
    elif name == "organisation":
        organisation()


class Backend(Protocol):
    """Where a worker's databases are."""

    def application(self, name: str) -> Iterator[Flask]:
        """Yield the application on one of the databases, inside a context; then put the database back."""

    def close(self) -> None:
        """Give back what is held."""


class _Kept:
    """The applications are made once a worker."""

    def __init__(self) -> None:
        self.apps: dict[str, Flask] = {}

    def application(self, name: str) -> Iterator[Flask]:
        """Yield the application inside a context, then restore its database."""
        if name not in self.apps:
            self.apps[name] = self._make(name)
        app = self.apps[name]
        as_made = dict(app.config)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()
        app.config.clear()
        app.config.update(as_made)
        app.extensions.pop("riskreg.dashboard", None)  # what was counted in a database that is put back
        self._restore(name)

    def _make(self, name: str) -> Flask:
        raise NotImplementedError

    def _restore(self, name: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Close every connection."""
        for app in self.apps.values():
            with app.app_context():
                db.engine.dispose()


def _waits_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    """What a test wrote is thrown away after it: nothing has to survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


class Sqlite(_Kept):
    """SQLite files in a folder."""

    def __init__(self, folder: Path, url: str, worker: str) -> None:
        super().__init__()
        self.folder = folder

    def _make(self, name: str) -> Flask:
        path = self.folder / f"{name}.sqlite3"
        app = create_app(settings(f"sqlite:///{path}"))
        with app.app_context():
            event.listen(db.engine, "connect", _waits_for_no_disk)
            fill(name)
            db.session.remove()
            db.engine.dispose()
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(path, path.with_suffix(".kept"))
        return app

    def _restore(self, name: str) -> None:
        path = self.folder / f"{name}.sqlite3"
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        shutil.copy(path.with_suffix(".kept"), path)


class Postgres(_Kept):
    """Databases on a PostgreSQL server, restored from a template."""

    def __init__(self, folder: Path, url: str, worker: str) -> None:
        super().__init__()
        self.server = url.replace("+psycopg", "")
        self.worker = re.sub(r"\W", "", worker)
        with psycopg.connect(self.server) as connection:
            self.chooses = connection.info.server_version >= WITH_STRATEGY

    def _name(self, name: str) -> str:
        return f"riskreg_{self.worker}_{name}"

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def _copied(self, new: str, old: str) -> str:
        """The statement that copies a database: by its files, quicker where there is a choice and nothing is synced."""
        return f"CREATE DATABASE {new} TEMPLATE {old}" + (" STRATEGY FILE_COPY" if self.chooses else "")

    def _make(self, name: str) -> Flask:
        database = self._name(name)
        self._run(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", f"CREATE DATABASE {database}")
        url = self.server.replace("postgresql:", "postgresql+psycopg:").rsplit("/", 1)[0]
        app = create_app(settings(f"{url}/{database}"))
        with app.app_context():
            fill(name)
            db.session.remove()
            db.engine.dispose()
        self._run(f"DROP DATABASE IF EXISTS {database}_kept WITH (FORCE)")
        self._run(self._copied(f"{database}_kept", database))
        return app

    def _restore(self, name: str) -> None:
        database = self._name(name)
        self._run(f"DROP DATABASE {database} WITH (FORCE)", self._copied(database, f"{database}_kept"))
