"""Making an e-mail of what was written: its headers, and the text in lines that every mail program can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email

from riskreg.domain.sentences import one_line
from riskreg.mail.rendering import Rendered

# RFC 3676: lines that end with a space go on, so that wide and narrow windows both fill theirs.
LINE_WIDTH = 72
WORD = re.compile("[^ ]+ *| +")
# A word that is longer, or that looks as if it were encoded, is written encoded, which can be parted anywhere.
WRITTEN_PLAIN = re.compile(r"(?!.*=\?)(?:[!-~]{1,60}(?: |$))*", re.ASCII)


class _Subject(UniqueUnstructuredHeader):
    """A subject that begins on the header's own line.

    Python leaves that line empty where the subject fits the next one; some mail programs then show none.
    """

    def fold(self, *, policy: Policy) -> str:
        words = str(self)
        charset = "us-ascii" if WRITTEN_PLAIN.fullmatch(words) else "utf-8"
        folded = Header(words, charset, policy.max_line_length, "Subject").encode(linesep=policy.linesep)
        return f"Subject: {folded}{policy.linesep}"


class _Headers(HeaderRegistry):
    """Python makes a class for every header that is set or read, again and again; here each name has one for good."""

    def __init__(self) -> None:
        super().__init__()
        self.map_to_type("subject", _Subject)  # type: ignore[arg-type] # it makes a BaseHeader of it
        self.known: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        if name not in self.known:
            self.known[name] = super().__getitem__(name)
        return self.known[name]


POLICY = SMTP.clone(header_factory=_Headers())


class AddressError(ValueError):
    """Nothing can be sent to this person; the text is the sentence that says why."""


def compose(
    message_id: str,
    rendered: Rendered,
    to: tuple[str, str],
    config: Mapping[str, Any],
    now: datetime,
    risk_ids: Sequence[int] = (),
) -> EmailMessage:
    """Build the message to `to`, a name and an address. Raises AddressError when there is no such address.

    `message_id` is what stands before the @ of the Message-ID. It has no colon: EmailMessage cuts an id short at one.
    Messages about one risk answer the same id, which no message has, so that mail programs put them together; one about
    several names the ids of all, so that what follows on any of them joins it.
    """
    sender_name, sender = parseaddr(str(config["MAIL_FROM"]))
    domain = _domain(config)
    message = EmailMessage(policy=POLICY)
    message["From"] = _named(sender_name, sender)
    message["To"] = _named(to[0], _address(*to))
    if config["MAIL_REPLY_TO"]:
        message["Reply-To"] = _named(*parseaddr(str(config["MAIL_REPLY_TO"])))
    message["Subject"] = one_line(rendered.subject)
    message["Date"] = now
    message["Message-ID"] = f"<{message_id}@{domain}>"
    if risk_ids:
        threads = [f"<risk.{one}@{domain}>" for one in risk_ids]
        message["In-Reply-To"] = threads[0]
        message["References"] = " ".join(threads)
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


def risks_of(facts: Mapping[str, Any]) -> list[int]:
    """Return the risks that a message is about, each once; a digest is about none."""
    if "risk_id" in facts:
        return [int(facts["risk_id"])]
    return sorted({int(one["risk_id"]) for one in facts.get("escalations", ())})


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


@lru_cache(maxsize=64)  # the sender is the same on every message
def _named(name: str, address: str) -> Address:
    """Return a name and an address; without the name when writing it would make two addresses of it.

    Python's own folding drops the quotes around a long name with a comma in it.
    """
    named = Address(one_line(name), addr_spec=address)
    trial = EmailMessage(policy=SMTP)
    trial["To"] = named
    read = message_from_bytes(trial.as_bytes(), policy=SMTP)
    return named if [one.addr_spec for one in read["To"].addresses] == [address] else Address(addr_spec=address)
