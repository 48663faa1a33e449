"""What was noted and sent in the year as the tables have it, in words: PostgreSQL gives no row's number out twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from riskreg.extensions import db
from riskreg.models import (
    Action,
    AuditEvent,
    Contract,
    Escalation,
    Holding,
    Indicator,
    Message,
    Notice,
    Pack,
    Person,
    Post,
    Risk,
    SignalRow,
)

Key = tuple[str, str, str, str, str]  # kind, thing, stage, due date, person
# The first words of why something was not told, and what the policy calls it.
WHY = {
    "Switched off": "switched off",
    "Overtaken": "overtaken",
    "The person is no longer": "inactive",
    "It is now due": "moved",
    "By the policy": "too early",
    "By now": "re-aimed",
    "Nobody is told": "nobody",
    "The risk is no longer": "gone",
    "The action is no longer": "gone",
    "The contract is closed": "gone",
    "It no longer stands": "gone",
    "The indicator has ended": "gone",
    "It was handed on": "handed on",
    "The post is another": "handed on",
    "Somebody holds": "handed on",
    "The day of the meeting": "outdated",
    "A newer pack": "outdated",
    "It was settled": "settled",
    "It does not stand": "gone",
    "The end of the escalation": "end proposed",
    "It stands again": "back",
    "DMT decided on it": "decided on",
    "It was referred anew": "referred anew",
}


def names() -> dict[int, str]:
    """The name of each person."""
    return dict(db.session.execute(select(Person.id, Person.name)).all())


class Words:
    """The words for things that the ledger names by numbers."""

    def __init__(self) -> None:
        """Read the names of everything once."""
        risks = db.session.scalars(select(Risk))
        self.risk = {one.id: str(one.reference) for one in risks}
        self.people = names()
        self.contract = dict(db.session.execute(select(Contract.id, Contract.code)).all())
        self.indicator = dict(db.session.execute(select(Indicator.id, Indicator.code)).all())
        self.action = {
            row.id: f"{self.risk[row.risk_id]}: {row.text}"
            for row in db.session.execute(select(Action.id, Action.risk_id, Action.text))
        }
        columns = (SignalRow.id, SignalRow.contract_id, SignalRow.kind, SignalRow.fact, SignalRow.found_on)
        self.signal = {
            row.id: f"{self.contract[row.contract_id]}: {row.kind}, {row.fact}, found on {row.found_on}"
            for row in db.session.execute(select(*columns).where(SignalRow.contract_id.is_not(None)))
        }

    def message(self, message: Message) -> str:
        """A message, as somebody is told that it failed: its kind, its day, whose, and which of those on the day."""
        same = (Message.kind == message.kind, Message.person_id == message.person_id, Message.id <= message.id)
        place = db.session.scalar(select(func.count()).where(*same))
        return f"{message.kind} {message.period[:10]} {self.people[message.person_id]} number {place}"

    def thing(self, thing: str) -> str:
        """What a notice is about."""
        kind, _, rest = thing.partition(":")
        key = int(rest.split(".")[0])
        if kind == "escalation":
            risk_id = db.session.get_one(Escalation, key).risk_id
            return f"{self.risk[risk_id]} at {rest.split('.')[1]}"
        if kind == "holding":
            holding = db.session.get_one(Holding, key)
            return f"post {db.session.get_one(Post, holding.post_id).title} {holding.from_on}"
        if kind == "event":
            return "mentioned: " + db.session.get_one(AuditEvent, key).sentence
        if kind == "pack":
            return pack_words(db.session.get_one(Pack, key))
        if kind == "message":
            return self.message(db.session.get_one(Message, key))
        known: dict[int, str] = getattr(self, kind)
        return known[key]


def pack_words(pack: Pack) -> str:
    """Which pack for which meeting."""
    assert pack.meeting is not None
    return f"pack of {pack.as_at} for {pack.meeting.held_on}"


def written() -> dict[str, Any]:
    """Every notice and what became of it, every digest with what it told, and every message that could not wait."""
    words, notices = Words(), {}
    told: dict[int, list[Key]] = defaultdict(list)
    query = select(Notice, Message).outerjoin(Message, Message.id == Notice.message_id).order_by(Notice.id)
    for notice, message in db.session.execute(query):
        person = words.people[notice.person_id]
        key = (notice.kind, words.thing(notice.thing), notice.stage, notice.due_on.isoformat(), person)
        notices[key] = (fate(notice), message.period if notice.message_id else "")
        if notice.state == "told":
            told[message.id].append(key)
    digests: Counter[tuple[str, str, tuple[Key, ...]]] = Counter()
    pressing: Counter[tuple[str, ...]] = Counter()
    for message in db.session.scalars(select(Message)):
        person = words.people[message.person_id]
        if message.kind == "digest":
            digests[person, message.period, tuple(sorted(told[message.id]))] += 1
        else:
            pressing.update(one_by_one(message, person))
    return {"notices": notices, "digests": digests, "pressing": pressing}


def fate(notice: Notice) -> str:
    """What became of a notice: told, waiting, or why it was dropped."""
    if notice.state != "dropped":
        return notice.state
    return next(why for begins, why in WHY.items() if notice.ended_why.startswith(begins))


def one_by_one(message: Message, person: str) -> list[tuple[str, ...]]:
    """What a message that could not wait says, one escalation after another, and whether it was dropped."""
    on, fate = message.created_at.date().isoformat(), "dropped" if message.state == "dropped" else "told"
    if "escalations" in message.facts:
        told = [(one["reference"], fate) for one in message.facts["escalations"]]
        told += [(one.partition(":")[0], "dropped") for one in message.facts.get("left_out", ())]
        return [(message.kind, words, message.facts["for"], on, person, became) for words, became in told]
    return [(message.kind, message.facts.get("reference", ""), "", on, person, fate)]
