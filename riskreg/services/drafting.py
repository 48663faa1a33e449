"""Putting a draft right: its text, its owner and its first ratings, before it is proposed or after it was sent back."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.access import Permission, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag, check_target_beside, rag_of_score, score
from riskreg.domain.sentences import listed
from riskreg.extensions import db
from riskreg.models import Post, Risk
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, newest_rating, record_ratings
from riskreg.services.audit import record
from riskreg.services.keeping import Written, write_text
from riskreg.services.locking import lock_risk
from riskreg.services.proposing import NewRisk, check_owning, is_writer
from riskreg.services.settling import settle
from riskreg.services.versions import add_version

TARGET_STAYS = "A target was given already. Choose another one; it cannot be taken back."


def rewrite_draft(actor: Actor, risk: Risk, draft: NewRisk, reason: str, seen_revision: int, now: datetime) -> None:
    """Change what is written of a draft, who owns it, and how it is rated, wherever that differs from what stands.

    The text keeps a version, and a rating that differs is a new assessment beside the earlier one. Raises NotPermitted,
    ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.PROPOSE_RISK)
    require(is_writer(actor, risk), "Only who wrote this draft, its owner or the co-ordinator may change it.")
    lock_risk(risk, seen_revision)
    if risk.status != RiskStatus.DRAFT:
        raise RuleBroken(f"The risk is {risk.status}; only a draft can be changed so.")
    said = check_reason(reason, "Say why the draft changes.")
    current, target = _new_ratings(risk, draft, now)
    written = write_text(risk, draft.text)
    _give(risk, draft.owner_post_id, written)
    rated = [f"{kind} rating" for kind, rating in (("current", current), ("target", target)) if rating]
    if not (written.names or rated):
        raise RuleBroken("Nothing was changed.")
    add_version(actor, risk, now, said)
    text = f"Changed: {listed(written.names + rated)}. {said}"
    record(actor, "edited", f"risk:{risk.id}", text, now=now, risk=risk, old=written.old, new=written.new)
    policy = policy_on(risk.register_id, day_of(now))
    record_ratings(actor, risk, current, target, policy, now)
    settle(risk, policy, None)


def _give(risk: Risk, post_id: int, written: Written) -> None:
    """Give the draft to another post, and add that to what was written."""
    if post_id == risk.owner_post_id:
        return
    check_owning(post_id)
    after = db.session.get_one(Post, post_id)
    written.names.append("owner")
    written.old["owner"], written.new["owner"] = risk.owner_post.title, after.title
    risk.owner_post = after


def _new_ratings(risk: Risk, draft: NewRisk, now: datetime) -> tuple[Rating | None, Rating | None]:
    """Return the ratings that differ from those that stand. Raises RuleBroken for a target that is left unexplained."""
    before, aimed = _standing(risk, "current"), _standing(risk, "target")
    if aimed and draft.target is None:
        raise RuleBroken(TARGET_STAYS, "target_likelihood")
    current, target = _tidy(draft.current), _tidy(draft.target) if draft.target else None
    if target and target == aimed and current != before:
        _check_beside(risk, target, current, now)  # a new target is checked when it is recorded
    return (current if current != before else None), (target if target != aimed else None)


def _standing(risk: Risk, kind: str) -> Rating | None:
    newest = newest_rating(risk.id, kind)
    if newest is None or newest.likelihood is None or newest.impact is None:
        return None
    return Rating(newest.likelihood, newest.impact, newest.rationale)


def _tidy(rating: Rating) -> Rating:
    return Rating(rating.likelihood, rating.impact, rating.rationale.strip())


def _check_beside(risk: Risk, target: Rating, current: Rating, now: datetime) -> None:
    policy = policy_on(risk.register_id, day_of(now))

    def rated(rating: Rating) -> tuple[int, Rag]:
        points = score(rating.likelihood, rating.impact)
        return points, rag_of_score(points, policy)

    try:
        check_target_beside(rated(target), rated(current), target.rationale)
    except RuleBroken as broken:
        raise RuleBroken(broken.sentence, f"target_{broken.field}") from None
