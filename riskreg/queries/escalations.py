"""The DMT queue: what has to be decided, what is with the owner, what was referred, and what has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    Decision,
    Division,
    Escalation,
    EscalationSignal,
    Person,
    Post,
    Reference,
    Register,
    Review,
    Risk,
    SignalRow,
)
from riskreg.queries.before_dmt import STANDING, Standing


class Group(StrEnum):
    """Where an escalation is to be looked for."""

    DECIDE = "decide"
    OWNER = "owner"
    CORPORATE = "corporate"
    ENDED = "ended"


Rows = Select[*tuple[Any, ...]]
S = EscalationStatus
_proposed = Escalation.proposal != ""
_IN_GROUP: dict[Group, ColumnElement[bool]] = {
    Group.DECIDE: or_(
        Escalation.status.in_((S.AWAITING, S.DEFERRED)),
        and_(Escalation.status.in_((S.CONFIRMED, S.RETURNED, S.REFERRED)), _proposed),
    ),
    Group.OWNER: and_(Escalation.status.in_((S.CONFIRMED, S.RETURNED)), ~_proposed),
    Group.CORPORATE: and_(Escalation.status == S.REFERRED, ~_proposed),
    Group.ENDED: Escalation.status.not_in(LIVE),
}
_worst_first = case(*((Risk.effective_rag == rag, -rag.severity) for rag in Rag), else_=0)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue is narrowed to; empty does not narrow. `rag` is the effective RAG of the risk."""

    rag: str = ""
    division_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a risk is before DMT, in a sentence; `state` tells whether that signal still stands."""

    sentence: str
    state: str


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, and when: a review, an update of an action, or a decision. `kind` says which."""

    kind: str
    text: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """One escalation in the queue. `days` counts from when it came before DMT; `late` counts days past its date."""

    id: int
    risk_id: int
    reference: str
    title: str
    owner: str
    division: str
    status: str
    own_rag: str
    effective_rag: str
    proposal: str
    opened_on: date
    since: date
    days: int
    due_on: date | None
    late: int
    ended_on: date | None
    ended_why: str
    standing: Standing
    reasons: tuple[Reason, ...]
    said: Words | None
    decision: Words | None


def group_sizes(asked: QueueFilter) -> dict[Group, int]:
    """Return how many escalations each group holds under the filter, by one query."""
    counts = [func.count(case((where, 1))).label(group.value) for group, where in _IN_GROUP.items()]
    query = select(*counts).select_from(Escalation).join(Risk, Risk.id == Escalation.risk_id)
    row = db.session.execute(_narrowed(query, asked)).one()
    return {group: getattr(row, group.value) for group in Group}


def to_decide_by_rag() -> dict[str, int]:
    """Return how many escalations wait for DMT by the rating shown, RED first, by one query."""
    query = select(Risk.effective_rag, func.count()).select_from(Escalation).join(Risk, Risk.id == Escalation.risk_id)
    rows = db.session.execute(query.where(_IN_GROUP[Group.DECIDE]).group_by(Risk.effective_rag))
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    return {str(rag): counts.get(rag, 0) for rag in reversed(Rag)}


def queued_escalations(group: Group, asked: QueueFilter, today: date, *, limit: int, offset: int) -> list[Queued]:
    """Return one page of a group, by five queries.

    The worst effective RAG comes first, then what has waited longest; of what has ended, the newest comes first.
    """
    query = _narrowed(_listed(), asked).where(_IN_GROUP[group])
    if group is Group.ENDED:
        query = query.order_by(Escalation.ended_at.desc(), Escalation.id.desc())
    else:
        query = query.order_by(_worst_first, Escalation.waiting_since, Escalation.id)
    rows = db.session.execute(query.limit(limit).offset(offset)).all()
    ids, risks = [row.id for row in rows], [row.risk_id for row in rows]
    reasons, said, decided = _reasons(ids), last_said(risks), _last_decisions(ids)
    return [_queued(row, today, reasons.get(row.id, []), said.get(row.risk_id), decided.get(row.id)) for row in rows]


_COLUMNS = (
    Escalation.id,
    Escalation.risk_id,
    Escalation.reason,
    Escalation.proposal,
    Escalation.opened_on,
    Escalation.waiting_since,
    Escalation.ended_at,
    Escalation.ended_why,
    Risk.title,
    Risk.own_rag,
    Risk.effective_rag,
    Post.title.label("owner"),
    Division.name.label("division"),
    Register.prefix,
    Reference.number,
    *STANDING,
)


