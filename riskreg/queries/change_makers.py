"""Who made a change of a risk, when and why: the last step within two days by which it came to what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from riskreg.domain.lifecycle import RiskStatus
from riskreg.extensions import db
from riskreg.models import Assessment, Decision, Escalation, Person, RiskVersion
from riskreg.queries.as_at import END
from riskreg.queries.narrowing import Rows

ITSELF = "the register itself"
START: Any = bindparam("start")
BEFORE_APPROVAL = (RiskStatus.DRAFT, RiskStatus.PROPOSED)


@dataclass(frozen=True, slots=True)
class Maker:
    """A step that made a change: when, by whom (a name, or the register itself) and why."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Makers:
    """By risk, the last step of each kind: its entry into the register, its status, owner and own rating, and the
    opening and end of its escalation.
    """

    entered: Mapping[int, Maker] = field(default_factory=dict)
    status: Mapping[int, Maker] = field(default_factory=dict)
    owner: Mapping[int, Maker] = field(default_factory=dict)
    rating: Mapping[int, Maker] = field(default_factory=dict)
    opened: Mapping[int, Maker] = field(default_factory=dict)
    ended: Mapping[int, Maker] = field(default_factory=dict)


def within(moment: Any) -> Any:
    """The condition that a moment lies after the end of the first day and not after the end of the last."""
    return and_(moment >= START, moment < END)


_IDS: Any = bindparam("ids", expanding=True)
_decider = aliased(Person)
# From the beginning, since what a step changed shows only beside the step before it.
_VERSIONS: Rows = (
    select(RiskVersion.risk_id, RiskVersion.recorded_at, Person.name, RiskVersion.change_reason)
    .add_columns(RiskVersion.status, RiskVersion.owner_post_id)
    .outerjoin(Person, Person.id == RiskVersion.person_id)
    .where(RiskVersion.risk_id.in_(_IDS), RiskVersion.recorded_at < END)
    .order_by(RiskVersion.risk_id, RiskVersion.version)
)
_RATINGS: Rows = (
    select(Assessment.risk_id, Assessment.recorded_at, Person.name, Assessment.rationale, Assessment.rag)
    .outerjoin(Person, Person.id == Assessment.person_id)
    .where(Assessment.risk_id.in_(_IDS), Assessment.kind == "current", Assessment.recorded_at < END)
    .order_by(Assessment.risk_id, Assessment.id)
)
_ESCALATIONS: Rows = (
    select(Escalation.risk_id, Escalation.opened_at, Person.name, Escalation.reason, Escalation.ended_at)
    .add_columns(_decider.name, Escalation.ended_why)
    .outerjoin(Person, Person.id == Escalation.person_id)
    .outerjoin(Decision, and_(Decision.escalation_id == Escalation.id, Decision.decided_at == Escalation.ended_at))
    .outerjoin(_decider, _decider.id == Decision.person_id)
    .where(Escalation.risk_id.in_(_IDS))
    .order_by(Escalation.id)
)


def makers_of(ids: Sequence[int], given: Mapping[str, Any]) -> Makers:
    """Return who made the changes of some risks between two moments, by three queries."""
    asked = {"ids": ids, "start": given["start"], "end": given["end"]}
    versions = [tuple(row) for row in db.session.execute(_VERSIONS, asked)]
    ratings = [tuple(row) for row in db.session.execute(_RATINGS, asked)]
    opened: dict[int, Maker] = {}
    ended: dict[int, Maker] = {}
    for risk_id, at, name, why, ended_at, decider, ended_why in db.session.execute(_ESCALATIONS, asked):
        if asked["start"] <= at < asked["end"]:
            opened[risk_id] = Maker(at, name or ITSELF, why)
        if ended_at and asked["start"] <= ended_at < asked["end"]:
            ended[risk_id] = Maker(ended_at, decider or ITSELF, ended_why)
    return Makers(
        entered=_last_steps((*row[:4], row[4] in BEFORE_APPROVAL) for row in versions),
        status=_last_steps(row[:5] for row in versions),
        owner=_last_steps((*row[:4], row[5]) for row in versions),
        rating=_last_steps(ratings),
        opened=opened,
        ended=ended,
    )


def _last_steps(rows: Iterable[tuple[Any, ...]]) -> dict[int, Maker]:
    """The last row of each risk whose value is not that of the row before: risk, moment, name, reason, value."""
    found: dict[int, Maker] = {}
    for risk_id, steps in groupby(rows, lambda row: row[0]):
        value: Any = None
        for _, at, name, why, new in steps:
            if risk_id not in found or new != value:
                found[risk_id] = Maker(at, name or "", why)
            value = new
    return found
