"""Noting down what people are to be told. `riskreg.services.digests` makes e-mails of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from riskreg.domain.dates import day_of
from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import Notice

AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True, slots=True)
class ToTell:
    """One thing for one person at a stage of one due date; the five together are told once."""

    kind: NoticeKind
    thing: str
    person_id: int
    stage: str
    due_on: date


def tell(told: Sequence[ToTell], now: datetime, facts: Mapping[str, Any] | None = None) -> int:
    """Note what is to be told and return how much of it was new; what was noted before is left as it is.

    The people are active ones: who is looked up by riskreg.queries.people is. Safe against another transaction doing
    the same: the database waits for it and then adds nothing.
    """
    starts = range(0, len(told), AT_ONCE)
    return sum(_add(told[start : start + AT_ONCE], now, dict(facts or {})) for start in starts)


def tell_of_event(
    kind: NoticeKind, thing: str, people: Collection[int], facts: Mapping[str, Any], now: datetime
) -> int:
    """Note for each of these people something that has happened, worded in `facts` as an item of a digest."""
    return tell([ToTell(kind, thing, person_id, "", day_of(now)) for person_id in people], now, facts)


def _add(told: Sequence[ToTell], now: datetime, facts: dict[str, Any]) -> int:
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "kind": one.kind,
            "thing": one.thing,
            "person_id": one.person_id,
            "stage": one.stage,
            "due_on": one.due_on,
            "facts": facts,
            "state": "waiting",
            "created_at": now,
            "ended_why": "",
        }
        for one in told
    ]
    # The table and not the class: the statement is then the same for any number of rows, and made once.
    table: Any = Notice.__table__
    added = insert(table).on_conflict_do_nothing().returning(table.c.id)
    return len(db.session.execute(added, rows).all())
