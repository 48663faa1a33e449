"""Weeks of days on the shipped register, once undisturbed and once with the process killed at random points."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import event, select

from riskreg.extensions import db
from riskreg.jobs import due_jobs, run_job
from riskreg.mail.sending import Outcome, Sent
from riskreg.models import Escalation, EscalationSignal, Message, Reminder, SignalRow
from riskreg.services.posting import send_due
from tests.conftest import NOW
from tests.databases import Backend

DAYS = 45
KILLS = 0.15
RESTART = timedelta(minutes=1)  # short enough for the unluckiest day to be over by midnight


class KilledError(BaseException):
    """The process is killed."""


@contextmanager
def kills(chance: float) -> Iterator[None]:
    """Kill the process at a commit, right before or right after it, with the chance given."""
    dice = random.Random(20)

    def perhaps(*_: object) -> None:
        if dice.random() < chance:
            raise KilledError

    for moment in ("before_commit", "after_commit"):
        event.listen(db.session, moment, perhaps)
    try:
        yield
    finally:
        for moment in ("before_commit", "after_commit"):
            event.remove(db.session, moment, perhaps)


def until_it_survives(work: Callable[[datetime], object], now: datetime) -> datetime:
    """Start the process anew, a minute later, until the work is done without being killed."""
    while True:
        try:
            work(now)
        except KilledError:
            db.session.remove()
            now += RESTART
        else:
            return now


def replay(backend: Backend, chance: float) -> dict[str, Any]:
    """Live through the days and return what was written, in the words of the trade rather than in numbers of rows."""
    arrived: Counter[str] = Counter()

    def take(message: EmailMessage, started: Callable[[], None]) -> Outcome:
        started()
        arrived[str(message["Message-ID"])] += 1
        return Sent()

    def the_days_jobs(now: datetime) -> None:
        for name in due_jobs(now):
            assert run_job(name, now).ok

    found: dict[str, Any] = {}
    states: Counter[str] = Counter()
    for _app in backend.application("plan"):
        with kills(chance):
            for day in range(DAYS):
                now = until_it_survives(the_days_jobs, NOW + timedelta(days=day))
                until_it_survives(lambda now: send_due(now, deliver=take), now)
        send_due(NOW + timedelta(days=DAYS), deliver=take)  # what the last day's kills left behind
        found = {
            "reminders": rows(select(Reminder.risk_id, Reminder.person_id, Reminder.stage, Reminder.due_on)),
            "messages": sorted(
                str((kind, person, in_words(facts)))
                for kind, person, facts in db.session.execute(select(Message.kind, Message.person_id, Message.facts))
            ),
            "escalations": rows(select(Escalation.risk_id, Escalation.opened_on, Escalation.status)),
            "signals": rows(
                select(EscalationSignal.risk_id, SignalRow.fact, SignalRow.sentence, SignalRow.found_on).join(
                    EscalationSignal.signal
                )
            ),
        }
        states.update(db.session.scalars(select(Message.state)))
    return {"written": found, "states": states, "arrived": arrived}


def in_words(facts: Any) -> Any:
    """Leave out the numbers of rows: PostgreSQL gives none out twice, also when what took it was rolled back."""
    if isinstance(facts, dict):
        return {name: in_words(fact) for name, fact in facts.items() if name not in {"id", "escalation_id"}}
    return [in_words(fact) for fact in facts] if isinstance(facts, list) else facts


def rows(query: Any) -> list[str]:
    return sorted(str(tuple(row)) for row in db.session.execute(query))


def test_killing_the_process_loses_nothing_and_doubles_nothing(backend: Backend) -> None:
    calm, killed = replay(backend, 0), replay(backend, KILLS)
    assert killed["written"] == calm["written"]
    assert len(calm["written"]["reminders"]) > 30
    assert set(calm["states"]) == {"sent"}
    assert set(killed["states"]) <= {"sent", "unknown"}
    assert killed["states"]["unknown"] > 0
    assert set(killed["arrived"].values()) == {1}
    assert sum(killed["arrived"].values()) >= killed["states"]["sent"]
