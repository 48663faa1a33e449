"""What DMT referred to the corporate register: to answer, accepted, and earlier; read the same on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased

from riskreg.domain.access import Role
from riskreg.domain.referrals import ReferralState
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Decision,
    Division,
    Escalation,
    Person,
    Post,
    PostRole,
    Reference,
    Referral,
    Register,
    Review,
    Risk,
)
from riskreg.queries.evidence import Happened
from riskreg.queries.register import read_reference
from riskreg.queries.said import Words, last_said


class Group(StrEnum):
    """Where a referral is to be looked for."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    EARLIER = "earlier"


Rows = Select[*tuple[Any, ...]]
EARLIER = (ReferralState.DECLINED, ReferralState.ENDED)
_IN_GROUP = {
    Group.PROPOSED: Referral.state == ReferralState.PROPOSED,
    Group.ACCEPTED: Referral.state == ReferralState.ACCEPTED,
    Group.EARLIER: Referral.state.in_(EARLIER),
}
_ORDERS: Mapping[Group, tuple[Any, ...]] = {
    Group.PROPOSED: (Referral.id,),
    Group.ACCEPTED: (Referral.reference_id,),
    Group.EARLIER: (func.coalesce(Referral.ended_at, Referral.answered_at).desc(), Referral.id.desc()),
}


@dataclass(frozen=True, slots=True)
class CorporateRegister:
    """The register to which this one refers."""

    id: int
    prefix: str
    name: str


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A post that answers for the corporate register, and where it comes from."""

    id: int
    title: str
    assumed: bool
    source_line: str
    note: str


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral with its risk as it stands now. `corporate` is its reference in the corporate register, or empty."""

    id: int
    escalation_id: int
    risk_id: int
    state: str
    reference: str
    title: str
    owner: str
    division: str
    own_rag: str
    effective_rag: str
    proposed_at: datetime
    proposed_by: str
    reason: str
    corporate: str
    answer: str
    answered_at: datetime | None
    answered_by: str
    ended_at: datetime | None
    ended_why: str
    reviewed_on: date | None
    said: Words | None = None


