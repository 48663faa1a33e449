"""A review left half way: the owner's working note until the review is complete, and so no part of the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import RiskStatus
from riskreg.extensions import db
from riskreg.models import ReviewDraft, Risk
from riskreg.queries.review_drafts import draft_of
from riskreg.services.actors import Actor
from riskreg.services.locking import lock_register


def keep_draft(actor: Actor, risk: Risk, answers: Mapping[str, object], seen_revision: int, now: datetime) -> None:
    """Keep what a person has typed so far, in place of what was kept before; nothing of it is checked.

    Raises NotPermitted, and RuleBroken for a risk that is no longer reviewed.
    """
    _require_owner(actor, risk)
    lock_register(risk.register_id)
    if risk.status != RiskStatus.OPEN:
        raise RuleBroken(f"The risk is {risk.status}; it is no longer reviewed.")
    draft = draft_of(risk.id, actor.person_id) or ReviewDraft(risk_id=risk.id, person_id=actor.person_id)
    draft.answers, draft.seen_revision, draft.saved_at = dict(answers), seen_revision, now
    db.session.add(draft)
    db.session.flush()


def discard_draft(actor: Actor, risk: Risk) -> None:
    """Throw the person's own draft away; nothing happens when there is none. Raises NotPermitted."""
    _require_owner(actor, risk)
    drop_draft(risk.id, actor.person_id)


def drop_draft(risk_id: int, person_id: int | None) -> None:
    """Remove a person's draft: the review is complete, or begun anew."""
    db.session.execute(delete(ReviewDraft).where(ReviewDraft.risk_id == risk_id, ReviewDraft.person_id == person_id))


def drop_drafts(risk_id: int) -> None:
    """Remove every draft of a risk: it has ended or has another owner, so that nobody could ever read them again."""
    db.session.execute(delete(ReviewDraft).where(ReviewDraft.risk_id == risk_id))


def _require_owner(actor: Actor, risk: Risk) -> None:
    actor.require(Permission.REVIEW_RISK)
    require(holds(actor.posts, risk.owner_post_id), f"This risk belongs to the {risk.owner_post.title}.")
