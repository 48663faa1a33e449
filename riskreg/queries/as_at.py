"""The register as it stood at the end of a day in London, read from what is only ever added.

The text, status and owner come from the versions of a risk, its own rating from its assessments, the rating shown from
the escalations that were open then. A division is no part of a version: a risk stands under the one it has now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import LONDON, day_of
from riskreg.domain.lifecycle import BEFORE_APPROVAL, OPEN_ACTIONS, ActionStatus, RiskStatus
from riskreg.domain.scoring import Rag, effective_rag
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    Division,
    Escalation,
    Holding,
    Person,
    Post,
    Reference,
    Review,
    Risk,
    RiskVersion,
)
from riskreg.queries.people import held_on

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RiskState:
    """A risk as it stood: its text, status, owner, own rating, and what an escalation of the time raised it to.

    `change_reason`: why its text, status or owner last changed.
    """

    id: int
    number: int
    title: str
    cause: str
    event: str
    consequence: str
    status: str
    post_id: int
    owner: str
    division: str
    own_rag: str | None
    likelihood: int | None
    impact: int | None
    rationale: str | None
    escalation_id: int | None
    escalated_to: str | None
    change_reason: str

    @property
    def shown_rag(self) -> str | None:
        """The effective rating by the rule of the register; None for a risk that was not rated yet."""
        if self.own_rag is None:
            return None
        raised = Rag(self.escalated_to) if self.escalated_to else None
        return effective_rag(Rag(self.own_rag), escalated_to=raised).value


@dataclass(frozen=True, slots=True)
class RiskAsAt:
    """A risk as it stood, with who held the owning post, its open and late actions and its last review by then."""

    risk: RiskState
    holder: str
    open_actions: int
    late_actions: int
    reviewed_on: date | None


def end_of(day: date) -> datetime:
    """Return the moment at which a day in London is over."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=LONDON).astimezone(UTC)


END: Any = bindparam("end")
DAY: Any = bindparam("day")
REGISTER: Any = bindparam("register_id")


def open_at(moment: Any) -> ColumnElement[bool]:
    """The condition that an escalation was open at a moment: at most one of a risk is."""
    return and_(Escalation.opened_at < moment, or_(Escalation.ended_at.is_(None), Escalation.ended_at >= moment))


_VERSION = select(func.max(RiskVersion.id)).where(RiskVersion.risk_id == Risk.id, RiskVersion.recorded_at < END)
_CURRENT = select(func.max(Assessment.id)).where(
    Assessment.risk_id == Risk.id, Assessment.kind == "current", Assessment.recorded_at < END
)
_EVER_RATED = select(Assessment.id).where(Assessment.risk_id == Risk.id, Assessment.kind == "current")
# A risk that has no assessment at all keeps the rating it was entered with, as the rest of the register does.
_OWN_RAG = func.coalesce(Assessment.rag, case((~_EVER_RATED.correlate(Risk).exists(), Risk.own_rag)))
_before = aliased(RiskVersion)
_NEVER_APPROVED = select(_before.id).where(
    _before.risk_id == RiskVersion.risk_id,
    _before.version == RiskVersion.version - 1,
    _before.status.in_(BEFORE_APPROVAL),
)
# One that was discarded never was in the register, nor did it leave it: it stands as the draft that it was.
_DISCARDED = and_(RiskVersion.status == RiskStatus.CLOSED, _NEVER_APPROVED.correlate(RiskVersion).exists())
_STATUS = case((_DISCARDED, RiskStatus.DRAFT.value), else_=RiskVersion.status)
# Built once and not for every page: building a statement takes longer than running it.
STATES: Rows = (
    select(Risk.id, Reference.number, RiskVersion.title, RiskVersion.cause, RiskVersion.event)
    .add_columns(RiskVersion.consequence, _STATUS, RiskVersion.owner_post_id, Post.title, Division.name)
    .add_columns(_OWN_RAG, Assessment.likelihood, Assessment.impact, Assessment.rationale)
    .add_columns(Escalation.id, Escalation.rag_after, RiskVersion.change_reason)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(RiskVersion, RiskVersion.id == _VERSION.correlate(Risk).scalar_subquery())
    .join(Post, Post.id == RiskVersion.owner_post_id)
    .join(Division, Division.id == Risk.division_id)
    .outerjoin(Assessment, Assessment.id == _CURRENT.correlate(Risk).scalar_subquery())
    .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, open_at(END)))
    .where(Risk.register_id == REGISTER)
    .order_by(Reference.number)
)
UPDATE_THEN = (
    select(ActionUpdate.action_id, func.max(ActionUpdate.id).label("id"))
    .where(ActionUpdate.at < END)
    .group_by(ActionUpdate.action_id)
    .subquery()
)
_UPDATED_LATER = select(ActionUpdate.id).where(ActionUpdate.action_id == Action.id).correlate(Action).exists()


