"""Assessing a risk: a person's judgement of it on a day, in a review or between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag, check_target, check_target_beside, rag_of_score, score
from riskreg.extensions import db
from riskreg.models import Assessment, Risk
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_risk
from riskreg.services.settling import live_escalation, settle


@dataclass(frozen=True, slots=True)
class Rating:
    """An assessment as it was entered: two levels from 1 to 5, and why."""

    likelihood: int
    impact: int
    rationale: str = ""


def assess_risk(
    actor: Actor, risk: Risk, current: Rating | None, target: Rating | None, seen_revision: int, now: datetime
) -> None:
    """Record the owner's rating, the target or both, outside a review; the next review is settled by the new rating.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field (`target_rationale` for the target's).
    """
    actor.require(Permission.REVIEW_RISK)
    require(holds(actor.posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
    lock_risk(risk, seen_revision)
    if risk.status != RiskStatus.OPEN:
        raise RuleBroken(f"The risk is {risk.status}; it is no longer assessed.")
    if current is None and target is None:
        raise RuleBroken("Enter a current rating, a target rating or both.", "likelihood")
    policy = policy_on(risk.register_id, day_of(now))
    record_ratings(actor, risk, current, target, policy, now)
    settle(risk, policy, live_escalation(risk.id))


def record_ratings(
    actor: Actor, risk: Risk, current: Rating | None, target: Rating | None, policy: Policy, now: datetime
) -> None:
    """Add the assessments that were entered, the current one with its rationale. Raises RuleBroken naming the field."""
    if current:
        check_reason(current.rationale, "Say why you rate the risk so.", "rationale")
        record_rating(actor, risk, "current", current, policy, now)
    if target:
        try:
            record_rating(actor, risk, "target", target, policy, now)
        except RuleBroken as broken:
            raise RuleBroken(broken.sentence, f"target_{broken.field}") from None


def record_rating(
    actor: Actor, risk: Risk, kind: str, rating: Rating, policy: Policy, now: datetime, said: str = ""
) -> Assessment:
    """Add one assessment, `current` or `target`; what was `said` stands for a missing rationale.

    Raises RuleBroken, naming the field, for levels outside 1 to 5 and for a target that needs a rationale.
    """
    points = score(rating.likelihood, rating.impact)
    rag = rag_of_score(points, policy)
    before = newest_rating(risk.id, kind)
    if kind == "target":
        check_target(rag, rating.rationale)
        current = newest_rating(risk.id, "current")
        if current:
            check_target_beside((points, rag), (_points(current), Rag(current.rag)), rating.rationale)
    row = Assessment(
        risk_id=risk.id,
        kind=kind,
        likelihood=rating.likelihood,
        impact=rating.impact,
        rag=rag,
        rationale=rating.rationale.strip() or said.strip(),
        assessed_on=day_of(now),
        recorded_at=now,
        person_id=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    text = f"{kind.capitalize()} rating: {rating.likelihood} × {rating.impact} = {points}, {rag}. {row.rationale}"
    old = {"rag": before.rag} if before else {}
    record(actor, "assessed", f"assessment:{row.id}", text, now=now, risk=risk, old=old, new={"rag": rag})
    return row


def newest_rating(risk_id: int, kind: str) -> Assessment | None:
    """Return the assessment of a kind that stands, by one query."""
    found = select(Assessment).where(Assessment.risk_id == risk_id, Assessment.kind == kind)
    return db.session.scalar(found.order_by(Assessment.id.desc()).limit(1))


def _points(assessment: Assessment) -> int | None:
    if assessment.likelihood is None or assessment.impact is None:
        return None
    return assessment.likelihood * assessment.impact
