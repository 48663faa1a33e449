"""One contract: its milestones as at a day, the signals that stand, and the risks that depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import NOTICE, ContractFacts, RouteKind, RouteStage, milestones
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import (
    Contract,
    ContractProvider,
    ContractReview,
    ContractRoute,
    Link,
    Reference,
    Register,
    Risk,
    SignalRow,
)

NEEDED = {
    "Route decided": RouteStage.DECIDED,
    "Route approved": RouteStage.APPROVED,
    "Award or extension": RouteStage.AWARDED,
}


@dataclass(frozen=True, slots=True)
class DatedPoint:
    """A milestone with where it stands on the day: recorded, not needed, passed, next or ahead."""

    name: str
    on: date
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class StandingSignal:
    """A signal of the contract that stands, and the farthest it reaches by itself (riskreg.domain.signals.Reach)."""

    kind: str
    sentence: str
    reaches: int
    since: date
    found_on: date
    policy_version: int


@dataclass(frozen=True, slots=True)
class DependentRisk:
    """A risk that depends on the contract: why, and what of it the risk heeds."""

    id: int
    reference: str
    title: str
    status: str
    effective_rag: str
    reason: str
    heeds: str
    assumed: bool
    source_line: str

    @property
    def lets_dmt_know(self) -> bool:
        """Whether what the contract signals to DMT gets there through this risk; domain.signals.heeded decides so."""
        return self.status == RiskStatus.OPEN and self.heeds != Heeds.WATCH


def contract_with_records(contract_id: int) -> Contract | None:
    """Return a contract with its post, its own indicators and what was recorded of it, by four queries."""
    found = db.session.scalars(
        select(Contract)
        .where(Contract.id == contract_id)
        .options(
            joinedload(Contract.owner_post),
            joinedload(Contract.indicators),
            selectinload(Contract.routes).joinedload(ContractRoute.person),
            selectinload(Contract.reviews).joinedload(ContractReview.person),
            selectinload(Contract.providers).joinedload(ContractProvider.person),
        )
    )
    return found.unique().one_or_none()


def dated_points(facts: ContractFacts, policy: Policy, today: date) -> list[DatedPoint]:
    """Return the milestones of a contract in order of day, each with where it stands; no query."""
    points: list[DatedPoint] = []
    is_next = "next"
    for one in milestones(facts, policy):
        state = _settled(one.name, facts)
        if not state:
            state = "passed" if one.on < today else is_next
            is_next = "ahead" if state == "next" else is_next
        points.append(DatedPoint(one.name, one.on, one.words, state))
    return points


def _settled(name: str, facts: ContractFacts) -> str:
    """Say that what a milestone asks for has been recorded, or that the route makes it needless; else nothing."""
    route = facts.route
    if route is None:
        return ""
    if name == NOTICE:
        return "" if route.kind is RouteKind.EXTEND else "not needed"
    if name not in NEEDED:
        return ""
    if route.stage >= NEEDED[name]:
        return "recorded"
    ending = route.kind is RouteKind.END and route.stage >= RouteStage.APPROVED
    return "not needed" if ending else ""


def standing_signals(contract_id: int) -> Sequence[StandingSignal]:
    """Return the signals of a contract that stand, those that reach farthest first; one query."""
    rows = db.session.execute(
        select(SignalRow.kind, SignalRow.sentence, SignalRow.reaches, SignalRow.since, SignalRow.found_on)
        .add_columns(SignalRow.policy_version)
        .where(SignalRow.contract_id == contract_id, SignalRow.state == SignalState.STANDS)
        .order_by(SignalRow.reaches.desc(), SignalRow.id)
    )
    return [StandingSignal(*row) for row in rows]


def dependent_risks(contract_id: int) -> Sequence[DependentRisk]:
    """Return the risks that are linked to a contract, by reference; one query."""
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status, Risk.effective_rag)
        .add_columns(Link.reason, Link.heeds, Link.assumed, Link.source_line)
        .join(Risk, Risk.id == Link.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(Link.contract_id == contract_id)
        .order_by(Register.prefix, Reference.number)
    )
    return [DependentRisk(row[0], written_reference(row[1], row[2]), *row[3:]) for row in rows]
