"""The content of the report to the Cabinet Committee: a period of the register, without anything marked exempt.

It names posts and no persons, and shows the register as it stood at the end of the period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from riskreg.domain.exempt import paragraph_of
from riskreg.domain.lifecycle import LEFT, RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import written_reference
from riskreg.domain.signals import Reach
from riskreg.extensions import db
from riskreg.models import (
    Decision,
    Escalation,
    EscalationSignal,
    Pack,
    Person,
    Register,
    Review,
    Risk,
    SignalRow,
)
from riskreg.queries.as_at import STATES, RiskState, end_of, states
from riskreg.queries.late_then import (
    late_actions_then,
    late_answers_then,
    late_reviews_then,
    overdue_results_then,
    reviews_due_then,
    standings_then,
    waiting_then,
)
from riskreg.queries.links import links_at
from riskreg.queries.movements import movements
from riskreg.queries.pack_register import Content, reached_instead
from riskreg.queries.packs import above_target, counts_before, counts_of, matrix_of, unscored, written
from riskreg.queries.policies import policy_on
from riskreg.queries.register_then import rows_then

KIND = "committee"
PERSON, INDICATOR, CONTRACT = "a person", "an indicator", "a contract"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in the list of those that were made."""

    id: int
    since: date | None
    as_at: date
    made_at: datetime
    by: str


