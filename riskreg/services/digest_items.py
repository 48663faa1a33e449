"""The words of one item of a digest: what, by when, why it came, and where it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from riskreg.domain.notices import NoticeKind
from riskreg.domain.reminding import Told
from riskreg.domain.sentences import plural
from riskreg.queries.due import Due
from riskreg.queries.staff import Telling

LATE, TO_DO, TO_KNOW = GROUPS = ("Late", "To do", "To know")
OWNS = {
    NoticeKind.REVIEW: "owns the risk",
    NoticeKind.ACTION: "owns the action",
    NoticeKind.CONTRACT_REVIEW: "manages the contract",
    NoticeKind.MILESTONE: "manages the contract",
}


def due_item(due: Due, telling: Telling, today: date) -> tuple[str, dict[str, Any]]:
    """Return the heading under which a thing that falls due is told, and its item."""
    own = telling.told in (Told.OWNER, Told.PERFORMANCE_OFFICER)
    stands = due.kind is NoticeKind.MILESTONE  # a signal is no date: its sentence names the days that matter
    late = not stands and due.due_on < today
    see = ("risk", due.risk_id) if due.risk_id else due.page
    return LATE if late else TO_DO if own else TO_KNOW, {
        "kind": due.kind,
        "what": due.what,
        "title": due.text,
        "rag": due.rag,
        "by": None if stands else due.due_on.isoformat(),
        "when": "" if stands else lateness((today - due.due_on).days),
        "why": why(due, telling),
        "detail": [*due.detail, *([] if own else ["Please see that it is done."])],
        "do": due.do if own else "See where it stands",
        "page": list(due.page if own else see),
        "risk_id": due.risk_id,
    }


def event_item(kind: str, facts: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the heading under which something that happened is told, and its item."""
    plain: dict[str, Any] = {"title": "", "rag": None, "by": None, "when": "", "detail": [], "risk_id": None}
    return TO_DO if facts.get("by") else TO_KNOW, {**plain, **facts, "kind": kind}


def lateness(days_late: int) -> str:
    """How far a due date is away: “in 3 days”, “today” or “7 days late”."""
    if days_late == 0:
        return "today"
    return f"{plural(days_late, 'day')} late" if days_late > 0 else f"in {plural(-days_late, 'day')}"


def why(due: Due, telling: Telling) -> str:
    """Why a thing that falls due is told to this person."""
    if telling.told is Told.PERFORMANCE_OFFICER:
        return "You are told as performance officer."
    owns = OWNS[due.kind]
    if telling.told is Told.OWNER:
        return f"You are told as {due.owner}, who {owns}, or as the deputy."
    if telling.vacant:
        return f"You are told because the post that {owns}, {due.owner}, is vacant."
    if telling.told is Told.LINE_DIRECTOR:
        return f"You are told as the line director of {due.owner}, who {owns}."
    role = "risk co-ordinator" if telling.told is Told.COORDINATOR else "member of DMT"
    return f"You are told as {role}; {due.owner} {owns}."
