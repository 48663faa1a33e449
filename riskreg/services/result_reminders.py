"""Reminding the performance officers of results that are overdue: one message a person a run, each result once.

What a message says is what was told: of the same indicator and due date nobody is told twice, whatever happens to the
jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.extensions import db
from riskreg.models import Message
from riskreg.queries.overdue_results import OverdueResult, overdue_results
from riskreg.queries.people import people_with_role
from riskreg.queries.policies import policy_shown
from riskreg.services.outbox import queue_message

KIND = "results_due"
Told = set[tuple[int, int, str]]  # the person, the indicator, and the day by which its result was due


def remind_of_results(now: datetime) -> int:
    """Put a message to each performance officer into the outbox and return how many; a second run adds nothing."""
    today = day_of(now)
    policy = policy_shown(today)
    overdue = overdue_results(today, policy) if policy else []
    if not overdue:
        return 0
    told = _told(min(one.due_on for one in overdue))
    people = dict.fromkeys(one.person_id for one in people_with_role(Role.PERFORMANCE_OFFICER, today))
    return sum(_put(person_id, overdue, told, now) for person_id in people)


def _told(earliest: date) -> Told:
    """Return what was told of results due since a day; none of it was told before they were due. One query."""
    query = select(Message.person_id, Message.facts).where(Message.kind == KIND, Message.period > earliest.isoformat())
    return {
        (person_id, one["indicator_id"], one["due_on"])
        for person_id, facts in db.session.execute(query)
        for one in facts["results"]
    }


def _put(person_id: int, overdue: Sequence[OverdueResult], told: Told, now: datetime) -> bool:
    """Tell a person what was not told yet. Two runs at once make the same key, and the database takes one of them."""
    new = [one for one in overdue if (person_id, one.id, one.due_on.isoformat()) not in told]
    if not new:
        return False
    key = f"results:{new[0].id}.{new[0].due_on.isoformat()}"
    facts: dict[str, Any] = {"results": [_facts(one) for one in new]}
    return queue_message(KIND, key, person_id, day_of(now).isoformat(), facts, now) is not None


def _facts(one: OverdueResult) -> dict[str, Any]:
    return {
        "indicator_id": one.id,
        "code": one.code,
        "name": one.name,
        "group": one.group,
        "period": one.period,
        "due_on": one.due_on.isoformat(),
        "sentence": one.sentence,
    }
