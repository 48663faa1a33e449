"""Sending one message over SMTP, and saying exactly how far it got.

Standard library: what matters here is the moment at which the message itself begins to leave. Before it, nothing has
been delivered and trying again is safe; after it, only the server's answer tells.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

from riskreg.mail.rendering import Rendered

TEMPORARY = range(400, 500)
SERVICE_CLOSING = 421


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took the message."""


@dataclass(frozen=True, slots=True)
class TemporaryFailure:
    """Not delivered; worth trying again. `server`: it was the server's doing, so others would fare no better now."""

    text: str
    server: bool = False


@dataclass(frozen=True, slots=True)
class PermanentFailure:
    """Not delivered, and the server says that trying again is no use."""

    text: str


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The connection was lost after the message had begun to leave: it may have been delivered or not."""

    text: str


Outcome = Sent | TemporaryFailure | PermanentFailure | OutcomeUnknown


class _RefusedError(Exception):
    """The server answered with a refusal before the message was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def compose(
    message_id: int,
    created_at: datetime,
    rendered: Rendered,
    to: tuple[str, str],
    config: Mapping[str, Any],
    now: datetime,
) -> EmailMessage:
    """Build the message to `to`, a name and an address. Raises ValueError when the address cannot stand in a header.

    The Message-ID follows from the outbox's own number, so that a message sent again is known as the same one. It has
    no colon: EmailMessage cuts an id short at one.
    """
    name, address = to
    sender_name, sender = parseaddr(str(config["MAIL_FROM"]))
    domain = sender.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(sender_name, addr_spec=sender)
    message["To"] = Address(" ".join(name.split()), addr_spec=address)
    message["Subject"] = rendered.subject
    message["Date"] = now
    message["Message-ID"] = f"<message.{message_id}.{created_at:%Y%m%dT%H%M%S}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"Risk register <riskreg.{domain}>"
    # Quoted-printable passes every server, with lines short enough for all of them.
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return message


def deliver(message: EmailMessage, started: Callable[[], None], config: Mapping[str, Any]) -> Outcome:
    """Send the message to its one recipient; call `started` right before it begins to leave.

    An exception from `started` is passed on, and then nothing has been sent.
    """
    sender = message["From"].addresses[0].addr_spec
    recipient = message["To"].addresses[0].addr_spec
    content = message.as_bytes()
    try:
        with _connection(config, sender.rpartition("@")[2]) as server:
            _accept(server.mail(sender), of_server=True)
            _accept(server.rcpt(recipient), of_server=False)
            started()
            return _send(server, content)
    except _RefusedError as refused:
        return refused.outcome
    except (OSError, smtplib.SMTPException) as error:
        return TemporaryFailure(_said(error), server=True)


@contextmanager
def _connection(config: Mapping[str, Any], own_name: str) -> Iterator[smtplib.SMTP]:
    host, port, timeout = str(config["SMTP_HOST"]), int(config["SMTP_PORT"]), float(config["SMTP_TIMEOUT"])
    # The sender's domain is given as our name: asking the network for the machine's own can take seconds.
    if config["SMTP_SECURITY"] == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, own_name, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, own_name, timeout=timeout)
    try:
        if config["SMTP_SECURITY"] == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config["SMTP_USER"]:
            server.login(str(config["SMTP_USER"]), str(config["SMTP_PASSWORD"]))
        server.ehlo_or_helo_if_needed()
        yield server
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
    finally:
        server.close()


def _send(server: smtplib.SMTP, content: bytes) -> Outcome:
    try:
        code, reply = server.data(content)
    except smtplib.SMTPDataError as error:
        code, reply = error.smtp_code, _bytes(error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return OutcomeUnknown(f"The connection was lost while the message was being sent: {_said(error)}")
    return _outcome(code, reply)


def _accept(answer: tuple[int, bytes], *, of_server: bool) -> None:
    """Raise _RefusedError for a refusal. `of_server`: it would meet any message, so the message is not to blame."""
    code, reply = answer
    outcome = _outcome(code, reply)
    if isinstance(outcome, Sent):
        return
    if of_server and isinstance(outcome, PermanentFailure):
        outcome = TemporaryFailure(outcome.text, server=True)
    raise _RefusedError(outcome)


def _outcome(code: int, reply: bytes) -> Outcome:
    if 200 <= code < 300:
        return Sent()
    text = f"{code} {reply.decode('utf-8', 'replace')}"
    if code in TEMPORARY:
        return TemporaryFailure(text, server=code == SERVICE_CLOSING)
    return PermanentFailure(text)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_bytes(error.smtp_error).decode('utf-8', 'replace')}"
    return str(error) or type(error).__name__


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words
