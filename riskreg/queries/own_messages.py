"""What one person was told by e-mail, and what waits to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, func, literal, null, select, union_all

from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import Action, Contract, Indicator, Message, Notice, Reference, Register, Risk, SignalRow
from riskreg.models.outbox import ON_ITS_WAY
from riskreg.queries.matching import read_words, says

# What has gone, as far as anyone can know: of the second the mail server's answer was lost.
GONE = ("sent", "unknown")
MOST = 50
PAGES = {"risk": "risk", "action": "action", "contract": "contract", "signal": "contract", "indicator": "indicator"}


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """A message without its text. `at` is when it was sent, or put into the outbox where that is not known."""

    id: int
    kind: str
    subject: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnNotice:
    """A notice by the name of what it is about. `ended_why` says why it was not told; empty while it waits.

    `page` names the page that shows it, with its key, as messages do; None where there is none.
    """

    kind: str
    name: str
    due_on: date
    created_at: datetime
    ended_why: str
    page: tuple[str, str | int] | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """A message that the register dropped right before it left, `why`, and the references of the risks in it."""

    kind: str
    references: tuple[str, ...]
    created_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the messages are asked for: those of a kind, those with words in their subject."""

    kind: str = ""
    words: str = ""


_AT = func.coalesce(Message.sent_at, Message.created_at)


def kinds_sent(person_id: int) -> list[str]:
    """Return the kinds of the messages that a person was sent, by one query."""
    mine = select(Message.kind).where(Message.person_id == person_id, Message.state.in_(GONE))
    return list(db.session.scalars(mine.distinct().order_by(Message.kind)))


def count_messages(person_id: int, asked: Asked) -> int:
    """Return how many messages there are, by one query."""
    return db.session.scalar(select(func.count(Message.id)).where(*_narrowed(person_id, asked))) or 0


def own_messages(person_id: int, asked: Asked, *, offset: int, size: int) -> list[OwnMessage]:
    """Return one page of the messages that a person was sent, the newest first, by one query."""
    query = (
        select(Message.id, Message.kind, Message.subject, Message.state, _AT.label("at"))
        .where(*_narrowed(person_id, asked))
        .order_by(_AT.desc(), Message.id.desc())
    )
    return [OwnMessage(*row) for row in db.session.execute(query.offset(offset).limit(size))]


def own_message(person_id: int, message_id: int) -> Message | None:
    """Return a message that this person was sent; None for anything else. One query."""
    query = select(Message).where(Message.id == message_id, Message.person_id == person_id, Message.state.in_(GONE))
    return db.session.scalar(query)


def not_gone(person_id: int) -> dict[str, int]:
    """Return how many messages to a person are on their way and how many failed, by state; one query."""
    query = (
        select(Message.state, func.count(Message.id))
        .where(Message.person_id == person_id, Message.state.in_((*ON_ITS_WAY, "failed")))
        .group_by(Message.state)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def not_sent(person_id: int) -> list[NotSent]:
    """Return the messages to a person that the register dropped: MOST of them, the newest first; one query.

    Not digests, of which each notice says so itself, nor what an administrator let be: that starts the count of
    attempts anew.
    """
    query = (
        select(Message.kind, Message.facts, Message.created_at, Message.last_error)
        .where(Message.person_id == person_id, Message.state == "dropped", Message.kind != "digest")
        .where(Message.attempts > 0)
        .order_by(Message.id.desc())
        .limit(MOST)
    )
    return [
        NotSent(row.kind, tuple(_references(row.facts)), row.created_at, row.last_error)
        for row in db.session.execute(query)
    ]


def _references(facts: Mapping[str, Any]) -> list[str]:
    parts = facts.get("escalations", [facts])
    return [one["reference"] for one in parts if "reference" in one]


def last_digest(person_id: int) -> date | None:
    """Return the day of the last digest to a person, whether it has left or is about to; one query."""
    period = db.session.scalar(
        select(func.max(Message.period)).where(Message.person_id == person_id, Message.kind == "digest")
    )
    return date.fromisoformat(period) if period else None


def count_waiting(person_id: int) -> dict[str, tuple[int, datetime]]:
    """Return how many things wait to be told to a person, and since when, by the kind of notice; one query."""
    query = (
        select(Notice.kind, func.count(Notice.thing.distinct()), func.min(Notice.created_at))
        .where(Notice.person_id == person_id, Notice.state == "waiting")
        .group_by(Notice.kind)
    )
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query)}


