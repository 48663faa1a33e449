"""`flask start`: the whole demonstration by one command, which `make run` calls.

Prepares the database, then runs what a real installation runs as services: web server, scheduler, and a mailbox in
the place of the organisation's mail server.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from riskreg import clock
from riskreg.cli.children import Children, Ended
from riskreg.extensions import db

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
START_SECONDS = 60
FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
NEWER = (
    "The database is newer than this code: it is at revision {revision}, which this code does not know. "
    "Run the newer code, or set DATABASE_URL to another database."
)


class CannotStartError(click.ClickException):
    """One sentence for the person at the terminal."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence alone, without click's “Error:”."""
        click.echo(self.message, file=file, err=True)


@dataclass(frozen=True)
class Ports:
    """Where the three servers listen, each named as `make run` takes it."""

    web: int
    smtp: int
    mailbox: int

    def named(self) -> list[tuple[str, int]]:
        """Return each port with the word that changes it."""
        return [("PORT", self.web), ("SMTP_PORT", self.smtp), ("MAILBOX_PORT", self.mailbox)]


def port_in_use(port: int) -> bool:
    """Say whether somebody listens there; asked as a server asks, so a port just given up counts as free."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise CannotStartError(f"Port {port} cannot be used: {error.strerror}.") from None
    return False


def refuse_taken_ports(ports: Ports) -> None:
    """Raise CannotStartError, with the way out, for the first port that is not free."""
    seen: dict[int, str] = {}
    for word, port in ports.named():
        if port in seen:
            raise CannotStartError(f"{seen[port]} and {word} are both {port}: give each a port of its own.")
        seen[port] = word
        if port_in_use(port):
            other = port + 100 if port + 100 < 2**16 else port - 100
            raise CannotStartError(f"Port {port} is in use: stop what uses it, or run make run {word}={other}.")


def refuse_newer_database(engine: Engine, migrations: Path) -> None:
    """Raise CannotStartError when the database stands at a revision that this code has no migration for."""
    script = ScriptDirectory(str(migrations))
    with engine.connect() as connection:
        revisions = MigrationContext.configure(connection).get_current_heads()
    for revision in revisions:
        try:
            script.get_revision(revision)
        except CommandError:
            raise CannotStartError(NEWER.format(revision=revision)) from None


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one start prepare the database while another waits for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_command(*words: str, environment: Mapping[str, str]) -> None:
    """Run one of our own commands in a process of its own; raise CannotStartError when it fails."""
    done = subprocess.run([*FLASK, *words], cwd=ROOT, env=dict(environment), check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise CannotStartError(f"riskreg could not start: “flask {' '.join(words)}” failed, as said above.")


def prepare_database(environment: Mapping[str, str]) -> None:
    """Bring the database to this code's revision and, when it is empty, load and evaluate the plan."""
    migrations = ROOT / "migrations"
    with one_at_a_time(ROOT / "instance"):
        refuse_newer_database(db.engine, migrations)
        upgrade(directory=str(migrations))
        with db.engine.connect() as connection:
            empty = connection.execute(text("SELECT 1 FROM register")).first() is None
        db.engine.dispose()
        if empty:
            click.echo("Loading the plan")
            run_command("plan", "load", environment=environment)
            run_command("evaluate", environment=environment)


def answers(port: int) -> bool:
    """Say whether a web server answers there, whatever it answers."""
    connection = HTTPConnection(HOST, port, timeout=10)
    with closing(connection):
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            return False
    return True


def start_children(children: Children, ports: Ports) -> None:
    """Start web server, scheduler and mailbox."""
    web = ["--bind", f"{HOST}:{ports.web}", "--workers", "2", "--threads", "2", "--log-level", "warning"]
    quick = ["--no-control-socket", "--graceful-timeout", "5"]
    children.start("mailbox", [*FLASK, "mailbox", "run"])
    children.start("web", [sys.executable, "-m", "gunicorn", *quick, *web, "wsgi:app"])
    children.start("scheduler", [*FLASK, "scheduler", "run"])


def wait_until_up(children: Children, ports: Ports) -> Ended | None:
    """Wait until both web servers answer; return the reason when it ended before."""
    waiting = [ports.mailbox, ports.web]
    for _ in range(START_SECONDS * 10):
        waiting = [port for port in waiting if not answers(port)]
        if not waiting:
            return None
        ended = children.wait(0.1)
        if ended is not None:
            return ended
    raise CannotStartError(f"riskreg did not answer within {START_SECONDS} seconds; it was stopped.")


def welcome(ports: Ports) -> str:
    """Return what the terminal says once everything runs."""
    day = clock.fixed_day()
    lines = ["", f"riskreg runs at    http://{HOST}:{ports.web}"]
    if current_app.config["DEMONSTRATION_SIGN_IN"]:
        lines.append("To sign in         choose a person on the sign-in page; there is no password to know")
    lines.append(f"Its mail is at     http://{HOST}:{ports.mailbox}")
    if day is not None:
        lines.append(f"Its clock says     {day:%A} {day.day} {day:%B %Y}")
    return "\n".join([*lines, "To stop            press Ctrl-C", ""])


def child_environment(ports: Ports) -> dict[str, str]:
    """Return the settings of the children: ours, with the addresses that follow from the ports."""
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "SMTP_HOST": HOST,
        "SMTP_PORT": str(ports.smtp),
        "SMTP_SECURITY": "none",
        "MAILBOX_PORT": str(ports.mailbox),
        "RISKREG_BASE_URL": f"http://{HOST}:{ports.web}",
        "RISKREG_MAILBOX_URL": f"http://{HOST}:{ports.mailbox}",
    }


def run_until_ended(children: Children, ports: Ports) -> None:
    """Start the children and stay until one dies (CannotStartError) or somebody asks to stop."""
    children.end_on_signals()
    try:
        start_children(children, ports)
        ended = wait_until_up(children, ports)
        if ended is None:
            click.echo(welcome(ports))
            ended = children.wait()
    finally:
        children.end()
    if ended is not None and ended.child is not None:
        raise CannotStartError(f"The {ended.child} process ended by itself (code {ended.code}), so all were stopped.")
    click.echo("Stopped.")


@click.command("start")
@click.option("--port", envvar="PORT", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--smtp-port", envvar="SMTP_PORT", type=click.IntRange(1, 65535), default=8025, show_default=True)
@click.option("--mailbox-port", envvar="MAILBOX_PORT", type=click.IntRange(1, 65535), default=8001, show_default=True)
@with_appcontext
def start_demonstration(port: int, smtp_port: int, mailbox_port: int) -> None:
    """Run the demonstration: web server, scheduler and mailbox."""
    if current_app.config["RISKREG_ENV"] != "demonstration":
        raise CannotStartError("flask start is for the demonstration: set RISKREG_ENV=demonstration, or use make run.")
    ports = Ports(port, smtp_port, mailbox_port)
    environment = child_environment(ports)
    refuse_taken_ports(ports)
    try:
        prepare_database(environment)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise CannotStartError(f"The database cannot be used: {reason}.") from None
    run_until_ended(Children(ROOT, environment), ports)