def _listed() -> Rows:
    return (
        select(*_COLUMNS)
        .select_from(Escalation)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .join(Division, Division.id == Risk.division_id)
    )


def _narrowed(query: Rows, asked: QueueFilter) -> Rows:
    if asked.rag:
        query = query.where(Risk.effective_rag == asked.rag)
    if asked.division_id is not None:
        query = query.where(Risk.division_id == asked.division_id)
    return query


def _queued(row: Any, today: date, signals: Sequence[Reason], said: Words | None, decision: Words | None) -> Queued:
    since = day_of(row.waiting_since)
    by_person = (Reason(row.reason, ""),) if row.reason else ()
    return Queued(
        id=row.id,
        risk_id=row.risk_id,
        reference=f"{row.prefix} {row.number:02d}",
        title=row.title,
        owner=row.owner,
        division=row.division,
        status=row.status,
        own_rag=row.own_rag,
        effective_rag=row.effective_rag,
        proposal=row.proposal,
        opened_on=row.opened_on,
        since=since,
        days=(today - since).days,
        due_on=row.due_on,
        late=max(0, (today - row.due_on).days) if row.due_on else 0,
        ended_on=day_of(row.ended_at) if row.ended_at else None,
        ended_why=row.ended_why,
        standing=Standing(*row[-len(STANDING) :]),
        reasons=by_person + tuple(signals),
        said=said,
        decision=decision,
    )


def _reasons(ids: Sequence[int]) -> dict[int, list[Reason]]:
    rows = db.session.execute(
        select(EscalationSignal.escalation_id, SignalRow.sentence, SignalRow.state)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(EscalationSignal.escalation_id.in_(ids))
        .order_by(SignalRow.severity.desc(), EscalationSignal.signal_id)
    )
    found: dict[int, list[Reason]] = {}
    for escalation_id, sentence, state in rows:
        found.setdefault(escalation_id, []).append(Reason(sentence, state))
    return found


def last_said(risk_ids: Sequence[int]) -> Mapping[int, Words]:
    """Return what was last said of each risk, in a review or an update of an action, by two queries."""
    newest_review = select(func.max(Review.id)).where(Review.risk_id.in_(risk_ids)).group_by(Review.risk_id)
    newest_update = (
        select(func.max(ActionUpdate.id))
        .join(Action, Action.id == ActionUpdate.action_id)
        .where(Action.risk_id.in_(risk_ids))
        .group_by(Action.risk_id)
    )
    reviews = (
        select(Review.risk_id, Review.note, Person.name, Review.recorded_at)
        .join(Person, Person.id == Review.person_id)
        .where(Review.id.in_(newest_review))
    )
    updates = (
        select(Action.risk_id, ActionUpdate.text, Person.name, ActionUpdate.at)
        .join(ActionUpdate, ActionUpdate.action_id == Action.id)
        .join(Person, Person.id == ActionUpdate.person_id)
        .where(ActionUpdate.id.in_(newest_update))
    )
    found: dict[int, Words] = {}
    for kind, query in (("review", reviews), ("update of an action", updates)):
        for risk_id, text, name, at in db.session.execute(query):
            known = found.get(risk_id)
            if known is None or at > known.at:
                found[risk_id] = Words(kind, text, name, at)
    return found


def _last_decisions(ids: Sequence[int]) -> dict[int, Words]:
    newest = select(func.max(Decision.id)).where(Decision.escalation_id.in_(ids)).group_by(Decision.escalation_id)
    rows = db.session.execute(
        select(Decision.escalation_id, Decision.kind, Decision.reason, Person.name, Decision.decided_at)
        .join(Person, Person.id == Decision.person_id)
        .where(Decision.id.in_(newest))
    )
    return {row[0]: Words(*row[1:]) for row in rows}


def divisions_with_risks() -> Sequence[tuple[int, str]]:
    """Return the id and name of every division that has risks, by name; one query."""
    used = select(Risk.division_id)
    rows = db.session.execute(select(Division.id, Division.name).where(Division.id.in_(used)).order_by(Division.name))
    return [(row[0], row[1]) for row in rows]
