"""Taking messages out of the outbox and sending them, each once.

This is the one service that commits. A message must be marked before the mail server is spoken to, and marked again
after, where a crash at any point can be read from the database; and no lock may be held while a server is slow.

The life of a message: waiting → claimed (a sender holds it for LEASE) → started (it begins to leave) → sent. A sender
that dies while it is claimed has delivered nothing, so the message waits again; one that dies after it was started may
have delivered it, so it becomes unknown and only the administrator sends it again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any
from uuid import uuid4

from flask import current_app
from jinja2 import TemplateError

from riskreg.extensions import db
from riskreg.mail import sending
from riskreg.mail.composing import AddressError, compose, outbox_message_id, risks_of
from riskreg.mail.rendering import Rendered, render
from riskreg.mail.sending import Outcome, OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure
from riskreg.models import Message, PasswordReset
from riskreg.services import digests
from riskreg.services.looking_again import NotWantedError, look_again
from riskreg.services.marking import mark_claimed, mark_let_go, mark_started, next_due, take_back, with_person
from riskreg.services.outbox import note_attempt
from riskreg.services.tokens import reset_token

log = logging.getLogger(__name__)

# Longer than every time-out of one SMTP conversation together (some seven steps of SMTP_TIMEOUT, 20 seconds each).
LEASE = timedelta(minutes=10)
# A hiccup is over in a minute, a restart in a few; after that, hourly is often enough, and gentle on the server.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
# A server that answers but puts us off is believed for about five days, as mail servers do (RFC 5321, 4.5.4.1). One
# that cannot be reached is waited for without end: the message is not to blame.
MOST_ATTEMPTS = 120
# A batch stays short, so that whether this process still leads is asked again soon and leases stay far from their end.
BATCH = 100
BATCH_SECONDS = 60
NOT_KEPT = "(the link is not kept)"
LET_DOWN = (
    ("claimed", "waiting", "A sender stopped before it sent this."),
    ("started", "unknown", "A sender stopped while it sent this: it may have arrived or not."),
)
COUNTED_AS = {"waiting": "postponed"}
AWAY = "the mail server is not available"

Deliver = Callable[[EmailMessage, Callable[[], None]], Outcome]


class LeaseLostError(Exception):
    """Another sender has taken the message over; it must not be sent from here."""


class NotWrittenError(Exception):
    """The message cannot be written, now or later; the text says why."""


@dataclass(slots=True)
class SendReport:
    """How many messages of a batch took each course. `let_down` counts those that an earlier sender left behind."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    unknown: int = 0
    dropped: int = 0
    let_down: int = 0
    server_down: str = ""

    def __str__(self) -> str:
        """One line for a log or the terminal."""
        counts = [(field.name, getattr(self, field.name)) for field in fields(self) if field.name != "server_down"]
        said = [f"{count} {name.replace('_', ' ')}" for name, count in counts if count]
        line = ", ".join(said) or "nothing to send"
        return f"{line}; {AWAY}: {self.server_down}" if self.server_down else line


@dataclass(frozen=True, slots=True)
class _Written:
    """A message ready to leave, and what will be kept of it; all that is needed while no transaction is open."""

    id: int
    attempts: int
    last_error: str
    content: EmailMessage
    kept: Rendered


def send_due(now: datetime, *, deliver: Deliver | None = None, holder: str | None = None) -> SendReport:
    """Send what is due, one batch, and commit after every step. `holder` names this sender and no other.

    A server that cannot be reached ends the batch: only the message that met it is put off.
    """
    sender = _Sender(
        holder=holder or uuid4().hex,
        now=now,
        deliver=deliver or partial(sending.deliver, config=current_app.config),
        report=SendReport(),
    )
    sender.take_back()
    end = time.monotonic() + BATCH_SECONDS
    for _ in range(BATCH):
        message_id = sender.claim() if time.monotonic() < end and not sender.report.server_down else None
        if message_id is None:
            break
        sender.post(message_id)
    return sender.report


