"""`flask people invite`: the way in for the first administrator, whom nobody else can add."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from riskreg import clock
from riskreg.cli.sentences import Refused, one_sentence_when_the_database_fails
from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.mail.rendering import PAGES
from riskreg.models import PasswordReset, Person, Post, PostRole
from riskreg.services import people
from riskreg.services.actors import Actor
from riskreg.services.tokens import reset_token

people_commands = AppGroup("people", help="People and their posts.")
# Whoever can run commands on the server holds its keys already.
OPERATOR = Actor(person_id=None, name="the operator", roles=frozenset({Role.ADMINISTRATOR}), posts=frozenset())


@people_commands.command("invite")
@click.argument("email")
@click.argument("name")
@click.argument("post")
def invite_person(email: str, name: str, post: str) -> None:
    """Add the person NAME with the address EMAIL, hand over to them the post with the code POST, and invite them.

    In a register that has no posts yet, POST may be “administrator”, which is then made.
    """
    now = clock.now()
    with one_sentence_when_the_database_fails():
        try:
            person = people.add_person(OPERATOR, name, email, now)
            taken = _post(post)
            people.hand_over_post(OPERATOR, taken, person, day_of(now), now)
        except RuleBroken as error:
            raise Refused(error.sentence) from None
        done = f"{person.name} now holds the post {taken.title}. An invitation goes to {person.email}."
        link = str(current_app.config["BASE_URL"]) + PAGES["reset"].format(_token(person))
        db.session.commit()
    click.echo(done)
    click.echo(f"Should mail not work yet, this is the link in it: {link}")


def _post(code: str) -> Post:
    """Return the post, or make the administrator's where it is missing. Raises RuleBroken for another unknown code."""
    post = db.session.scalar(select(Post).where(Post.code == code))
    if post is not None:
        return post
    if code != Role.ADMINISTRATOR:
        known = ", ".join(db.session.scalars(select(Post.code).order_by(Post.code))) or "there are none yet"
        raise RuleBroken(f"There is no post with the code “{code}”. The codes are: {known}.")
    post = Post(code=code, title="Administrator", roles=[PostRole(role=Role.ADMINISTRATOR)])
    db.session.add(post)
    db.session.flush()
    return post


def _token(person: Person) -> str:
    return reset_token(db.session.scalars(select(PasswordReset).where(PasswordReset.person_id == person.id)).one())
