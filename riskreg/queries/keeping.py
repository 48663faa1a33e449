"""What the pages of keeping a risk offer and list: places, posts, proposals, responses, and what was merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload

from riskreg.domain.access import Role
from riskreg.domain.lifecycle import BEFORE_APPROVAL, RiskStatus
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    Action,
    AuditEvent,
    Control,
    Division,
    Person,
    Post,
    PostRole,
    Reference,
    Register,
    Risk,
    RiskResponse,
    RiskVersion,
    Service,
)

BUDGET = "budget"


def discarded(risk: type[Risk] = Risk) -> ColumnElement[bool]:
    """The condition that a risk was discarded before it was approved: it never was in the register."""
    return and_(risk.status == RiskStatus.CLOSED, risk.closed_on.is_(None))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a risk belongs: a division, or one of its services."""

    division_id: int
    service_id: int | None
    words: str

    @property
    def key(self) -> str:
        """The place as a form sends it."""
        return f"{self.division_id}-{self.service_id or ''}"


def places() -> Sequence[Place]:
    """Return the divisions, each followed by its services, by two queries."""
    divisions = db.session.execute(
        select(Division.id, Division.name).where(Division.kind != BUDGET).order_by(Division.id)
    ).all()
    services = db.session.execute(select(Service.division_id, Service.id, Service.name).order_by(Service.id)).all()
    found: list[Place] = []
    for division_id, name in divisions:
        found.append(Place(division_id, None, f"{name} (the whole division)"))
        found += [
            Place(division_id, one.id, f"{name}: {one.name}") for one in services if one.division_id == division_id
        ]
    return found


def posts_to_choose(role: Role) -> list[tuple[int, str]]:
    """Return id and title of the posts that bring a role, by title, by one query."""
    query = select(Post.id, Post.title).join(PostRole, PostRole.post_id == Post.id)
    query = query.where(PostRole.role == role).order_by(Post.title, Post.id)
    return [(row.id, row.title) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A risk that is not in the register yet, and what was said of it last."""

    risk_id: int
    reference: str
    title: str
    status: str
    own_rag: str
    owner: str
    said: str
    since: datetime
    by: str | None


def proposals_waiting(register_id: int) -> Sequence[ProposalLine]:
    """Return what was proposed, the longest wait first, then the drafts, by one query."""
    newest = select(func.max(RiskVersion.version)).where(RiskVersion.risk_id == Risk.id).correlate(Risk)
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status, Risk.own_rag, Post.title)
        .add_columns(RiskVersion.change_reason, RiskVersion.recorded_at, Person.name)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .join(RiskVersion, (RiskVersion.risk_id == Risk.id) & (RiskVersion.version == newest.scalar_subquery()))
        .outerjoin(Person, Person.id == RiskVersion.person_id)
        .where(Risk.register_id == register_id, Risk.status.in_(BEFORE_APPROVAL))
        .order_by(Risk.status.desc(), RiskVersion.recorded_at, Risk.id)
    )
    return [ProposalLine(key, written_reference(prefix, number), *rest) for key, prefix, number, *rest in rows]


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """A draft that somebody wrote. `sent_back`: what was said when it was last sent back; None when it never was."""

    risk_id: int
    prefix: str
    number: int
    title: str
    since: datetime
    sent_back: str | None


def own_drafts(person_id: int) -> Sequence[OwnDraft]:
    """Return the drafts that a person wrote, the longest untouched first, by one query."""
    first, newest, later = aliased(RiskVersion), aliased(RiskVersion), aliased(RiskVersion)
    said = select(AuditEvent.sentence).where(AuditEvent.risk_id == Risk.id, AuditEvent.verb == "sent back")
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, newest.recorded_at)
        .add_columns(said.order_by(AuditEvent.id.desc()).limit(1).correlate(Risk).scalar_subquery())
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(first, (first.risk_id == Risk.id) & (first.version == 1))
        .join(newest, newest.risk_id == Risk.id)
        .where(Risk.status == RiskStatus.DRAFT, first.person_id == person_id)
        .where(~select(later.id).where(later.risk_id == Risk.id, later.version > newest.version).exists())
        .order_by(newest.recorded_at, Risk.id)
    )
    return [OwnDraft(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class LastVersion:
    """Why the text or status of a risk is as it is, and whose words these are."""

    said: str
    by: str | None
    at: datetime


def last_version(risk_id: int) -> LastVersion | None:
    """Return what was said at the last change of a risk's text or status, by one query."""
    row = db.session.execute(
        select(RiskVersion.change_reason, Person.name, RiskVersion.recorded_at)
        .outerjoin(Person, Person.id == RiskVersion.person_id)
        .where(RiskVersion.risk_id == risk_id)
        .order_by(RiskVersion.version.desc())
        .limit(1)
    ).first()
    return LastVersion(*row) if row else None


@dataclass(frozen=True, slots=True)
class ResponseLine:
    """A response to a risk, and who recorded it."""

    kind: str
    until_on: date | None
    reason: str
    decided_on: date
    by: str


# Built once and not for every page: building a statement takes longer than running it.
_RESPONSES = (
    select(RiskResponse.kind, RiskResponse.until_on, RiskResponse.reason, RiskResponse.decided_on, Person.name)
    .join(Person, Person.id == RiskResponse.person_id)
    .where(RiskResponse.risk_id == bindparam("risk_id"))
    .order_by(RiskResponse.id.desc())
)


def responses_of_risk(risk_id: int) -> Sequence[ResponseLine]:
    """Return the responses to a risk, the one in force first, by one query."""
    return [ResponseLine(*row) for row in db.session.execute(_RESPONSES, {"risk_id": risk_id})]


@dataclass(frozen=True, slots=True)
class Kin:
    """Another risk that one was merged with."""

    risk_id: int
    reference: str
    title: str


def merged_into(risk_id: int) -> Kin | None:
    """Return the risk that a merged one went into, by one query."""
    other = aliased(Risk)
    row = db.session.execute(
        select(other.id, Register.prefix, Reference.number, other.title)
        .join(Risk, Risk.merged_into_id == other.id)
        .join(Reference, Reference.id == other.reference_id)
        .join(Register, Register.id == other.register_id)
        .where(Risk.id == risk_id)
    ).first()
    return Kin(row[0], written_reference(row[1], row[2]), row[3]) if row else None


def risk_to_keep(risk_id: int) -> Risk | None:
    """Return a risk with its reference, owner, division and service, by one query."""
    whole = (
        joinedload(Risk.reference).joinedload(Reference.register),
        joinedload(Risk.owner_post),
        joinedload(Risk.division),
        joinedload(Risk.service),
    )
    return db.session.scalar(select(Risk).where(Risk.id == risk_id).options(*whole))


def control_to_keep(control_id: int) -> Control | None:
    """Return a control with its owner, by one query."""
    return db.session.scalar(select(Control).where(Control.id == control_id).options(joinedload(Control.owner_post)))


def action_to_keep(action_id: int) -> Action | None:
    """Return an action, by one query."""
    return db.session.get(Action, action_id)
