"""How an escalation stands is said in the same words on every page that shows it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from riskreg import models
from tests import factories as make
from tests.web.before_dmt import decided, escalated, reviewed, signed_in_as
from tests.web.browsing import words

DAY = timedelta(days=1)
APRIL_25 = date(2017, 4, 25)
OWED = {"due_on": APRIL_25}


def before_dmt(decisions: tuple[str, ...], review: int | None, facts: dict[str, Any]) -> models.Escalation:
    """An escalation on which DMT decided so, a day apart, and the owner's review some days after the first."""
    row = escalated(**{"reason": "", **facts})
    for number, kind in enumerate(decisions):
        decided(row, kind, seen_revision=number, decided_at=make.NOW + number * DAY)
    if review is not None:
        reviewed(row.risk, make.NOW + review * DAY)
    return row


@pytest.mark.parametrize(
    ("facts", "decisions", "review", "said"),
    [
        ({}, (), None, "raised automatically, awaiting DMT"),
        ({}, (), 0, "raised automatically, awaiting DMT"),
        ({"reason": "Look."}, (), None, "put before DMT, awaiting its decision"),
        (
            {"status": "deferred to a meeting", "meeting_on": APRIL_25},
            ("defer to a meeting",),
            None,
            "deferred to the meeting of 25 April 2017",
        ),
        ({"status": "confirmed", **OWED}, ("confirm",), None, "confirmed by DMT, the owner answers by 25 April 2017"),
        (
            {"status": "returned to owner", **OWED},
            ("return to the owner",),
            None,
            "returned to the owner by DMT, the owner answers by 25 April 2017",
        ),
        (
            {"status": "referred to corporate"},
            ("refer to the corporate register",),
            None,
            "referred to the corporate register by DMT",
        ),
        ({}, ("confirm",), 1, "the owner has answered, awaiting DMT"),
        ({}, ("return to the owner",), 1, "the owner has answered, awaiting DMT"),
        ({}, ("confirm",), None, "brought back by new facts, awaiting DMT"),
        ({}, ("confirm",), -1, "brought back by new facts, awaiting DMT"),
        ({}, ("confirm", "confirm"), 0, "brought back by new facts, awaiting DMT"),
    ],
)
def test_every_page_says_the_same(
    app: Flask, facts: dict[str, Any], decisions: tuple[str, ...], review: int | None, said: str
) -> None:
    row = before_dmt(decisions, review, facts)
    paths = ["/queue?group=" + group for group in ("decide", "owner", "corporate")]
    places = {"/register": 1, f"/risks/{row.risk_id}": 1, f"/escalations/{row.id}": 2, "/": 1}
    reader = signed_in_as(app, post=row.risk.owner_post)
    for path, times in places.items():
        assert words(reader.get(path)).count(said) >= times, path
    assert sum(said in words(reader.get(path)) for path in paths) == 1
    others = {"raised automatically", "awaiting DMT", "deferred to", "brought back", "has answered"}
    text = words(reader.get("/register"))
    assert [one for one in others if one in text and one not in said] == []


@pytest.mark.parametrize(
    ("own", "status", "decisions", "dashed"),
    [
        ("AMBER", "awaiting DMT", (), True),
        ("AMBER", "deferred to a meeting", ("defer to a meeting",), True),
        ("AMBER", "awaiting DMT", ("confirm",), False),
        ("AMBER", "confirmed", ("confirm",), False),
        ("RED", "awaiting DMT", (), False),
    ],
)
def test_a_rating_is_marked_as_the_registers_own_until_dmt_has_decided(
    app: Flask, own: str, status: str, decisions: tuple[str, ...], dashed: bool
) -> None:
    risk = make.RiskFactory(own_rag=own, effective_rag="RED")
    row = before_dmt(decisions, None, {"risk": risk, "status": status})
    paths = ("/register", "/", f"/risks/{risk.id}", f"/escalations/{row.id}")
    reader = signed_in_as(app, post=risk.owner_post)
    for path in paths:
        assert ("app-tag--raised" in reader.get(path).text) == dashed, path


def test_an_owner_who_assesses_lower_is_seen_beside_the_rating_shown(app: Flask) -> None:
    escalated(reason="", risk=make.RiskFactory(own_rag="GREEN", effective_rag="RED"))
    reader = signed_in_as(app, "auditor")
    for path in ("/register", "/queue"):
        assert "GREEN → raised to RED raised automatically, awaiting DMT" in words(reader.get(path))
