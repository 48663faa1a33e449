"""The texts that a risk has had, each with who wrote it, when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from riskreg.extensions import db
from riskreg.models import Person, Post, RiskVersion


@dataclass(frozen=True, slots=True)
class Version:
    """The text, status and owner of a risk from a moment on. `by` is None when the register wrote it."""

    number: int
    at: datetime
    by: str | None
    why: str
    status: str
    owner: str
    title: str
    cause: str
    event: str
    consequence: str
    category: str
    objective: str


def count_versions(risk_id: int) -> int:
    """Count the texts that a risk has had, by one query."""
    return db.session.scalar(select(func.count(RiskVersion.id)).where(RiskVersion.risk_id == risk_id)) or 0


def versions_of(risk_id: int, *, limit: int, offset: int) -> Sequence[Version]:
    """Return the texts of a risk, the newest first, by one query."""
    rows = db.session.execute(
        select(RiskVersion.version, RiskVersion.recorded_at, Person.name, RiskVersion.change_reason)
        .add_columns(RiskVersion.status, Post.title, RiskVersion.title, RiskVersion.cause, RiskVersion.event)
        .add_columns(RiskVersion.consequence, RiskVersion.category, RiskVersion.objective)
        .join(Post, Post.id == RiskVersion.owner_post_id)
        .outerjoin(Person, Person.id == RiskVersion.person_id)
        .where(RiskVersion.risk_id == risk_id)
        .order_by(RiskVersion.version.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Version(*row) for row in rows]
