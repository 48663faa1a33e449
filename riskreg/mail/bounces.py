"""Reading what a mail server returns when it could not deliver: a delivery status notification (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, HeaderParser

# Our own Message-ID, as riskreg.mail.composing makes it.
OURS = re.compile(r"<(message\.(\d{1,9})\.\d{8}T\d{6})@", re.ASCII)
KIND = re.compile(r"^\s*[\w-]+\s*;")
LONGEST = 500
# What the server did with the message (RFC 3464, 2.3.3). Of the rest nothing needs doing.
FAILED, DELAYED = "failed", "delayed"
HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
WHOLE = ("message/rfc822", "message/global")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a server reports of one of our messages: its `action`, and its own `words` for it.

    `message_id` is what stands before the @ of the Message-ID, `number` the message's in the outbox.
    """

    message_id: str
    number: int
    action: str
    words: str


def read_bounce(content: bytes) -> Bounce | None:
    """Read a report as it arrived. None when it is no report, or not about a message of ours."""
    try:
        report = BytesParser().parsebytes(content)
        parts = list(report.walk())
    except RecursionError:  # parts within parts without end
        return None
    recipients = [one for one in _recipients(parts) if one["Action"]]
    returned = OURS.search(" ".join(_message_ids(parts, report)))
    if not recipients or returned is None:
        return None
    # Ours go to one recipient each; should a server on the way have made several of it, what failed counts.
    chosen = next((one for one in recipients if _action(one) == FAILED), recipients[0])
    return Bounce(returned[1], int(returned[2]), _action(chosen), _words(chosen))


def _recipients(parts: list[Message]) -> Iterator[Message]:
    """The blocks of the machine-readable part: the first is about the report, each other about one recipient."""
    for part in parts:
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        if isinstance(blocks, list):
            yield from (one for one in blocks if isinstance(one, Message))


def _message_ids(parts: list[Message], report: Message) -> Iterator[str]:
    """The Message-ID of the message that came back; some servers return none of it, but answer it by its id."""
    for part in parts:
        kind = part.get_content_type()
        inside = part.get_payload()
        if kind in WHOLE and isinstance(inside, list) and inside and isinstance(inside[0], Message):
            yield str(inside[0]["Message-ID"] or "")
        elif kind in HEADERS:
            text = part.get_payload(decode=True)
            words = text.decode("utf-8", "replace") if isinstance(text, bytes) else ""
            yield str(HeaderParser().parsestr(words)["Message-ID"] or "")
    yield str(report["In-Reply-To"] or "")


def _action(recipient: Message) -> str:
    return str(recipient["Action"]).strip().lower()


def _words(recipient: Message) -> str:
    """The server's own words, without the “smtp;” before them; its status where it gave none."""
    said = KIND.sub("", str(recipient["Diagnostic-Code"] or "")).strip() or str(recipient["Status"] or "")
    return " ".join(said.split())[:LONGEST] or "no reason given"
