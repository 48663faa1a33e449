"""Digests: one e-mail that tells a person everything that waits for it.

A digest holds no words until it is sent. Right before it leaves, each of its notices is looked at again: what is done
meanwhile is dropped, what belongs to somebody else by now is noted for them instead, and the notice says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.orm import aliased

from riskreg.domain.dates import day_of
from riskreg.domain.notices import NoticeKind, Rhythm, digest_goes
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Message, Notice, Person
from riskreg.queries.due import READERS, Due, read_due
from riskreg.queries.jobs import days_made_good
from riskreg.queries.staff import Staff, Telling
from riskreg.services.digest_groups import in_groups
from riskreg.services.digest_items import Line, due_lines, event_line
from riskreg.services.event_notices import no_longer
from riskreg.services.outbox import queue_message
from riskreg.services.reminders import notices_of
from riskreg.services.still_standing import facts_now
from riskreg.services.telling import tell
from riskreg.working_days import is_working_day

KIND = "digest"
REMINDERS = "remind"  # the job of which every day counts: it tells on which days none ran
# A pack is read before its meeting: it does not wait for the day of a weekly digest.
PRESSING = case((Notice.kind == NoticeKind.PACK, 1), else_=0)
LOOK_BACK = timedelta(days=21)  # a weekly one, with a fortnight of holidays in between
GOES = ("waiting", "claimed", "started", "sent")
OFF = "Switched off by the person."
OVERTAKEN = "Overtaken by a later reminder of the same."
GONE = {
    NoticeKind.REVIEW: "The risk is no longer open.",
    NoticeKind.ACTION: "The action is no longer open.",
    NoticeKind.CONTRACT_REVIEW: "The contract is closed, or no review of it is ahead.",
    NoticeKind.MILESTONE: "It no longer stands.",
    NoticeKind.RESULT: "The indicator has ended.",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person for whom notices wait, and whose digest goes now."""

    person_id: int
    rhythm: Rhythm
    switched_off: list[str]


