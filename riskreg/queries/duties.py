"""What roles look after beyond their own posts: counts over the register, its meetings, its mail and its jobs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.meetings import MeetingState
from riskreg.domain.referrals import ReferralState
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import Action, JobRun, Meeting, Message, Pack, Referral, Risk


@dataclass(frozen=True, slots=True)
class Overview:
    """What the co-ordinators look after: how much of each there is in the register.

    `open_records`: past meetings whose record is open. `packs`: how many were made for the next one.
    """

    late_reviews: int
    late_actions: int
    risks_with_late_actions: int
    red_risks: int
    proposals: int
    referrals: int
    open_records: int
    next_meeting: int | None
    next_meeting_on: date | None
    packs: int | None


def overview(today: date) -> Overview:
    """Count what is late, RED, proposed or referred, and the meetings that need something, by one query."""
    late = and_(Action.status.in_(OPEN_ACTIONS), Action.due_on < today)
    is_open = Risk.status == RiskStatus.OPEN
    actions = select(func.count(Action.id)).join(Risk, Risk.id == Action.risk_id).where(late, is_open)
    risks = select(func.count(Risk.id)).where(is_open)
    planned = Meeting.state == MeetingState.PLANNED
    coming = select(Meeting.id).where(planned, Meeting.held_on >= today).order_by(Meeting.held_on).limit(1)
    packs = select(func.count(Pack.id)).where(Pack.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
    row = db.session.execute(
        select(
            risks.where(Risk.review_due_on < today).scalar_subquery(),
            actions.scalar_subquery(),
            actions.with_only_columns(func.count(func.distinct(Action.risk_id))).scalar_subquery(),
            risks.where(Risk.effective_rag == Rag.RED).scalar_subquery(),
            select(func.count(Risk.id)).where(Risk.status == RiskStatus.PROPOSED).scalar_subquery(),
            select(func.count(Referral.id)).where(Referral.state == ReferralState.PROPOSED).scalar_subquery(),
            select(func.count(Meeting.id)).where(planned, Meeting.held_on < today).scalar_subquery(),
            coming.with_only_columns(Meeting.id).scalar_subquery(),
            coming.with_only_columns(Meeting.held_on).scalar_subquery(),
            coming.with_only_columns(packs).scalar_subquery(),
        )
    ).one()
    return Overview(*row)


@dataclass(frozen=True, slots=True)
class Machinery:
    """What the administrator looks after: mail that did not go, and jobs whose last finished run failed."""

    refused: int
    unknown: int
    retried: int
    failed_jobs: int


def machinery() -> Machinery:
    """Count the messages and the jobs that need the administrator, by one query."""
    mail = select(func.count(Message.id))
    last = select(func.max(JobRun.id)).where(JobRun.ok.is_not(None)).group_by(JobRun.job)
    row = db.session.execute(
        select(
            mail.where(Message.state == "failed").scalar_subquery(),
            mail.where(Message.state == "unknown").scalar_subquery(),
            mail.where(Message.state == "waiting", Message.attempts > 0).scalar_subquery(),
            select(func.count(JobRun.id)).where(JobRun.id.in_(last), JobRun.ok.is_(False)).scalar_subquery(),
        )
    ).one()
    return Machinery(*row)
