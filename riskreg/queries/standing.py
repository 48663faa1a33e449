"""What stands against what the risks' escalations already hold: asked of the database, in batches of risks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import selectinload

from riskreg.domain.choices import Heeds
from riskreg.domain.escalation import Candidate, Seen, SignalState
from riskreg.domain.lifecycle import LIVE, DecisionKind, RiskStatus
from riskreg.domain.signals import Reach, SignalKind, heeded
from riskreg.extensions import db
from riskreg.models import Decision, Escalation, EscalationSignal, Link, Risk, SignalRow
from riskreg.queries.heeding import is_heeded

BATCH = 500
Subjects = tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class UnheardSignal:
    """A standing signal that a link of the risk heeds and that no escalation of the risk holds."""

    candidate: Candidate
    sentence: str
    link_reason: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """A batch of risks with their unheard signals, what they have seen and their live escalations."""

    risks: Sequence[Risk]
    by_risk: dict[int, list[UnheardSignal]]
    seen: dict[int, list[Seen]]
    live: dict[int, Escalation]


def unheard_signals(register_id: int, subjects: Subjects | None) -> Iterator[Unheard]:
    """Yield batches of risks that have unheard signals, of the given indicators and contracts or of all."""
    found: dict[int, list[UnheardSignal]] = {}
    for about in ("indicator", "contract"):
        limit = None if subjects is None else subjects[0 if about == "indicator" else 1]
        if limit == ():
            continue
        query = _unheard(about, limited=limit is not None)
        for row in db.session.execute(query, {"register_id": register_id, "limit": list(limit or ())}):
            of_indicator, reaches = about == "indicator", Reach(row.reaches)
            if not heeded(Heeds(row.heeds), about_indicator=of_indicator, severity=row.severity, reaches=reaches):
                continue
            subject = f"{about}:{row.subject_id}"
            candidate = Candidate(row.id, subject, SignalKind(row.kind), row.fact, row.severity, row.sentence)
            found.setdefault(row.risk_id, []).append(UnheardSignal(candidate, row.sentence, row.reason))
    ids = sorted(found)
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        risks = db.session.scalars(select(Risk).where(Risk.id.in_(part)).order_by(Risk.id)).all()
        yield Unheard(risks, {key: found[key] for key in part}, _seen(part), _live(part))


@cache  # building a statement takes longer than running it
def _unheard(about: str, *, limited: bool) -> Select[Any]:
    """The anti-join: standing signals × links that may heed them × open risks, less what the risk's escalations hold.

    It leaves out what never escalates; of the rest, `domain.signals.heeded` decides.
    """
    of_indicators = about == "indicator"
    signal_side = SignalRow.indicator_id if of_indicators else SignalRow.contract_id
    link_side = Link.indicator_id if of_indicators else Link.contract_id
    held = and_(EscalationSignal.risk_id == Link.risk_id, EscalationSignal.signal_id == SignalRow.id)
    query = (
        select(SignalRow.id, signal_side.label("subject_id"), SignalRow.kind, SignalRow.fact, SignalRow.severity)
        .add_columns(SignalRow.sentence, SignalRow.reaches, Link.risk_id, Link.reason, Link.heeds)
        .join(Link, link_side == signal_side)
        .join(Risk, Risk.id == Link.risk_id)
        .outerjoin(EscalationSignal, held)
        .where(SignalRow.state == SignalState.STANDS, SignalRow.reaches == int(Reach.DMT), Link.heeds != Heeds.WATCH)
        .where(Risk.register_id == bindparam("register_id"), Risk.status == RiskStatus.OPEN)
        .where(EscalationSignal.signal_id.is_(None))
        .order_by(Link.risk_id, SignalRow.id)
    )
    return query.where(signal_side.in_(bindparam("limit", expanding=True))) if limited else query


def _seen(risk_ids: Sequence[int]) -> dict[int, list[Seen]]:
    """What the escalations of each risk hold, each with the last decision that had it in view."""
    decided = _last_decisions(risk_ids)
    rows = db.session.execute(
        select(EscalationSignal.risk_id, EscalationSignal.escalation_id, SignalRow, Escalation.status)
        .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(EscalationSignal.risk_id.in_(risk_ids))
    )
    seen: dict[int, list[Seen]] = {}
    for risk_id, escalation_id, signal, status in rows:
        number, stood = decided.get((escalation_id, signal.id), (None, True))
        one = Seen(
            subject=f"indicator:{signal.indicator_id}" if signal.indicator_id else f"contract:{signal.contract_id}",
            kind=SignalKind(signal.kind),
            fact=signal.fact,
            severity=signal.severity,
            state=SignalState(signal.state),
            decided=number,
            stood=stood,
            live=status in LIVE,
            sentence=signal.sentence,
            why=signal.ended_why,
        )
        seen.setdefault(risk_id, []).append(one)
    return seen


def _last_decisions(risk_ids: Sequence[int]) -> dict[tuple[int, int], tuple[int, bool]]:
    """For each escalation and signal the last decision that saw it, and whether it stood then.

    Putting a decision off to a meeting decides nothing yet.
    """
    rows = db.session.execute(
        select(Decision.escalation_id, Decision.id, Decision.seen)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .where(Escalation.risk_id.in_(risk_ids), Decision.kind != DecisionKind.DEFER)
        .order_by(Decision.id)
    )
    return {
        (escalation_id, one["id"]): (number, one["state"] == SignalState.STANDS)
        for escalation_id, number, seen in rows
        for one in seen["signals"]
    }


def _live(risk_ids: Sequence[int]) -> dict[int, Escalation]:
    rows = db.session.scalars(select(Escalation).where(Escalation.risk_id.in_(risk_ids), Escalation.status.in_(LIVE)))
    return {row.risk_id: row for row in rows}


_STANDING = (
    select(EscalationSignal.signal_id)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .where(EscalationSignal.escalation_id == Escalation.id, SignalRow.state == SignalState.STANDS, is_heeded())
    .exists()
)
_IN_DOUBT = (
    select(Escalation.id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .where(Risk.register_id == bindparam("register_id"), Escalation.status.in_(LIVE), Escalation.person_id.is_(None))
    .where(or_(and_(Escalation.proposal == "", ~_STANDING), and_(Escalation.proposal != "", _STANDING)))
    .order_by(Escalation.id)
)


def escalations_in_doubt(register_id: int) -> Iterator[Sequence[Escalation]]:
    """Yield batches of live escalations raised by signals, with their evidence and decisions loaded.

    Those of which no signal stands that a link heeds, and those proposed for de-escalation of which one does again.
    """
    yield from _loaded(db.session.scalars(_IN_DOUBT, {"register_id": register_id}).all())


def escalations_holding(register_id: int, signal_ids: Sequence[int]) -> Iterator[Sequence[Escalation]]:
    """Yield batches of live escalations that hold any of the signals, with their evidence and decisions loaded."""
    ids: set[int] = set()
    for start in range(0, len(signal_ids), BATCH):
        part = signal_ids[start : start + BATCH]
        ids.update(
            db.session.scalars(
                select(Escalation.id)
                .join(EscalationSignal, EscalationSignal.escalation_id == Escalation.id)
                .join(Risk, Risk.id == Escalation.risk_id)
                .where(Risk.register_id == register_id, Escalation.status.in_(LIVE))
                .where(EscalationSignal.signal_id.in_(part))
            )
        )
    yield from _loaded(sorted(ids))


def _loaded(ids: Sequence[int]) -> Iterator[Sequence[Escalation]]:
    for start in range(0, len(ids), BATCH):
        rows = db.session.scalars(
            select(Escalation)
            .where(Escalation.id.in_(ids[start : start + BATCH]))
            .options(
                selectinload(Escalation.evidence).selectinload(EscalationSignal.signal),
                selectinload(Escalation.decisions),
            )
            .order_by(Escalation.id)
            .execution_options(populate_existing=True)  # what joined a moment ago belongs to the evidence too
        )
        yield rows.all()
