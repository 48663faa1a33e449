"""Reading mail that comes back: which message, for good or not, and the server's own words."""

from __future__ import annotations

import pytest

from riskreg.mail.bounces import LONGEST, Bounce, read_bounce
from tests.mail.reports import AWAY, BARE, DELAY, EXCHANGE, OURS, postfix

KNOWN = ("message.12.20170403T083000", 12)


@pytest.mark.parametrize(
    ("content", "action", "words"),
    [
        (postfix(), "failed", "550 5.1.1 <ann@kent.example>: Recipient address rejected: User unknown"),
        (postfix(**DELAY), "delayed", "connect to mail.kent.example: Connection timed out"),
        (EXCHANGE.format(message_id=OURS).encode(), "failed", "5.1.10"),
        (BARE.format(message_id=OURS).encode(), "failed", "552 5.2.2 Mailbox full"),
        (postfix().replace(b"\n", b"\r\n"), "failed",
         "550 5.1.1 <ann@kent.example>: Recipient address rejected: User unknown"),
        (b"From MAILER-DAEMON Tue Apr  4 09:30:00 2017\n" + postfix(action="Relayed", words="250 OK"),
         "relayed", "250 OK"),
    ],
)  # fmt: skip
def test_a_report_is_read_as_servers_write_it(content: bytes, action: str, words: str) -> None:
    assert read_bounce(content) == Bounce(*KNOWN, action, words)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00 no header",
        AWAY.format(message_id=OURS).encode(),
        postfix(message_id="<someone.else@kent.example>"),
        postfix(message_id="<test.20170403T083000.00ff00ff@riskreg.example>"),
        postfix(message_id="<message.12.20170403@riskreg.example>"),
        postfix(message_id="<message.99999999999.20170403T083000@riskreg.example>"),
        postfix().replace(b"Action:", b"Reaction:"),
        postfix().replace(b"message/delivery-status", b"text/plain"),
        postfix()[:700],
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nnever ended",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(5000)),
        b"Content-Type: message/rfc822\n\n" * 5000,
    ],
)
def test_what_is_no_report_on_ours_is_nothing(content: bytes) -> None:
    assert read_bounce(content) is None


def test_a_long_complaint_is_cut() -> None:
    found = read_bounce(postfix(words="550 " + "no " * 5000))
    assert found is not None
    assert len(found.words) == LONGEST


def test_a_report_without_a_reason_says_so() -> None:
    found = read_bounce(postfix(words="", status=""))
    assert found is not None
    assert found.words == "no reason given"
