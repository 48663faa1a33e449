"""Speaking SMTP: the standard library's client, with every line kept and the whole conversation bounded in time."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

# No server has that much to say; one that never stops would fill the memory.
MOST_HEARD = 256 * 1024
NOT_SHOWN = "(not shown)"
AT_A_TIME = 8192
CHALLENGE = 334
NO_ANSWER = -1  # what smtplib gives for a line that does not begin with a number


class NonsenseError(OSError):
    """The server says what no mail server says."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a conversation. `seconds` since it began; `by` is “we”, “server” or “note”."""

    seconds: float
    by: str
    text: str


@dataclass(slots=True)
class Conversation:
    """What both sides said, without passwords; it is broken off when it has lasted `longest` seconds."""

    longest: float
    lines: list[Line] = field(default_factory=list)
    heard: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, by: str, text: str) -> None:
        """Keep what was said, a line each."""
        passed = time.monotonic() - self.began
        self.lines += [Line(passed, by, line) for line in text.splitlines()]

    def seconds_left(self, most: float) -> float:
        """How long to wait now: `most`, or what is left. Raises TimeoutError when nothing is."""
        left = self.began + self.longest - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(most, left)

    def count(self, length: int) -> None:
        """Raise NonsenseError when the server has said too much."""
        self.heard += length
        if self.heard > MOST_HEARD:
            raise NonsenseError("it does not stop talking")


class _Reader:
    """Reads lines for smtplib. A server that sends a letter now and then would keep its own reader busy for ever."""

    def __init__(self, sock: socket.socket, conversation: Conversation, timeout: float) -> None:
        self.sock = sock
        self.conversation = conversation
        self.timeout = timeout
        self.held = b""
        self.last = b""

    def readline(self, limit: int) -> bytes:
        """Return a line with its end, or what there is at the end of the connection."""
        while b"\n" not in self.held and len(self.held) < limit:
            self.sock.settimeout(self.conversation.seconds_left(self.timeout))
            more = self.sock.recv(AT_A_TIME)
            if not more:
                break
            self.conversation.count(len(more))
            self.held += more
        end = min(self.held.find(b"\n") + 1 or len(self.held), limit)
        self.last, self.held = self.held[:end], self.held[end:]
        return self.last

    def close(self) -> None:
        """Forget what was not read; the connection is closed by its owner."""
        self.held = b""


class Client(smtplib.SMTP):
    """The standard library's client, heard."""

    def __init__(self, conversation: Conversation, *args: Any, **settings: Any) -> None:
        self.conversation = conversation
        self.secrets: list[str] = []
        self.signing_in = False
        super().__init__(*args, **settings)

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command and keep it; what signs in is not kept."""
        words = f"{cmd} {args}".strip()
        if cmd.upper() == "AUTH":
            self.signing_in = True
            mechanism, _, secret = args.partition(" ")
            words = f"{cmd} {mechanism} {self._hide(secret)}".strip()
        elif self.signing_in:
            words = self._hide(cmd)
        self.conversation.add("we", words)
        super().putcmd(cmd, args)

    def send(self, s: Any) -> None:
        """Send, for no longer than there is time."""
        if self.sock is not None:
            self.sock.settimeout(self.conversation.seconds_left(self.timeout))
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """Return the server's answer and keep it. Raises TimeoutError and NonsenseError besides smtplib's own."""
        if self.file is None and self.sock is not None:
            self.file = _Reader(self.sock, self.conversation, self.timeout)
        try:
            code, reply = super().getreply()
        except smtplib.SMTPServerDisconnected as error:
            if isinstance(error.__context__, TimeoutError | NonsenseError):
                raise error.__context__ from None
            raise
        if code == NO_ANSWER and isinstance(self.file, _Reader):  # of which smtplib takes the first letters for a code
            reply = self.file.last.strip()
        for secret in self.secrets:  # a server may repeat what it was told
            reply = reply.replace(secret.encode(), NOT_SHOWN.encode())
        self.conversation.add("server", _as_said(code, reply))
        self.signing_in = self.signing_in and code == CHALLENGE
        return code, reply

    def _hide(self, secret: str) -> str:
        if secret:
            self.secrets.append(secret)
        return NOT_SHOWN if secret else ""


class _TlsClient(Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


@contextmanager
def connection(config: Mapping[str, Any], own_name: str, conversation: Conversation) -> Iterator[Client]:
    """Connect, encrypt and sign in as the settings say; close in the end.

    Raises OSError, among them smtplib.SMTPException, and ValueError for an answer that cannot be read.
    """
    host, port = str(config["SMTP_HOST"]), int(config["SMTP_PORT"])
    timeout = conversation.seconds_left(float(config["SMTP_TIMEOUT"]))
    conversation.add("note", f"Connecting to {host}, port {port}.")
    # The sender's domain is given as our name: asking the network for the machine's own can take seconds.
    if config["SMTP_SECURITY"] == "tls":
        server: Client = _TlsClient(conversation, host, port, own_name, timeout=timeout, context=_trust(config))
        _note_encryption(server)
    else:
        server = Client(conversation, host, port, own_name, timeout=timeout)
    try:
        if config["SMTP_SECURITY"] == "starttls":
            server.starttls(context=_trust(config))
            _note_encryption(server)
        server.ehlo_or_helo_if_needed()
        if config["SMTP_USER"]:
            server.login(str(config["SMTP_USER"]), str(config["SMTP_PASSWORD"]))
        yield server
        with suppress(OSError):
            server.quit()
    finally:
        server.close()


def _trust(config: Mapping[str, Any]) -> ssl.SSLContext:
    """The authorities whose certificates are believed: the system's, or those of the file in SMTP_CA alone."""
    given, system = str(config["SMTP_CA"]), ssl.get_default_verify_paths()
    places = [given] if given else [place for place in (system.cafile, system.capath) if place]
    return _authorities(given, tuple((place, Path(place).stat().st_mtime_ns) for place in places))


@lru_cache(maxsize=2)  # reading them takes longer than sending a message; they are read anew when they were changed
def _authorities(given: str, _changed: tuple[tuple[str, int], ...]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=given or None)


def _note_encryption(server: Client) -> None:
    if isinstance(server.sock, ssl.SSLSocket):
        server.conversation.add(
            "note", f"Encrypted from here on ({server.sock.version()}); the certificate is trusted."
        )


def _as_said(code: int, reply: bytes) -> str:
    """An answer as the server wrote it: its number before each line, with a dash on all but the last."""
    lines = reply.decode("utf-8", "replace").split("\n")
    if code == NO_ANSWER:
        return "\n".join(lines)
    return "\n".join([*(f"{code}-{line}" for line in lines[:-1]), f"{code} {lines[-1]}"])
