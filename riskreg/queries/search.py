"""Words looked for in everything that is written about risks, and in the names of indicators and contracts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from riskreg.domain.lifecycle import LEFT
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    Contract,
    Control,
    Decision,
    Escalation,
    Indicator,
    Reference,
    Review,
    Risk,
    RiskResponse,
)
from riskreg.queries.keeping import discarded
from riskreg.queries.matching import RISK_TEXTS, beyond_ascii, database, is_plain, occurs, pattern_of
from riskreg.queries.register import SHOWN, RegisterName

Rows = Select[*tuple[Any, ...]]
Column = InstrumentedAttribute[Any]
Sorted = ColumnElement[Any]


class Kind(StrEnum):
    """What a text belongs to, in the order in which hits are listed."""

    RISK = "risk"
    ACTION = "action"
    CONTROL = "control"
    UPDATE = "update"
    REVIEW = "review"
    DECISION = "decision"
    RESPONSE = "response"
    ESCALATION = "escalation"
    INDICATOR = "indicator"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Searched:
    """Where a kind of text stands: `key` tells one from another, `place` the page it stands on, `at` when it was said.

    `within` is the table between the text and its risk, and how the two are joined; None when there is none.
    """

    key: Column
    texts: tuple[Column, ...]
    place: Column
    risk_id: Column
    at: Column
    within: tuple[type[Action] | type[Escalation], ColumnElement[bool]] | None = None


_OF_ACTION = (Action, Action.id == ActionUpdate.action_id)
_OF_ESCALATION = (Escalation, Escalation.id == Decision.escalation_id)
ABOUT_RISKS: Mapping[Kind, Searched] = {
    Kind.RISK: Searched(Risk.id, RISK_TEXTS, Risk.id, Risk.id, Risk.recorded_at),
    Kind.ACTION: Searched(Action.id, (Action.text,), Action.id, Action.risk_id, Action.recorded_at),
    Kind.CONTROL: Searched(
        Control.id,
        (Control.text, Control.assurance, Control.ended_why),
        Control.id,
        Control.risk_id,
        Control.recorded_at,
    ),
    Kind.UPDATE: Searched(
        ActionUpdate.id, (ActionUpdate.text,), ActionUpdate.action_id, Action.risk_id, ActionUpdate.at, _OF_ACTION
    ),
    Kind.REVIEW: Searched(Review.id, (Review.note,), Review.id, Review.risk_id, Review.recorded_at),
    Kind.DECISION: Searched(
        Decision.id, (Decision.reason,), Decision.escalation_id, Escalation.risk_id, Decision.decided_at, _OF_ESCALATION
    ),
    Kind.RESPONSE: Searched(
        RiskResponse.id, (RiskResponse.reason,), RiskResponse.id, RiskResponse.risk_id, RiskResponse.recorded_at
    ),
    Kind.ESCALATION: Searched(
        Escalation.id, (Escalation.reason,), Escalation.id, Escalation.risk_id, Escalation.opened_at
    ),
}
KINDS = tuple(Kind)
PLACES = {kind: place for place, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Found:
    """How many texts were found of each kind, and which of them stand on the page asked for."""

    counts: Mapping[Kind, int]
    page: Sequence[tuple[Kind, int]]


@dataclass(frozen=True, slots=True)
class Hit:
    """A text in which every word occurs, and `place`: the id of the page that it stands on.

    `number`, `title` and `status` are the risk's. An indicator or a contract has its own title, and a code.
    """

    kind: Kind
    key: int
    place: int
    risk_id: int | None
    number: int | None
    code: str
    title: str
    status: str
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement depends on: for each word its letters beyond a to z, and what is looked into.

    `plain`: LIKE reads no sign of any word.
    """

    letters: tuple[str, ...]
    plain: bool
    kind: Kind | None
    unopened: bool
    database: str

    def have(self, texts: Sequence[Column]) -> ColumnElement[bool]:
        """Whether every word occurs in the texts."""
        return and_(
            *(
                occurs(texts, one, bindparam(f"word{place}"), self.database, plain=self.plain)
                for place, one in enumerate(self.letters)
            )
        )


def find_texts(
    register: RegisterName, words: Sequence[str], *, kind: Kind | None, unopened: bool, limit: int, offset: int
) -> Found:
    """Find the texts in which every word occurs, by one query: all are counted, those of one page are named.

    The titles of risks come first, then what is open, then by kind, and the newest first. `unopened`: whether drafts
    and proposals are looked into.
    """
    statement = _finding(Shape(tuple(map(beyond_ascii, words)), all(map(is_plain, words)), kind, unopened, database()))
    patterns = {f"word{place}": pattern_of(word) for place, word in enumerate(words)}
    asked = {**patterns, "register_id": register.id, "limit": limit, "offset": offset}
    rows = db.session.execute(statement, asked).all()
    counts = {place: count for place, count, rank, _ in rows if rank < 0}
    named = sorted((rank, closed, place, -key) for place, key, rank, closed in rows if rank >= 0)
    return Found(
        {one: counts.get(place, 0) for place, one in enumerate(KINDS)}, [(KINDS[row[2]], -row[3]) for row in named]
    )


