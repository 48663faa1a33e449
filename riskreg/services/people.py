"""People, posts and roles: who holds what, from when until when. A holding that has ended stays as it was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, func, select

from riskreg.domain.access import Permission, Role
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Holding, Person, Post, PostRole
from riskreg.queries.people import held_on
from riskreg.services.accounts import invite, new_stamp
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.event_notices import tell_of_post

ONE_DAY = timedelta(days=1)
LONGEST_NAME = 200
LAST_ADMINISTRATOR = "Somebody must stay administrator: give the role to another person first."


def add_person(actor: Actor, name: str, email: str, now: datetime) -> Person:
    """Add a person and send an invitation. Raises RuleBroken, naming the field, for a bad or known address."""
    actor.require(Permission.MANAGE_PEOPLE)
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise RuleBroken(f"Enter a name of 1 to {LONGEST_NAME} characters.", "name")
    if not name.isprintable():  # some of them turn round what stands after the name on a page or in an e-mail
        raise RuleBroken("Enter the name without characters that cannot be seen.", "name")
    address = _address(email)
    known = db.session.scalar(select(Person).where(func.lower(Person.email) == address))
    if known is not None:
        left = "" if known.active else ", who is no longer active"
        raise RuleBroken(f"This address belongs to {known.name}{left}.", "email")
    person = Person(name=name, email=address, session_stamp=new_stamp())
    db.session.add(person)
    db.session.flush()
    invite(person, now)
    record(actor, "add a person", f"person:{person.id}", f"{name} was added and invited.", now=now, email=address)
    return person


def hand_over_post(actor: Actor, post: Post, person: Person, from_on: date, now: datetime) -> Holding:
    """Give a post to a person from a day on; the present holder's time ends the day before.

    Raises RuleBroken when the person is inactive or holds it already, or the holder began on that day or later.
    """
    actor.require(Permission.MANAGE_PEOPLE)
    _require_active(person)
    present = _open_holdings(post, deputy=False)
    before = next(iter(present), None)
    if before is not None:
        if before.person_id == person.id:
            raise RuleBroken(f"{person.name} holds this post already.", "person_id")
        _require_later(before, from_on)
    overlapping = _ending_from(post, from_on)
    if before is None and overlapping is not None:
        raise RuleBroken(
            f"{overlapping.person.name} holds this post until {day(_end(overlapping))}: choose a later day.", "from_on"
        )
    for holding in [*present, *(one for one in _open_holdings(post, deputy=True) if one.person_id == person.id)]:
        holding.until_on = max(from_on - ONE_DAY, holding.from_on)
    db.session.flush()
    began = Holding(post=post, person=person, from_on=from_on)
    db.session.add(began)
    db.session.flush()
    was = f" after {before.person.name}" if before else ""
    sentence = f"{person.name} holds the post {post.title} from {day(from_on)}{was}."
    record(
        actor, "hand over a post", f"post:{post.id}", sentence, now=now,
        before=before.person_id if before else None, after=person.id, from_on=from_on.isoformat(),
    )  # fmt: skip
    tell_of_post(actor, began, now)
    return began


def set_deputy(actor: Actor, post: Post, person: Person, from_on: date, now: datetime) -> Holding:
    """Let a person stand in for a post from a day on. Raises RuleBroken when the person holds or deputises already."""
    actor.require(Permission.MANAGE_PEOPLE)
    _require_active(person)
    for holding in [*_open_holdings(post, deputy=False), *_open_holdings(post, deputy=True)]:
        if holding.person_id == person.id:
            words = "is the deputy in" if holding.deputy else "holds"
            raise RuleBroken(f"{person.name} {words} this post already.", "person_id")
    began = Holding(post=post, person=person, deputy=True, from_on=from_on)
    db.session.add(began)
    db.session.flush()
    sentence = f"{person.name} is a deputy in the post {post.title} from {day(from_on)}."
    record(actor, "set a deputy", f"post:{post.id}", sentence, now=now, person=person.id, from_on=from_on.isoformat())
    tell_of_post(actor, began, now)
    return began


def end_holding(actor: Actor, holding: Holding, until_on: date, now: datetime) -> None:
    """End a person's time in a post with a day, that day included; the post stays vacant until it is handed over."""
    actor.require(Permission.MANAGE_PEOPLE)
    if holding.until_on is not None:
        raise RuleBroken(f"This ended already, on {day(holding.until_on)}.")
    if until_on < holding.from_on:
        raise RuleBroken(f"It began on {day(holding.from_on)}: choose that day or a later one.", "until_on")
    holding.until_on = until_on
    db.session.flush()
    if _brings_administrator(holding.post):
        _require_an_administrator(max(until_on + ONE_DAY, day_of(now)))
    words = "is no longer a deputy in" if holding.deputy else "no longer holds"
    sentence = f"{holding.person.name} {words} the post {holding.post.title} after {day(until_on)}."
    record(
        actor, "end a holding", f"post:{holding.post_id}", sentence, now=now,
        person=holding.person_id, until_on=until_on.isoformat(),
    )  # fmt: skip


