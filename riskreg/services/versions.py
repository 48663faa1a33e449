"""The versions of a risk: how it reads from a moment on, kept whenever its text, status or owner changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Risk, RiskVersion
from riskreg.services.actors import Actor


def add_version(actor: Actor, risk: Risk, now: datetime, why: str) -> None:
    """Keep the text, status and owner of a risk as they read from now on, and why they changed."""
    newest = select(RiskVersion.version).where(RiskVersion.risk_id == risk.id).order_by(RiskVersion.version.desc())
    db.session.add(
        RiskVersion(
            risk_id=risk.id,
            version=(db.session.scalar(newest.limit(1)) or 0) + 1,
            title=risk.title,
            cause=risk.cause,
            event=risk.event,
            consequence=risk.consequence,
            category=risk.category,
            objective=risk.objective,
            status=risk.status,
            owner_post_id=risk.owner_post_id,
            change_reason=why,
            recorded_at=now,
            person_id=actor.person_id,
        )
    )
