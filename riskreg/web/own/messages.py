"""What was sent to a person, and what waits to be told."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.dates import day_of
from riskreg.domain.notices import NoticeKind, Rhythm, next_digest
from riskreg.extensions import db
from riskreg.mail.rendering import PAGES
from riskreg.models import Person
from riskreg.models.outbox import ON_ITS_WAY
from riskreg.queries import own_messages as found
from riskreg.services.digests import digest_days
from riskreg.services.preferences import in_words
from riskreg.web.access import current_actor, signed_in
from riskreg.web.admin.wording import MESSAGE_KINDS
from riskreg.web.listing import Pages, asked, asked_one_of, left_aside
from riskreg.web.own.room import blueprint
from riskreg.web.own.wording import why_it_came, with_links
from riskreg.web.pages import page


@blueprint.get("/messages")
@signed_in
def messages() -> ResponseReturnValue:
    """Show what was sent to a person and what waits: the same number of queries for any number of messages."""
    person = _person()
    kinds = found.kinds_sent(person.id)
    wanted = found.Asked(kind=asked_one_of("kind", kinds), words=asked("q"))
    pages = Pages.asked(found.count_messages(person.id, wanted))
    waiting, dropped = found.own_notices(person.id)
    counts = found.count_waiting(person.id)
    return page(
        "own/messages.html",
        asked=wanted,
        odd=left_aside({"kind": wanted.kind}, {"kind": "The kind"}),
        kinds=[(kind, MESSAGE_KINDS.get(kind, kind)) for kind in kinds],
        kind_words=MESSAGE_KINDS,
        pages=pages,
        lines=found.own_messages(person.id, wanted, offset=pages.offset, size=pages.size),
        not_gone=_not_gone(person.id),
        waiting=[
            (kind.title, counts[kind][0], list(dict.fromkeys(one.name for one in waiting if one.kind == kind)))
            for kind in NoticeKind
            if kind in counts and kind not in person.switched_off
        ],
        switched_off=sum(count for kind, (count, _) in counts.items() if kind in person.switched_off),
        next_at=_next_at(person, [since for kind, (_, since) in counts.items() if kind not in person.switched_off]),
        rhythm=in_words(Rhythm(person.rhythm), person.rhythm_weekday),
        dropped=dropped,
        not_sent=found.not_sent(person.id),
        titles={str(kind): kind.title for kind in NoticeKind},
        most=found.MOST,
    )


@blueprint.get("/messages/<id:message_id>")
@signed_in
def message(message_id: int) -> ResponseReturnValue:
    """Show one message as it was sent; only the person it was sent to finds it."""
    one = found.own_message(_person().id, message_id)
    if one is None:
        raise NotFound(f"No message {message_id} was sent to you. My messages lists all that were.")
    return page(
        "own/message.html",
        message=one,
        kind=MESSAGE_KINDS.get(one.kind, one.kind),
        why=why_it_came(one.kind, one.facts),
        left_out=one.facts.get("left_out", ()),
        text=with_links(one.text, one.kind, str(current_app.config["BASE_URL"])),
        told=[
            (one.name, NoticeKind(one.kind), PAGES[one.page[0]].format(one.page[1]) if one.page else "")
            for one in found.told_in(message_id)
        ],
    )


def _person() -> Person:
    return db.session.get_one(Person, current_actor().person_id)


def _not_gone(person_id: int) -> tuple[int, int]:
    """How many messages are on their way, and how many could not be sent."""
    counts = found.not_gone(person_id)
    return sum(counts.get(state, 0) for state in ON_ITS_WAY), counts.get("failed", 0)


def _next_at(person: Person, since: list[datetime]) -> datetime | None:
    """When the next digest goes; None when nothing waits for it, or when it goes at once."""
    if not since:
        return None
    now = clock.now()
    goes = next_digest(
        Rhythm(person.rhythm),
        person.rhythm_weekday,
        now,
        last=found.last_digest(person.id),
        waiting_since=day_of(min(since)),
        works=digest_days(day_of(now)),
    )
    return None if goes == now else goes
