"""Links: the one that is to be changed, those that were, and what a risk may be linked to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, cast, func, literal, or_, select, union
from sqlalchemy.orm import joinedload

from riskreg.domain.links import LINKABLE
from riskreg.domain.sentences import written_reference
from riskreg.domain.suggesting import Key, Linkable
from riskreg.extensions import db
from riskreg.models import AuditEvent, Contract, Indicator, Link, LinkPast, Person, Reference, Register, Result, Risk
from riskreg.queries.matching import read_words, says

Rows = Select[*tuple[Any, ...]]
INDICATOR, CONTRACT = "indicator", "contract"
# As many as anybody reads; more words narrow it down.
MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class PastLink:
    """A link as it was until it was changed or ended. `goes_on`: the two are linked still, or again."""

    risk_id: int
    reference: str
    title: str
    indicator_id: int | None
    contract_id: int | None
    name: str
    reason: str
    heeds: str
    from_on: date | None
    ended_on: date
    ended_at: datetime
    ended_why: str
    by: str | None
    goes_on: bool


@dataclass(frozen=True, slots=True)
class RiskToLink:
    """A risk to which an indicator or a contract may be linked."""

    id: int
    reference: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Bearing:
    """A risk on which an indicator or a contract bears, with the link that says why."""

    link_id: int
    id: int
    reference: str
    title: str
    status: str
    own_rag: str
    effective_rag: str
    owner_post_id: int
    reason: str
    heeds: str
    assumed: bool
    from_on: date | None
    until_on: date | None

    @property
    def is_raised(self) -> bool:
        """Whether an escalation has raised its rating above the owner's own."""
        return self.effective_rag != self.own_rag


def bears_on(*, indicator_id: int = 0, contract_id: int = 0) -> Sequence[Bearing]:
    """Return the risks that are linked to an indicator or a contract, by reference and by one query."""
    rows = db.session.execute(
        select(Link.id, Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status, Risk.own_rag)
        .add_columns(Risk.effective_rag, Risk.owner_post_id, Link.reason, Link.heeds, Link.assumed)
        .add_columns(Link.from_on, Link.until_on)
        .join(Risk, Risk.id == Link.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(Link.indicator_id == indicator_id if indicator_id else Link.contract_id == contract_id)
        .order_by(Register.prefix, Reference.number)
    )
    return [Bearing(row[0], row[1], written_reference(row[2], row[3]), *row[4:]) for row in rows]


def latest_rag(indicator_id: int) -> str | None:
    """Return the RAG of an indicator's latest result, by one query; None when it is not rated."""
    newest = select(Result.rag).where(Result.indicator_id == indicator_id, Result.current)
    return db.session.scalar(newest.order_by(Result.period_end.desc(), Result.id.desc()).limit(1))


def link_to_change(link_id: int) -> Link | None:
    """Return a link with what it joins and the owner of its risk, by one query."""
    return db.session.scalar(
        select(Link)
        .where(Link.id == link_id)
        .options(
            joinedload(Link.risk).joinedload(Risk.reference).joinedload(Reference.register),
            joinedload(Link.risk).joinedload(Risk.owner_post),
            joinedload(Link.indicator),
            joinedload(Link.contract),
        )
    )


def past_links(*, risk_id: int = 0, indicator_id: int = 0, contract_id: int = 0) -> Sequence[PastLink]:
    """Return the links that were, of a risk, an indicator or a contract, the newest first, by one query."""
    about = or_(Link.indicator_id == LinkPast.indicator_id, Link.contract_id == LinkPast.contract_id)
    goes_on = select(Link.id).where(Link.risk_id == LinkPast.risk_id, about).exists()
    wanted = LinkPast.risk_id == risk_id
    if indicator_id or contract_id:
        wanted = LinkPast.indicator_id == indicator_id if indicator_id else LinkPast.contract_id == contract_id
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, LinkPast.indicator_id, LinkPast.contract_id)
        .add_columns(func.coalesce(Indicator.name, Contract.title), LinkPast.reason, LinkPast.heeds, LinkPast.from_on)
        .add_columns(LinkPast.ended_on, LinkPast.ended_at, LinkPast.ended_why, Person.name, goes_on)
        .join(Risk, Risk.id == LinkPast.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .outerjoin(Indicator, Indicator.id == LinkPast.indicator_id)
        .outerjoin(Contract, Contract.id == LinkPast.contract_id)
        .outerjoin(Person, Person.id == LinkPast.person_id)
        .where(wanted)
        .order_by(LinkPast.id.desc())
    )
    return [PastLink(row[0], written_reference(row[1], row[2]), *row[3:]) for row in rows]


