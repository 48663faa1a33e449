"""What was last said of risks before DMT: by the owner, and by DMT itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from riskreg.extensions import db
from riskreg.models import Action, ActionUpdate, Decision, Escalation, Person, Review

_Earlier = aliased(Escalation)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody said, and when: a review, an update of an action, or a decision. `kind` says which."""

    kind: str
    text: str
    name: str
    at: datetime


def last_said(risk_ids: Sequence[int]) -> Mapping[int, Words]:
    """Return what was last said of each risk, in a review or an update of an action, by two queries."""
    newest_review = select(func.max(Review.id)).where(Review.risk_id.in_(risk_ids)).group_by(Review.risk_id)
    newest_update = (
        select(func.max(ActionUpdate.id))
        .join(Action, Action.id == ActionUpdate.action_id)
        .where(Action.risk_id.in_(risk_ids))
        .group_by(Action.risk_id)
    )
    reviews = (
        select(Review.risk_id, Review.note, Person.name, Review.recorded_at)
        .join(Person, Person.id == Review.person_id)
        .where(Review.id.in_(newest_review))
    )
    updates = (
        select(Action.risk_id, ActionUpdate.text, Person.name, ActionUpdate.at)
        .join(ActionUpdate, ActionUpdate.action_id == Action.id)
        .join(Person, Person.id == ActionUpdate.person_id)
        .where(ActionUpdate.id.in_(newest_update))
    )
    found: dict[int, Words] = {}
    for kind, query in (("review", reviews), ("update of an action", updates)):
        for risk_id, text, name, at in db.session.execute(query):
            known = found.get(risk_id)
            if known is None or at > known.at:
                found[risk_id] = Words(kind, text, name, at)
    return found


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
