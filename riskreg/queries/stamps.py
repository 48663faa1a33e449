"""What tells that something was recorded since the dashboard was counted, for a fraction of what counting takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Decision, Escalation, Review, RiskResponse, RiskVersion

LATELY = 500


@dataclass(frozen=True, slots=True)
class Stamp:
    """`anything` differs as soon as anything was recorded, since every change writes to the audit trail.

    `ratings` differs as soon as a risk was added, or its text, status, division, owner own rating, target or response
    changed, or an escalation was opened, brought back or ended, a decision taken or a review done: each adds a row, or
    ends an escalation, or lets it wait from another moment on. `events` stays the same when only a rating was added.
    """

    anything: tuple[int | None, ...]
    ratings: tuple[object, ...]
    events: tuple[object, ...]


def _added(table: type[Any]) -> tuple[Any, Any]:
    """The last row of a table to which rows are only added, and how many of the latest numbers there are.

    The number of the latest ones tells of a row that was written earlier and saved later.
    """
    last = select(func.max(table.id)).scalar_subquery()
    return last, select(func.count(table.id)).where(table.id > last - LATELY).scalar_subquery()


_ONLY_ADDED = (AuditEvent, Assessment, RiskVersion, Decision, Review, RiskResponse)
_STAMP: Select[*tuple[Any, ...]] = select(
    *(column for table in _ONLY_ADDED for column in _added(table)),
    select(func.count(Escalation.id)).scalar_subquery(),
    select(func.count(Escalation.ended_at)).scalar_subquery(),
    select(func.max(Escalation.waiting_since)).scalar_subquery(),
)


def register_stamp() -> Stamp:
    """Return the stamp of the register, by one query."""
    stamp = tuple(db.session.execute(_STAMP).one())
    return Stamp(stamp[:2], stamp[2:], stamp[4:])
