"""Completing a review: the owner's periodic look at a risk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import OWES_AN_ANSWER, EscalationStatus, RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import check_review
from riskreg.domain.sentences import day
from riskreg.extensions import db
from riskreg.models import Escalation, Review, Risk
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, record_rating
from riskreg.services.audit import record
from riskreg.services.escalation_notices import tell_of_answer
from riskreg.services.escalations import raise_escalation
from riskreg.services.locking import lock_risk
from riskreg.services.review_drafts import drop_draft
from riskreg.services.settling import live_escalation, settle


@dataclass(frozen=True, slots=True)
class ReviewAnswers:
    """The answers to the questions of a review. `current` and `target` are None when the rating stays as it is."""

    still_right: bool
    controls_work: bool
    actions_on_track: bool
    changed: bool
    note: str
    escalate: bool = False
    current: Rating | None = None
    target: Rating | None = None


def complete_review(actor: Actor, risk: Risk, answers: ReviewAnswers, seen_revision: int, now: datetime) -> Review:
    """Record a review by the owner; the next one falls due from today.

    A review answers what DMT asked of the owner, so that a confirmed or returned escalation comes before DMT again.
    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.REVIEW_RISK)
    require(holds(actor.posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
    lock_risk(risk, seen_revision)
    _check(risk, answers)
    policy, today = policy_on(risk.register_id, day_of(now)), day_of(now)
    review = Review(
        risk_id=risk.id,
        done_on=today,
        due_on=risk.review_due_on,
        person_id=actor.person_id,
        post_id=risk.owner_post_id,
        still_right=answers.still_right,
        controls_work=answers.controls_work,
        actions_on_track=answers.actions_on_track,
        changed=answers.changed,
        escalate=answers.escalate,
        note=answers.note.strip(),
        recorded_at=now,
    )
    db.session.add(review)
    drop_draft(risk.id, actor.person_id)
    _assess(actor, risk, answers, policy, now)
    risk.review_counted_from = today
    live = live_escalation(risk.id)
    settle(risk, policy, live)
    text = f"Reviewed: {'changed' if answers.changed else 'no change'}. {review.note}"
    record(actor, "reviewed", f"review:{review.id}", text, now=now, risk=risk)
    if live and live.status in OWES_AN_ANSWER:
        _answer(actor, live, review.note, policy, now)
    elif answers.escalate and live is None:
        raise_escalation(actor, risk, review.note, now)
    return review


def _check(risk: Risk, answers: ReviewAnswers) -> None:
    if risk.status != RiskStatus.OPEN:
        raise RuleBroken(f"The risk is {risk.status}; it is no longer reviewed.")
    check_review(changed=answers.changed, note=answers.note)
    if not answers.changed and answers.current:
        raise RuleBroken("A new rating is a change: choose “Something has changed”.", "changed")


def _assess(actor: Actor, risk: Risk, answers: ReviewAnswers, policy: Policy, now: datetime) -> None:
    if answers.current:
        record_rating(actor, risk, "current", answers.current, policy, now, said=answers.note)
    if answers.target:
        record_rating(actor, risk, "target", answers.target, policy, now)


def _answer(actor: Actor, live: Escalation, said: str, policy: Policy, now: datetime) -> None:
    asked = f" by {day(live.due_on)}" if live.due_on else ""
    live.status, live.waiting_since, live.due_on = EscalationStatus.AWAITING, now, None
    settle(live.risk, policy, live)
    text = f"The owner has answered what DMT asked for{asked}; the risk is before DMT again."
    record(actor, "answered", f"escalation:{live.id}", text, now=now, risk=live.risk)
    tell_of_answer(actor, live, said, now)