def set_roles(actor: Actor, post: Post, roles: Collection[Role], now: datetime) -> None:
    """Say which roles a post brings. Nothing is written when they are those it has."""
    actor.require(Permission.MANAGE_PEOPLE)
    before = sorted(row.role for row in post.roles)
    after = sorted({str(role) for role in roles})
    if before == after:
        return
    kept = [row for row in post.roles if row.role in after]
    post.roles = [*kept, *(PostRole(role=role) for role in after if role not in before)]
    db.session.flush()
    if Role.ADMINISTRATOR in before and Role.ADMINISTRATOR not in after:
        _require_an_administrator(day_of(now))
    words = listed([Role(role).title for role in after]) or "no role"
    sentence = f"The post {post.title} now brings: {words}."
    record(actor, "set roles", f"post:{post.id}", sentence, now=now, before=before, after=after)


def deactivate_person(actor: Actor, person: Person, now: datetime) -> None:
    """End a person's access: sessions end, posts held become vacant, no message is sent any more. History stays."""
    actor.require(Permission.MANAGE_PEOPLE)
    _require_active(person)
    today = day_of(now)
    person.active = False
    person.session_stamp = new_stamp()
    person.calendar_stamp = ""
    ended = [one for one in person.holdings if one.until_on is None or one.until_on > today]
    for holding in ended:
        holding.until_on = max(today, holding.from_on)
    db.session.flush()
    if any(_brings_administrator(holding.post) for holding in ended):
        _require_an_administrator(today)
    posts = listed([holding.post.title for holding in ended])
    vacated = f" Vacant or without this deputy: {posts}." if posts else ""
    sentence = f"{person.name} is no longer active.{vacated}"
    record(actor, "deactivate a person", f"person:{person.id}", sentence, now=now, holdings=[one.id for one in ended])


def reactivate_person(actor: Actor, person: Person, now: datetime) -> None:
    """Give a person access again, by a new invitation; the posts held before do not come back by themselves."""
    actor.require(Permission.MANAGE_PEOPLE)
    if person.active:
        raise RuleBroken(f"{person.name} is active.")
    person.active = True
    person.password_hash = None
    db.session.flush()
    invite(person, now)
    record(actor, "reactivate a person", f"person:{person.id}", f"{person.name} is active again.", now=now)


def _address(email: str) -> str:
    """Return the address as it is kept. Whether mail arrives there, only the invitation shows."""
    try:
        found = validate_email(email.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise RuleBroken(f"Enter an e-mail address such as name@kent.example. {error}", "email") from None
    return (found.ascii_email or found.normalized).lower()


def _open_holdings(post: Post, *, deputy: bool) -> list[Holding]:
    return [one for one in post.holdings if one.deputy is deputy and one.until_on is None]


def _ending_from(post: Post, from_on: date) -> Holding | None:
    """A holder whose time is to end, but not before that day."""
    ending = (one for one in post.holdings if not one.deputy and one.until_on and one.until_on >= from_on)
    return next((one for one in ending if one.person.active), None)


def _end(holding: Holding) -> date:
    return holding.until_on or date.max


def _require_active(person: Person) -> None:
    if not person.active:
        raise RuleBroken(f"{person.name} is no longer active.", "person_id")


def _require_later(present: Holding, from_on: date) -> None:
    if from_on <= present.from_on:
        since = day(present.from_on)
        raise RuleBroken(f"{present.person.name} holds this post from {since}: choose a later day.", "from_on")


def _brings_administrator(post: Post) -> bool:
    return any(row.role == Role.ADMINISTRATOR for row in post.roles)


def _require_an_administrator(on: date) -> None:
    """Raise RuleBroken unless an active person is administrator on the day, and one is without an end.

    Of two who take the role from each other at once the second is asked after the first has done it.
    """
    held = select(PostRole.post_id).where(PostRole.role == Role.ADMINISTRATOR).order_by(PostRole.post_id)
    db.session.execute(held.with_for_update()).all()
    administrators = (
        select(Holding.id)
        .join(Person, Person.id == Holding.person_id)
        .join(PostRole, and_(PostRole.post_id == Holding.post_id, PostRole.role == Role.ADMINISTRATOR))
        .where(Person.active)
    )
    for condition in (held_on(on), Holding.until_on.is_(None)):
        if db.session.scalar(administrators.where(condition).limit(1)) is None:
            raise RuleBroken(LAST_ADMINISTRATOR)
