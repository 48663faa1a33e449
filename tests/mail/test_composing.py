"""The headers of a message, which nobody can add to, and its text in lines that every mail program can show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.sentences import one_line
from riskreg.mail.composing import (
    LINE_WIDTH,
    AddressError,
    bounce_address,
    compose,
    flowed,
    outbox_message_id,
    risks_of,
    unflowed,
)
from riskreg.mail.rendering import Rendered
from riskreg.mail.sending import Sent, deliver
from tests.mail.servers import receiving, settings_for

NOW = datetime(2017, 4, 3, 8, 30, tzinfo=UTC)
OURS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id",
    "MIME-Version", "Content-Type",
}  # fmt: skip


def composed(
    to: tuple[str, str] = ("Ann Owner", "ann@kent.example"),
    subject: str = "CYPE 20",
    text: str = "It fell.\n",
    risk_ids: Sequence[int] = (),
    **config: Any,
) -> EmailMessage:
    """The message as it arrives at the other end."""
    written = Rendered(subject, text, "<p>It fell.</p>")
    made = compose(outbox_message_id(12, NOW), written, to, settings_for(0) | config, NOW, risk_ids)
    read = message_from_bytes(made.as_bytes(), policy=policy.SMTP)
    assert isinstance(read, EmailMessage)
    return read


def test_a_message_carries_what_mail_programs_need() -> None:
    message = composed()
    assert set(message.keys()) == OURS
    assert message["From"] == "Risk register <riskreg@riskreg.example>"
    assert message["To"] == "Ann Owner <ann@kent.example>"
    assert message["Message-ID"] == "<message.12.20170403T083000@riskreg.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "Risk register <riskreg.riskreg.example>"


def test_a_message_sent_again_has_the_same_number() -> None:
    assert composed()["Message-ID"] == composed(subject="Other words")["Message-ID"]


def test_answers_and_what_comes_back_go_where_the_settings_say() -> None:
    told = composed(MAIL_REPLY_TO="Risk team <risk@kent.example>", MAIL_BOUNCES="bounces@kent.example")
    assert told["Reply-To"] == "Risk team <risk@kent.example>"
    assert told["From"].addresses[0].addr_spec == "riskreg@riskreg.example"
    assert composed()["Reply-To"] is None
    assert bounce_address(settings_for(0)) == "riskreg@riskreg.example"
    assert bounce_address(settings_for(0) | {"MAIL_BOUNCES": "Bounces <b@kent.example>"}) == "b@kent.example"


def test_messages_about_one_risk_make_one_thread() -> None:
    first, second, other = composed(risk_ids=[3]), composed(subject="Later", risk_ids=[3]), composed(risk_ids=[4])
    assert first["References"] == first["In-Reply-To"] == "<risk.3@riskreg.example>" == second["References"]
    assert other["References"] == "<risk.4@riskreg.example>"
    assert composed()["References"] is None


def test_what_follows_on_one_of_several_risks_joins_their_thread() -> None:
    many = composed(risk_ids=list(range(1, 41)))
    assert str(many["References"]).split() == [f"<risk.{number}@riskreg.example>" for number in range(1, 41)]
    assert many["In-Reply-To"] == "<risk.1@riskreg.example>"
    assert max(len(line) for line in many.as_bytes().splitlines()) < 998


@pytest.mark.parametrize(
    ("facts", "risk_ids"),
    [
        ({"risk_id": 3, "reference": "CYPE 03"}, [3]),
        ({"for": "dmt", "escalations": [{"id": 7, "risk_id": 3}]}, [3]),
        ({"for": "dmt", "escalations": [{"id": 7, "risk_id": 3}, {"id": 8, "risk_id": 3}]}, [3]),
        ({"for": "dmt", "escalations": [{"id": 7, "risk_id": 3}, {"id": 8, "risk_id": 4}]}, [3, 4]),
        ({"day": "2017-04-03", "groups": [{"heading": "Late", "items": [{"risk_id": 3}]}]}, []),
        ({"reset_id": 1}, []),
    ],
)
def test_the_risks_that_a_message_is_about_are_found_in_its_facts(facts: dict[str, Any], risk_ids: list[int]) -> None:
    assert risks_of(facts) == risk_ids


SLY = [
    "Ann\r\nBcc: everyone@kent.example",
    "Ann\nX: y",
    "Ann\rX: y",
    "Ann\x00\x0b\x0c\x1c\x85\u2028\u2029X: y",
    "Ann, Bob: everyone@kent.example;",
    'Ann" <everyone@kent.example>',
    "A" * 70 + ", " + "B" * 60,
    "Ünï, " * 20 + "everyone@kent.example",
]


@pytest.mark.parametrize("words", SLY)
def test_a_name_or_a_title_adds_neither_a_header_nor_a_recipient(words: str) -> None:
    message = composed(to=(words, "ann@kent.example"), subject=words, MAIL_REPLY_TO="risk@kent.example")
    assert set(message.keys()) == {*OURS, "Reply-To"}
    assert [one.addr_spec for one in message["To"].addresses] == ["ann@kent.example"]
    assert message.get_content_type() == "multipart/alternative"


@given(name=st.text(max_size=200), subject=st.text(max_size=200))
def test_whatever_is_typed_stays_one_recipient_and_no_header_more(name: str, subject: str) -> None:
    message = composed(to=(name, "ann@kent.example"), subject=subject)
    assert set(message.keys()) == OURS
    assert [one.addr_spec for one in message["To"].addresses] == ["ann@kent.example"]


SUBJECTS = [
    "CYPE 10 decided by DMT, confirmed: Non-integrated data information systems",
    "CYPE 22 escalated to RED, DMT to decide: Thirty hours of free childcare",
    "CYPE 20 escalated: the schools’ budgets – a long title with dashes – and more of them than in any other year",
    f"CYPE 20 {'A' * 300}",
    f"{'B' * 70} and more",
    "CYPE 20: =? is no encoded word, nor is ?=",
    "é" * 90,
    "",
]


def folded_subject(subject: str) -> list[str]:
    """The lines of the header as they leave."""
    made = compose("x", Rendered(subject, "", ""), ("Ann", "ann@kent.example"), settings_for(0), NOW)
    lines = made.as_bytes().decode("ascii").split("\r\n")
    first = next(place for place, line in enumerate(lines) if line.startswith("Subject:"))
    last = next(place for place in range(first + 1, len(lines)) if not lines[place].startswith(" "))
    return lines[first:last]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_begins_on_the_line_of_its_header(subject: str) -> None:
    lines = folded_subject(subject)
    assert (lines[0] != "Subject: ") == bool(subject)
    assert all(line.strip() for line in lines)
    assert max(len(line) for line in lines) <= 78
    assert composed(subject=subject)["Subject"] == subject


@given(subject=st.text(max_size=200))
def test_whatever_a_subject_holds_arrives_as_it_was_written(subject: str) -> None:
    lines, written = folded_subject(subject), one_line(subject)
    assert (lines[0] != "Subject: ") == bool(written)
    assert max(len(line) for line in lines) <= 78
    assert str(make_header(decode_header("".join(lines).removeprefix("Subject:").strip()))) == written


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Ann Owner has no e-mail address."),
        ("  ", "Ann Owner has no e-mail address."),
        ("nobody at all", "“nobody at all” is no e-mail address."),
        ("ann@", "“ann@” is no e-mail address."),
        ("ann@kent.example\r\nBcc: x@y.example", "“ann@kent.example Bcc: x@y.example” is no e-mail address."),
        ("ann@kent.example, bob@kent.example", "is no e-mail address."),
        ("änn@kent.example", "“änn@kent.example” is no e-mail address."),
    ],
)
def test_an_address_that_is_none_is_refused_in_a_sentence(address: str, says: str) -> None:
    with pytest.raises(AddressError) as caught:
        composed(to=("Ann Owner", address))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_domain_with_other_letters_is_written_as_servers_know_it() -> None:
    assert composed(to=("Ann", "ann@bücher.example"))["To"].addresses[0].domain == "xn--bcher-kva.example"


def test_lines_that_go_on_say_so_and_addresses_stay_whole() -> None:
    address = "https://risks.kent.example/" + "a" * 100
    text = f"{'Take-up of free places fell. ' * 5}\n\nSee it here: {address}\n> quoted\nFrom here\n - a point\n"
    lines = flowed(text).splitlines()
    assert any(address in line for line in lines)
    assert all(len(line) <= LINE_WIDTH + 1 for line in lines if address not in line)
    assert lines[0].endswith(" ")
    assert " From here" in lines
    assert " > quoted" in lines


@pytest.mark.parametrize("before", range(LINE_WIDTH - 4, LINE_WIDTH + 3))
def test_a_line_that_just_fits_still_says_that_it_goes_on(before: int) -> None:
    text = f"{'x' * before} {'y' * 30} end\n"
    assert flowed(text).splitlines()[0] == "x" * before + " "
    assert unflowed(flowed(text)) == text


WORDS = st.lists(st.text(alphabet="ab>.-\u00fc", max_size=90), max_size=12).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=6))
def test_a_text_is_read_as_it_was_written(paragraphs: list[str]) -> None:
    text = "".join(f"{one.rstrip()}\n" for one in paragraphs)
    assert unflowed(flowed(text)) == text


def test_the_text_part_says_that_it_flows() -> None:
    part = composed(text="It fell from 74% to 70%. " * 10 + "\n").get_body(("plain",))
    assert part is not None
    assert part.get_param("format") == "flowed"
    assert unflowed(part.get_content()) == ("It fell from 74% to 70%. " * 10).rstrip() + "\n"


def test_the_envelope_names_the_bounce_address() -> None:
    with receiving() as server:
        settings = settings_for(server.port) | {"MAIL_BOUNCES": "bounces@kent.example"}
        message = compose("message.12", Rendered("A", "B\n", "<p>B</p>"), ("Ann", "ann@kent.example"), settings, NOW)
        assert deliver(message, lambda: None, settings) == Sent()
    assert server.senders == ["bounces@kent.example"]
