"""Meetings as their pages show them: coming and past, one with its agenda, and what was decided there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, not_, select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.domain.lifecycle import EscalationStatus, RiskStatus
from riskreg.domain.meetings import MeetingState
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    AgendaItem,
    Decision,
    Escalation,
    Meeting,
    Pack,
    Person,
    Post,
    Reference,
    Register,
    Risk,
)


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting in the list, with how many items and packs it has. `not_held`: why it was not held; else empty."""

    id: int
    held_on: date
    title: str
    state: str
    not_held: str
    items: int
    packs: int


@dataclass(frozen=True, slots=True)
class PackLine:
    """A pack that was made for a meeting."""

    id: int
    as_at: date
    made_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class LateReview:
    """A risk whose review is overdue. `days` counts from its due date."""

    risk_id: int
    reference: str
    title: str
    rag: str
    owner: str
    due_on: date
    days: int


def _is_coming(today: date) -> ColumnElement[bool]:
    return and_(Meeting.state == MeetingState.PLANNED, Meeting.held_on >= today)


def next_meeting(register_id: int, today: date) -> Meeting | None:
    """Return the next planned meeting, one of today included, by one query; None when none is planned."""
    coming = select(Meeting).where(Meeting.register_id == register_id, _is_coming(today))
    return db.session.scalar(coming.order_by(Meeting.held_on).limit(1))


def past_meetings(register_id: int, today: date) -> int:
    """Count the meetings that are over or closed, by one query."""
    query = select(func.count(Meeting.id)).where(Meeting.register_id == register_id, not_(_is_coming(today)))
    return db.session.scalar(query) or 0


def meeting_lines(
    register_id: int, today: date, *, coming: bool, limit: int = 200, offset: int = 0
) -> list[MeetingLine]:
    """Return the coming meetings, the nearest first, or the past ones, the newest first; one query."""
    items = select(func.count(AgendaItem.id)).where(AgendaItem.meeting_id == Meeting.id).scalar_subquery()
    packs = select(func.count(Pack.id)).where(Pack.meeting_id == Meeting.id).scalar_subquery()
    query = select(Meeting.id, Meeting.held_on, Meeting.title, Meeting.state, Meeting.not_held, items, packs)
    query = query.where(Meeting.register_id == register_id)
    if coming:
        query = query.where(_is_coming(today)).order_by(Meeting.held_on)
    else:
        query = query.where(not_(_is_coming(today))).order_by(Meeting.held_on.desc())
    return [MeetingLine(*row) for row in db.session.execute(query.limit(limit).offset(offset))]


def meeting_with_items(meeting_id: int) -> Meeting | None:
    """Return a meeting with its items and what they are about, by two queries."""
    reference = joinedload(Risk.reference).joinedload(Reference.register)
    items = selectinload(Meeting.items)
    return db.session.scalar(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(
            joinedload(Meeting.closer),
            joinedload(Meeting.register),
            items.joinedload(AgendaItem.escalation).joinedload(Escalation.risk).options(reference),
            items.joinedload(AgendaItem.risk).options(reference),
            items.joinedload(AgendaItem.decision).joinedload(Decision.person),
        )
        .execution_options(populate_existing=True)
    )


def meeting_of(register_id: int, held_on: date) -> Meeting | None:
    """Return the meeting that is set up for a day, by one query."""
    return db.session.scalar(select(Meeting).where(Meeting.register_id == register_id, Meeting.held_on == held_on))


def is_set_up(register_id: int, held_on: date) -> bool:
    """Say whether a meeting that was not called off is set up for a day, by one query."""
    found = meeting_of(register_id, held_on)
    return found is not None and not found.not_held


def decisions_at(register_id: int, held_on: date) -> Sequence[Decision]:
    """Return the decisions taken at a meeting of that day, in their order, by one query.

    A decision is one of the meeting that it names, whenever it was recorded; one that names none was taken outside any.
    """
    return db.session.scalars(
        select(Decision)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(Risk.register_id == register_id, Decision.meeting_on == held_on)
        .options(
            joinedload(Decision.person),
            joinedload(Decision.escalation)
            .joinedload(Escalation.risk)
            .joinedload(Risk.reference)
            .joinedload(Reference.register),
        )
        .order_by(Decision.id)
    ).all()


def packs_of(meeting_id: int) -> list[PackLine]:
    """Return the packs of a meeting, the newest first, without their contents; one query."""
    rows = db.session.execute(
        select(Pack.id, Pack.as_at, Pack.made_at, Person.name)
        .join(Person, Person.id == Pack.made_by)
        .where(Pack.meeting_id == meeting_id)
        .order_by(Pack.id.desc())
    )
    return [PackLine(*row) for row in rows]


def last_meeting_before(register_id: int, held_on: date) -> date | None:
    """Return the day of the last meeting whose record was closed, before a day; one query."""
    return db.session.scalar(
        select(func.max(Meeting.held_on)).where(
            Meeting.register_id == register_id,
            Meeting.state == MeetingState.CLOSED,
            Meeting.not_held == "",
            Meeting.held_on < held_on,
        )
    )


def late_reviews(register_id: int, today: date) -> list[LateReview]:
    """Return the open risks whose review is overdue, by owner and then the latest first; one query."""
    rows = db.session.execute(
        select(
            Risk.id, Register.prefix, Reference.number, Risk.title, Risk.effective_rag, Post.title, Risk.review_due_on
        )
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN, Risk.review_due_on < today)
        .order_by(Post.title, Risk.review_due_on, Reference.number)
    )
    return [
        LateReview(row[0], written_reference(row[1], row[2]), row[3], row[4], row[5], row[6], (today - row[6]).days)
        for row in rows
    ]


def deferred_to_later(register_id: int, held_on: date) -> set[int]:
    """Return the ids of the escalations that were put off to a meeting after that day; one query."""
    rows = db.session.scalars(
        select(Escalation.id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(
            Risk.register_id == register_id,
            Escalation.status == EscalationStatus.DEFERRED,
            Escalation.meeting_on > held_on,
        )
    )
    return set(rows)
