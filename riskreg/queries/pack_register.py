"""The full register as the appendix of a pack carries it, in the council's own columns."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select, true

from riskreg.domain.exempt import exempt_word
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.scoring import Rag
from riskreg.domain.sentences import written_reference
from riskreg.domain.signals import Reach
from riskreg.extensions import db
from riskreg.models import Action, Assessment, Control, Division, Post, Reference, Register, Risk

Content = dict[str, Any]
NO_RATING = {"likelihood": None, "impact": None, "rag": ""}


def register_rows(register_id: int) -> list[Content]:
    """Return every open risk in order of reference, as JSON can hold it; four queries whatever their number.

    `timescale` is the day by which the last of its open actions is due; the register keeps no other.
    """
    ratings, controls, actions = ratings_by(register_id), _controls(register_id), _actions(register_id)
    rows = db.session.execute(
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.cause, Risk.event, Risk.consequence)
        .add_columns(
            Risk.published_text, Risk.own_rag, Risk.effective_rag, Risk.review_due_on, Post.title, Division.name
        )
        .add_columns(Risk.exempt_why)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Risk.register_id)
        .join(Post, Post.id == Risk.owner_post_id)
        .join(Division, Division.id == Risk.division_id)
        .where(Risk.register_id == register_id, Risk.status == RiskStatus.OPEN)
        .order_by(Reference.number)
    )
    return [_row(row, ratings.get(row.id, {}), controls.get(row.id, []), actions.get(row.id, [])) for row in rows]


def _row(row: Any, ratings: dict[str, list[Any]], controls: list[Content], actions: list[Content]) -> Content:
    current, target = ratings.get("current", []), ratings.get("target", [])
    return {
        "risk_id": row.id,
        "reference": written_reference(row.prefix, row.number),
        "title": row.title,
        "cause": row.cause,
        "event": row.event,
        "consequence": row.consequence,
        "published": row.published_text,
        "owner": row[-3],
        "division": row[-2],
        "exempt": exempt_word(row.exempt_why),
        "own_rag": row.own_rag,
        "rag": row.effective_rag,
        "current": rating_of(current[-1]) if current else NO_RATING,
        "target": rating_of(target[-1]) if target else NO_RATING,
        "direction": direction_of(current),
        "timescale": max((one["due_on"] for one in actions), default=None),
        "review_due_on": row.review_due_on.isoformat(),
        "controls": controls,
        "actions": actions,
    }


def rating_of(row: Any) -> Content:
    """The levels and the RAG of an assessment."""
    return {"likelihood": row.likelihood, "impact": row.impact, "rag": row.rag}


def direction_of(current: list[Any]) -> str:
    """Better, same or worse than the assessment before, by score where both have one; empty where there is only one."""
    if len(current) < 2:
        return ""
    before, after = current[-2:]
    pair = [(one.likelihood * one.impact if one.likelihood else None) for one in (before, after)]
    if None in pair:
        pair = [Rag(before.rag).severity, Rag(after.rag).severity]
    change = (pair[1] or 0) - (pair[0] or 0)
    return "worse" if change > 0 else "better" if change < 0 else "same"


def ratings_by(register_id: int, end: datetime | None = None) -> dict[int, dict[str, list[Any]]]:
    """The current and target assessments of each risk by kind, the oldest first; those recorded before a moment."""
    rows = db.session.execute(
        select(Assessment.risk_id, Assessment.kind, Assessment.likelihood, Assessment.impact, Assessment.rag)
        .join(Risk, Risk.id == Assessment.risk_id)
        .where(Risk.register_id == register_id, Assessment.kind.in_(("current", "target")))
        .where(Assessment.recorded_at < end if end else true())
        .order_by(Assessment.id)
    )
    found: dict[int, dict[str, list[Any]]] = {}
    for row in rows:
        found.setdefault(row.risk_id, {}).setdefault(row.kind, []).append(row)
    return found


def _controls(register_id: int) -> dict[int, list[Content]]:
    rows = db.session.execute(
        select(Control.risk_id, Control.text, Post.title, Control.exempt_why)
        .join(Risk, Risk.id == Control.risk_id)
        .outerjoin(Post, Post.id == Control.owner_post_id)
        .where(Risk.register_id == register_id, Control.ended_on.is_(None))
        .order_by(Control.id)
    )
    found: dict[int, list[Content]] = {}
    for risk_id, text, owner, why in rows:
        found.setdefault(risk_id, []).append({"text": text, "owner": owner or "", "exempt": exempt_word(why)})
    return found


def _actions(register_id: int) -> dict[int, list[Content]]:
    rows = db.session.execute(
        select(Action.risk_id, Action.text, Post.title, Action.due_on, Action.status, Action.exempt_why)
        .join(Risk, Risk.id == Action.risk_id)
        .join(Post, Post.id == Action.owner_post_id)
        .where(Risk.register_id == register_id, Action.status.in_(OPEN_ACTIONS))
        .order_by(Action.due_on, Action.id)
    )
    found: dict[int, list[Content]] = {}
    for risk_id, text, owner, due_on, status, why in rows:
        one = {"text": text, "owner": owner, "due_on": due_on.isoformat(), "status": status, "exempt": exempt_word(why)}
        found.setdefault(risk_id, []).append(one)
    return found


def reached_instead(reach: Reach) -> str:
    """Who is told of a signal by itself where that is not DMT; empty where it is."""
    return "" if reach is Reach.DMT else reach.who


def is_past(day_written: str | None, today: date) -> bool:
    """Whether a day, as the content writes it, is over; what has none is not."""
    return day_written is not None and date.fromisoformat(day_written) < today
