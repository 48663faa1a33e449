"""Reminding people of reviews: one digest a person a run, and each stage of each review once (design, section 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import Stage, Told, ladder, stage_reached
from riskreg.extensions import db
from riskreg.models import Post, Reference, Register, Reminder, Risk
from riskreg.queries.people import Holder, answering, holders_of_posts, line_posts, people_with_role
from riskreg.queries.policies import policy_on, registers_in_force
from riskreg.services.outbox import queue_message


@dataclass(frozen=True, slots=True)
class DueReview:
    """An open risk whose review has come near enough for a reminder. `days_late` is negative before the day."""

    risk_id: int
    reference: str
    title: str
    rag: str
    due_on: date
    owner_post_id: int
    owner: str
    stage: Stage
    days_late: int


@dataclass(frozen=True, slots=True)
class Telling:
    """One review told to one person, and as what. `vacant`: because the owning post has nobody."""

    review: DueReview
    told: Told
    vacant: bool

    @property
    def facts(self) -> dict[str, Any]:
        """What the message is written from."""
        review = self.review
        return {
            "risk_id": review.risk_id,
            "reference": review.reference,
            "title": review.title,
            "rag": review.rag,
            "due_on": review.due_on.isoformat(),
            "days_late": review.days_late,
            "told": str(self.told),
            "owner": review.owner,
            "vacant": self.vacant,
        }


@dataclass(frozen=True, slots=True)
class _Staff:
    """Who holds what on the day, read once for all reviews."""

    holders: Mapping[int, list[Holder]]
    line: Mapping[int, int | None]
    at_the_top: Sequence[Holder]
    coordinators: Sequence[Holder]


def remind_of_reviews(now: datetime) -> int:
    """Put this day's digests into the outbox and return how many. A second run the same day adds nothing."""
    today = day_of(now)
    digests: dict[int, list[Telling]] = defaultdict(list)
    staff = _staff(today)
    already = _already_told()
    for review in _due_reviews(today):
        for person_id, telling in _tellings(review, staff).items():
            if (review.risk_id, person_id, review.stage.name, review.due_on) not in already:
                digests[person_id].append(telling)
    return sum(_put(person_id, tellings, now) for person_id, tellings in digests.items())


def _staff(today: date) -> _Staff:
    coordinators = people_with_role(Role.COORDINATOR, today)
    return _Staff(
        holders=holders_of_posts(None, today),
        line=line_posts(),
        at_the_top=[*coordinators, *people_with_role(Role.DMT_MEMBER, today)],
        coordinators=coordinators,
    )


def _already_told() -> set[tuple[int, int, str, date]]:
    """The reminders that were given for the reviews now due, by one query."""
    rows = db.session.execute(
        select(Reminder.risk_id, Reminder.person_id, Reminder.stage, Reminder.due_on).join(
            Risk, and_(Risk.id == Reminder.risk_id, Risk.review_due_on == Reminder.due_on)
        )
    )
    return {(row.risk_id, row.person_id, row.stage, row.due_on) for row in rows}


def _due_reviews(today: date) -> Iterator[DueReview]:
    """The reviews that have reached a stage, the longest due first, by two queries a register."""
    for register_id, _prefix in registers_in_force(today):
        policy = policy_on(register_id, today)
        for row in db.session.execute(_open_risks(register_id, today, policy)):
            stage = stage_reached(row.review_due_on, today, policy)
            if stage is not None:
                yield DueReview(
                    risk_id=row.id,
                    reference=f"{row.prefix} {row.number:02d}",
                    title=row.title,
                    rag=row.effective_rag,
                    due_on=row.review_due_on,
                    owner_post_id=row.owner_post_id,
                    owner=row.owner,
                    stage=stage,
                    days_late=(today - row.review_due_on).days,
                )


def _open_risks(register_id: int, today: date, policy: Policy) -> Any:
    earliest = ladder(policy)[0].days
    return (
        select(
            Risk.id, Risk.title, Risk.effective_rag, Risk.review_due_on, Risk.owner_post_id,
            Post.title.label("owner"), Register.prefix, Reference.number,
        )
        .join(Post, Post.id == Risk.owner_post_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .where(
            Risk.register_id == register_id,
            Risk.status == RiskStatus.OPEN,
            Risk.review_due_on <= today - timedelta(days=earliest),
        )
        .order_by(Risk.review_due_on, Risk.id)
    )  # fmt: skip


def _tellings(review: DueReview, staff: _Staff) -> dict[int, Telling]:
    """Who is told of a review: each person once, in the first capacity that the ladder gives."""
    owners = staff.holders.get(review.owner_post_id, [])
    told: dict[int, Telling] = {}
    for one in owners:
        told.setdefault(one.person_id, Telling(review, Told.OWNER, vacant=False))
    if Told.LINE_DIRECTOR in review.stage.told or not owners:
        for one in _line_of(review.owner_post_id, staff):
            told.setdefault(one.person_id, Telling(review, Told.LINE_DIRECTOR, vacant=not owners))
    if Told.COORDINATOR_AND_DMT in review.stage.told:
        for one in staff.at_the_top:
            told.setdefault(one.person_id, Telling(review, Told.COORDINATOR_AND_DMT, vacant=not owners))
    return told


def _line_of(post_id: int, staff: _Staff) -> Sequence[Holder]:
    """Who answers for the nearest post up the line that somebody holds; the co-ordinators when none does."""
    seen = {post_id}
    above = staff.line.get(post_id)
    while above is not None and above not in seen:
        if above in staff.holders:
            return answering(staff.holders[above])
        seen.add(above)
        above = staff.line.get(above)
    return staff.coordinators


def _put(person_id: int, tellings: Sequence[Telling], now: datetime) -> bool:
    """Put one person's digest into the outbox with its reminders; False when another run was faster.

    The key names the first reminder by what makes it unique, so that two runs at once make the same one.
    """
    first = tellings[0].review
    key = f"reminder:{first.risk_id}.{first.stage.name}.{first.due_on.isoformat()}"
    facts = {"reviews": [telling.facts for telling in tellings]}
    try:
        with db.session.begin_nested():
            message = queue_message("reviews_due", key, person_id, day_of(now).isoformat(), facts, now)
            if message is None:
                return False
            for telling in tellings:
                review = telling.review
                reminder = Reminder(
                    risk_id=review.risk_id,
                    person_id=person_id,
                    stage=review.stage.name,
                    due_on=review.due_on,
                    message_id=message.id,
                )
                db.session.add(reminder)
    except IntegrityError:
        return False
    return True
