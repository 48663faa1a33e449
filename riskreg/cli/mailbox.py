"""`flask mailbox run`: a mail server for the demonstration that keeps what it is sent and shows it on a page.

The application speaks real SMTP to it, as it will to the organisation's server. Each message is a file under
`instance/mailbox/`, so that a restart loses none. It listens on this machine only and knows no senders or passwords.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import click
from aiosmtpd.controller import Controller
from flask import Flask, Response, abort, render_template, request
from markupsafe import Markup, escape
from werkzeug.serving import WSGIRequestHandler, make_server

from riskreg.domain.dates import LONDON
from riskreg.mail.composing import unflowed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "instance" / "mailbox"
HOST = "127.0.0.1"
PAGE_LENGTH = 50
# The moment of arrival comes first, so that the order of names is the order of arrival.
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A message is a stranger's page: it may have its own styles and enclosed pictures, and open links in a new tab.
MESSAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class Letter:
    """One stored message as the pages show it."""

    name: str
    arrived: datetime
    message: EmailMessage

    def header(self, word: str) -> str:
        """Return a header's text, or nothing; one that cannot be parsed is shown as it came."""
        try:
            return str(self.message.get(word, ""))
        except (ValueError, IndexError, AttributeError):  # the parser's answers to a broken header
            raw = dict(self.message.raw_items())
            return str(raw.get(word, ""))

    @property
    def sent(self) -> datetime:
        """When it was sent by its own date: a demonstration stands on a day of its own. Else when it arrived."""
        try:
            by_itself: datetime | None = getattr(self.message["Date"], "datetime", None)
        except (ValueError, IndexError, AttributeError, TypeError):  # the parser's answers to a broken header
            by_itself = None
        return by_itself.astimezone(LONDON) if by_itself else self.arrived

    def part(self, kind: str) -> str | None:
        """Return the text of the `plain` or `html` part, None when there is none."""
        body = self.message.get_body((kind,))
        if body is None:
            return None
        try:
            text = str(body.get_content()).replace("\r\n", "\n")
            return unflowed(text) if body.get_param("format") == "flowed" else text
        except (LookupError, ValueError):  # a character set that nobody knows, or a broken encoding
            content = body.get_payload(decode=True)
            return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


class Store:
    """The folder of messages: receives them as aiosmtpd's handler, and finds them for the pages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep one message, and only then say that it was taken."""
        self.keep(envelope.mail_from or "", envelope.rcpt_tos, envelope.content)
        return "250 2.0.0 Kept"

    def keep(self, sender: str, recipients: list[str], content: bytes) -> str:
        """Write one message whole or not at all; return its name. The envelope is kept as two headers."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
        unfinished = self.folder / f"{name}.part"
        with unfinished.open("wb") as file:
            file.write(envelope.encode("utf-8", "replace") + content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / f"{name}.eml")
        return name

    def names(self) -> list[str]:
        """Return the names of all messages, the newest first."""
        return sorted((path.stem for path in self.folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)

    def read(self, name: str) -> Letter | None:
        """Return one message; None for a name that is none."""
        path = self.folder / f"{name}.eml"
        if not NAME.fullmatch(name) or not path.is_file():
            return None
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        arrived = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
        return Letter(name, arrived.astimezone(LONDON), message)

    def letters(self, page: int) -> Iterator[Letter]:
        """Yield the messages of one page of the list."""
        for name in self.names()[(page - 1) * PAGE_LENGTH : page * PAGE_LENGTH]:
            letter = self.read(name)
            if letter is not None:
                yield letter


def with_links(words: str) -> Markup:
    """Return text as HTML in which web addresses, and nothing else, can be followed."""
    shown = Markup()
    end = 0
    for found in ADDRESS.finditer(words):
        address = escape(found.group())
        shown += escape(words[end : found.start()])
        shown += Markup('<a class="govuk-link" href="{0}" target="_blank" rel="noopener">{0}</a>').format(address)
        end = found.end()
    return shown + escape(words[end:])


def create_mailbox(store: Store, application_url: str = "") -> Flask:
    """Return the application that shows the messages; it shares the style sheet and nothing else with riskreg."""
    app = Flask("riskreg.mailbox", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config["TRUSTED_HOSTS"] = [HOST, "localhost"]  # a web page elsewhere cannot read it under a name of its own
    app.jinja_env.globals["application_url"] = application_url
    app.jinja_env.filters["with_links"] = with_links

    @app.get("/")
    def messages() -> str:
        count = len(store.names())
        pages = max(1, -(-count // PAGE_LENGTH))
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        return render_template(
            "mailbox/list.html", letters=list(store.letters(page)), count=count, page=page, pages=pages
        )

    @app.get("/message/<name>")
    def message(name: str) -> str:
        letter = store.read(name) or abort(404)
        return render_template(
            "mailbox/message.html", letter=letter, text=letter.part("plain"), html=letter.part("html") is not None
        )

    @app.get("/message/<name>/html")
    def message_html(name: str) -> Response:
        letter = store.read(name) or abort(404)
        html = letter.part("html") or abort(404)
        # Links of the message open beside this page rather than inside its frame.
        response = Response('<!DOCTYPE html><base target="_blank">' + html, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = MESSAGE_POLICY
        return response

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app


class QuietRequests(WSGIRequestHandler):
    """Leaves the terminal to what needs attention."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of a request that was answered."""


@click.group("mailbox")
def mailbox_commands() -> None:
    """Keep the demonstration's mail."""


@mailbox_commands.command("run")
@click.option("--smtp-port", envvar="SMTP_PORT", type=click.IntRange(1, 65535), default=8025, show_default=True)
@click.option("--port", envvar="MAILBOX_PORT", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option("--application-url", envvar="RISKREG_BASE_URL", default="http://127.0.0.1:8000", show_default=True)
def run(smtp_port: int, port: int, application_url: str) -> None:
    """Receive mail by SMTP and show it on a page until stopped."""
    store = Store(FOLDER)
    receiver = Controller(store, hostname=HOST, port=smtp_port, enable_SMTPUTF8=True)
    pages = make_server(
        HOST, port, create_mailbox(store, application_url), threaded=True, request_handler=QuietRequests
    )
    receiver.start()
    try:
        pages.serve_forever()
    finally:
        receiver.stop()
        pages.server_close()
