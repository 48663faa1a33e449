"""How the application opens its database: what SQLite must be told, once per connection and once per transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event

from riskreg.extensions import db

LOCK_SECONDS = 5  # how long a writer waits for another before the page says that the register is busy
CONNECT_SECONDS = 5  # how long a page waits for PostgreSQL to be there at all
MAPPED = 64 * 2**20  # so much of the file is read where the system keeps it, and not copied again for each process
LARGEST_ID = 2**31 - 1  # the largest number that PostgreSQL keeps in an id
_only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)


@contextmanager
def only_reads() -> Iterator[None]:
    """Say that what follows only reads, so that it takes no write lock."""
    token = _only_reads.set(True)
    try:
        yield
    finally:
        _only_reads.reset(token)


def open_database(app: Flask) -> None:
    """Bind the extension; on SQLite make the folder and the rules below."""
    url = str(app.config["SQLALCHEMY_DATABASE_URI"])
    seconds = float(app.config.get("LOCK_SECONDS", LOCK_SECONDS))
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        waiting: dict[str, object] = {"timeout": seconds}
    else:
        waiting = {"options": f"-c lock_timeout={round(seconds * 1000)}", "connect_timeout": CONNECT_SECONDS}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "connect_args": waiting,
        "pool_pre_ping": not url.startswith("sqlite"),
        # The connection last used, which has the file mapped and its statements ready; in memory there is one.
        **({} if url == "sqlite://" else {"pool_use_lifo": True}),
    }
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _tune(db.engine)


def _tune(engine: Engine) -> None:
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN itself, below
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"mmap_size={MAPPED}"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    """Take the write lock first unless only reading: a reader that turns writer half way cannot wait and would fail."""
    connection.exec_driver_sql("BEGIN" if _only_reads.get() else "BEGIN IMMEDIATE")
