"""The open register as it stood at the end of a day, with its controls and actions, for what is published.

What is marked exempt at present is left out: a report is published now, whatever it is about.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from riskreg.domain.exempt import paragraph_of
from riskreg.domain.lifecycle import OPEN_ACTIONS, RiskStatus
from riskreg.domain.sentences import written_reference
from riskreg.extensions import db
from riskreg.models import Action, ActionUpdate, AuditEvent, Control, Post, Risk
from riskreg.queries.as_at import DUE_THEN, STATUS_THEN, UPDATE_THEN, RiskState, end_of
from riskreg.queries.pack_register import NO_RATING, Content, direction_of, rating_of, ratings_by

Parts = dict[int, list[Content]]


def rows_then(register_id: int, prefix: str, found: Collection[RiskState], on: date) -> tuple[list[Content], Content]:
    """Return the open ones of the risks found, as JSON can hold them, and how many of their parts are exempt by which
    paragraphs.

    Four queries, whatever their number. `timescale` is the day by which the last of the actions shown is due.
    """
    shown = [one for one in found if one.status == RiskStatus.OPEN]
    ids = {one.id for one in shown}
    ratings = ratings_by(register_id, end_of(on))
    controls, exempt_controls = _controls(register_id, ids, on)
    actions, exempt_actions = _actions(register_id, ids, on)
    rows = [_row(one, prefix, ratings.get(one.id, {}), controls, actions) for one in shown]
    paragraphs = sorted({paragraph_of(why) or 0 for why in (*exempt_controls, *exempt_actions)})
    left_out = {"controls": len(exempt_controls), "actions": len(exempt_actions), "paragraphs": paragraphs}
    return rows, left_out


def _row(one: RiskState, prefix: str, ratings: dict[str, list[Any]], controls: Parts, actions: Parts) -> Content:
    current, target, due = ratings.get("current", []), ratings.get("target", []), actions.get(one.id, [])
    return {
        "risk_id": one.id,
        "reference": written_reference(prefix, one.number),
        "title": one.title,
        "cause": one.cause,
        "event": one.event,
        "consequence": one.consequence,
        "owner": one.owner,
        "division": one.division,
        "exempt": "",
        "own_rag": one.own_rag or "",
        "rag": one.shown_rag or "",
        "current": rating_of(current[-1]) if current else NO_RATING,
        "target": rating_of(target[-1]) if target else NO_RATING,
        "direction": direction_of(current),
        "timescale": max((part["due_on"] for part in due), default=None),
        "controls": controls.get(one.id, []),
        "actions": due,
    }


def _controls(register_id: int, ids: Collection[int], on: date) -> tuple[Parts, list[str]]:
    """The controls in place at the end of a day, in the words of that day; and why each of the others is exempt."""
    words = _control_words(register_id, on)
    exempt: list[str] = []
    found: Parts = {}
    rows = db.session.execute(
        select(Control.id, Control.risk_id, Control.text, Post.title, Control.exempt_why)
        .join(Risk, Risk.id == Control.risk_id)
        .outerjoin(Post, Post.id == Control.owner_post_id)
        .where(Risk.register_id == register_id, Control.recorded_at < end_of(on))
        .where(or_(Control.ended_on.is_(None), Control.ended_on > on))
        .order_by(Control.id)
    )
    for control_id, risk_id, text, owner, why in rows:
        if risk_id in ids and why:
            exempt.append(why)
        elif risk_id in ids:
            then = words.get(f"control:{control_id}", {"text": text, "owner": owner})
            found.setdefault(risk_id, []).append({"text": then["text"], "owner": then["owner"] or "", "exempt": ""})
    return found, exempt


def _control_words(register_id: int, on: date) -> dict[str, Content]:
    """What each control that was changed after a day said until its first change, from the audit trail."""
    rows = db.session.execute(
        select(AuditEvent.subject, AuditEvent.detail)
        .join(Risk, Risk.id == AuditEvent.risk_id)
        .where(Risk.register_id == register_id, AuditEvent.at >= end_of(on))
        .where(AuditEvent.verb == "changed", AuditEvent.subject.startswith("control:"))
        .order_by(AuditEvent.id.desc())
    )
    return {subject: detail["old"] for subject, detail in rows}


def _actions(register_id: int, ids: Collection[int], on: date) -> tuple[Parts, list[str]]:
    """The actions open at the end of a day by their dates then; and why each of the others is exempt."""
    exempt: list[str] = []
    found: Parts = {}
    rows = db.session.execute(
        select(Action.risk_id, Action.text, Post.title, DUE_THEN, STATUS_THEN, Action.exempt_why)
        .join(Risk, Risk.id == Action.risk_id)
        .join(Post, Post.id == Action.owner_post_id)
        .outerjoin(UPDATE_THEN, UPDATE_THEN.c.action_id == Action.id)
        .outerjoin(ActionUpdate, ActionUpdate.id == UPDATE_THEN.c.id)
        .where(Risk.register_id == register_id, Action.recorded_at < end_of(on), STATUS_THEN.in_(OPEN_ACTIONS))
        .order_by(DUE_THEN, Action.id),
        {"end": end_of(on)},
    )
    for risk_id, text, owner, due_on, status, why in rows:
        if risk_id in ids and why:
            exempt.append(why)
        elif risk_id in ids:
            one = {"text": text, "owner": owner, "due_on": due_on.isoformat(), "status": status, "exempt": ""}
            found.setdefault(risk_id, []).append(one)
    return found, exempt
