"""What was last said of risks before DMT: by the owner, and by DMT itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Person, Review

_Earlier = aliased(Escalation)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, and when: a review or a decision. `kind` says which."""

    kind: str
    text: str
    name: str
    at: datetime


def last_said(risk_ids: Sequence[int]) -> Mapping[int, Words]:
    """Return what the owner last said of each risk, in a review, by one query.

    An update of an action is no word of the owner on the risk, whoever wrote it.
    """
    newest = select(func.max(Review.id)).where(Review.risk_id.in_(risk_ids)).group_by(Review.risk_id)
    rows = db.session.execute(
        select(Review.risk_id, Review.note, Person.name, Review.recorded_at)
        .join(Person, Person.id == Review.person_id)
        .where(Review.id.in_(newest))
    )
    return {row[0]: Words("review", row[1], row[2], row[3]) for row in rows}


def last_decisions(ids: Sequence[int]) -> Mapping[int, Words]:
    """Return what DMT decided last of each escalation, or on an earlier one of the same risk, by one query."""
    newest = (
        select(Escalation.id, func.max(Decision.id).label("decision_id"))
        .join(_Earlier, and_(_Earlier.risk_id == Escalation.risk_id, _Earlier.id <= Escalation.id))
        .join(Decision, Decision.escalation_id == _Earlier.id)
        .where(Escalation.id.in_(ids))
        .group_by(Escalation.id)
        .subquery()
    )
    rows = db.session.execute(
        select(newest.c.id, Decision.kind, Decision.reason, Person.name, Decision.decided_at)
        .join(Decision, Decision.id == newest.c.decision_id)
        .join(Person, Person.id == Decision.person_id)
    )
    return {row[0]: Words(*row[1:]) for row in rows}
