"""Which signals of an escalation a link of its risk still heeds, and why it heeds the others no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from riskreg.domain.choices import Heeds
from riskreg.domain.escalation import SignalState
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import closed
from riskreg.domain.signals import Reach, heeded
from riskreg.extensions import db
from riskreg.models import Contract, Escalation, EscalationSignal, Indicator, Link, LinkPast, SignalRow


class Dropped(NamedTuple):
    """Why, and since when, no link of the risk heeds a signal that stands."""

    why: str
    at: datetime


def is_heeded() -> ColumnElement[bool]:
    """That a link of the risk lets the signal escalate it: what domain.signals.heeded says, said to the database."""
    about_it = or_(Link.indicator_id == SignalRow.indicator_id, Link.contract_id == SignalRow.contract_id)
    grave = or_(SignalRow.indicator_id.is_(None), SignalRow.severity == Rag.RED.severity)
    loud = or_(Link.heeds == Heeds.ANY, and_(Link.heeds == Heeds.RED, grave))
    link = select(Link.id).where(Link.risk_id == EscalationSignal.risk_id, about_it, loud).exists()
    return and_(SignalRow.reaches == int(Reach.DMT), link)


def no_longer_heeded(escalations: Sequence[Escalation]) -> Mapping[tuple[int, int], Dropped]:
    """Return, by escalation and signal, the standing signals that no link heeds any more; by at most two queries."""
    held = db.session.execute(
        select(EscalationSignal.escalation_id, EscalationSignal.signal_id, EscalationSignal.risk_id)
        .add_columns(SignalRow.indicator_id, SignalRow.contract_id, SignalRow.severity, SignalRow.reaches)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(EscalationSignal.escalation_id.in_([one.id for one in escalations]))
        .where(SignalRow.state == SignalState.STANDS, ~is_heeded())
    ).all()
    pasts = db.session.execute(_pasts({row.risk_id for row in held})).all() if held else ()
    found = {}
    for row in held:
        last = next((past for past in pasts if _heeded_then(past, row)), None)
        if last is not None:
            said = "no longer heeds this" if last.goes_on else "was ended"
            why = f"The link to “{last.name}” {said}: {closed(last.ended_why)}"
            found[row.escalation_id, row.signal_id] = Dropped(why, last.ended_at)
    return found


def _pasts(risk_ids: set[int]) -> Select[Any]:
    """The links that were, the newest first. `goes_on`: the risk is linked to the same thing still, or again."""
    same = or_(Link.indicator_id == LinkPast.indicator_id, Link.contract_id == LinkPast.contract_id)
    return (
        select(LinkPast.risk_id, LinkPast.indicator_id, LinkPast.contract_id, LinkPast.heeds, LinkPast.ended_why)
        .add_columns(LinkPast.ended_at, func.coalesce(Indicator.name, Contract.title).label("name"))
        .add_columns(select(Link.id).where(Link.risk_id == LinkPast.risk_id, same).exists().label("goes_on"))
        .outerjoin(Indicator, Indicator.id == LinkPast.indicator_id)
        .outerjoin(Contract, Contract.id == LinkPast.contract_id)
        .where(LinkPast.risk_id.in_(risk_ids))
        .order_by(LinkPast.id.desc())
    )


def _heeded_then(past: Any, row: Any) -> bool:
    """Whether a link that was, was about the signal and heeded it."""
    same = (past.risk_id, past.indicator_id, past.contract_id) == (row.risk_id, row.indicator_id, row.contract_id)
    of_indicator = row.indicator_id is not None
    return same and heeded(
        Heeds(past.heeds), about_indicator=of_indicator, severity=row.severity, reaches=Reach(row.reaches)
    )
