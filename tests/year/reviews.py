"""When each review is due, worked out from what was recorded and from the policy, apart from what the risk keeps."""

from __future__ import annotations

import calendar
import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Assessment, Escalation, Review, Risk

RULES = json.loads((Path(__file__).parents[2] / "riskreg" / "plan" / "policy.json").read_text())
MONTHS = {rag: RULES[f"review_months_{rag.lower()}"] for rag in ("RED", "AMBER", "GREEN")}
ENDED = ("declined", "withdrawn", "de-escalated", "closed")
LONDON = ZoneInfo("Europe/London")
Row = TypeVar("Row", Assessment, Review, Escalation)


def months_on(start: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def reviews_due() -> dict[int, date]:
    """The day on which the next review of each open risk is due; nothing is tolerated in this year."""
    rated = {row.risk_id: row.rag for row in _in_order(Assessment) if row.kind == "current"}
    reviewed: Mapping[int, Review] = {row.risk_id: row for row in _in_order(Review)}
    before_dmt = {row.risk_id: row for row in _in_order(Escalation) if row.status not in ENDED}
    risks = db.session.execute(select(Risk.id, Risk.recorded_at).where(Risk.status == "open"))
    return {key: _due(rated[key], _day(recorded), reviewed.get(key), before_dmt.get(key)) for key, recorded in risks}


def _in_order(table: type[Row]) -> list[Row]:
    """Every row in the order in which it was added; of each risk the last one holds."""
    return list(db.session.scalars(select(table).order_by(table.id)))


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _due(own: str, recorded: date, last: Review | None, escalation: Escalation | None) -> date:
    """Three answers: the owner's rhythm, the day that DMT named, and in between a fortnight's grace from its coming."""
    start = last.done_on if last else recorded
    ordinary = months_on(start, MONTHS[own])
    if escalation is None:
        return ordinary
    if escalation.status in ("confirmed", "returned to owner"):
        assert escalation.due_on is not None
        return escalation.due_on
    raised = months_on(start, MONTHS[max(own, escalation.rag_after, key=("GREEN", "AMBER", "RED").index)])
    if last and last.recorded_at >= escalation.waiting_since:
        return min(raised, ordinary)
    grace = _day(escalation.waiting_since) + timedelta(days=RULES["escalated_review_days"])
    if escalation.status != "awaiting DMT" and raised > grace:
        grace = raised
    return min(ordinary, grace)