@lru_cache(maxsize=64)
def _finding(shape: Shape) -> CompoundSelect[Any]:
    """Build the statement, which takes as long as a page of the register. Only ids are carried along, not texts."""
    named = (_indicators(shape), _contracts(shape))
    hits = union_all(*(_about_risks(kind, shape) for kind in ABOUT_RISKS), *named).cte("hits")
    seen = hits.c.closed.is_not(None)
    page = select(hits.c.kind, hits.c.key, hits.c.rank, hits.c.closed).where(seen)
    if shape.kind is not None:
        page = page.where(hits.c.kind == PLACES[shape.kind])
    page = page.order_by(hits.c.rank, hits.c.closed, hits.c.kind, hits.c.key.desc())
    shown = page.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=BigInteger)).subquery()
    counted = select(hits.c.kind, func.count(), literal(-1), literal(0)).where(seen).group_by(hits.c.kind)
    return union_all(select(shown), counted)


def _about_risks(kind: Kind, shape: Shape) -> Rows:
    """The ids of the texts of a kind that have every word, with what they are sorted by."""
    one = ABOUT_RISKS[kind]
    if kind is Kind.RISK:
        rank = case((shape.have((Risk.title,)), 0), else_=1)
        return _hits(kind, one.key, one.texts, shape, _closed(shape), rank)
    # Outer joins, so that the texts are read first: else a database would walk the risks and reach every text by an
    # index, which takes three times as long.
    hits = _hits(kind, one.key, one.texts, shape, _closed(shape)).select_from(one.key.class_)
    if one.within:
        hits = hits.outerjoin(*one.within)
    return hits.outerjoin(Risk, Risk.id == one.risk_id)


def _closed(shape: Shape) -> Sorted:
    """1 for a risk that left the register, 0 for one that did not, NULL for one that may not be seen."""
    elsewhere = Risk.register_id != bindparam("register_id", type_=Integer)
    hidden = elsewhere if shape.unopened else or_(elsewhere, Risk.status.not_in(SHOWN), discarded())
    return case((hidden, null()), (Risk.status.in_(LEFT), 1), else_=0)


def _indicators(shape: Shape) -> Rows:
    return _hits(Kind.INDICATOR, Indicator.id, (Indicator.name, Indicator.code), shape, literal(0))


def _contracts(shape: Shape) -> Rows:
    closed = case((Contract.closed_on.is_(None), 0), else_=1)
    return _hits(Kind.CONTRACT, Contract.id, (Contract.title, Contract.code), shape, closed)


def _hits(
    kind: Kind, key: Column, texts: Sequence[Column], shape: Shape, closed: Sorted, rank: Sorted | None = None
) -> Rows:
    rank = literal(1) if rank is None else rank
    columns = literal(PLACES[kind]).label("kind"), key.label("key"), rank.label("rank"), closed.label("closed")
    return select(*columns).where(shape.have(texts))


def read_texts(found: Found) -> Sequence[Hit]:
    """Return the texts of the page that was found, in its order, by one query."""
    keys: dict[str, list[int]] = {str(kind): [] for kind in KINDS}
    for kind, key in found.page:
        keys[kind].append(key)
    rows = {(row[0], row[1]): row for row in db.session.execute(_TEXTS, keys)}
    return [Hit(kind, *rows[kind, key][1:]) for kind, key in found.page]


def _text_of_risk(kind: Kind) -> Rows:
    """The chosen texts of a kind, with the risk. The title stands beside the other texts of a risk, not among them."""
    one = ABOUT_RISKS[kind]
    texts = one.texts[1:] if kind is Kind.RISK else one.texts
    text = reduce(lambda sofar, more: sofar + "\n" + more, texts[1:], texts[0].expression)
    query = select(literal(str(kind)), one.key, one.place, Risk.id, Reference.number, literal(""), Risk.title)
    query = query.add_columns(Risk.status, text, one.at).select_from(one.key.class_)
    if one.within:
        query = query.join(*one.within)
    if kind is not Kind.RISK:
        query = query.join(Risk, Risk.id == one.risk_id)
    return query.join(Reference, Reference.id == Risk.reference_id).where(one.key.in_(_asked(kind)))


def _asked(kind: Kind) -> BindParameter[Any]:
    return bindparam(str(kind), expanding=True)


def _own_name(kind: Kind, key: Column, code: Column, title: Column) -> Rows:
    own = select(literal(str(kind)), key, key, null(), null(), code, title, literal(""), literal(""), null())
    return own.where(key.in_(_asked(kind)))


# Built once and not for every page: building a statement takes longer than running it.
_TEXTS = union_all(
    *(_text_of_risk(kind) for kind in ABOUT_RISKS),
    _own_name(Kind.INDICATOR, Indicator.id, Indicator.code, Indicator.name),
    _own_name(Kind.CONTRACT, Contract.id, Contract.code, Contract.title),
)
