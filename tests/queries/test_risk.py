"""One risk with what its ratings rest on."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from riskreg import models
from riskreg.extensions import db
from riskreg.queries import risk as found
from riskreg.queries.policies import NoPolicyError
from tests import factories as make
from tests.web.before_dmt import escalated


def test_the_latest_assessment_of_each_kind_and_the_live_escalation_count(app: Flask) -> None:
    ended = escalated(status="declined")
    live = escalated(risk=ended.risk)
    for rag in ("GREEN", "RED"):
        db.session.add(
            models.Assessment(
                risk_id=live.risk_id, kind="target", rag=rag, assessed_on=make.TODAY, recorded_at=make.NOW
            )
        )  # fmt: skip
        db.session.flush()
    rated = found.rated_risk(live.risk_id, make.TODAY)
    assert rated is not None
    assert rated.escalation is live
    assert rated.decision is None
    assert rated.target is not None
    assert rated.target.rag == "RED"
    assert rated.current is not None
    assert rated.policy.version == 1


def test_a_day_before_every_policy_is_refused_rather_than_guessed(app: Flask) -> None:
    risk = make.RiskFactory()
    with pytest.raises(NoPolicyError):
        found.rated_risk(risk.id, date(2016, 1, 1))


def test_an_unknown_risk_is_none(app: Flask) -> None:
    assert found.rated_risk(4711, make.TODAY) is None


def test_actions_that_are_open_come_first_and_by_date(app: Flask) -> None:
    risk = make.RiskFactory()
    for text, day, status in (("done", 1, "done"), ("later", 9, "in progress"), ("sooner", 5, "not started")):
        make.ActionFactory(risk=risk, text=text, first_due_on=date(2017, 5, day), status=status)
    lines = found.actions_of_risk(risk.id)
    assert [(line.text, line.is_open) for line in lines] == [("sooner", True), ("later", True), ("done", False)]
    assert lines[0].said is None