_Risk, _Corporate = aliased(Reference), aliased(Reference)
_Own, _Above = aliased(Register), aliased(Register)
_Answerer = aliased(Person)
_REVIEWED = select(func.max(Review.done_on)).where(Review.risk_id == Risk.id).correlate(Risk).scalar_subquery()
# Built once and not for every page: building a statement takes longer than running it.
_LISTED: Rows = (
    select(Referral.id, Referral.escalation_id, Risk.id.label("risk_id"), Referral.state, _Own.prefix, _Risk.number)
    .add_columns(Risk.title, Post.title.label("owner"), Division.name.label("division"))
    .add_columns(Risk.own_rag, Risk.effective_rag, Decision.decided_at, Person.name.label("decided_by"))
    .add_columns(Decision.reason, _Above.prefix.label("above"), _Corporate.number.label("given"))
    .add_columns(Referral.answer, Referral.answered_at, _Answerer.name.label("answered_by"))
    .add_columns(Referral.ended_at, Referral.ended_why, _REVIEWED.label("reviewed_on"))
    .select_from(Referral)
    .join(Decision, Decision.id == Referral.decision_id)
    .join(Person, Person.id == Decision.person_id)
    .join(Escalation, Escalation.id == Referral.escalation_id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(_Risk, _Risk.id == Risk.reference_id)
    .join(_Own, _Own.id == Risk.register_id)
    .join(Post, Post.id == Risk.owner_post_id)
    .join(Division, Division.id == Risk.division_id)
    .join(_Above, _Above.id == Referral.register_id)
    .outerjoin(_Corporate, _Corporate.id == Referral.reference_id)
    .outerjoin(_Answerer, _Answerer.id == Referral.answered_by)
)


def corporate_register() -> CorporateRegister | None:
    """Return the register that is the parent of another, by one query; None where there is none."""
    parents = select(_Own.parent_id).where(_Own.parent_id.is_not(None))
    query = select(Register.id, Register.prefix, Register.name).where(Register.id.in_(parents)).order_by(Register.id)
    row = db.session.execute(query.limit(1)).first()
    return CorporateRegister(*row) if row else None


def accepted_as(words: str) -> int | None:
    """Return the referral that got a reference of the corporate register, such as CRR 01; at most two queries."""
    corporate = corporate_register() if words[-1:].isdigit() else None
    number = read_reference(words, corporate.prefix) if corporate else None
    if corporate is None or number is None:
        return None
    query = select(Referral.id).join(Reference, Reference.id == Referral.reference_id)
    return db.session.scalar(query.where(Reference.register_id == corporate.id, Reference.number == number))


def coordinators() -> Sequence[Coordinator]:
    """Return the posts that answer for the corporate register, by one query."""
    rows = db.session.execute(
        select(Post.id, Post.title, Post.assumed, Post.source_line, Post.note)
        .join(PostRole, PostRole.post_id == Post.id)
        .where(PostRole.role == Role.CORPORATE_COORDINATOR)
        .order_by(Post.id)
    )
    return [Coordinator(*row) for row in rows]


def group_sizes() -> dict[Group, int]:
    """Return how many referrals each group holds, by one query."""
    row = db.session.execute(select(*(func.count(case((where, 1))) for where in _IN_GROUP.values()))).one()
    return dict(zip(_IN_GROUP, row, strict=True))


def referrals_in(group: Group, *, limit: int, offset: int) -> list[Referred]:
    """Return one page of a group with what was last said of each risk, by two queries.

    What waits longest comes first, what was accepted in order of its reference, what is over newest first.
    """
    query = _LISTED.where(_IN_GROUP[group]).order_by(*_ORDERS[group]).limit(limit).offset(offset)
    rows = db.session.execute(query).all()
    said = last_said([row.risk_id for row in rows])
    return [_referred(row, said.get(row.risk_id)) for row in rows]


def referral_named(referral_id: int) -> Referred:
    """Return a referral with what was last said of its risk, by two queries; the caller knows that it is there."""
    row = db.session.execute(_LISTED.where(Referral.id == referral_id)).one()
    return _referred(row, last_said([row.risk_id]).get(row.risk_id))


def referrals_of(escalation_ids: Sequence[int]) -> dict[int, list[Referred]]:
    """Return the referrals of each escalation that has any, the newest first, by one query."""
    if not escalation_ids:
        return {}
    rows = db.session.execute(_LISTED.where(Referral.escalation_id.in_(escalation_ids)).order_by(Referral.id.desc()))
    found: dict[int, list[Referred]] = {}
    for row in rows:
        found.setdefault(row.escalation_id, []).append(_referred(row, None))
    return found


def history_of(one: Referred) -> Sequence[Happened]:
    """Return what happened to the escalation from its referral until that was over, the newest first; one query."""
    query = (
        select(AuditEvent.at, AuditEvent.verb, AuditEvent.sentence, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.risk_id == one.risk_id, AuditEvent.subject == f"escalation:{one.escalation_id}")
        .where(AuditEvent.at >= one.proposed_at)
        .order_by(AuditEvent.id.desc())
    )
    over = one.ended_at or (one.answered_at if one.state == ReferralState.DECLINED else None)
    if over:
        query = query.where(AuditEvent.at <= over)
    return [Happened(*row) for row in db.session.execute(query)]


def _referred(row: Any, said: Words | None) -> Referred:
    return Referred(
        id=row.id,
        escalation_id=row.escalation_id,
        risk_id=row.risk_id,
        state=row.state,
        reference=written_reference(row.prefix, row.number),
        title=row.title,
        owner=row.owner,
        division=row.division,
        own_rag=row.own_rag,
        effective_rag=row.effective_rag,
        proposed_at=row.decided_at,
        proposed_by=row.decided_by,
        reason=row.reason,
        corporate=written_reference(row.above, row.given) if row.given else "",
        answer=row.answer,
        answered_at=row.answered_at,
        answered_by=row.answered_by or "",
        ended_at=row.ended_at,
        ended_why=row.ended_why,
        reviewed_on=row.reviewed_on,
        said=said,
    )
