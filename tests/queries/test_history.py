"""The history of a risk, from the audit trail."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from riskreg import models
from riskreg.queries import history
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make

HOUR = timedelta(hours=1)


def say(risk: models.Risk | None, sentence: str, hours: int, subject: str = "risk:1") -> None:
    """Record an event so many hours after the tests began."""
    record(SYSTEM, "noted", subject, sentence, now=make.NOW + hours * HOUR, risk=risk)


def said(events: object) -> list[str]:
    """The sentences of events."""
    return [event.sentence for event in events]  # type: ignore[attr-defined]


def test_since_the_last_review_counts_the_risk_and_what_it_is_linked_to(app: Flask) -> None:
    risk = make.RiskFactory()
    say(risk, "Entered.", 0)
    say(risk, "Reviewed.", 1)
    say(None, "Published.", 2, "indicator:7")
    say(None, "Another published.", 2, "indicator:77")
    say(None, "Route recorded.", 3, "contract:7")
    say(risk, "Escalated.", 4)
    after = history.changes_since(risk.id, make.NOW, make.NOW + HOUR, [7], [7])
    assert said(after.events) == ["Escalated.", "Route recorded.", "Published."]
    whole = history.changes_since(risk.id, make.NOW, None, [7], [7])
    assert said(whole.events)[-2:] == ["Reviewed.", "Entered."]


def test_since_a_revision_counts_only_what_came_after_it(app: Flask) -> None:
    risk = make.RiskFactory()
    for number in range(3):
        say(risk, f"Change {number}.", number)
    assert said(history.changes_since_revision(risk.id, 1)) == ["Change 2.", "Change 1."]
    assert history.changes_since_revision(risk.id, 3) == []


def test_exactly_fifty_events_are_shown_whole(app: Flask) -> None:
    risk = make.RiskFactory()
    for number in range(history.AT_FIRST):
        say(risk, f"Change {number}.", number)
    assert not history.history_of_risk(risk.id).more
    say(risk, "One more.", 99)
    found = history.history_of_risk(risk.id)
    assert (len(found.events), found.more) == (history.AT_FIRST, True)
    everything = history.history_of_risk(risk.id, everything=True)
    assert (len(everything.events), everything.more) == (history.AT_FIRST + 1, False)
