"""The content of a pack for DMT: everything that it says, as it stands now, in a form that JSON can keep."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from riskreg.domain.choices import Heeds
from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import OPEN_ACTIONS, OWES_AN_ANSWER, RiskStatus
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import LEVELS, Rag, rag_of_score
from riskreg.domain.sentences import written_reference
from riskreg.domain.signals import Reach, heeded
from riskreg.extensions import db
from riskreg.models import (
    Action,
    Contract,
    Escalation,
    Indicator,
    Link,
    Pack,
    Post,
    Reference,
    Register,
    Risk,
    SignalRow,
)
from riskreg.queries.as_at import STATES, register_began, states
from riskreg.queries.escalations import Group, Queued, QueueFilter, Reason, queued_escalations
from riskreg.queries.meetings import late_reviews
from riskreg.queries.movements import movements
from riskreg.queries.overdue_results import overdue_behind_risks
from riskreg.queries.pack_register import Content, is_past, reached_instead, register_rows
from riskreg.queries.policies import policy_on

ALL = 10_000


def pack_by_id(pack_id: int, kind: str = "meeting") -> Pack | None:
    """Return a pack of a meeting, or a report, with its meeting and who made it, by one query."""
    query = (
        select(Pack)
        .where(Pack.id == pack_id, Pack.kind == kind)
        .options(joinedload(Pack.maker), joinedload(Pack.meeting))
    )
    return db.session.scalar(query)


def pack_content(register: Register, held_on: date | None, since: date | None, today: date) -> Content:
    """Return what the pack says; the same number of queries for any register.

    `since` is the day of the meeting before, from which on movements are told; None tells all of them.
    """
    rows, policy = register_rows(register.id), policy_on(register.id, today)
    return {
        "register": {"id": register.id, "prefix": register.prefix, "name": register.name},
        "as_at": today.isoformat(),
        "held_on": held_on.isoformat() if held_on else None,
        "since": since.isoformat() if since else None,
        "policy": policy.version,
        "counts": counts_of([row["rag"] for row in rows]),
        "counts_before": counts_before(register.id, since),
        "matrix": matrix_of(rows, policy),
        "impact_words": list(policy.impact_words),
        "unscored": unscored(rows),
        "decisions": _decisions(register.prefix, today),
        "movements": [written(asdict(one)) for one in movements(register.id, since, today)],
        "above_target": above_target(rows, today),
        "late_reviews": [written(asdict(one)) for one in late_reviews(register.id, today)],
        "late_answers": _late_answers(register.id, today),
        "late_actions": _late_actions(register.id, today),
        "signals": _signals(register.id),
        "overdue_results": overdue_behind_risks(register.id, today, policy),
        "risks": rows,
    }


def counts_of(ratings: list[str | None]) -> dict[str, int]:
    """How many risks are rated RED, AMBER and GREEN, the worst first."""
    return {str(rag): ratings.count(rag) for rag in reversed(Rag)}


def counts_before(register_id: int, since: date | None, hidden: Collection[int] = ()) -> dict[str, int] | None:
    """Count the open risks by the rating shown when a day began; None where the register was not there yet.

    Two queries; one when there is no such day.
    """
    began = register_began(register_id) if since else None
    if since is None or began is None or began >= since:
        return None
    found = states(STATES, register_id, since - timedelta(days=1))
    return counts_of([one.shown_rag for one in found if one.status == RiskStatus.OPEN and one.id not in hidden])


def unscored(rows: list[Content]) -> list[Content]:
    """Risks with a RAG and no score."""
    names = ("risk_id", "reference", "title", "own_rag", "rag")
    return [{name: row[name] for name in names} for row in rows if row["current"]["likelihood"] is None]


def written(facts: Content) -> Content:
    """The facts with every day as JSON can hold it."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in facts.items()}


def matrix_of(rows: list[Content], policy: Policy) -> list[Content]:
    """Likelihood by impact, the highest likelihood first, with the references in each cell."""
    inside: dict[tuple[int, int], list[str]] = {}
    for row in rows:
        inside.setdefault((row["current"]["likelihood"], row["current"]["impact"]), []).append(row["reference"])
    return [
        {
            "words": f"{likelihood}, {policy.likelihood_words[likelihood - 1]}",
            "cells": [
                {
                    "score": likelihood * impact,
                    "rag": str(rag_of_score(likelihood * impact, policy)),
                    "risks": inside.get((likelihood, impact), []),
                }
                for impact in LEVELS
            ],
        }
        for likelihood in reversed(LEVELS)
    ]


def _decisions(prefix: str, today: date) -> list[Content]:
    found = queued_escalations(Group.DECIDE, QueueFilter(), today, limit=ALL, offset=0)
    return [_decision(one) for one in found if one.reference.startswith(f"{prefix} ")]


