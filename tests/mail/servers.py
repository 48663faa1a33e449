"""A real SMTP server on this machine for the tests, which answers as it is told."""

from __future__ import annotations

import socket
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Receiver:
    """What the server took, and how it answers: a reply for each stage, or `cut` to drop the connection there."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    mail: str = ""
    rcpt: str = ""
    data: str = ""
    cut: bool = False

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd names it
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd names it
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd names it
        if self.cut:
            server.transport.abort()
            return "250 never heard"
        if self.data:
            return self.data
        letter = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.recipients.extend(envelope.rcpt_tos)
        self.senders.append(envelope.mail_from)
        return "250 OK"


class OnAFreePort(Controller):
    """A server that the system gives its port, so that no two tests ever want the same."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        if self.ssl_context is None:
            super()._trigger_server()
        else:  # the library would knock with the server's own end of TLS
            socket.create_connection((self.hostname, self.port), 5).close()


@contextmanager
def receiving(receiver: Receiver | None = None, **settings: Any) -> Iterator[Receiver]:
    """Run a server on a free port of this machine while the block runs; `settings` are aiosmtpd's own."""
    receiver = receiver or Receiver()
    controller = OnAFreePort(receiver, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        receiver.port = controller.port
        yield receiver
    finally:
        controller.stop()


def settings_for(port: int) -> dict[str, Any]:
    """The settings of a plain server on this machine."""
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": port,
        "SMTP_SECURITY": "none",
        "SMTP_USER": "",
        "SMTP_PASSWORD": "",
        "SMTP_TIMEOUT": 5,
        "SMTP_CA": "",
        "MAIL_FROM": "Risk register <riskreg@riskreg.example>",
        "MAIL_REPLY_TO": "",
        "MAIL_BOUNCES": "",
    }


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
