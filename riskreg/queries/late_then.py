"""What was late and what waited for DMT at the end of a day, read back from what is only ever added.

When a review was due is not kept day by day. It follows, by the rule that sets it, from the last review by then, the
rating shown, and where DMT had left the risk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LEADS_TO, OWES_AN_ANSWER, DecisionKind, EscalationStatus, RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.reviews import Escalated, next_review_due
from riskreg.domain.scoring import Rag
from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Decision,
    Escalation,
    Indicator,
    Result,
    Review,
    Risk,
    RiskResponse,
    RiskVersion,
)
from riskreg.queries.as_at import RiskState, end_of, open_at
from riskreg.queries.change_events import BROUGHT_BACK
from riskreg.queries.latest import lateness
from riskreg.queries.links import links_at
from riskreg.queries.pack_register import Content, is_past

PUT_BACK = "put back"  # to where DMT had left it, since what brought it back was wrong
# The verbs of the audit trail by which an escalation came before DMT again, or was put back.
_AGAIN = (BROUGHT_BACK, "answered", "declined", "handed back", PUT_BACK)
_WAITS = (EscalationStatus.AWAITING, EscalationStatus.DEFERRED)


@dataclass(frozen=True, slots=True)
class StandingThen:
    """Where an escalation stood: since when it waited for DMT, and by when the owner was to answer."""

    opened_on: date
    status: EscalationStatus
    waiting_since: datetime
    due_on: date | None = None

    @property
    def waits(self) -> bool:
        """Whether DMT had still to decide."""
        return self.status in _WAITS


def standings_then(register_id: int, on: date) -> dict[int, StandingThen]:
    """Return how each escalation that was open at the end of a day stood then, by its risk; three queries."""
    moment = end_of(on)
    ours = and_(Risk.register_id == register_id, open_at(moment))
    opened = select(Escalation.id, Escalation.risk_id, Escalation.opened_on, Escalation.opened_at)
    decisions = select(Decision.escalation_id, Decision.decided_at, Decision.kind, Decision.due_on)
    decisions = decisions.join(Escalation, Escalation.id == Decision.escalation_id)
    again = select(AuditEvent.subject, AuditEvent.at, AuditEvent.verb).join(Risk, Risk.id == AuditEvent.risk_id)
    again = again.where(Risk.register_id == register_id, AuditEvent.verb.in_(_AGAIN), AuditEvent.at < moment)
    turns: dict[int, list[tuple[datetime, str, date | None]]] = {}
    for row in db.session.execute(
        decisions.join(Risk, Risk.id == Escalation.risk_id).where(ours, Decision.decided_at < moment)
    ):
        turns.setdefault(row.escalation_id, []).append((row.decided_at, row.kind, row.due_on))
    for subject, at, verb in db.session.execute(again.where(AuditEvent.subject.startswith("escalation:"))):
        turns.setdefault(int(subject.partition(":")[2]), []).append((at, verb, None))
    return {
        row.risk_id: _standing(row.opened_on, row.opened_at, sorted(turns.get(row.id, ()), key=lambda one: one[0]))
        for row in db.session.execute(opened.join(Risk, Risk.id == Escalation.risk_id).where(ours))
    }


def _standing(opened_on: date, opened_at: datetime, turns: Iterable[tuple[datetime, str, date | None]]) -> StandingThen:
    now = decided = StandingThen(opened_on, EscalationStatus.AWAITING, opened_at)
    for at, what, due_on in turns:
        if what == PUT_BACK:
            now = decided
        elif what in _AGAIN:
            now = StandingThen(opened_on, EscalationStatus.AWAITING, at)
        else:
            now = decided = StandingThen(opened_on, LEADS_TO[DecisionKind(what)], now.waiting_since, due_on)
    return now


@dataclass(frozen=True, slots=True)
class _Counted:
    """From when on a risk's next review counted, when it was last reviewed, and until when it was tolerated."""

    since: date
    reviewed_at: datetime | None
    until: date | None


def reviews_due_then(
    register_id: int, rows: Iterable[Content], on: date, policy: Policy, stood: Mapping[int, StandingThen]
) -> dict[int, date]:
    """Return when, as it stood at the end of a day, the next review of each of the rated risks given was due; one
    query.
    """
    counted = _counted(register_id, on)
    return {
        row["risk_id"]: _due(counted[row["risk_id"]], row, policy, stood.get(row["risk_id"]))
        for row in rows
        if row["own_rag"]
    }


def late_reviews_then(rows: Iterable[Content], on: date, due: Mapping[int, date]) -> list[Content]:
    """Return which of the open risks given were overdue for review at the end of a day, by owner; no query."""
    found = []
    for row in rows:
        due_on = due.get(row["risk_id"])
        if due_on is not None and due_on < on:
            facts = {name: row[name] for name in ("risk_id", "reference", "title", "rag", "owner")}
            found.append(facts | {"due_on": due_on.isoformat(), "days": (on - due_on).days})
    return sorted(found, key=lambda one: (one["owner"], one["due_on"], one["reference"]))


def _due(counted: _Counted, row: Content, policy: Policy, stood: StandingThen | None) -> date:
    """The day of the next review as services.settling sets it, from what stood then."""
    reviewed = bool(stood and counted.reviewed_at and counted.reviewed_at >= stood.waiting_since)
    escalated = None
    if stood is not None:
        escalated = Escalated(
            shown=Rag(row["rag"]),
            came_on=None if reviewed else day_of(stood.waiting_since),
            decided=stood.status != EscalationStatus.AWAITING,
            asked_by=stood.due_on if stood.status in OWES_AN_ANSWER else None,
        )
    tolerated = counted.until if counted.until and counted.until > counted.since else None
    return next_review_due(counted.since, Rag(row["own_rag"]), policy, escalated, tolerated)


