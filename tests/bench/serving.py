"""A gunicorn worker to measure against, and a browser's stand-in that keeps its connection and its cookies."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "build" / "bench.log"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Worker:
    """One gunicorn worker. `seconds` is what it took until it answered."""

    def __init__(self, target: str, environment: dict[str, str]) -> None:
        self.port = free_port()
        started = time.perf_counter()
        LOG.parent.mkdir(exist_ok=True)
        # In the group of the measuring process, so that it ends with it, and never holding what that writes to.
        with LOG.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--no-control-socket", "--workers", "1", "--log-level", "error",
                 "--bind", f"127.0.0.1:{self.port}", target],
                cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            self._wait(target)
        except BaseException:
            self.stop()
            raise
        self.seconds = time.perf_counter() - started

    def _wait(self, target: str) -> None:
        """Ask until it answers."""
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                connection.request("GET", "/sign-in")
                connection.getresponse().read()
            except ConnectionRefusedError:
                if self.process.poll() is not None:
                    raise RuntimeError(f"{target} did not start: see {LOG}") from None
                time.sleep(0.02)
            else:
                return

    def memory(self) -> float:
        """Megabytes resident in the worker that serves."""
        children = subprocess.run(
            ["ps", "-o", "rss=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return max(int(line) for line in children.stdout.split()) / 1024

    def stop(self) -> None:
        """End the master, which ends its worker; a worker whose master was killed ends by itself."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(target: str, environment: dict[str, str]) -> Iterator[Worker]:
    """Run a worker for a while."""
    worker = Worker(target, environment)
    try:
        yield worker
    finally:
        worker.stop()


class Browser:
    """Requests over one connection, with cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, form: dict[str, str] | list[tuple[str, str]] | None = None
    ) -> tuple[int, str]:
        """Send a request and return the status and the body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode()

    def get(self, path: str) -> str:
        """Read a page, which must be there."""
        status, body = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return body

    def sign_in(self, person: str) -> None:
        """Sign in as a demonstration person, chosen by name on the sign-in page."""
        page = self.get("/sign-in")
        token = hidden(page, "csrf_token")
        found = re.search(rf'name="person_id"\s+value="(\d+)"[^>]*>\s*{re.escape(person)}\s*<', page)
        if not found:
            raise RuntimeError(f"{person} is not on the sign-in page")
        self.ask("POST", "/sign-in", {"csrf_token": token, "person_id": found[1]})


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = re.search(r'value="([^"]*)"', tag[0]) if tag else None
    if not value:
        raise RuntimeError(f"the page has no field {name}")
    return value[1]
