"""Reviews that a person left half way: seen by that person alone."""

from __future__ import annotations

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import ReviewDraft


def draft_of(risk_id: int, person_id: int | None) -> ReviewDraft | None:
    """Return a person's own draft of a review, by one query; None when there is none."""
    own = select(ReviewDraft).where(ReviewDraft.risk_id == risk_id, ReviewDraft.person_id == person_id)
    return db.session.scalar(own)