@dataclass(slots=True)
class _Sender:
    holder: str
    now: datetime
    deliver: Deliver
    report: SendReport

    def take_back(self) -> None:
        """Settle the messages whose sender has let its lease run out."""
        for state, becomes, error in LET_DOWN:
            found = take_back(state, becomes, error, self.now)
            for message_id in found if becomes == "unknown" else ():
                note_attempt(message_id, becomes, error, self.now)
            self.report.let_down += len(found)
        db.session.commit()

    def claim(self) -> int | None:
        """Claim the next message that is due, committed; None when there is none. Losing a race tries the next."""
        while (message_id := next_due(self.now)) is not None:
            claimed = mark_claimed(message_id, self.holder, self.now + LEASE)
            db.session.commit()
            if claimed:
                return message_id
        db.session.rollback()
        return None

    def post(self, message_id: int) -> None:
        """Write, send and mark one claimed message."""
        try:
            written = self._write(message_id)
        except NotWrittenError as error:
            db.session.rollback()
            self._finish(message_id, "failed", last_error=str(error))
            return
        except NotWantedError as error:  # what its notices say of it is kept
            self._finish(message_id, "dropped", last_error=str(error))
            return
        try:
            outcome = self._send(written)
        except LeaseLostError:
            return
        self._settle(written, outcome)

    def _write(self, message_id: int) -> _Written:
        """Render the message and end the transaction. Raises NotWantedError when nobody is to get it any more."""
        message = with_person(message_id)
        person = message.person
        try:
            look_again(message, self.now)
            facts, secret = _facts(message, self.now)
            rendered = render(message.kind, facts, person)
            content = compose(
                outbox_message_id(message.id, message.created_at),
                rendered,
                (person.name, person.email),
                current_app.config,
                self.now,
                risks_of(facts),
            )
        except AddressError as error:
            raise NotWrittenError(str(error)) from error
        except (TemplateError, ValueError, LookupError, TypeError) as error:
            log.exception("message %s cannot be written", message_id)
            raise NotWrittenError(f"The message could not be written: {type(error).__name__}: {error}") from error
        written = _Written(message.id, message.attempts, message.last_error, content, _without(rendered, secret))
        db.session.commit()
        return written

    def _send(self, written: _Written) -> Outcome:
        begun = False

        def started() -> None:
            nonlocal begun
            marked = mark_started(written.id, self.holder, asdict(written.kept))
            db.session.commit()
            if not marked:
                raise LeaseLostError
            begun = True

        try:
            return self.deliver(written.content, started)
        except LeaseLostError:
            raise
        except Exception as error:
            db.session.rollback()
            log.exception("sending message %s broke off", written.id)
            text = f"Sending broke off: {error}"
            return OutcomeUnknown(text) if begun else TemporaryFailure(text)

    def _settle(self, written: _Written, outcome: Outcome) -> None:
        match outcome:
            case Sent():
                self._finish(written.id, "sent", sent_at=self.now, last_error="")
            case OutcomeUnknown(text, server):
                self._finish(written.id, "unknown", last_error=text)
                # A server that takes messages and drops would make all the others unknown as well.
                self.report.server_down = text if server else ""
            case TemporaryFailure(text, server) if server or written.attempts < MOST_ATTEMPTS:
                wait = WAITS[min(written.attempts, len(WAITS)) - 1]
                # The same answer once more, or a server that is away, is no news of this message.
                news = not server and text != written.last_error
                self._finish(written.id, "waiting", news=news, next_attempt_at=self.now + wait, last_error=text)
                self.report.server_down = text if server else ""
            case TemporaryFailure(text) | PermanentFailure(text):
                self._finish(written.id, "failed", last_error=text)

    def _finish(self, message_id: int, state: str, *, news: bool = True, **values: Any) -> None:
        """Let go of a message in its new state, count it, and note what went wrong if that is `news`."""
        marked = mark_let_go(message_id, self.holder, state, values)
        if marked and news and values["last_error"]:
            note_attempt(message_id, state, values["last_error"], self.now)
        db.session.commit()
        if marked:
            counted = COUNTED_AS.get(state, state)
            setattr(self.report, counted, getattr(self.report, counted) + 1)


def _facts(message: Message, now: datetime) -> tuple[dict[str, Any], str]:
    """Return the facts for the templates, and the secret among them that must not be kept (empty for most)."""
    if message.kind == digests.KIND:
        return _of_digest(message, now), ""
    facts = dict(message.facts)
    if "reset_id" not in facts:
        return facts, ""
    reset = db.session.get(PasswordReset, facts["reset_id"])
    if reset is None or reset.used_at is not None or reset.expires_at <= now:
        raise NotWrittenError("The link had been used or had run out before the message could be sent.")
    token = reset_token(reset)
    return {**facts, "token": token, "expires_at": reset.expires_at.isoformat()}, token


def _of_digest(message: Message, now: datetime) -> dict[str, Any]:
    facts = digests.write_digest(message, now)
    if facts is None:
        raise NotWantedError("Nothing of it was still to be told.")
    return facts


def _without(rendered: Rendered, secret: str) -> Rendered:
    if not secret:
        return rendered
    return Rendered(rendered.subject, rendered.text.replace(secret, NOT_KEPT), rendered.html.replace(secret, NOT_KEPT))