_Was = aliased(RiskVersion)


def _counted(register_id: int, on: date) -> dict[int, _Counted]:
    """What the next review of each risk counted from: its last review, or the day on which it was opened."""
    moment = end_of(on)
    reviewed = select(func.max(Review.recorded_at)).where(Review.risk_id == Risk.id, Review.recorded_at < moment)
    was = select(_Was.id).where(_Was.risk_id == RiskVersion.risk_id, _Was.version == RiskVersion.version - 1)
    was = was.where(_Was.status == RiskStatus.OPEN)
    opened = select(func.max(RiskVersion.recorded_at)).where(
        RiskVersion.risk_id == Risk.id, RiskVersion.recorded_at < moment, RiskVersion.status == RiskStatus.OPEN,
        ~was.correlate(RiskVersion).exists(),
    )  # fmt: skip
    tolerated = select(RiskResponse.until_on).where(RiskResponse.risk_id == Risk.id, RiskResponse.recorded_at < moment)
    tolerated = tolerated.order_by(RiskResponse.id.desc()).limit(1)
    rows = db.session.execute(
        select(Risk.id, Risk.recorded_at, Risk.review_counted_from.label("stored"))
        .add_columns(reviewed.correlate(Risk).scalar_subquery().label("reviewed_at"))
        .add_columns(opened.correlate(Risk).scalar_subquery().label("opened_at"))
        .add_columns(tolerated.correlate(Risk).scalar_subquery().label("until"))
        .where(Risk.register_id == register_id)
    )
    found = {}
    for row in rows:
        last = max((at for at in (row.opened_at, row.reviewed_at) if at), default=row.recorded_at)
        # Nothing has set it since: then it is what is stored, which may be older than the register itself.
        since = row.stored if row.stored <= on else day_of(last)
        found[row.id] = _Counted(since, row.reviewed_at, row.until)
    return found


def late_actions_then(rows: Iterable[Content], on: date) -> list[Content]:
    """Return the overdue ones of the actions of the rows given, by owner; no query."""
    found = [
        {"owner": one["owner"], "risk_id": row["risk_id"], "reference": row["reference"], "text": one["text"]}
        | {"due_on": one["due_on"], "days": (on - date.fromisoformat(one["due_on"])).days, "status": one["status"]}
        for row in rows
        for one in row["actions"]
        if is_past(one["due_on"], on)
    ]
    return sorted(found, key=lambda one: (one["owner"], one["due_on"], one["reference"]))


def late_answers_then(rows: Iterable[Content], on: date, stood: Mapping[int, StandingThen]) -> list[Content]:
    """Return what owners were to answer to DMT before a day and had not by its end; no query."""
    found = []
    for row in rows:
        one = stood.get(row["risk_id"])
        if one and one.status in OWES_AN_ANSWER and one.due_on and one.due_on < on:
            facts = {name: row[name] for name in ("risk_id", "reference", "title", "owner")}
            days = {"due_on": one.due_on.isoformat(), "days": (on - one.due_on).days}
            found.append(facts | days | {"status": str(one.status)})
    return sorted(found, key=lambda one: (one["owner"], one["due_on"], one["reference"]))


def waiting_then(rows: Iterable[Content], on: date, stood: Mapping[int, StandingThen]) -> list[Content]:
    """Return the risks on which DMT had still to decide at the end of a day, the longest waiting first; no query."""
    found = []
    for row in rows:
        one = stood.get(row["risk_id"])
        if one and one.waits:
            facts = {name: row[name] for name in ("risk_id", "reference", "title", "owner", "rag")}
            since = day_of(one.waiting_since)
            found.append(facts | {"since": since.isoformat(), "days": (on - since).days, "status": str(one.status)})
    return sorted(found, key=lambda one: (one["since"], one["reference"]))


def overdue_results_then(
    shown: Mapping[int, RiskState], on: date, policy: Policy, written: Callable[[RiskState], str]
) -> list[Content]:
    """Return the results that were overdue at the end of a day behind the open risks given; one query.

    `written` gives the reference of a risk.
    """
    then = links_at(on, end_of(on))
    usual = func.max(case((Result.basis == Indicator.basis, Result.period_end)))
    latest = func.max(Result.period_end)
    known = (
        select(Indicator.id.label("indicator_id"), func.coalesce(usual, latest).label("counted_from"))
        .add_columns(case((latest > usual, Indicator.basis), else_=literal("")).label("only_over"))
        .join(Result, Result.indicator_id == Indicator.id)
        .where(Result.recorded_at < end_of(on))
        .group_by(Indicator.id, Indicator.basis)
        .subquery()
    )
    rows = db.session.execute(
        select(Indicator.id, Indicator.name, Indicator.frequency_months, then.c.risk_id)
        .add_columns(known.c.counted_from, known.c.only_over)
        .join(known, known.c.indicator_id == Indicator.id)
        .join(then, then.c.indicator_id == Indicator.id)
        .where(or_(Indicator.ended_on.is_(None), Indicator.ended_on > on))
        .order_by(Indicator.position, Indicator.id, then.c.risk_id)
    )
    found: dict[int, Content] = {}
    for row in rows:
        one = shown.get(row.risk_id)
        sentence = lateness(row, on, policy)
        if sentence and one is not None and one.status == RiskStatus.OPEN:
            entry = {"about": row.name, "sentence": sentence, "risks": []}
            found.setdefault(row.id, entry)["risks"].append(written(one))
    return list(found.values())
