"""The results that are overdue: whose next one should have been published by now. They are never taken for GREEN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from riskreg.domain.dates import add_months
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import written_reference
from riskreg.domain.signals import stale
from riskreg.extensions import db
from riskreg.models import Indicator, Link, Reference, Register, Result, Risk
from riskreg.queries.indicators import latest_result


@dataclass(frozen=True, slots=True)
class OverdueResult:
    """An indicator whose next result is overdue; `sentence` says since when it is not known."""

    id: int
    code: str
    name: str
    group: str
    period: str
    due_on: date
    sentence: str


def overdue_results(today: date, policy: Policy) -> list[OverdueResult]:
    """Return the indicators whose next result is overdue, in the order of the scorecard, by one query."""
    query = (
        select(Indicator.id, Indicator.code, Indicator.name, Indicator.service_group, Indicator.frequency_months)
        .add_columns(Result.period, Result.period_end)
        .join(Result, latest_result(Result))
        .where(Indicator.ended_on.is_(None))
        .order_by(Indicator.position, Indicator.id)
    )
    found = []
    for row in db.session.execute(query):
        sentence = stale(row.period_end, row.frequency_months, today, policy)
        if sentence:
            due_on = add_months(row.period_end, row.frequency_months) + timedelta(days=policy.result_grace_days)
            about = (row.id, row.code, row.name, row.service_group, row.period)
            found.append(OverdueResult(*about, due_on, sentence))
    return found


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
