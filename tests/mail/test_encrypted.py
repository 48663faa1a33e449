"""STARTTLS, TLS and signing in, with certificates made for the test: all is right, or nothing is sent."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword

from riskreg.mail.composing import compose
from riskreg.mail.conversation import Conversation
from riskreg.mail.rendering import Rendered
from riskreg.mail.sending import Outcome, Sent, TemporaryFailure, deliver
from tests.mail.nonsense import speaking
from tests.mail.servers import Receiver, receiving, settings_for

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
HIDDEN = "Y29ycmVjdCBob3JzZSBiYXR0ZXJ5"  # the same in base64, as LOGIN sends it
WAYS = {"tls": "ssl_context", "starttls": "tls_context"}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def served(authority: trustme.CA, way: str, name: str = "127.0.0.1") -> dict[str, Any]:
    """The server's end, with a certificate for that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return {WAYS[way]: context}


def sent(server: Receiver | Any, conversation: Conversation | None = None, **settings: Any) -> Outcome:
    known = settings_for(server.port) | settings
    written = Rendered("CYPE 20", "It fell.\n", "<p>It fell.</p>")
    message = compose("message.12", written, ("Ann", "ann@kent.example"), known, NOW)
    return deliver(message, lambda: None, known, conversation)


@pytest.mark.parametrize("way", WAYS)
def test_a_trusted_certificate_lets_it_pass_encrypted(authority: trustme.CA, trusted: str, way: str) -> None:
    conversation = Conversation(20)
    with receiving(**served(authority, way)) as server:
        assert sent(server, conversation, SMTP_SECURITY=way, SMTP_CA=trusted) == Sent()
    assert len(server.letters) == 1
    assert any("Encrypted from here on (TLSv1." in line.text for line in conversation.lines)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["127.0.0.1", "elsewhere.example"])
def test_a_certificate_that_is_not_trusted_gets_nothing(
    authority: trustme.CA, trusted: str, way: str, name: str
) -> None:
    ca = trusted if name != "127.0.0.1" else ""  # the right authority for another name, or an unknown authority
    with receiving(**served(authority, way, name)) as server:
        outcome = sent(server, SMTP_SECURITY=way, SMTP_CA=ca)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert "The certificate of the mail server is not trusted" in outcome.text
    assert server.letters == []


def test_an_authority_that_is_changed_is_read_anew(authority: trustme.CA, tmp_path: Path) -> None:
    path = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    with receiving(**served(authority, "starttls")) as server:
        assert isinstance(sent(server, SMTP_SECURITY="starttls", SMTP_CA=str(path)), TemporaryFailure)
        authority.cert_pem.write_to_path(str(path))
        assert sent(server, SMTP_SECURITY="starttls", SMTP_CA=str(path)) == Sent()


def test_a_server_that_promises_starttls_and_then_talks_on_gets_nothing(trusted: str) -> None:
    with speaking(EHLO=b"250-here\r\n250 STARTTLS\r\n", STAR=b"220 go on\r\n250 sly\r\n") as server:
        outcome = sent(server, SMTP_SECURITY="starttls", SMTP_CA=trusted, SMTP_TIMEOUT=1)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server


@pytest.mark.parametrize("answer", [b"454 not now\r\n", b"501 what\r\n"])
def test_a_server_that_refuses_starttls_gets_nothing_in_the_clear(trusted: str, answer: bytes) -> None:
    with speaking(EHLO=b"250-here\r\n250 STARTTLS\r\n", STAR=answer) as server:
        outcome = sent(server, SMTP_SECURITY="starttls", SMTP_CA=trusted)
    assert outcome == TemporaryFailure(answer.decode().strip(), server=True)
    assert not any(line.startswith("mail") for line in server.told)


def knows(right: bool) -> Any:
    """What judges a name and a password."""

    def judge(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert data == LoginPassword(b"riskreg", PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    return judge


@pytest.mark.parametrize("right", [True, False])
def test_signing_in_that_is_refused_is_the_server_s_trouble(authority: trustme.CA, trusted: str, right: bool) -> None:
    conversation = Conversation(20)
    settings: dict[str, Any] = {"authenticator": knows(right), "auth_required": True, **served(authority, "starttls")}
    with receiving(**settings) as server:
        outcome = sent(
            server, conversation, SMTP_SECURITY="starttls", SMTP_CA=trusted, SMTP_USER="riskreg", SMTP_PASSWORD=PASSWORD
        )
    if right:
        assert outcome == Sent()
    else:
        assert isinstance(outcome, TemporaryFailure)
        assert outcome.server
        assert outcome.text.startswith("The mail server refused our sign-in: 535")
    said = "\n".join(line.text for line in conversation.lines)
    assert "AUTH" in said
    assert "(not shown)" in said
    assert PASSWORD not in said
    assert HIDDEN[:16] not in said


def test_a_password_that_the_server_repeats_is_not_shown_either() -> None:
    conversation = Conversation(20)
    secret = b"AHJpc2tyZWcAY29ycmVjdCBob3JzZSBiYXR0ZXJ5"  # what PLAIN sends
    answers = {"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", "AUTH": b"535 I do not know " + secret + b"\r\n"}
    with speaking(**answers) as server:
        outcome = sent(server, conversation, SMTP_USER="riskreg", SMTP_PASSWORD=PASSWORD)
    assert any(secret.decode() in line for line in server.told)
    assert secret.decode() not in str(outcome) + str(conversation.lines)
    assert "I do not know (not shown)" in str(outcome)


@pytest.mark.parametrize(
    ("answers", "password"),
    [
        ({"EHLO": b"250-here\r\n250 AUTH CRAM-MD5\r\n", "AUTH": b"334 \xff!\r\n"}, PASSWORD),
        ({"EHLO": b"250-here\r\n250 AUTH SECRET-WAY\r\n"}, PASSWORD),
        ({"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n"}, "pässword"),
    ],
)
def test_signing_in_that_cannot_work_is_the_server_s_trouble(answers: dict[str, bytes], password: str) -> None:
    with speaking(**answers) as server:
        outcome = sent(server, SMTP_USER="riskreg", SMTP_PASSWORD=password)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert "ä" not in outcome.text


def test_a_relay_that_asks_for_no_sign_in_needs_none() -> None:
    with receiving() as server:
        assert sent(server) == Sent()


def test_a_server_that_demands_a_sign_in_is_waited_for(authority: trustme.CA) -> None:
    settings: dict[str, Any] = {"authenticator": knows(True), "auth_required": True, **served(authority, "starttls")}
    with receiving(**settings) as server:
        outcome = sent(server)
    assert isinstance(outcome, TemporaryFailure)
    assert outcome.server
    assert outcome.text.startswith("530")