def own_notices(person_id: int) -> tuple[list[OwnNotice], list[OwnNotice]]:
    """Return the notices that wait for a person and those that were dropped: MOST of each, the newest first.

    By three queries at most.
    """
    waiting, dropped = ([*_notices(person_id, state)] for state in ("waiting", "dropped"))
    names = _names([one.thing for one in (*waiting, *dropped)])
    return [_named(one, names) for one in waiting], [_named(one, names) for one in dropped]


def told_in(message_id: int) -> list[OwnNotice]:
    """Return everything that a digest told, in order of kind and of the day by which it is due; two queries at most."""
    told = _NOTICE.where(Notice.message_id == message_id, Notice.state == "told")
    rows = db.session.execute(told.order_by(Notice.kind, Notice.due_on, Notice.id)).all()
    names = _names([row.thing for row in rows])
    return [_named(row, names) for row in rows]


_NOTICE = select(Notice.kind, Notice.thing, Notice.due_on, Notice.facts, Notice.created_at, Notice.ended_why)


def _notices(person_id: int, state: str) -> Sequence[Any]:
    query = (
        _NOTICE.where(Notice.person_id == person_id, Notice.state == state)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .limit(MOST)
    )
    return db.session.execute(query).all()


def _named(row: Any, names: dict[str, Named]) -> OwnNotice:
    """What happened has its words with it; what falls due is named by what it is about."""
    name, page = names.get(row.thing, ("", None))
    name, page = row.facts.get("what") or name, row.facts.get("page") or page
    return OwnNotice(row.kind, name, row.due_on, row.created_at, row.ended_why, tuple(page) if page else None)


Named = tuple[str, tuple[str, int] | None]  # a name, and the page that shows what it names


def _names(things: Collection[str]) -> dict[str, Named]:
    """Return the names and pages of risks, actions, contracts, signals of contracts and indicators, by one query."""
    keys: dict[str, list[int]] = {}
    for kind, _, key in (thing.partition(":") for thing in things):
        if key.isdecimal():
            keys.setdefault(kind, []).append(int(key))
    if not keys:
        return {}
    reference = (Register.prefix, Reference.number)
    none = (null(), null())
    risks = select(literal("risk"), Risk.id, Risk.title, *reference, Risk.id).select_from(Risk)
    actions = select(literal("action"), Action.id, Action.text, *reference, Action.id).join(
        Risk, Risk.id == Action.risk_id
    )
    signals = select(literal("signal"), SignalRow.id, Contract.title, *none, Contract.id)
    found = (
        ("risk", Risk.id, _with_reference(risks)),
        ("action", Action.id, _with_reference(actions)),
        ("contract", Contract.id, select(literal("contract"), Contract.id, Contract.title, *none, Contract.id)),
        ("signal", SignalRow.id, signals.join(Contract, Contract.id == SignalRow.contract_id)),
        ("indicator", Indicator.id, select(literal("indicator"), Indicator.id, Indicator.name, *none, Indicator.id)),
    )
    query: CompoundSelect[Any] = union_all(*(rows.where(key.in_(keys.get(kind, ()))) for kind, key, rows in found))
    rows = db.session.execute(query)
    return {f"{kind}:{key}": (_name(*name), (PAGES[kind], shown)) for kind, key, *name, shown in rows}


def _with_reference(rows: Any) -> Any:
    rows = rows.join(Reference, Reference.id == Risk.reference_id)
    return rows.join(Register, Register.id == Risk.register_id)


def _name(words: str, prefix: str | None, number: int | None) -> str:
    return f"{written_reference(prefix, number)}: {words}" if prefix and number else words


def _narrowed(person_id: int, asked: Asked) -> list[ColumnElement[bool]]:
    conditions = [Message.person_id == person_id, Message.state.in_(GONE)]
    if asked.kind:
        conditions.append(Message.kind == asked.kind)
    return conditions + [says([Message.subject], word) for word in read_words(asked.words)]
