"""What stands in a person's calendar: what the posts held owe, and the meetings of DMT."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import selectinload

from riskreg.domain.contracts import ContractFacts
from riskreg.domain.dates import PartialDate
from riskreg.domain.exempt import exempt_word
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.own_calendar import CalendarEntry
from riskreg.domain.sentences import closed, day, written_reference
from riskreg.extensions import db
from riskreg.models import (
    Action,
    AuditEvent,
    Contract,
    Meeting,
    PolicyVersion,
    Post,
    Reference,
    Register,
    Risk,
)

MOST = 500
MEETINGS_BACK = timedelta(days=366)
EXACT = len("2018-03-31")


def calendar_entries(posts: Collection[int], today: date, *, meetings: bool) -> list[CalendarEntry]:
    """Return what is in a calendar, in order of day: MOST of each kind, the first due, by at most seven queries.

    `meetings`: those of DMT as well, and of the year behind.
    """
    entries = [*_reviews(posts), *_actions(posts), *_contracts(posts, today)] if posts else []
    if meetings:
        entries += _meetings(today)
    return sorted(entries, key=lambda entry: (entry.on, entry.key))


def _last_change() -> ScalarSelect[datetime]:
    """When the risk, or something under it, last changed."""
    latest = select(AuditEvent.at).where(AuditEvent.risk_id == Risk.id).order_by(AuditEvent.id.desc()).limit(1)
    return latest.correlate(Risk).scalar_subquery()


def _policies() -> ScalarSelect[int]:
    """How many policies the register has had: a new one moves reviews without a change of the risks."""
    count = select(func.count(PolicyVersion.id)).where(PolicyVersion.register_id == Risk.register_id)
    return count.correlate(Risk).scalar_subquery()


def _reviews(posts: Collection[int]) -> Iterator[CalendarEntry]:
    query = (
        select(Risk.id, Risk.title, Risk.effective_rag, Risk.review_due_on, Risk.revision, Risk.exempt_why)
        .add_columns(Register.prefix, Reference.number, Post.title.label("owner"))
        .add_columns(_last_change().label("changed_at"), _policies().label("policies"))
        .join(Register, Register.id == Risk.register_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .where(Risk.owner_post_id.in_(posts), Risk.status == RiskStatus.OPEN)
        .order_by(Risk.review_due_on, Risk.id)
        .limit(MOST)
    )
    for row in db.session.execute(query):
        yield CalendarEntry(
            key=f"risk-{row.id}-review",
            on=row.review_due_on,
            title=f"Review {written_reference(row.prefix, row.number)}: {row.title}",
            detail=_said(f"{row.effective_rag} risk, owned by the {row.owner}.", exempt_word(row.exempt_why)),
            category="Risk review",
            page=("review", row.id),
            sequence=row.revision + row.policies,
            changed_at=row.changed_at,
        )


def _actions(posts: Collection[int]) -> Iterator[CalendarEntry]:
    query = (
        select(Action.id, Action.text, Action.due_on, Action.progress, Action.revision, Action.exempt_why)
        .add_columns(Register.prefix, Reference.number, Risk.title, Post.title.label("owner"))
        .add_columns(Risk.exempt_why.label("risk_exempt_why"), _last_change().label("changed_at"))
        .join(Risk, Risk.id == Action.risk_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Post, Post.id == Action.owner_post_id)
        .where(Action.owner_post_id.in_(posts), Action.status.in_(OPEN_ACTIONS), Risk.status == RiskStatus.OPEN)
        .order_by(Action.due_on, Action.id)
        .limit(MOST)
    )
    for row in db.session.execute(query):
        reference = written_reference(row.prefix, row.number)
        yield CalendarEntry(
            key=f"action-{row.id}",
            on=row.due_on,
            title=f"Action for {reference}: {row.text}",
            detail=_said(
                f"{row.progress}% done. Owned by the {row.owner}. The risk is {reference}: {row.title}.",
                exempt_word(row.exempt_why or row.risk_exempt_why),
            ),
            category="Action",
            page=("action", row.id),
            sequence=row.revision,
            changed_at=row.changed_at,
        )


def _contracts(posts: Collection[int], today: date) -> Iterator[CalendarEntry]:
    query = (
        select(Contract, Post.title)
        .join(Post, Post.id == Contract.owner_post_id)
        .options(selectinload(Contract.routes), selectinload(Contract.reviews), selectinload(Contract.providers))
        .where(Contract.owner_post_id.in_(posts), or_(Contract.closed_on.is_(None), Contract.closed_on > today))
        .order_by(Contract.position, Contract.id)
        .limit(MOST)
    )
    for contract, manager in db.session.execute(query):
        facts = contract.facts()
        for name, on, title, words in _milestones(facts):
            yield CalendarEntry(
                key=f"contract-{contract.id}-{name}",
                on=on,
                title=f"{title}: {facts.name}",
                detail=_said(words, f"Managed by the {manager}."),
                category="Contract",
                page=("contract", contract.id),
                sequence=contract.revision,
            )


def _milestones(contract: ContractFacts) -> Iterator[tuple[str, date, str, str]]:
    if review := contract.current_review:
        yield "review", review.last_day, "Contract review", _known_as(review)
    if by := contract.notice_by:
        yield "notice", by, "Last day for notice of an extension", ""
    if end := contract.current_end:
        yield "end", end.last_day, "Contract ends", _known_as(end)


def _known_as(known: PartialDate) -> str:
    return "" if len(known.text) == EXACT else f"Known as {known}: its last day, {day(known.last_day)}, counts."


def _meetings(today: date) -> Iterator[CalendarEntry]:
    query = (
        select(Meeting.id, Meeting.title, Meeting.held_on, Meeting.revision, Meeting.closed_at, Register.name)
        .join(Register, Register.id == Meeting.register_id)
        .where(Meeting.not_held == "", Meeting.held_on >= today - MEETINGS_BACK)
        .order_by(Meeting.held_on, Meeting.id)
        .limit(MOST)
    )
    for row in db.session.execute(query):
        yield CalendarEntry(
            key=f"meeting-{row.id}",
            on=row.held_on,
            title=row.title,
            detail=f"Meeting of the Directorate Management Team (DMT): {row.name}.",
            category="Meeting",
            page=("meeting", row.id),
            sequence=row.revision,
            changed_at=row.closed_at,
        )


def _said(*sentences: str) -> str:
    return " ".join(closed(f"{one[:1].upper()}{one[1:]}") for one in sentences if one)