def _then(said: Any, at_first: Any, stored: Any) -> ColumnElement[Any]:
    """What an action's newest update said; before its first one what it began with; without any what is stored."""
    return case((ActionUpdate.id.is_not(None), said), (_UPDATED_LATER, at_first), else_=stored)


DUE_THEN = _then(ActionUpdate.due_on, Action.first_due_on, Action.due_on)
STATUS_THEN = _then(ActionUpdate.status, ActionStatus.NOT_STARTED.value, Action.status)
_ACTIONS: Rows = (
    select(Action.risk_id, func.count(), func.sum(case((DAY > DUE_THEN, 1), else_=0)))
    .join(Risk, Risk.id == Action.risk_id)
    .outerjoin(UPDATE_THEN, UPDATE_THEN.c.action_id == Action.id)
    .outerjoin(ActionUpdate, ActionUpdate.id == UPDATE_THEN.c.id)
    .where(Risk.register_id == REGISTER, Action.recorded_at < END)
    .where(STATUS_THEN.in_(OPEN_ACTIONS))
    .group_by(Action.risk_id)
)
_REVIEWED: Rows = (
    select(Review.risk_id, func.max(Review.done_on))
    .join(Risk, Risk.id == Review.risk_id)
    .where(Risk.register_id == REGISTER, Review.recorded_at < END)
    .group_by(Review.risk_id)
)
_BEGAN: Rows = (
    select(func.min(RiskVersion.recorded_at))
    .join(Risk, Risk.id == RiskVersion.risk_id)
    .where(Risk.register_id == REGISTER)
)


def register_began(register_id: int) -> date | None:
    """Return the day on which the first risk was entered, by one query; None for a register without any."""
    moment: datetime | None = db.session.scalar(_BEGAN, {"register_id": register_id})
    return day_of(moment) if moment else None


def states(query: Rows, register_id: int, day: date, **given: object) -> list[RiskState]:
    """Return the risks that existed at the end of a day, in order of reference, by one query of the form of STATES."""
    rows = db.session.execute(query, {"register_id": register_id, "end": end_of(day), **given})
    return [RiskState(*row) for row in rows]


def register_as_at(register_id: int, day: date) -> Sequence[RiskAsAt]:
    """Return every risk of the register as it stood at the end of the day, whatever its status then, by four queries.

    In order of reference. Empty for a day before the register began.
    """
    given = {"register_id": register_id, "end": end_of(day), "day": day}
    found = states(STATES, register_id, day)
    if not found:
        return ()
    actions = {row[0]: (row[1], int(row[2])) for row in db.session.execute(_ACTIONS, given)}
    reviewed: dict[int, date] = {row[0]: row[1] for row in db.session.execute(_REVIEWED, given)}
    holders = _holders(day)
    return [
        RiskAsAt(one, holders.get(one.post_id, ""), *actions.get(one.id, (0, 0)), reviewed.get(one.id)) for one in found
    ]


def _holders(day: date) -> Mapping[int, str]:
    """Who held each post on the day; where one left and another came on it, the one who came."""
    rows = db.session.execute(
        select(Holding.post_id, Person.name)
        .join(Person, Person.id == Holding.person_id)
        .where(held_on(day), ~Holding.deputy)
        .order_by(Holding.from_on, Holding.id)
    )
    return {row[0]: row[1] for row in rows}
