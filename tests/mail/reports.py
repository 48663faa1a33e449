"""Mail that comes back, as the mail servers that councils use write it."""

from __future__ import annotations

OURS = "<message.12.20170403T083000@riskreg.example>"
# Postfix: the headers alone are returned, the diagnostic is folded.
POSTFIX = """\
Return-Path: <>
Date: Tue,  4 Apr 2017 09:30:00 +0100 (BST)
From: MAILER-DAEMON@mx.kent.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: riskreg@riskreg.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B/mx.kent.example"
Message-Id: <20170404083000.1@mx.kent.example>

--B/mx.kent.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.kent.example.

--B/mx.kent.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.kent.example
X-Postfix-Queue-ID: 0123456789
Arrival-Date: Mon,  3 Apr 2017 09:30:00 +0100 (BST)

Final-Recipient: rfc822; ann@kent.example
Original-Recipient: rfc822;ann@kent.example
Action: {action}
Status: {status}
Remote-MTA: dns; mail.kent.example
Diagnostic-Code: smtp; {words}

--B/mx.kent.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: Risk register <riskreg@riskreg.example>
To: Ann Owner <ann@kent.example>
Subject: CYPE 20
Message-ID: {message_id}

--B/mx.kent.example--
"""
# Exchange: the whole message is returned, and there is no diagnostic.
EXCHANGE = """\
From: <postmaster@kent.example>
To: <riskreg@riskreg.example>
Subject: Undeliverable: CYPE 20
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="_000_x_"

--_000_x_
Content-Type: multipart/alternative; boundary="_001_y_"

--_001_y_
Content-Type: text/plain

Delivery has failed to these recipients.

--_001_y_--

--_000_x_
Content-Type: message/delivery-status

Reporting-MTA: dns;kent.example

Final-recipient: RFC822;ann@kent.example
Action: FAILED
Status: 5.1.10

--_000_x_
Content-Type: message/rfc822

From: Risk register <riskreg@riskreg.example>
To: Ann Owner <ann@kent.example>
Subject: CYPE 20
Message-ID: {message_id}
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="z"

--z
Content-Type: text/plain

It fell.
--z--

--_000_x_--
"""
# Nothing of the message is returned; the report answers it.
BARE = """\
From: <postmaster@kent.example>
To: <riskreg@riskreg.example>
In-Reply-To: {message_id}
Subject: Undeliverable
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;kent.example

Final-Recipient: rfc822;other@kent.example
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822;ann@kent.example
Action: failed
Status: 5.2.2
Diagnostic-Code: SMTP; 552 5.2.2 Mailbox full

--b--
"""
AWAY = """\
From: Ann Owner <ann@kent.example>
To: <riskreg@riskreg.example>
Subject: Away until Monday
Auto-Submitted: auto-replied
In-Reply-To: {message_id}

I am away.
"""


def postfix(
    words: str = "550 5.1.1 <ann@kent.example>:\n    Recipient address rejected: User unknown",
    action: str = "failed",
    status: str = "5.1.1",
    message_id: str = OURS,
) -> bytes:
    """A report as Postfix writes it."""
    return POSTFIX.format(words=words, action=action, status=status, message_id=message_id).encode()


DELAY = {"action": "delayed", "status": "4.4.1", "words": "connect to mail.kent.example: Connection timed out"}