def linked_keys(risk_id: int) -> frozenset[Key]:
    """Return what a risk is linked to, by one query."""
    rows = db.session.execute(select(Link.indicator_id, Link.contract_id).where(Link.risk_id == risk_id))
    return frozenset(Key(INDICATOR, one) if one else Key(CONTRACT, other or 0) for one, other in rows)


def linkables(words: str = "", *, most: int | None = None) -> list[Linkable]:
    """Return the indicators that did not end and the contracts that are not closed in which all the words occur.

    Two queries. An indicator comes with the contract that it measures.
    """
    indicators: Rows = (
        select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group)
        .add_columns(Indicator.qpr + " " + Indicator.description, Indicator.contract_id)
        .where(Indicator.ended_on.is_(None))
        .order_by(Indicator.position, Indicator.id)
    )
    contracts: Rows = (
        select(Contract.id, Contract.code, Contract.title, Contract.service_area, Contract.description)
        .where(Contract.closed_on.is_(None))
        .order_by(Contract.position, Contract.id)
    )
    for word in read_words(words):
        in_indicator = (Indicator.code, Indicator.name, Indicator.service_group, Indicator.qpr, Indicator.description)
        in_contract = (Contract.code, Contract.title, Contract.service_area, Contract.description, Contract.provider)
        indicators = indicators.where(says(in_indicator, word))
        contracts = contracts.where(says(in_contract, word))
    found = [
        Linkable(Key(INDICATOR, row[0]), row[1], row[2], row[3], row[4], Key(CONTRACT, row[5]) if row[5] else None)
        for row in db.session.execute(indicators.limit(most))
    ]
    return found + [Linkable(Key(CONTRACT, row[0]), *row[1:]) for row in db.session.execute(contracts.limit(most))]


def risks_to_link(
    register_id: int, words: str, owners: Collection[int] | None, *, indicator_id: int = 0, contract_id: int = 0
) -> Sequence[RiskToLink]:
    """Return risks that are not linked to an indicator or a contract yet, by reference and by one query.

    `owners`: only those that one of these posts owns; None for all.
    """
    column, key = (Link.indicator_id, indicator_id) if indicator_id else (Link.contract_id, contract_id)
    query = (
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(Risk.register_id == register_id, Risk.status.in_(LINKABLE))
        .where(Risk.id.not_in(select(Link.risk_id).where(column == key)))
        .order_by(Reference.number)
        .limit(MOST_FOUND)
    )
    if owners is not None:
        query = query.where(Risk.owner_post_id.in_(owners))
    for word in read_words(words):
        number = int(word) if word.isascii() and word.isdecimal() and len(word) < 9 else -1
        told = says((Risk.title, Risk.cause, Risk.event, Risk.consequence), word)
        query = query.where(or_(told, Reference.number == number, Register.prefix == word.upper()))
    return [RiskToLink(row[0], written_reference(row[1], row[2]), row[3], row[4]) for row in db.session.execute(query)]


def links_at(until: date, end: datetime) -> Any:
    """The links that were in force at the end of a day, as a subquery: risk_id, indicator_id and contract_id.

    `end` is the moment at which the day was over. What is said of a link may have changed since. A
    first day may be typed, so the trail is asked whether the link was made later.
    """
    still = select(Link.risk_id, Link.indicator_id, Link.contract_id).where(Link.recorded_at < end)
    began = or_(LinkPast.from_on.is_(None), LinkPast.from_on <= until)
    since = select(LinkPast.risk_id, LinkPast.indicator_id, LinkPast.contract_id).where(LinkPast.ended_at >= end, began)
    about = func.coalesce(
        literal("indicator:") + cast(LinkPast.indicator_id, String),
        literal("contract:") + cast(LinkPast.contract_id, String),
    )
    made = select(AuditEvent.id).where(AuditEvent.verb == "linked", AuditEvent.risk_id == LinkPast.risk_id)
    later = made.where(AuditEvent.subject == about, AuditEvent.at >= end, AuditEvent.at <= LinkPast.ended_at)
    return union(still, since.where(~later.exists())).subquery()
