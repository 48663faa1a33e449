"""Sending one message over SMTP, and saying exactly how far it got.

What matters here is the moment at which the message itself begins to leave. Before it, nothing has been delivered and
trying again is safe; after it, only the server's answer tells.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from riskreg.mail.composing import bounce_address
from riskreg.mail.conversation import NO_ANSWER, Client, Conversation, NonsenseError, connection

# Every wait has its own bound, SMTP_TIMEOUT; all of them together must end well before the lease on a message does.
LONGEST = 480.0
SEND_NOW = 354
# Answers that would meet any message: it is closing, does not know the command, wants a sign-in, refuses ours
# (RFC 5321, 4.2.3; RFC 4954, 6).
OF_THE_SERVER = frozenset({421, 500, 502, 503, 530, 534, 535, 538})
NONSENSE = "The mail server answers nonsense"
SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPServerDisconnected, "The mail server closed the connection."),
    (TimeoutError, "The mail server did not answer in time."),
    (ConnectionRefusedError, "Nobody answers at this host and port: the connection was refused."),
    (socket.gaierror, "The name of the mail server is not known."),
)
FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


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
    """The message had begun to leave when something broke: it may have been delivered or not. `server` as above."""

    text: str
    server: bool = False


Outcome = Sent | TemporaryFailure | PermanentFailure | OutcomeUnknown


class _RefusedError(Exception):
    """The server answered with a refusal before the message was sent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def deliver(
    message: EmailMessage,
    started: Callable[[], None],
    config: Mapping[str, Any],
    conversation: Conversation | None = None,
) -> Outcome:
    """Send the message to its one recipient; call `started` right before it begins to leave.

    An exception from `started` is passed on, and then nothing has been sent. `conversation` hears what both sides say.
    """
    conversation = conversation or Conversation(LONGEST)
    sender = bounce_address(config)
    recipient = message["To"].addresses[0].addr_spec
    content = message.as_bytes()
    begun = False

    def start() -> None:
        nonlocal begun
        begun = True
        started()

    try:
        with connection(config, sender.rpartition("@")[2], conversation) as server:
            # Nothing that is said here depends on the message but its recipient.
            _accept(server.mail(sender), of_server=True)
            _accept(server.rcpt(recipient), of_server=False)
            start()
            return _send(server, content)
    except _RefusedError as refused:
        return refused.outcome
    except (OSError, smtplib.SMTPException) as error:
        return TemporaryFailure(_said(error), server=True)
    except ValueError as error:
        if begun:
            raise
        return TemporaryFailure(f"The mail server's answer could not be read: {error}", server=True)


def _send(server: Client, content: bytes) -> Outcome:
    code, reply = server.docmd("DATA")
    if code != SEND_NOW:
        return _nonsense(code, reply) if 200 <= code < 400 else _outcome(code, reply)
    server.conversation.add("we", f"(the message, {len(content):,} bytes)")
    try:
        server.send(FIRST_DOT.sub(b"..", content) + b".\r\n")
        code, reply = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return OutcomeUnknown(f"The connection was lost while the message was being sent: {_said(error)}", server=True)
    if not 200 <= code < 300 and not 400 <= code < 600:
        return OutcomeUnknown(f"The message was sent, but the answer is nonsense: {_words(code, reply)}", server=True)
    return _outcome(code, reply)


def _accept(answer: tuple[int, bytes], *, of_server: bool) -> None:
    """Raise _RefusedError for a refusal. `of_server`: it would meet any message, so the message is not to blame."""
    outcome = _outcome(*answer)
    if isinstance(outcome, Sent):
        return
    if of_server and isinstance(outcome, PermanentFailure | TemporaryFailure):
        outcome = TemporaryFailure(outcome.text, server=True)
    raise _RefusedError(outcome)


def _outcome(code: int, reply: bytes) -> Outcome:
    """What a final answer means. Only 5xx is for good, and only when it is about the message (RFC 5321, 4.2.1)."""
    if 200 <= code < 300:
        return Sent()
    if code in OF_THE_SERVER:
        return TemporaryFailure(_words(code, reply), server=True)
    if 400 <= code < 500:
        return TemporaryFailure(_words(code, reply))
    if 500 <= code < 600:
        return PermanentFailure(_words(code, reply))
    return _nonsense(code, reply)


def _nonsense(code: int, reply: bytes) -> TemporaryFailure:
    return TemporaryFailure(f"{NONSENSE}: {_words(code, reply)}", server=True)


def _words(code: int, reply: bytes | str) -> str:
    text = reply if isinstance(reply, str) else reply.decode("utf-8", "replace")
    return text if code == NO_ANSWER else f"{code} {text}".strip()


def _said(error: Exception) -> str:
    """What went wrong, in a sentence; the server's own words where it gave some."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"The mail server refused our sign-in: {_words(error.smtp_code, error.smtp_error)}"
    if isinstance(error, smtplib.SMTPResponseException):
        answer = _words(error.smtp_code, error.smtp_error)
        return answer if 400 <= error.smtp_code < 600 else f"{NONSENSE}: {answer}"
    if isinstance(error, NonsenseError):
        return f"{NONSENSE}: {error}."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of the mail server is not trusted: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No encrypted connection could be made: {error.reason or error}."
    fixed = (sentence for kind, sentence in SENTENCES if isinstance(error, kind))
    return next(fixed, str(error) or type(error).__name__)