def ready(now: datetime) -> list[Waiting]:
    """Return the people whose digest goes now, by three queries."""
    query = (
        select(Person.id, Person.rhythm, Person.rhythm_weekday, Person.switched_off)
        .add_columns(func.min(Notice.created_at).label("since"), func.max(PRESSING).label("pressing"))
        .join(Notice, Notice.person_id == Person.id)
        .where(Notice.state == "waiting")
        .group_by(Person.id, Person.rhythm, Person.rhythm_weekday)
        .order_by(Person.id)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return []
    last, works = _last_digests(now), digest_days(day_of(now))
    return [
        Waiting(row.id, Rhythm(row.rhythm), row.switched_off)
        for row in rows
        if digest_goes(
            Rhythm.DAILY if row.pressing and row.rhythm == Rhythm.WEEKLY else Rhythm(row.rhythm),
            row.rhythm_weekday,
            now,
            last=last.get(row.id),
            waiting_since=day_of(row.since),
            works=works,
        )
    ]


def digest_days(today: date) -> Callable[[date], bool]:
    """Return what says of a day whether digests can go then, or could have gone; one query.

    Not where people do not work, and not where a stop took the day away: its reminders were noted on a later one.
    """
    stopped = days_made_good(REMINDERS, today - LOOK_BACK, today - timedelta(days=1))
    return lambda one: is_working_day(one) and one not in stopped


def put_digest(waiting: Waiting, now: datetime) -> bool:
    """Put a person's digest into the outbox, with every notice that waits; False when there is none to tell of.

    The key makes it one a day; for whoever wants to hear at once it names the first notice that it takes along.
    """
    mine = (Notice.person_id == waiting.person_id, Notice.state == "waiting")
    person = db.session.get_one(Person, waiting.person_id)
    if not person.active:
        _drop(mine, "The person is no longer active here.")
        return False
    if waiting.switched_off:
        _drop((*mine, Notice.kind.in_(waiting.switched_off)), OFF)
    first = db.session.scalar(select(func.min(Notice.id)).where(*mine))
    if first is None:
        return False
    subject = f"digest:{first}" if waiting.rhythm is Rhythm.AT_ONCE else KIND
    message = queue_message(KIND, subject, waiting.person_id, day_of(now).isoformat(), {}, now)
    if message is None:
        return False
    taken = update(Notice).where(*mine).values(state="told", message_id=message.id)
    db.session.execute(taken.execution_options(synchronize_session=False))
    return True


def write_digest(message: Message, now: datetime) -> dict[str, Any] | None:
    """Look at each notice of a digest again and return what the templates are given; None when nothing is left."""
    today = day_of(now)
    query = select(Notice).where(Notice.message_id == message.id, Notice.state == "told").order_by(Notice.id)
    notices = list(db.session.scalars(query.execution_options(populate_existing=True)))
    found = [*due_lines(_still_due(notices, today, now), today), *_event_lines(notices, today)]
    db.session.flush()
    return {"day": today.isoformat(), "groups": in_groups(found, message.id)} if found else None


def _still_due(notices: Collection[Notice], today: date, now: datetime) -> Iterator[tuple[Due, Telling]]:
    for kind, latest in _latest_of_each(notices).items():
        later = _told_later(latest.values())
        found = {due.id: due for due in read_due(kind, today, latest)}
        staff = Staff(today, {due.owner_post_id for due in found.values() if due.owner_post_id})
        for key, notice in latest.items():
            due = found.get(key)
            told = staff.told_of(due) if due else {}
            if why := _no_longer(notice, due, told, now) or (OVERTAKEN if notice.id in later else ""):
                _end(notice, why)
            elif due:
                yield due, told[notice.person_id]


def _latest_of_each(notices: Collection[Notice]) -> dict[NoticeKind, dict[int, Notice]]:
    """The latest notice of each thing that falls due; the earlier ones are ended, so that nothing is said twice."""
    latest: dict[NoticeKind, dict[int, Notice]] = defaultdict(dict)
    for notice in notices:
        if (kind := NoticeKind(notice.kind)) in READERS:
            key = int(notice.thing.rpartition(":")[2])
            if key in latest[kind]:
                _end(latest[kind][key], OVERTAKEN)
            latest[kind][key] = notice
    return latest


def _told_later(notices: Collection[Notice]) -> set[int]:
    """Which of a person's notices of one kind a later digest tells anew, which went or goes like this one."""
    later, same = aliased(Notice), (Notice.kind, Notice.thing, Notice.person_id, Notice.due_on)
    query = (
        select(Notice.id)
        .join(later, and_(later.id > Notice.id, *(getattr(later, one.key) == one for one in same)))
        .join(Message, Message.id == later.message_id)
        .where(Notice.id.in_([one.id for one in notices]), later.state == "told", Message.state.in_(GOES))
    )
    return set(db.session.scalars(query))


def _no_longer(notice: Notice, due: Due | None, told: Collection[int], now: datetime) -> str:
    """Return why a person need not be told of a thing that fell due; empty when it is to be told."""
    if due is None:
        return GONE[NoticeKind(notice.kind)]
    if due.due_on != notice.due_on:
        return f"It is now due on {day(due.due_on)}."
    if due.stage is None:
        return "By the policy it is too early now for a reminder."
    return "" if notice.person_id in told else _aimed_anew(due, told, now)


def _aimed_anew(due: Due, people: Collection[int], now: datetime) -> str:
    """Note the thing for those who are told of it by now, and say so."""
    tell(notices_of(due, people), now)
    query = select(Person.name).where(Person.id.in_(people)).order_by(Person.name)
    names = list(db.session.scalars(query))
    if not names:
        return "Nobody is told of it now."
    return f"By now {listed(names)} {'is' if len(names) == 1 else 'are'} told of it instead."


def _event_lines(notices: Collection[Notice], today: date) -> Iterator[Line]:
    for notice in notices:
        if NoticeKind(notice.kind) in READERS:
            continue
        if why := no_longer(notice, today):
            _end(notice, why)
        else:
            yield event_line(notice.kind, facts_now(notice))


def _end(notice: Notice, why: str) -> None:
    notice.state, notice.ended_why = "dropped", why


def _drop(which: Collection[Any], why: str) -> None:
    ended = update(Notice).where(*which).values(state="dropped", ended_why=why)
    db.session.execute(ended.execution_options(synchronize_session=False))


def _last_digests(now: datetime) -> dict[int, date]:
    """The day of each person's last digest, as far as it is not too long ago to matter to any rhythm."""
    since = (day_of(now) - LOOK_BACK).isoformat()
    query = (
        select(Message.person_id, func.max(Message.period))
        .where(Message.kind == KIND, Message.period >= since)
        .group_by(Message.person_id)
    )
    return {person_id: date.fromisoformat(period) for person_id, period in db.session.execute(query)}
