"""Signing in and passwords.

A refused sign-in must be remembered, or nothing would slow a guesser down: whoever calls `sign_in` commits whether it
raises SignInRefused or not.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select, update

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import plural
from riskreg.extensions import db
from riskreg.models import Message, PasswordReset, Person, SignInAttempt
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.outbox import queue_message
from riskreg.services.tokens import hash_of, reset_of, reset_token

# Five tries leave room for a slip of the finger; one network address may be a whole office behind one router.
WINDOW = timedelta(minutes=15)
TRIES_PER_ADDRESS = 5
TRIES_PER_NETWORK = 50
ATTEMPTS_KEPT = timedelta(days=1)

RESET_LASTS = timedelta(hours=1)
INVITATION_LASTS = timedelta(days=7)
RESET_EVERY = timedelta(minutes=5)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
FEWEST_CHARACTERS = 5
OBVIOUS = ("password", "riskreg")
SHORTEST_NAME = 4  # shorter names are part of many words
LONGEST_ADDRESS = 254  # RFC 5321, erratum 1690

# OWASP's setting for Argon2id with 19 MiB: two sign-ins at once must fit into a small web worker.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

WRONG = "The e-mail address or the password is not right."
TOO_MANY = f"There were too many tries. Wait {WINDOW.seconds // 60} minutes, or choose a new password by e-mail."
LINK_OVER = "This link has been used or has run out. Ask for a new one."


class SignInRefused(RuleBroken):
    """The sign-in was refused; what was written about it must be committed all the same."""


def sign_in(email: str, password: str, now: datetime, network: str = "") -> Person:
    """Return the active person with this address and password. Raises SignInRefused, and says not which was wrong.

    `network` is the network address that the request came from. An unknown address takes as long as a known one.
    """
    address = _plain(email)
    counted = [f"address:{address}", *([f"network:{network}"] if network else [])]
    _wait_for_tries(counted)
    if _throttled(counted, now):
        raise SignInRefused(TOO_MANY)
    person = _person(address)
    if not _matches(person, password) or person is None:
        _remember_failure(counted, person, now)
        raise SignInRefused(WRONG)
    if person.password_hash and _hasher.check_needs_rehash(person.password_hash):
        person.password_hash = _hasher.hash(_normal(password))
    _forget_failures(address)
    record(_self(person), "sign in", f"person:{person.id}", f"{person.name} signed in.", now=now)
    db.session.flush()
    return person


def ask_reset(email: str, now: datetime) -> None:
    """Send the person with this address a link for a new password, if there is one; the caller cannot tell."""
    person = _person(_plain(email))
    if person is None or _asked_lately(person, now):
        return
    reset = _new_reset(person, now + RESET_LASTS)
    queue_message("account_reset", f"reset:{reset.id}", person.id, "once", {"reset_id": reset.id}, now)
    record(_self(person), "ask for a new password", f"person:{person.id}", "A new password was asked for.", now=now)


def invite(person: Person, now: datetime) -> PasswordReset:
    """Send a new person a link to choose the first password; return the reset behind it."""
    reset = _new_reset(person, now + INVITATION_LASTS)
    queue_message("account_invitation", f"invitation:{reset.id}", person.id, "once", {"reset_id": reset.id}, now)
    return reset


def person_of_token(token: str, now: datetime) -> Person:
    """Return whose password a link may set. Raises RuleBroken when it was used, has run out or was never ours."""
    return _usable(token, now).person


def set_password(token: str, password: str, now: datetime) -> Person:
    """Set the password and use the link up; every session that the person had ends.

    Raises RuleBroken, naming the field, for a password that is too easy, and for a link that can no longer be used.
    """
    reset = _usable(token, now)
    person = reset.person
    _check_password(password, person)
    used = db.session.execute(
        update(PasswordReset)
        .where(PasswordReset.person_id == person.id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .returning(PasswordReset.id)
    ).all()
    if reset.id not in [row.id for row in used]:
        raise RuleBroken(LINK_OVER)
    person.password_hash = _hasher.hash(_normal(password))
    person.session_stamp = new_stamp()
    _forget_failures(_plain(person.email))
    record(_self(person), "set the password", f"person:{person.id}", f"{person.name} chose a password.", now=now)
    db.session.flush()
    return person


def new_stamp() -> str:
    """A stamp that no session has: giving it to a person ends the sessions that carry the old one."""
    return secrets.token_hex(16)


def _usable(token: str, now: datetime) -> PasswordReset:
    reset = reset_of(token)
    if reset is None or reset.used_at is not None or reset.expires_at <= now or not reset.person.active:
        raise RuleBroken(LINK_OVER)
    return reset


def _new_reset(person: Person, expires_at: datetime) -> PasswordReset:
    # The token is made from the number of the row, so the hash can only follow when the row has one.
    reset = PasswordReset(person_id=person.id, token_hash=secrets.token_hex(32), expires_at=expires_at)
    db.session.add(reset)
    db.session.flush()
    reset.token_hash = hash_of(reset_token(reset))
    db.session.flush()
    return reset


def _asked_lately(person: Person, now: datetime) -> bool:
    lately = select(Message.id).where(
        Message.kind == "account_reset", Message.person_id == person.id, Message.created_at > now - RESET_EVERY
    )
    return db.session.scalar(lately.limit(1)) is not None


def _check_password(password: str, person: Person) -> None:
    plain = _normal(password)
    if len(plain) < SHORTEST_PASSWORD:
        raise RuleBroken(f"Choose a password of at least {SHORTEST_PASSWORD} characters.", "password")
    if len(plain) > LONGEST_PASSWORD:
        raise RuleBroken(f"Choose a password of at most {LONGEST_PASSWORD:,} characters.", "password")
    if len(set(plain)) < FEWEST_CHARACTERS:
        raise RuleBroken(f"Choose a password of at least {FEWEST_CHARACTERS} different characters.", "password")
    for word in OBVIOUS:
        if word in plain.casefold():
            raise RuleBroken(f"Choose a password without the word “{word}”: it is tried first.", "password")
    if any(name in _letters(plain) for name in _names(person)):
        raise RuleBroken("Choose a password without your name and without your e-mail address.", "password")


def _names(person: Person) -> list[str]:
    """What a password may not contain of a name or an address: each part that is long enough to tell it."""
    parts = [_letters(part) for part in (*person.name.split(), person.email.partition("@")[0])]
    return [part for part in parts if len(part) >= SHORTEST_NAME]


def _letters(words: str) -> str:
    """Letters and digits alone, in one case: a dot between them hides no name."""
    return re.sub(r"[\W_]", "", words.casefold())


def _person(address: str) -> Person | None:
    return db.session.scalar(select(Person).where(func.lower(Person.email) == address, Person.active))


def _matches(person: Person | None, password: str) -> bool:
    """Whether it is the person's password; a person or password that does not exist costs the same time."""
    known = person.password_hash if person else None
    try:
        _hasher.verify(known or _nobodys_hash(), _normal(password)[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@lru_cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_hex(16))


def _wait_for_tries(counted: list[str]) -> None:
    """Let one try follow the other until the transaction ends, or guesses made at once would all find room.

    SQLite has one writer anyway, from the beginning of its transaction.
    """
    if db.session.get_bind().dialect.name != "postgresql":
        return
    for who in counted:
        db.session.execute(select(func.pg_advisory_xact_lock(lock_number(who))))


def lock_number(who: str) -> int:
    """The number under which PostgreSQL holds back further tries of an address or a network."""
    return int.from_bytes(hashlib.sha256(f"sign-in {who}".encode()).digest()[:8], "big", signed=True)


def _throttled(counted: list[str], now: datetime) -> bool:
    rows = db.session.execute(
        select(SignInAttempt.who, func.count())
        .where(SignInAttempt.who.in_(counted), SignInAttempt.at > now - WINDOW)
        .group_by(SignInAttempt.who)
    )
    return any(count >= _limit(who) for who, count in rows)


def _limit(who: str) -> int:
    return TRIES_PER_ADDRESS if who.startswith("address:") else TRIES_PER_NETWORK


def _remember_failure(counted: list[str], person: Person | None, now: datetime) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - ATTEMPTS_KEPT))
    db.session.add_all(SignInAttempt(who=who, at=now) for who in counted)
    db.session.flush()
    # What was typed is not kept for an unknown address: people type their password into the wrong field.
    subject, whose = (f"person:{person.id}", f"as {person.name}") if person else ("person:unknown", "as nobody known")
    closed = f" No more tries for {plural(WINDOW.seconds // 60, 'minute')}." if _throttled(counted, now) else ""
    record(SYSTEM, "refuse a sign-in", subject, f"A sign-in {whose} was refused.{closed}", now=now)


def _forget_failures(address: str) -> None:
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.who == f"address:{address}"))


def _plain(email: str) -> str:
    """The address as it is compared; cut where no address goes on, since what is typed is stored and indexed."""
    return email.replace("\0", "").strip().lower()[:LONGEST_ADDRESS]


def _normal(password: str) -> str:
    """One form for the same characters, whichever keyboard they came from (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def _self(person: Person) -> Actor:
    return Actor(person.id, person.name, frozenset(), frozenset())
