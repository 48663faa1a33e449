"""Start several processes, watch them, and end every one of them together.

Each child leads a process group of its own: a Ctrl-C in the terminal reaches only the parent, which then ends the
groups in order, grandchildren (the web server's workers) included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO

GRACE_SECONDS = 10.0
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Ended:
    """Why the watching is over: a child that died (by name and code), or a person who asked for it."""

    child: str | None = None
    code: int = 0


@dataclass
class Children:
    """The processes started so far and the first reason to end them."""

    folder: Path
    environment: Mapping[str, str]
    grace: float = GRACE_SECONDS
    _running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    _shown: list[threading.Thread] = field(default_factory=list)
    # A SimpleQueue may be filled from a signal handler while the main thread waits on it.
    _ends: SimpleQueue[Ended] = field(default_factory=SimpleQueue)

    def end_on_signals(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end the watching instead of this process."""
        for number in ENDING_SIGNALS:
            signal.signal(number, self._asked_to_end)

    def _asked_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self._ends.put(Ended())

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start one child; what it writes is shown with its name before it."""
        child = subprocess.Popen(  # noqa: S603 - the commands are ours, without a shell
            command,
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._running[name] = child
        shown = threading.Thread(target=_show, args=(name, child.stdout), daemon=True)
        shown.start()
        self._shown.append(shown)
        threading.Thread(target=self._watch, args=(name, child), daemon=True).start()

    def _watch(self, name: str, child: subprocess.Popen[str]) -> None:
        self._ends.put(Ended(name, child.wait()))

    def wait(self, seconds: float | None = None) -> Ended | None:
        """Wait for a reason to end; None when there was none within `seconds`."""
        with suppress(Empty):
            return self._ends.get(timeout=seconds)
        return None

    def end(self) -> None:
        """End all: politely first, by force after the grace. Nothing that was started is left behind."""
        for child in self._running.values():
            _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        for child in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        for child in self._running.values():
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
        for shown in self._shown:
            shown.join(self.grace)  # the last words of a child are often why it ended
        self._running.clear()
        self._shown.clear()


def _signal_group(leader: int, number: signal.Signals) -> None:
    # The group outlives its leader while a grandchild runs, so it is signalled even when the leader has gone.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _show(name: str, output: IO[str] | None) -> None:
    if output is None:
        return
    with output:
        for line in output:
            sys.stderr.write(f"{name:>9} | {line.rstrip()}\n")
            sys.stderr.flush()
