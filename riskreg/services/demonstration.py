"""Signing in as one of the demonstration's people, which only the demonstration offers."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.services.actors import Actor
from riskreg.services.audit import record


def sign_in_as(person_id: int, now: datetime) -> Person:
    """Return the demonstration person. Raises RuleBroken for anyone else: a real person has a password."""
    person = db.session.get(Person, person_id)
    if person is None or not person.demonstration or not person.active:
        raise RuleBroken("Choose one of the people of the demonstration.")
    actor = Actor(person.id, person.name, frozenset(), frozenset())
    record(actor, "sign in", f"person:{person.id}", f"{person.name} signed in, in the demonstration.", now=now)
    db.session.flush()
    return person