def reports_of(register_id: int) -> list[ReportLine]:
    """Return the reports of a register, the newest first, without their contents; one query."""
    rows = db.session.execute(
        select(Pack.id, Pack.since, Pack.as_at, Pack.made_at, Person.name)
        .join(Person, Person.id == Pack.made_by)
        .where(Pack.kind == KIND, Pack.content[("register", "id")].as_integer() == register_id)
        .order_by(Pack.id.desc())
    )
    return [ReportLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is taken from: its first and last day, and the risks that may be shown, as they stood then."""

    register: Register
    since: date
    until: date
    shown: Mapping[int, RiskState]

    @property
    def began_at(self) -> datetime:
        """The moment at which the first day begins."""
        return end_of(self.since - timedelta(days=1))

    def risk(self, risk_id: int) -> Content:
        """A risk by its reference and the title it had at the end."""
        one = self.shown[risk_id]
        return {"risk_id": one.id, "reference": self.reference(one), "title": one.title}

    def reference(self, one: RiskState) -> str:
        """CYPE 01."""
        return written_reference(self.register.prefix, one.number)


def committee_content(register: Register, since: date, until: date) -> Content:
    """Return what the report says, by the same number of queries for any register.

    Raises NoPolicyError when the register had no policy on the last day.
    """
    policy, hidden = policy_on(register.id, until), _hidden(register.id)
    found = states(STATES, register.id, until)
    period = Period(register, since, until, {one.id: one for one in found if one.id not in hidden})
    rows, left_out = rows_then(register.id, register.prefix, period.shown.values(), until)
    stood = standings_then(register.id, until)
    due = reviews_due_then(register.id, rows, until, policy, stood)
    moved = [one for one in movements(register.id, since, until) if one.risk_id in period.shown]
    return {
        "kind": KIND,
        "register": {"id": register.id, "prefix": register.prefix, "name": register.name},
        "as_at": until.isoformat(),
        "since": since.isoformat(),
        "policy": policy.version,
        "rules": _rules(policy),
        "counts": counts_of([row["rag"] for row in rows]),
        "counts_before": counts_before(register.id, since, hidden),
        "matrix": matrix_of(rows, policy),
        "impact_words": list(policy.impact_words),
        "unscored": unscored(rows),
        "movements": [written(asdict(one)) | period.risk(one.risk_id) for one in moved],
        "escalations": _escalations(period),
        "above_target": above_target(rows, until),
        "reviews": _reviews(period),
        "waiting": waiting_then(rows, until, stood),
        "late_reviews": late_reviews_then(rows, until, due),
        "late_answers": late_answers_then(rows, until, stood),
        "late_actions": late_actions_then(rows, until),
        "signals": _signals(period),
        "overdue_results": overdue_results_then(period.shown, until, policy, period.reference),
        "risks": rows,
        "exempt": {"risks": _counted(register.id, since, hidden, found), **left_out},
    }


def _hidden(register_id: int) -> dict[int, int]:
    """The risks that are marked exempt at present, each with its paragraph."""
    rows = db.session.execute(
        select(Risk.id, Risk.exempt_why).where(Risk.register_id == register_id, Risk.exempt_why != "")
    )
    return {risk_id: paragraph_of(why) or 0 for risk_id, why in rows}


def _counted(register_id: int, since: date, hidden: dict[int, int], found: Collection[RiskState]) -> dict[str, int]:
    """How many risks by each paragraph would be in the report: those open at its end or that left within it."""
    if not hidden:
        return {}
    gone = {one.id for one in states(STATES, register_id, since - timedelta(days=1)) if one.status in LEFT}
    would = [one for one in found if one.id in hidden and one.status in (RiskStatus.OPEN, *LEFT) and one.id not in gone]
    counts = Counter(str(hidden[one.id]) for one in would)
    return dict(sorted(counts.items()))


def _rules(policy: Policy) -> Content:
    """The numbers by which the register is kept, for the sentences that say so."""
    return {
        "amber": policy.amber_from_score,
        "red": policy.red_from_score,
        "months": [policy.review_months_red, policy.review_months_amber, policy.review_months_green],
        "escalated_days": policy.escalated_review_days,
    }


def _escalations(period: Period) -> list[Content]:
    """What came before DMT or was decided in the period, with what put it there and each decision of the period."""
    decided = _decisions(period)
    raised, sentences = _evidence(period)
    rows = db.session.execute(
        select(Escalation.id, Escalation.risk_id, Escalation.opened_on, Escalation.opened_at, Escalation.person_id)
        .add_columns(Escalation.rag_before, Escalation.rag_after, Escalation.reason)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(Risk.register_id == period.register.id, Escalation.opened_at < end_of(period.until))
        .order_by(Escalation.opened_at, Escalation.id)
    )
    return [
        {
            **period.risk(row.risk_id),
            "on": row.opened_on.isoformat(),
            "within": row.opened_at >= period.began_at,
            "by": [PERSON] if row.person_id is not None else sorted(raised.get(row.id, ())),
            "before": row.rag_before,
            "after": row.rag_after,
            "reasons": [*([row.reason] if row.reason else []), *sentences.get(row.id, [])],
            "decisions": decided.get(row.id, []),
        }
        for row in rows
        if row.risk_id in period.shown and (row.opened_at >= period.began_at or row.id in decided)
    ]


def _decisions(period: Period) -> dict[int, list[Content]]:
    rows = db.session.execute(
        select(Decision.escalation_id, Decision.kind, Decision.reason, Decision.decided_on, Decision.meeting_on)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Risk, Risk.id == Escalation.risk_id)
        .where(Risk.register_id == period.register.id)
        .where(Decision.decided_at >= period.began_at, Decision.decided_at < end_of(period.until))
        .order_by(Decision.id)
    )
    found: dict[int, list[Content]] = {}
    for escalation_id, kind, reason, decided_on, meeting_on in rows:
        on = (meeting_on or decided_on).isoformat()
        found.setdefault(escalation_id, []).append({"kind": kind, "reason": reason, "on": on})
    return found


def _evidence(period: Period) -> tuple[dict[int, set[str]], dict[int, list[str]]]:
    """What kind of thing raised each escalation, and in words the signals by which it was raised."""
    rows = db.session.execute(
        select(EscalationSignal.escalation_id, SignalRow.indicator_id, SignalRow.sentence)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
        .join(Risk, Risk.id == EscalationSignal.risk_id)
        .where(Risk.register_id == period.register.id, EscalationSignal.joined_at <= Escalation.opened_at)
        .order_by(SignalRow.severity.desc(), SignalRow.id)
    )
    raised: dict[int, set[str]] = {}
    sentences: dict[int, list[str]] = {}
    for escalation_id, indicator_id, sentence in rows:
        raised.setdefault(escalation_id, set()).add(INDICATOR if indicator_id else CONTRACT)
        sentences.setdefault(escalation_id, []).append(sentence)
    return raised, sentences


def _reviews(period: Period) -> list[Content]:
    """The reviews of the period; `days` is how late each was, 0 for one on time."""
    rows = db.session.execute(
        select(Review.risk_id, Review.due_on, Review.done_on)
        .join(Risk, Risk.id == Review.risk_id)
        .where(Risk.register_id == period.register.id, Review.recorded_at < end_of(period.until))
        .where(Review.done_on >= period.since, Review.done_on <= period.until)
        .order_by(Review.done_on, Review.id)
    )
    return [
        {
            **period.risk(risk_id),
            "due_on": due_on.isoformat(),
            "done_on": done_on.isoformat(),
            "days": max((done_on - due_on).days, 0),
        }
        for risk_id, due_on, done_on in rows
        if risk_id in period.shown
    ]


def _signals(period: Period) -> list[Content]:
    """What was found in indicators and contracts in the period, with the risks shown that depend on them.

    A fact that was told anew, as when its words changed, is one signal: as it was told last. `before_dmt` names the
    risks that it put before DMT, by the end of the period.
    """
    then = links_at(period.until, end_of(period.until))
    links = then.c
    joined = and_(EscalationSignal.signal_id == SignalRow.id, EscalationSignal.risk_id == links.risk_id)
    rows: Any = db.session.execute(
        select(SignalRow.sentence, SignalRow.found_on, SignalRow.state, SignalRow.ended_at, SignalRow.reaches)
        .add_columns(SignalRow.indicator_id, SignalRow.contract_id, SignalRow.fact, links.risk_id)
        .add_columns(EscalationSignal.joined_at)
        .join(then, or_(links.indicator_id == SignalRow.indicator_id, links.contract_id == SignalRow.contract_id))
        .join(Risk, Risk.id == links.risk_id)
        .outerjoin(EscalationSignal, and_(joined, EscalationSignal.joined_at < end_of(period.until)))
        .where(Risk.register_id == period.register.id)
        .where(SignalRow.found_at >= period.began_at, SignalRow.found_at < end_of(period.until))
        .order_by(SignalRow.found_at, SignalRow.severity.desc(), SignalRow.id, links.risk_id)
    )
    found: dict[tuple[Any, ...], Content] = {}
    for row in rows:
        one = period.shown.get(row.risk_id)
        if one is not None and one.status in (RiskStatus.OPEN, *LEFT):
            about = (row.indicator_id, row.contract_id, row.fact)
            entry = found.setdefault(about, {"since": row.found_on.isoformat(), "risks": [], "before_dmt": []})
            entry.update(_told_last(row, period))
            for name in ("risks", *(("before_dmt",) if row.joined_at else ())):
                entry[name] = sorted({*entry[name], period.reference(one)})
    return list(found.values())


def _told_last(row: Any, period: Period) -> Content:
    """What a signal said and what had become of it by the end of the period."""
    ended = row.ended_at is not None and row.ended_at < end_of(period.until)
    known = {"kind": "indicator" if row.indicator_id else "contract", "state": row.state if ended else "stands"}
    return {"sentence": row.sentence, **known, "reaches": reached_instead(Reach(row.reaches))}
