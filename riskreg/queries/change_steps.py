"""The steps between two moments by which risks came, left, changed hands or words, and were rated by their owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.lifecycle import BEFORE_APPROVAL, LEFT, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Assessment, Person, Post, Reference, Risk, RiskResponse, RiskVersion
from riskreg.queries.change_parts import KNOWN, OF_REGISTER, START, Change, Part, change_of, within
from riskreg.queries.keeping import discarded
from riskreg.queries.narrowing import Rows, Scope, narrowed

TEXTS = ("title", "cause", "event", "consequence")
_RISK = (Risk.id, Reference.number, Risk.title)
_Was = aliased(RiskVersion)
_Owner, _OldOwner = aliased(Post), aliased(Post)
_RAG_THEN = (
    select(Assessment.rag)
    .where(Assessment.risk_id == Risk.id, Assessment.kind == "current")
    .where(Assessment.recorded_at <= RiskVersion.recorded_at)
    .order_by(Assessment.id.desc())
    .limit(1)
    .correlate(Risk, RiskVersion)
    .scalar_subquery()
)
_VERSIONS = (
    select(*_RISK, RiskVersion.status, _Was.status.label("was"), RiskVersion.change_reason, RiskVersion.recorded_at)
    .add_columns(Person.name, _Owner.title.label("owner"), _OldOwner.title.label("old_owner"))
    .add_columns(RiskVersion.owner_post_id, _Was.owner_post_id.label("old_post_id"))
    .add_columns(func.coalesce(_RAG_THEN, Risk.own_rag).label("rag"))
    .add_columns(*(getattr(RiskVersion, name).label(f"new_{name}") for name in TEXTS))
    .add_columns(*(getattr(_Was, name).label(f"old_{name}") for name in TEXTS))
    .join(Risk, Risk.id == RiskVersion.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(_Owner, _Owner.id == RiskVersion.owner_post_id)
    .outerjoin(_Was, and_(_Was.risk_id == RiskVersion.risk_id, _Was.version == RiskVersion.version - 1))
    .outerjoin(_OldOwner, _OldOwner.id == _Was.owner_post_id)
    .outerjoin(Person, Person.id == RiskVersion.person_id)
    .where(OF_REGISTER, within(RiskVersion.recorded_at), RiskVersion.status.in_(KNOWN))
    .order_by(RiskVersion.recorded_at, Reference.number, RiskVersion.id)
)
_ALL_VERSIONS = narrowed(_VERSIONS)
# Of a risk that was entered in between, its approval is no step of its own: its being entered is counted.
_LATER_VERSIONS = narrowed(
    _VERSIONS.where(RiskVersion.version > 1, or_(Risk.recorded_at < START, _Was.status.not_in(BEFORE_APPROVAL)))
)
_Last = aliased(Assessment)
_LAST = (
    select(func.max(_Last.id))
    .where(_Last.risk_id == Assessment.risk_id, _Last.kind == Assessment.kind, _Last.id < Assessment.id)
    .correlate(Assessment)
    .scalar_subquery()
)
_Known = aliased(Assessment)
_Approved = aliased(RiskVersion)
# A draft is rated until it is right: that is no movement of a risk.
_APPROVED_LATER = (
    select(_Approved.id)
    .join(_Was, and_(_Was.risk_id == _Approved.risk_id, _Was.version == _Approved.version - 1))
    .where(_Approved.risk_id == Risk.id, _Approved.recorded_at > Assessment.recorded_at)
    .where(_Was.status.in_(BEFORE_APPROVAL), _Approved.status.not_in(BEFORE_APPROVAL))
    .correlate(Risk, Assessment)
)
_RATINGS = narrowed(
    select(*_RISK, Assessment.kind, Assessment.rationale, Assessment.recorded_at, Person.name)
    .add_columns(Assessment.rag, Assessment.likelihood, Assessment.impact)
    .add_columns(_Known.rag.label("old_rag"), _Known.likelihood.label("old_likelihood"))
    .add_columns(_Known.impact.label("old_impact"))
    .join(Risk, Risk.id == Assessment.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(_Known, _Known.id == _LAST)
    .outerjoin(Person, Person.id == Assessment.person_id)
    .where(OF_REGISTER, within(Assessment.recorded_at), Assessment.kind.in_(("current", "target")))
    # A risk comes with its first ratings; a first target may be set later.
    .where(or_(_Known.id.is_not(None), and_(Assessment.kind == "target", Assessment.recorded_at > Risk.recorded_at)))
    .where(Risk.status.not_in(BEFORE_APPROVAL), ~discarded(), ~_APPROVED_LATER.exists())
    .order_by(Assessment.recorded_at, Reference.number, Assessment.id)
)
_RESPONSES = narrowed(
    select(*_RISK, RiskResponse.kind, RiskResponse.until_on, RiskResponse.reason, RiskResponse.recorded_at)
    .add_columns(Person.name)
    .join(Risk, Risk.id == RiskResponse.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == RiskResponse.person_id)
    .where(OF_REGISTER, within(RiskResponse.recorded_at))
    .order_by(RiskResponse.id)
)


def steps(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield the steps between two moments, by three queries."""
    yield from _moves(_ALL_VERSIONS[scope.of], scope, given)
    for row in db.session.execute(_RESPONSES[scope.of], given):
        words = f"{row.kind} until {day(row.until_on)}" if row.until_on else row.kind
        yield change_of(Part.RESPONSE, row, "", words, row.reason, row.recorded_at, row.name)


