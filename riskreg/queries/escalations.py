"""The DMT queue: what has to be decided, what is with the owner, what was referred, and what has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from riskreg.domain.dates import day_of
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    Division,
    Escalation,
    EscalationSignal,
    Noting,
    Post,
    Reference,
    Register,
    Risk,
    SignalRow,
)
from riskreg.queries.before_dmt import STANDING, Standing, waits_since
from riskreg.queries.notings import Noted, last_notings
from riskreg.queries.said import Words, last_decisions, last_said


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
    """What the queue is narrowed to; empty does not narrow. `rag` is the effective RAG of the risk.

    `unnoted`: only what DMT has never noted.
    """

    rag: str = ""
    division_id: int | None = None
    unnoted: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a risk is before DMT, in a sentence; `state` tells whether that signal still stands."""

    sentence: str
    state: str


@dataclass(frozen=True, slots=True)
class Queued:
    """One escalation in the queue. `days` counts from when it came before DMT; `late` counts days past its date.

    `waiting_since`: since when it waits for a decision, where that is later; None where it does not wait for one.

    `revision` is that of its risk. `decision` is DMT's last one on the risk up to then; `noted` what it noted last.
    """

    id: int
    risk_id: int
    revision: int
    reference: str
    title: str
    owner: str
    division: str
    status: str
    own_rag: str
    effective_rag: str
    proposal: str
    opened_on: date
    waiting_since: date | None
    days: int
    due_on: date | None
    late: int
    ended_on: date | None
    ended_why: str
    standing: Standing
    reasons: tuple[Reason, ...]
    said: Words | None
    decision: Words | None
    noted: Noted | None


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
    reasons, said, decided, noted = _reasons(ids), last_said(risks), last_decisions(ids), last_notings(ids)
    return [
        _queued(row, today, reasons.get(row.id, []), said.get(row.risk_id), decided.get(row.id), noted.get(row.id))
        for row in rows
    ]


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
    Risk.revision,
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
    if asked.unnoted:
        query = query.where(~select(Noting.id).where(Noting.escalation_id == Escalation.id).exists())
    return query


def _queued(
    row: Any,
    today: date,
    signals: Sequence[Reason],
    said: Words | None,
    decision: Words | None,
    noted: Noted | None,
) -> Queued:
    by_person = (Reason(row.reason, ""),) if row.reason else ()
    return Queued(
        id=row.id,
        risk_id=row.risk_id,
        revision=row.revision,
        reference=written_reference(row.prefix, row.number),
        title=row.title,
        owner=row.owner,
        division=row.division,
        status=row.status,
        own_rag=row.own_rag,
        effective_rag=row.effective_rag,
        proposal=row.proposal,
        opened_on=row.opened_on,
        waiting_since=waits_since(row.status, row.opened_on, row.waiting_since),
        days=(today - row.opened_on).days,
        due_on=row.due_on,
        late=max(0, (today - row.due_on).days) if row.due_on else 0,
        ended_on=day_of(row.ended_at) if row.ended_at else None,
        ended_why=row.ended_why,
        standing=Standing(*row[-len(STANDING) :]),
        reasons=by_person + tuple(signals),
        said=said,
        decision=decision,
        noted=noted,
    )


def _reasons(ids: Sequence[int]) -> dict[int, list[Reason]]:
    """The reasons of each escalation; one that another on the same fact overtook only where there is no other."""
    rows = db.session.execute(
        select(EscalationSignal.escalation_id, SignalRow.sentence, SignalRow.state)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(EscalationSignal.escalation_id.in_(ids))
        .order_by(SignalRow.severity.desc(), EscalationSignal.signal_id)
    )
    found: dict[int, list[Reason]] = {}
    for escalation_id, sentence, state in rows:
        found.setdefault(escalation_id, []).append(Reason(sentence, state))
    for key, reasons in found.items():
        found[key] = [one for one in reasons if one.state != SignalState.OVERTAKEN] or reasons
    return found


def divisions_with_risks() -> Sequence[tuple[int, str]]:
    """Return the id and name of every division that has risks, by name; one query."""
    used = select(Risk.division_id)
    rows = db.session.execute(select(Division.id, Division.name).where(Division.id.in_(used)).order_by(Division.name))
    return [(row[0], row[1]) for row in rows]
