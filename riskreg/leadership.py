"""Which of several processes leads, or runs a job: a lock that the system itself gives up when its holder dies.

PostgreSQL: an advisory lock on a connection of its own, looked for in `pg_locks` before each job, since a leader whose
connection was cut would otherwise go on. (A pooler that shares connections between transactions would break it.)
SQLite: a lock on a file beside the database. A database in memory has one process, which leads.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from os import fstat
from os.path import samestat
from pathlib import Path
from threading import Lock
from typing import IO, Protocol
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

# Any number does, as long as nothing else in the database uses it: “risk” in ASCII.
LOCK_NUMBER = 0x7269736B
SCHEDULER = "scheduler"
# A leader that vanished from the network is noticed by both ends in about ten seconds.
KEEPALIVE = {"keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
SERVER_KEEPALIVE = ("tcp_keepalives_idle = 4", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
UNLOCK = text("SELECT pg_advisory_unlock(:number)")
HELD = text(
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
    "AND classid = 0 AND objid = :number AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Leadership(Protocol):
    """The one lock that several schedulers ask for. Safe to ask from several threads."""

    def take(self) -> bool:
        """Lead if nobody else does; whether this process leads now."""

    def holds(self) -> bool:
        """Whether this process still leads, as the system sees it."""

    def release(self) -> None:
        """Let another lead."""


def leadership_of(engine: Engine, of: str = SCHEDULER) -> Leadership:
    """Return a lock that belongs to a database, by its name: the scheduler's unless another is asked for."""
    if engine.dialect.name == "postgresql":
        return PostgresLeadership(engine, LOCK_NUMBER if of == SCHEDULER else crc32(f"riskreg {of}".encode()))
    path = engine.url.database
    return FileLeadership(Path(f"{path}.{of}.lock")) if path and path != ":memory:" else SoleLeadership()


@contextmanager
def alone(engine: Engine, of: str) -> Iterator[bool]:
    """Hold a lock for the length of the block; False when somebody else holds it, or it cannot be asked for."""
    lock = leadership_of(engine, of)
    try:
        yield lock.take()
    finally:
        lock.release()


@lru_cache(maxsize=8)
def _engine_of_locks(url: URL) -> Engine:
    return create_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5, **KEEPALIVE},
    )


class SoleLeadership:
    """Nobody else can reach the database."""

    def take(self) -> bool:
        """Lead."""
        return True

    def holds(self) -> bool:
        """Always."""
        return True

    def release(self) -> None:
        """Nothing to let go of."""


class FileLeadership:
    """A lock on a file; the file itself stays, and means nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._guard = Lock()

    def take(self) -> bool:
        """Lead if nobody else does."""
        with self._guard:
            if self._file is not None and self._same_file():
                return True
            self._close()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("ab")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
            return True

    def holds(self) -> bool:
        """Whether the lock is held, on the file that others would ask for."""
        with self._guard:
            return self._file is not None and self._same_file()

    def release(self) -> None:
        """Let another lead."""
        with self._guard:
            self._close()

    def _same_file(self) -> bool:
        try:
            return self._file is not None and samestat(self.path.stat(), fstat(self._file.fileno()))
        except OSError:
            return False

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None


class PostgresLeadership:
    """A session's advisory lock: it goes with the connection, however that ends."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = _engine_of_locks(engine.url)
        self._number = number
        self._connection: Connection | None = None
        self._guard = Lock()

    def take(self) -> bool:
        """Lead if nobody else does; False as well when the database cannot be reached."""
        with self._guard:
            if self._seen():
                return True
            self._close()
            try:
                self._connection = self._engine.connect()
                for setting in SERVER_KEEPALIVE:
                    self._connection.execute(text(f"SET {setting}"))
                asked = text("SELECT pg_try_advisory_lock(:number)")
                taken = bool(self._connection.execute(asked, {"number": self._number}).scalar())
            except SQLAlchemyError:
                taken = False
            if not taken:
                self._close()
            return taken

    def holds(self) -> bool:
        """Whether the server still shows the lock as ours."""
        with self._guard:
            held = self._seen()
            if not held:
                self._close()
            return held

    def release(self) -> None:
        """Let another lead, from now on: the server sees a closed connection only a little later."""
        with self._guard:
            if self._connection is not None:
                with suppress(SQLAlchemyError):
                    self._connection.execute(UNLOCK, {"number": self._number})
            self._close()

    def _seen(self) -> bool:
        if self._connection is None:
            return False
        try:
            return self._connection.execute(HELD, {"number": self._number}).first() is not None
        except SQLAlchemyError:
            return False

    def _close(self) -> None:
        """Closing the connection gives the lock up; one that is broken already is dropped."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.invalidate()
            finally:
                connection.close()
