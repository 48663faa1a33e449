"""A test message: the settings tried by hand, with everything that the mail server says to it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.mail.composing import AddressError, compose
from riskreg.mail.conversation import Conversation, Line
from riskreg.mail.rendering import render
from riskreg.mail.sending import Outcome, OutcomeUnknown, PermanentFailure, Sent, TemporaryFailure, deliver
from riskreg.models import Person
from riskreg.services.actors import Actor
from riskreg.services.audit import record

# Somebody waits for the page, and a web worker for it.
LONGEST = 20.0


@dataclass(frozen=True, slots=True)
class Trial:
    """How a test message went: in a few words, in a sentence, and line by line."""

    heading: str
    sentence: str
    lines: Sequence[Line]


def write_trial(actor: Actor, address: str, config: Mapping[str, Any], now: datetime) -> EmailMessage:
    """Write a test message. Raises NotPermitted, RuleBroken for what is no address."""
    actor.require(Permission.MANAGE_MAIL)
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    rendered = render("test_message", {"asked_by": actor.name}, person or Person(name=actor.name, email=address))
    number = f"test.{now:%Y%m%dT%H%M%S}.{secrets.token_hex(4)}"
    try:
        return compose(number, rendered, ("", address), config, now)
    except AddressError as error:
        raise RuleBroken(str(error), "address") from None


def try_mail(message: EmailMessage, config: Mapping[str, Any]) -> Trial:
    """Send a test message at once. It may take LONGEST seconds: no transaction should be open."""
    conversation = Conversation(LONGEST)
    outcome = deliver(message, lambda: None, config, conversation)
    return Trial(_heading(outcome), _sentence(outcome), conversation.lines)


def note_trial(actor: Actor, address: str, trial: Trial, now: datetime) -> None:
    """Write down in the audit trail that the settings were tried, and how it went."""
    record(actor, "sent a test message", "mail:test", f"A test message to {address}. {trial.sentence}", now=now)


def _heading(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "The mail server took it"
        case OutcomeUnknown():
            return "Perhaps sent"
        case _:
            return "It did not go"


def _sentence(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "The mail server took the message. Now see whether it arrives."
        case TemporaryFailure(text, server=True):
            return f"The message was not sent: the mail server cannot be used as it is set up. {text}"
        case TemporaryFailure(text):
            return f"The message was not sent; the mail server asks to try later. {text}"
        case PermanentFailure(text):
            return f"The mail server refused the message for good. {text}"
        case OutcomeUnknown(text):
            return f"The message may have arrived or not. {text}"
