"""What a person wants to be told, and how often. What cannot wait is no notice, and comes whatever is set here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from riskreg.domain.errors import NotPermitted, RuleBroken
from riskreg.domain.notices import WEEKDAYS, NoticeKind, Rhythm
from riskreg.domain.sentences import listed, plural
from riskreg.extensions import db
from riskreg.models import Person
from riskreg.services.actors import Actor
from riskreg.services.audit import record


def set_preferences(
    actor: Actor, rhythm: Rhythm, weekday: int, switched_off: Collection[NoticeKind], now: datetime
) -> bool:
    """Keep how often the person's digest comes and which kinds of notice are not wanted; whether that is new.

    `weekday` is 0 for Monday to 4 for Friday and matters to a weekly digest. Raises RuleBroken naming the field for
    any other day.
    """
    if actor.person_id is None:
        raise NotPermitted("Only a person is sent a digest.")
    if not 0 <= weekday < len(WEEKDAYS):
        raise RuleBroken("Choose a day from Monday to Friday.", "weekday")
    person = db.session.get_one(Person, actor.person_id, with_for_update=True)
    before = _kept(person)
    person.rhythm, person.rhythm_weekday = rhythm, weekday
    person.switched_off = [str(kind) for kind in NoticeKind if kind in switched_off]
    after = _kept(person)
    if before == after:
        return False
    sentence = f"The digest comes {in_words(rhythm, weekday)}. {_off(person.switched_off)}"
    record(actor, "changed preferences", f"person:{person.id}", sentence, now=now, before=before, after=after)
    return True


def in_words(rhythm: Rhythm, weekday: int) -> str:
    """How often a digest comes, within a sentence: “at once”, “daily” or “weekly, on Tuesday”."""
    return f"weekly, on {WEEKDAYS[weekday]}" if rhythm is Rhythm.WEEKLY else str(rhythm)


def _off(kinds: Collection[str]) -> str:
    if not kinds:
        return "No kind of notice is switched off."
    return f"{plural(len(kinds), 'kind')} of notice switched off: {listed(list(kinds))}."


def _kept(person: Person) -> dict[str, object]:
    return {
        "rhythm": str(person.rhythm),
        "weekday": WEEKDAYS[person.rhythm_weekday],
        "switched_off": list(person.switched_off),
    }
