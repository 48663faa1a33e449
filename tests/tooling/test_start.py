"""What `make run` says when it cannot start, and that it leaves nothing behind when it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from riskreg.cli import start
from riskreg.cli.children import Children, Ended
from riskreg.cli.start import CannotStartError, Ports

DEADLINE = 20.0


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(("place", "word"), [(0, "PORT"), (1, "SMTP_PORT"), (2, "MAILBOX_PORT")])
def test_a_port_in_use_is_named_with_the_way_out(taken_port: int, place: int, word: str) -> None:
    ports = [free_port(), free_port(), free_port()]
    ports[place] = taken_port
    with pytest.raises(CannotStartError) as refused:
        start.refuse_taken_ports(Ports(*ports))
    other = taken_port + 100 if taken_port + 100 < 2**16 else taken_port - 100
    assert refused.value.message == (f"Port {taken_port} is in use: stop what uses it, or run make run {word}={other}.")


def test_one_port_for_two_servers_is_refused() -> None:
    port = free_port()
    with pytest.raises(CannotStartError) as refused:
        start.refuse_taken_ports(Ports(port, free_port(), port))
    assert refused.value.message == f"PORT and MAILBOX_PORT are both {port}: give each a port of its own."


def test_free_ports_are_accepted() -> None:
    start.refuse_taken_ports(Ports(free_port(), free_port(), free_port()))


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "known.py").write_text("revision = 'known'\ndown_revision = None\n")
    return versions.parent


def test_a_database_of_a_later_revision_is_refused_in_one_sentence(tmp_path: Path, migrations: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('later')"))
    with pytest.raises(CannotStartError) as refused:
        start.refuse_newer_database(engine, migrations)
    engine.dispose()
    assert refused.value.message.startswith("The database is newer than this code: it is at revision later")


@pytest.mark.parametrize("revision", ["known", None])
def test_a_known_or_an_empty_database_is_accepted(tmp_path: Path, migrations: Path, revision: str | None) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    if revision is not None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    start.refuse_newer_database(engine, migrations)
    engine.dispose()


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


# Writes its number through a pipe that closes when the process is gone: an event to wait for, without guessing.
WAITING = "import os, signal, sys; os.write({pipe}, b'up'); signal.pause()"
STUBBORN = (
    "import os, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); os.write({pipe}, b'up'); "
    "[signal.pause() for _ in range(9)]"
)


def pipe_to_children() -> tuple[int, int]:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    return reader, writer


@pytest.fixture
def inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the children keep the test's pipe, which Popen closes by default."""

    class KeepingPopen(subprocess.Popen[str]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, close_fds=False, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", KeepingPopen)


def until_closed(reader: int) -> bytes:
    """Read until every process that held the other end is gone."""
    read = b""
    while block := os.read(reader, 64):
        read += block
    os.close(reader)
    return read


@pytest.mark.usefixtures("inherited")
@pytest.mark.parametrize(("code", "grace", "words"), [(WAITING, DEADLINE, 2), (STUBBORN, 0.1, 4)])
def test_ending_leaves_no_process_behind(tmp_path: Path, code: str, grace: float, words: int) -> None:
    reader, writer = pipe_to_children()
    children = Children(tmp_path, os.environ, grace=grace)
    children.start("one", python(code.format(pipe=writer)))
    os.close(writer)
    assert os.read(reader, words) != b""
    children.end()
    until_closed(reader)  # would wait for ever if one still ran


def test_a_child_that_dies_is_the_reason_to_end(tmp_path: Path) -> None:
    children = Children(tmp_path, os.environ)
    children.start("scheduler", python("raise SystemExit(3)"))
    assert children.wait(DEADLINE) == Ended("scheduler", 3)
    children.end()


def test_a_signal_is_the_reason_to_end(tmp_path: Path) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    children = Children(tmp_path, os.environ)
    try:
        children.end_on_signals()
        os.kill(os.getpid(), signal.SIGTERM)
        assert children.wait(DEADLINE) == Ended()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_what_a_child_says_is_shown_with_its_name(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    children = Children(tmp_path, os.environ)
    children.start("web", python("print('a warning')"))
    assert children.wait(DEADLINE) == Ended("web", 0)
    children.end()
    assert "web | a warning" in capfd.readouterr().err


def test_a_dead_child_ends_all_with_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    children = Children(tmp_path, os.environ)
    monkeypatch.setattr(Children, "end_on_signals", lambda _self: None)
    monkeypatch.setattr(start, "start_children", lambda them, _ports: them.start("web", python("raise SystemExit(1)")))
    with pytest.raises(CannotStartError) as refused:
        start.run_until_ended(children, Ports(free_port(), free_port(), free_port()))
    assert refused.value.message == "The web process ended by itself (code 1), so all were stopped."


def test_the_children_are_told_the_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_HOST", "mail.example")
    told = start.child_environment(Ports(1000, 2000, 3000))
    assert told["SMTP_HOST"] == "127.0.0.1"
    assert told["SMTP_PORT"] == "2000"
    assert told["RISKREG_BASE_URL"] == "http://127.0.0.1:1000"
    assert told["RISKREG_MAILBOX_URL"] == "http://127.0.0.1:3000"


def test_moving_on_without_a_day_is_a_sentence() -> None:
    root = Path(__file__).parents[2]
    said = subprocess.run(["make", "-n", "advance"], cwd=root, capture_output=True, text=True, check=True).stdout
    asked = [line for line in said.splitlines() if "Say the day to move on to: make advance TO=2017-05-31" in line]
    assert len(asked) == 1
    assert subprocess.run(["sh", "-c", asked[0]], capture_output=True, check=False).returncode == 2
