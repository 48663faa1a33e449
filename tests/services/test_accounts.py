"""Signing in, throttling, and choosing a password by a link that works once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Message, PasswordReset, Person, SignInAttempt
from riskreg.services import accounts
from riskreg.services.accounts import (
    INVITATION_LASTS,
    RESET_EVERY,
    RESET_LASTS,
    TOO_MANY,
    TRIES_PER_ADDRESS,
    TRIES_PER_NETWORK,
    WINDOW,
    WRONG,
    SignInRefused,
    ask_reset,
    invite,
    person_of_token,
    set_password,
    sign_in,
)
from riskreg.services.tokens import reset_token
from tests import factories as make

NOW = make.NOW
PASSWORD = "a long walk by the sea"
WHO = ("address:ann@kent.example", "address:other@kent.example")

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def person() -> Person:
    person: Person = make.PersonFactory(email="ann@kent.example")
    set_password(reset_token(invite(person, NOW)), PASSWORD, NOW)
    return person


def token_asked_for(email: str = "ann@kent.example") -> str:
    ask_reset(email, NOW)
    last = select(PasswordReset).order_by(PasswordReset.id.desc()).limit(1)
    return reset_token(db.session.scalars(last).one())


def fail(email: str = "ann@kent.example", password: str = "wrong", network: str = "", times: int = 1) -> str:
    sentence = ""
    for _ in range(times):
        with pytest.raises(SignInRefused) as caught:
            sign_in(email, password, NOW, network)
        sentence = caught.value.sentence
    return sentence


def test_the_right_password_signs_in_whatever_the_case_of_the_address(person: Person) -> None:
    assert sign_in(" Ann@Kent.Example ", PASSWORD, NOW) is person
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.verb, last.person_id) == ("sign in", person.id)


def test_a_refusal_says_not_what_was_wrong(person: Person) -> None:
    make.PersonFactory(email="new@kent.example")
    assert fail() == WRONG
    assert fail("nobody@kent.example") == WRONG
    assert fail("new@kent.example", "") == WRONG
    person.active = False
    db.session.flush()
    assert fail(password=PASSWORD) == WRONG


def test_a_refusal_is_audited_without_what_was_typed(person: Person) -> None:
    fail("my secret password")
    fail()
    said = db.session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "refuse a sign-in").order_by(AuditEvent.id)
    ).all()
    assert [event.subject for event in said] == ["person:unknown", f"person:{person.id}"]
    assert all("secret" not in event.sentence for event in said)


@pytest.mark.parametrize("typed", ["", "\0", "x" * 20_000, "ann@kent.example\0'--", "é" * 300])
def test_strange_input_is_refused_like_any_other(person: Person, typed: str) -> None:
    assert fail(typed, typed) == WRONG


def test_after_some_failures_even_the_right_password_waits(person: Person) -> None:
    assert fail(times=TRIES_PER_ADDRESS) == WRONG
    assert fail(password=PASSWORD) == TOO_MANY
    assert sign_in("ann@kent.example", PASSWORD, NOW + WINDOW + timedelta(seconds=1)) is person


def test_an_unknown_address_is_throttled_alike() -> None:
    fail("nobody@kent.example", times=TRIES_PER_ADDRESS)
    assert fail("nobody@kent.example") == TOO_MANY


def test_the_last_try_is_noted_as_such(person: Person) -> None:
    fail(times=TRIES_PER_ADDRESS)
    last = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert last.sentence.endswith("No more tries for 15 minutes.")


def test_a_success_forgets_the_failures_of_that_address_only(person: Person) -> None:
    fail(times=TRIES_PER_ADDRESS - 1)
    fail("other@kent.example")
    sign_in("ann@kent.example", PASSWORD, NOW)
    assert db.session.scalars(select(SignInAttempt.who)).all() == ["address:other@kent.example"]


def test_one_network_that_tries_many_addresses_is_refused(person: Person) -> None:
    db.session.add_all(SignInAttempt(who="network:192.0.2.1", at=NOW) for _ in range(TRIES_PER_NETWORK))
    db.session.flush()
    assert fail(password=PASSWORD, network="192.0.2.1") == TOO_MANY
    assert sign_in("ann@kent.example", PASSWORD, NOW, "192.0.2.2") is person


def test_tries_at_once_follow_each_other(person: Person) -> None:
    """A try that is being judged holds back the next for the same address until it is counted."""
    assert fail() == WRONG
    with db.engine.connect() as other:
        if db.engine.dialect.name == "sqlite":
            with pytest.raises(OperationalError, match="locked"):
                other.begin()
        else:
            free = [other.scalar(select(func.pg_try_advisory_xact_lock(accounts.lock_number(who)))) for who in WHO]
            assert free == [False, True]
    db.session.rollback()


def test_guesses_at_once_do_not_pass_the_limit(app: Flask, person: Person) -> None:
    """However many come at once: one that waits too long for the others is not judged at all."""
    db.session.commit()

    def guess(_number: int) -> str:
        with app.app_context():
            try:
                said = fail()
                db.session.commit()
            except OperationalError:
                db.session.rollback()
                return "busy"
            return said

    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(guess, range(12)))
    assert 1 <= said.count(WRONG) <= TRIES_PER_ADDRESS


def test_old_failures_are_cleared_away() -> None:
    db.session.add(SignInAttempt(who="address:old@kent.example", at=NOW - timedelta(days=2)))
    db.session.flush()
    fail("nobody@kent.example")
    assert db.session.scalars(select(SignInAttempt.who)).all() == ["address:nobody@kent.example"]


def test_an_unknown_address_costs_a_hash_as_well(monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    verified: list[str] = []
    real = accounts._hasher.verify

    class Counting:
        def verify(self, known: str, password: str) -> bool:
            verified.append(known)
            return real(known, password)

    hasher = accounts._hasher
    accounts._nobodys_hash()
    monkeypatch.setattr(accounts, "_hasher", Counting())
    fail("nobody@kent.example")
    fail()
    monkeypatch.setattr(accounts, "_hasher", hasher)
    assert len(verified) == 2
    assert verified[0] != verified[1] == person.password_hash


def test_a_hash_of_older_settings_is_renewed(person: Person) -> None:
    person.password_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    sign_in("ann@kent.example", PASSWORD, NOW)
    assert "m=19456" in str(person.password_hash)


def test_the_same_characters_from_another_keyboard_are_the_same_password(person: Person) -> None:
    set_password(token_asked_for(), "Caf\u00e9 by the sea", NOW)
    assert sign_in("ann@kent.example", "Cafe\u0301 by the sea", NOW) is person


def test_asking_tells_nobody_whether_the_address_is_known(person: Person) -> None:
    ask_reset("nobody@kent.example", NOW)
    ask_reset("\0", NOW)
    assert db.session.scalar(select(func.count()).select_from(Message).where(Message.kind == "account_reset")) == 0
    ask_reset("Ann@kent.example", NOW)
    message = db.session.scalars(select(Message).where(Message.kind == "account_reset")).one()
    assert message.person_id == person.id


def test_one_link_in_five_minutes(person: Person) -> None:
    count = select(func.count()).select_from(Message).where(Message.kind == "account_reset")
    ask_reset(person.email, NOW)
    ask_reset(person.email, NOW + RESET_EVERY - timedelta(seconds=1))
    assert db.session.scalar(count) == 1
    ask_reset(person.email, NOW + RESET_EVERY)
    assert db.session.scalar(count) == 2


def test_a_link_sets_the_password_once_and_ends_other_sessions(person: Person) -> None:
    stamp, token = person.session_stamp, token_asked_for()
    assert person_of_token(token, NOW) is person
    set_password(token, "another walk by the sea", NOW)
    assert person.session_stamp not in {stamp, ""}
    assert sign_in(person.email, "another walk by the sea", NOW) is person
    assert fail(password=PASSWORD) == WRONG
    with pytest.raises(RuleBroken, match="has been used"):
        set_password(token, "a third walk by the sea", NOW)


def test_setting_a_password_uses_up_every_other_link(person: Person) -> None:
    first = token_asked_for()
    ask_reset(person.email, NOW + RESET_EVERY)
    set_password(first, "another walk by the sea", NOW)
    assert db.session.scalars(select(PasswordReset).where(PasswordReset.used_at.is_(None))).all() == []


def test_a_new_password_lifts_the_throttle(person: Person) -> None:
    fail(times=TRIES_PER_ADDRESS)
    set_password(token_asked_for(), "another walk by the sea", NOW)
    assert sign_in(person.email, "another walk by the sea", NOW) is person


def test_links_run_out(person: Person) -> None:
    token = token_asked_for()
    person_of_token(token, NOW + RESET_LASTS - timedelta(seconds=1))
    with pytest.raises(RuleBroken):
        person_of_token(token, NOW + RESET_LASTS)
    invitation = reset_token(invite(person, NOW))
    person_of_token(invitation, NOW + INVITATION_LASTS - timedelta(seconds=1))
    with pytest.raises(RuleBroken):
        person_of_token(invitation, NOW + INVITATION_LASTS)


def test_a_forged_link_opens_nothing(app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_asked_for()
    for forged in ("", "x", token[:-1], token + "x", "x" * 5000, token.replace(".", "")):
        with pytest.raises(RuleBroken):
            person_of_token(forged, NOW)
    monkeypatch.setitem(app.config, "SECRET_KEY", "another key")
    with pytest.raises(RuleBroken):
        person_of_token(token, NOW)


def test_the_token_is_not_in_the_database(person: Person) -> None:
    token = token_asked_for()
    stored = db.session.scalars(select(PasswordReset).order_by(PasswordReset.id.desc())).first()
    assert stored is not None
    assert token not in stored.token_hash
    assert all(token not in str(message.facts) for message in db.session.scalars(select(Message)))


def test_somebody_inactive_has_no_link(person: Person) -> None:
    token = token_asked_for()
    person.active = False
    db.session.flush()
    with pytest.raises(RuleBroken):
        person_of_token(token, NOW)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short", "at least 12 characters"),
        ("x" * 1001, "at most 1,000 characters"),
        ("ann.byron@kent.example", "without your name and without your e-mail address"),
        ("I am Ann.Byron, 12", "without your name and without your e-mail address"),
        ("1815 BYRON 1852", "without your name and without your e-mail address"),
        ("my Password is long", "without the word “password”"),
        ("RiskReg2017 kent", "without the word “riskreg”"),
        ("abcdabcdabcd", "at least 5 different characters"),
    ],
)
def test_an_easy_password_is_refused_beside_its_field(person: Person, password: str, says: str) -> None:
    token = token_asked_for()
    person.name, person.email = "Ann M Byron", "ann.byron@kent.example"
    with pytest.raises(RuleBroken, match=says) as caught:
        set_password(token, password, NOW)
    assert caught.value.field == "password"
    assert person_of_token(token, NOW) is person
