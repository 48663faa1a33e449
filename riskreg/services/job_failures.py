"""Telling the administrators that a job fails: once for each streak of failures, however long it lasts."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.queries.jobs import first_failure
from riskreg.queries.people import people_with_role
from riskreg.services.outbox import queue_message

KIND = "job_failed"


def tell_of_failure(name: str, does: str, error: str, now: datetime) -> int:
    """Put a message to each administrator into the outbox and return how many.

    The key names the run with which the streak began: a further failure adds nothing until the job has gone well.
    """
    first = first_failure(name)
    if first is None:
        return 0
    facts = {"job": name, "does": does, "first_failed_at": first.started_at.isoformat(), "error": error}
    people = dict.fromkeys(one.person_id for one in people_with_role(Role.ADMINISTRATOR, day_of(now)))
    period = str(first.id)
    return sum(queue_message(KIND, f"job:{name}", person_id, period, facts, now) is not None for person_id in people)
