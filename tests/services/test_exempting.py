"""Marking a risk, a control or an action exempt, and taking it back: who may, what is told, what goes along."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.services.controls import ControlText, make_control
from riskreg.services.exempting import end_exemption, mark_exempt
from riskreg.services.merging import merge_risk
from tests import factories as make
from tests.services.keepers import holder
from tests.web.before_dmt import versions

WHY = "paragraph 3: The price is secret."


def coordinator() -> Any:
    return holder(make.PostFactory(), Role.COORDINATOR)


def control_of(risk: models.Risk, **facts: Any) -> models.Control:
    row = models.Control(risk_id=risk.id, recorded_at=make.NOW, **{"text": "Visits.", **facts})
    db.session.add(row)
    db.session.flush()
    return row


def told() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(models.AuditEvent).order_by(models.AuditEvent.id))
    return [(row.verb, row.subject.partition(":")[0], row.sentence) for row in rows]


@pytest.mark.parametrize(
    ("kind", "named"), [("risk", "The risk"), ("control", "The control “Visits”"), ("action", "The action “Recruit”")]
)
def test_it_is_marked_and_taken_back_and_both_are_told(app: Flask, kind: str, named: str) -> None:
    risk, actor = make.RiskFactory(), coordinator()
    what = {
        "risk": lambda: risk,
        "control": lambda: control_of(risk),
        "action": lambda: make.ActionFactory(risk=risk, text="Recruit."),
    }[kind]()
    mark_exempt(actor, what, risk, 3, "The price is secret.", 0, make.NOW)
    assert what.exempt_why == WHY
    end_exemption(actor, what, risk, "The contract is signed.", 1, make.NOW)
    assert (what.exempt_why, risk.revision) == ("", 2)
    law = "paragraph 3 of Schedule 12A of the Local Government Act 1972"
    assert told() == [
        ("marked exempt", kind, f"{named} is exempt by {law}: The price is secret."),
        ("took back exempt", kind, f"{named} is no longer exempt by {law}: The contract is signed."),
    ]


def test_what_makes_no_sense_changes_nothing(app: Flask) -> None:
    risk, actor = make.RiskFactory(), coordinator()
    owner = holder(risk.owner_post)
    with pytest.raises(NotPermitted):
        mark_exempt(owner, risk, risk, 3, "Secret.", 0, make.NOW)
    with pytest.raises(NotPermitted):
        end_exemption(owner, risk, risk, "Open.", 0, make.NOW)
    with pytest.raises(RuleBroken, match="Say why it is exempt"):
        mark_exempt(actor, risk, risk, 3, " ", 0, make.NOW)
    with pytest.raises(RuleBroken, match="not marked"):
        end_exemption(actor, risk, risk, "Open.", 0, make.NOW)
    with pytest.raises(ChangedMeanwhile):
        mark_exempt(actor, risk, risk, 3, "Secret.", 9, make.NOW)
    assert (risk.exempt_why, told()) == ("", [])
    mark_exempt(actor, risk, risk, 1, "Secret.", 0, make.NOW)
    with pytest.raises(RuleBroken, match="already"):
        mark_exempt(actor, risk, risk, 2, "Secret.", 1, make.NOW)
    with pytest.raises(RuleBroken, match="Say why"):
        end_exemption(actor, risk, risk, "", 1, make.NOW)


def test_a_closed_risk_can_be_marked(app: Flask) -> None:
    risk = make.RiskFactory(closed=True)
    mark_exempt(coordinator(), risk, risk, 7, "The police asked.", 0, make.NOW)
    assert risk.exempt_why == "paragraph 7: The police asked."


def test_what_is_exempt_stays_so_where_it_goes_on_under_another_risk(app: Flask) -> None:
    secret, into = make.RiskFactory(exempt_why=WHY), make.RiskFactory()
    for one in (secret, into):
        versions(one, (make.NOW, "open", ""))
    control_of(secret)
    make.ActionFactory(risk=secret, text="Recruit.")
    merge_risk(coordinator(), secret, into, "The same.", 0, make.NOW)
    carried = [
        *db.session.scalars(select(models.Control.exempt_why).where(models.Control.risk_id == into.id)),
        *db.session.scalars(select(models.Action.exempt_why).where(models.Action.risk_id == into.id)),
    ]
    assert carried == [WHY, WHY]


def test_a_control_made_of_an_exempt_action_is_exempt(app: Flask) -> None:
    risk = make.RiskFactory()
    action = make.ActionFactory(risk=risk, status="done", progress=100, exempt_why=WHY)
    control = make_control(holder(risk.owner_post), action, ControlText("It is held."), 0, make.NOW)
    assert control.exempt_why == WHY
