"""The demonstration's mailbox: takes real SMTP, keeps what it took, and shows it without trusting it."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from riskreg.cli.mailbox import PAGE_LENGTH, Store, create_mailbox, with_links
from riskreg.mail.composing import compose
from riskreg.mail.rendering import Rendered
from tests.mail.servers import settings_for

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "mailbox")


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return create_mailbox(store, "http://127.0.0.1:8000").test_client()


@pytest.fixture
def smtp_port(store: Store) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    receiver = Controller(store, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    receiver.start()
    yield port
    receiver.stop()


def a_message(subject: str = "CYPE 20 was escalated", text: str = "See it.", html: str | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Risk register <riskreg@riskreg.example>"
    message["To"] = "Head of Early Years <head@riskreg.example>"
    message["Subject"] = subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message


def keep(store: Store, message: EmailMessage) -> str:
    return store.keep("riskreg@riskreg.example", ["head@riskreg.example"], message.as_bytes())


def test_a_message_sent_by_smtp_is_kept_and_survives_a_restart(store: Store, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port, timeout=20) as server:
        server.send_message(
            a_message("Fell from 74 to 70 – “raised”"), to_addrs=["head@riskreg.example", "b@x.example"]
        )
    again = Store(store.folder)
    (name,) = again.names()
    letter = again.read(name)
    assert letter is not None
    assert letter.header("Subject") == "Fell from 74 to 70 – “raised”"
    assert letter.header("X-Envelope-To") == "head@riskreg.example, b@x.example"
    assert letter.part("plain") == "See it.\n"
    assert not list(store.folder.glob("*.part"))


def test_the_list_shows_the_newest_first(store: Store, client: FlaskClient) -> None:
    keep(store, a_message("The first"))
    keep(store, a_message("The second"))
    page = client.get("/").text
    assert "2 messages" in page
    assert page.index("The second") < page.index("The first")


def test_an_empty_mailbox_says_so(client: FlaskClient) -> None:
    assert "Nothing has been sent yet." in client.get("/").text


@pytest.mark.parametrize(("asked", "shown"), [("1", 1), ("2", 2), ("99", 2), ("-1", 1), ("x", 1)])
def test_a_long_list_has_pages(store: Store, client: FlaskClient, asked: str, shown: int) -> None:
    for _ in range(PAGE_LENGTH + 1):
        keep(store, a_message())
    page = client.get("/", query_string={"page": asked}).text
    assert f"Page {shown} of 2" in page
    assert page.count("CYPE 20 was escalated") == (PAGE_LENGTH if shown == 1 else 1)


def test_nothing_of_a_message_reaches_the_page_as_markup(store: Store, client: FlaskClient) -> None:
    name = keep(store, a_message(f"Subject {SCRIPT}", f"Text {SCRIPT}", f"<p>Hello</p>{SCRIPT}"))
    for address in ("/", f"/message/{name}"):
        page = client.get(address)
        assert SCRIPT not in page.text
        assert "&lt;script&gt;" in page.text
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_what_the_register_sends_is_shown_with_its_thread_and_its_paragraphs_whole(
    store: Store, client: FlaskClient
) -> None:
    sentence = "Take-up fell from 74% to 70%, from GREEN to RED, and nobody knows why. " * 3
    written = Rendered("CYPE 20 escalated", f"{sentence.strip()}\nThe end.\n", "<p>It fell.</p>")
    settings = settings_for(0) | {"MAIL_REPLY_TO": "risk@kent.example", "MAIL_BOUNCES": "bounces@kent.example"}
    now = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
    message = compose("message.12", written, ("Head", "head@riskreg.example"), settings, now, [3])
    page = client.get(f"/message/{keep(store, message)}").text
    for words in ("risk.3@riskreg.example", "risk@kent.example", "auto-generated", "riskreg.riskreg.example"):
        assert words in page
    assert f"{sentence.strip()}\nThe end." in page


def test_the_html_part_stands_alone_in_a_sandbox(store: Store, client: FlaskClient) -> None:
    name = keep(store, a_message(html="<p>Hello</p>"))
    page = client.get(f"/message/{name}").text
    assert f'src="/message/{name}/html"' in page
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    part = client.get(f"/message/{name}/html")
    assert part.text.endswith("<p>Hello</p>\n")
    allowed = part.headers["Content-Security-Policy"]
    assert "default-src 'none'" in allowed
    assert "sandbox allow-popups" in allowed
    assert "allow-scripts" not in allowed
    assert "script-src" not in allowed


def test_a_message_without_html_has_no_frame(store: Store, client: FlaskClient) -> None:
    name = keep(store, a_message())
    assert "<iframe" not in client.get(f"/message/{name}").text
    assert client.get(f"/message/{name}/html").status_code == 404


@pytest.mark.parametrize("name", ["nothing", "20170403T120000000000-00000000", "..%2f..%2fconfig", "*"])
def test_a_name_that_is_no_message_is_not_found(client: FlaskClient, name: str) -> None:
    assert client.get(f"/message/{name}").status_code == 404


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe no header at all",
        b"Subject: =?nowhere?B?!!!?=\r\nTo: <<<\r\nDate: never\r\n\r\nText",
        b"Subject: x\r\nContent-Type: text/plain; charset=nowhere\r\n\r\nCaf\xc3\xa9",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nnever ended",
    ],
)
def test_a_broken_message_is_shown_as_far_as_it_goes(store: Store, client: FlaskClient, content: bytes) -> None:
    name = store.keep("a@x.example", ["b@x.example"], content)
    assert client.get("/").status_code == 200
    assert client.get(f"/message/{name}").status_code == 200


def test_addresses_in_text_can_be_followed_and_nothing_else() -> None:
    shown = with_links('See <b> http://127.0.0.1:8000/risks/1?a=1&b="2. Or javascript:alert(1), https://x.example/.')
    assert shown.count("<a ") == 2
    assert 'href="http://127.0.0.1:8000/risks/1?a=1&amp;b="' in shown
    assert 'href="https://x.example/"' in shown
    assert "&lt;b&gt;" in shown


def test_the_list_shows_the_day_on_which_a_message_says_it_was_sent(store: Store, client: FlaskClient) -> None:
    dated = a_message()
    dated["Date"] = datetime(2017, 4, 18, 5, 30, tzinfo=UTC)
    keep(store, dated)
    assert "18 April 2017, 06:30" in client.get("/").text
    odd = a_message("Of an odd day")
    odd["Date"] = "the day before yesterday"
    name = keep(store, odd)
    letter = store.read(name)
    assert letter is not None
    assert letter.sent == letter.arrived
