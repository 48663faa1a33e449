"""Making an e-mail of what was written: its headers, and the text in lines that every mail program can show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

from email_validator import EmailNotValidError, validate_email

from riskreg.mail.rendering import Rendered

# RFC 3676: lines that end with a space go on, so that wide and narrow windows both fill theirs.
LINE_WIDTH = 72
WORD = re.compile("[^ ]+ *| +")


class AddressError(ValueError):
    """Nothing can be sent to this person; the text is the sentence that says why."""


def compose(
    message_id: str,
    rendered: Rendered,
    to: tuple[str, str],
    config: Mapping[str, Any],
    now: datetime,
    risk_id: int | None = None,
) -> EmailMessage:
    """Build the message to `to`, a name and an address. Raises AddressError when there is no such address.

    `message_id` is what stands before the @ of the Message-ID. It has no colon: EmailMessage cuts an id short at one.
    Messages about one risk answer the same id, which no message has, so that mail programs put them together.
    """
    sender_name, sender = parseaddr(str(config["MAIL_FROM"]))
    domain = _domain(config)
    message = EmailMessage(policy=SMTP)
    message["From"] = _named(sender_name, sender)
    message["To"] = _named(to[0], _address(*to))
    if config["MAIL_REPLY_TO"]:
        message["Reply-To"] = _named(*parseaddr(str(config["MAIL_REPLY_TO"])))
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = now
    message["Message-ID"] = f"<{message_id}@{domain}>"
    if risk_id is not None:
        message["In-Reply-To"] = message["References"] = f"<risk.{risk_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange's word for the same
    message["List-Id"] = f"Risk register <riskreg.{domain}>"
    # Quoted-printable passes every server, with lines short enough for all of them.
    message.set_content(flowed(rendered.text), cte="quoted-printable", params={"format": "flowed"})
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return message


def outbox_message_id(message_id: int, created_at: datetime) -> str:
    """Return what stands before the @ for a message of the outbox: always the same, so that it is known again."""
    return f"message.{message_id}.{created_at:%Y%m%dT%H%M%S}"


def bounce_address(config: Mapping[str, Any]) -> str:
    """Return the address to which servers return what they cannot deliver: the sender's unless another is set."""
    return parseaddr(str(config["MAIL_BOUNCES"] or config["MAIL_FROM"]))[1]


def risk_of(facts: Mapping[str, Any]) -> int | None:
    """Return the one risk that a message is about; None when it is about none or several."""
    if "risk_id" in facts:
        return int(facts["risk_id"])
    about = {int(one["risk_id"]) for one in facts.get("escalations", ())}
    return about.pop() if len(about) == 1 else None


def one_line(words: str) -> str:
    """Return the words without line ends and control characters, which could begin a header of their own."""
    return " ".join("".join(one if unicodedata.category(one) != "Cc" else " " for one in words).split())


def flowed(text: str) -> str:
    """Return the text in lines of LINE_WIDTH, of which those that go on end with a space. An address is never cut."""
    return "\n".join(line for paragraph in text.splitlines() for line in _lines(paragraph)) + "\n"


def unflowed(text: str) -> str:
    """Return the text that `flowed` was given."""
    whole, held = [], ""
    for line in text.splitlines():
        held += line.removeprefix(" ")
        if not line.endswith(" "):
            whole.append(held)
            held = ""
    return "\n".join([*whole, held] if held else whole) + "\n"


def _lines(paragraph: str) -> Iterator[str]:
    line = ""
    for word in WORD.findall(paragraph.rstrip()):
        if line and len(line + word.rstrip(" ")) > LINE_WIDTH:
            yield _stuffed(line)
            line = ""
        line += word
    yield _stuffed(line)


def _stuffed(line: str) -> str:
    """A space before these keeps them from being taken for a quotation or for the head of a message."""
    return f" {line}" if line.startswith((" ", ">", "From ")) else line


def _domain(config: Mapping[str, Any]) -> str:
    return parseaddr(str(config["MAIL_FROM"]))[1].rpartition("@")[2]


def _address(name: str, address: str) -> str:
    """Return the address as it is written on an envelope. Raises AddressError."""
    if not address.strip():
        raise AddressError(f"{one_line(name)} has no e-mail address.")
    try:
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise AddressError(f"“{one_line(address)}” is no e-mail address. {error}") from None
    return found.ascii_email or found.normalized


def _named(name: str, address: str) -> Address:
    """Return a name and an address; without the name when writing it would make two addresses of it.

    Python's own folding drops the quotes around a long name with a comma in it.
    """
    named = Address(one_line(name), addr_spec=address)
    trial = EmailMessage(policy=SMTP)
    trial["To"] = named
    read = message_from_bytes(trial.as_bytes(), policy=SMTP)
    return named if [one.addr_spec for one in read["To"].addresses] == [address] else Address(addr_spec=address)