def counted_steps(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield the steps that have to be read to be counted, by two queries: not those by which risks were entered."""
    yield from _moves(_LATER_VERSIONS[scope.of], scope, given)


def _moves(versions: Rows, scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    for row in db.session.execute(versions, given):
        yield from _of_version(row)
    for row in db.session.execute(_RATINGS[scope.of], given):
        yield from _of_rating(row)


def _of_version(row: Any) -> Iterator[Change]:
    """A version is a step by its status; between two versions of an open risk by its owner and its words."""
    was, told = row.was, (row.change_reason, row.recorded_at, row.name or "")
    entered = was is None or was in BEFORE_APPROVAL
    if was in BEFORE_APPROVAL and row.status in LEFT:
        return  # discarded: it never was in the register
    if entered:
        yield change_of(Part.NEW, row, "", row.rag, f"{row.change_reason} Owned by the {row.owner}.".strip(), *told[1:])
    if row.status in LEFT and was not in LEFT:
        yield change_of(Part.CLOSED, row, "" if entered else was, row.status, *told)
    if was in LEFT and row.status == RiskStatus.OPEN:
        yield change_of(Part.REOPENED, row, was, row.status, *told)
    if was == row.status == RiskStatus.OPEN:
        if row.old_post_id != row.owner_post_id:
            yield change_of(Part.OWNER, row, row.old_owner, row.owner, *told)
        edited = [name for name in TEXTS if getattr(row, f"old_{name}") != getattr(row, f"new_{name}")]
        if edited:
            yield change_of(Part.EDITED, row, "", listed(edited), *told)


def _of_rating(row: Any) -> Iterator[Change]:
    score, old = (row.likelihood, row.impact), (row.old_likelihood, row.old_impact)
    if (row.rag, score) == (row.old_rag, old):
        return
    part, before, after = Part.TARGET, _scored(row.old_rag, *old) if row.old_rag else "", _scored(row.rag, *score)
    if row.kind == "current" and row.rag == row.old_rag:
        part = Part.OWN_SCORE
    elif row.kind == "current":
        part = Part.OWN_WORSE if Rag(row.rag).worse_than(Rag(row.old_rag)) else Part.OWN_BETTER
        before, after = row.old_rag, row.rag
    yield change_of(part, row, before, after, row.rationale, row.recorded_at, row.name or "")


def _scored(rag: str, likelihood: int | None, impact: int | None) -> str:
    return f"{likelihood} × {impact}, {rag}" if likelihood else f"{rag} without a score"
