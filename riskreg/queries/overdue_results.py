"""The results that are overdue: whose next one should have been published by now. They are never taken for GREEN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import Indicator, Link, Reference, Register, Result, Risk
from riskreg.queries.latest import lateness, with_lateness


@dataclass(frozen=True, slots=True)
class OverdueResult:
    """An indicator whose next result is overdue; `sentence` says since when it is not known."""

    id: int
    name: str
    sentence: str


def overdue_results(today: date, policy: Policy) -> list[OverdueResult]:
    """Return the indicators whose next result is overdue, in the order of the scorecard, by one query."""
    query = with_lateness(select(Indicator.id, Indicator.name).where(Indicator.ended_on.is_(None)), Result)
    rows = db.session.execute(query.order_by(Indicator.position, Indicator.id))
    sentences = ((row, lateness(row, today, policy)) for row in rows)
    return [OverdueResult(row.id, row.name, sentence) for row, sentence in sentences if sentence]


def overdue_behind_risks(register_id: int, today: date, policy: Policy) -> list[dict[str, Any]]:
    """Return the overdue results on which open risks depend, with their references, for a pack; by two queries."""
    overdue = {one.id: one for one in overdue_results(today, policy)}
    query = (
        select(Link.indicator_id, Register.prefix, Reference.number)
        .join(Risk, Risk.id == Link.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN, Link.indicator_id.is_not(None))
        .order_by(Reference.number)
    )
    risks: dict[int, list[str]] = {}
    for indicator_id, prefix, number in db.session.execute(query):
        if indicator_id in overdue:
            risks.setdefault(indicator_id, []).append(written_reference(prefix, number))
    return [
        {"about": one.name, "sentence": one.sentence, "risks": risks[one.id]}
        for one in overdue.values()
        if one.id in risks
    ]