def _decision(one: Queued) -> Content:
    said, decided = one.said, one.decision
    return {
        "escalation_id": one.id,
        "risk_id": one.risk_id,
        "reference": one.reference,
        "title": one.title,
        "owner": one.owner,
        "status": one.status,
        "own_rag": one.own_rag,
        "rag": one.effective_rag,
        "since": one.opened_on.isoformat(),
        "waiting_since": one.waiting_since.isoformat() if one.waiting_since else None,
        "days": one.days,
        "proposal": one.proposal,
        "reasons": [_reason(reason) for reason in one.reasons if reason.state != SignalState.OVERTAKEN],
        "said": {"text": said.text, "kind": said.kind, "name": said.name} if said else None,
        "decided": {"kind": decided.kind, "text": decided.text, "name": decided.name} if decided else None,
    }


def _reason(one: Reason) -> str:
    """Why a risk is before DMT, marked where it no longer stands. What a later finding overtook is told by that one."""
    return one.sentence if one.state in ("", SignalState.STANDS) else f"{one.sentence} ({one.state})"


def above_target(rows: list[Content], today: date) -> list[Content]:
    """Risks rated worse than what is aimed for; `late` when the last open action was due before today."""
    names = ("risk_id", "reference", "title", "owner", "rag", "timescale")
    return [
        {name: row[name] for name in names} | {"target": row["target"]["rag"], "late": is_past(row["timescale"], today)}
        for row in rows
        if row["target"]["rag"] and Rag(row["rag"]).worse_than(Rag(row["target"]["rag"]))
    ]


def _late_actions(register_id: int, today: date) -> list[Content]:
    query = _late(Action, Action.text, Action.owner_post_id, register_id, today)
    return _told(query.where(Action.status.in_(OPEN_ACTIONS)).order_by(Action.id), "text", today)


def _late_answers(register_id: int, today: date) -> list[Content]:
    """What owners were to answer to DMT before today and have not."""
    query = _late(Escalation, Risk.title, Risk.owner_post_id, register_id, today)
    return _told(query.where(Escalation.status.in_(OWES_AN_ANSWER)).order_by(Reference.number), "title", today)


def _late(
    about: type[Action] | type[Escalation],
    words: InstrumentedAttribute[str],
    owner_post_id: InstrumentedAttribute[int],
    register_id: int,
    today: date,
) -> Select[Any]:
    """Select what was due before today about open risks, by who owes it and the day."""
    return (
        select(Post.title.label("owner"), Risk.id, Register.prefix, Reference.number, about.due_on, about.status)
        .add_columns(words.label("words"))
        .join(Risk, Risk.id == about.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Post, Post.id == owner_post_id)
        .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN, about.due_on < today)
        .order_by(Post.title, about.due_on)
    )


def _told(query: Select[Any], called: str, today: date) -> list[Content]:
    return [
        {
            "owner": row.owner,
            "risk_id": row.id,
            "reference": written_reference(row.prefix, row.number),
            called: row.words,
            "due_on": row.due_on.isoformat(),
            "days": (today - row.due_on).days,
            "status": row.status,
        }
        for row in db.session.execute(query)
    ]


def _signals(register_id: int) -> list[Content]:
    """Signals that stand on what open risks are linked to, the gravest first, each with its risks.

    `before_dmt` names those whose links let it put them before DMT; `reaches` who is told where that is not DMT.
    """
    rows: Any = db.session.execute(
        select(SignalRow.id, SignalRow.sentence, SignalRow.since, Indicator.name, Contract.title)
        .add_columns(SignalRow.severity, SignalRow.reaches, Link.heeds, Register.prefix, Reference.number)
        .join(
            Link,
            or_(Link.indicator_id == SignalRow.indicator_id, Link.contract_id == SignalRow.contract_id),
        )
        .join(Risk, Risk.id == Link.risk_id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .outerjoin(Indicator, Indicator.id == SignalRow.indicator_id)
        .outerjoin(Contract, Contract.id == SignalRow.contract_id)
        .where(SignalRow.state == SignalState.STANDS)
        .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN)
        .order_by(SignalRow.severity.desc(), SignalRow.id, Reference.number)
    )
    found: dict[int, Content] = {}
    for row in rows:
        entry = {"sentence": row.sentence, "since": row.since.isoformat(), **_of_signal(row), "risks": []}
        one = found.setdefault(row.id, {**entry, "before_dmt": []})
        reference = written_reference(row.prefix, row.number)
        one["risks"].append(reference)
        about_indicator, reach = row.name is not None, Reach(row.reaches)
        if heeded(Heeds(row.heeds), about_indicator=about_indicator, severity=row.severity, reaches=reach):
            one["before_dmt"].append(reference)
    return list(found.values())


def _of_signal(row: Any) -> Content:
    """What a signal is about, and who is told of it where that is not DMT."""
    kind = "indicator" if row.name else "contract"
    return {"kind": kind, "about": row.name or row.title, "reaches": reached_instead(Reach(row.reaches))}
