"""What the report to the Cabinet Committee says was left at the end of its period: what was late, and what waited."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.queries.as_at import STATES, states
from riskreg.queries.committee import committee_content
from riskreg.queries.late_then import reviews_due_then, standings_then
from riskreg.queries.policies import policy_on
from riskreg.reports.blocks import Bullets, Table, Text
from riskreg.reports.outline import outline
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.packs import make_report
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make
from tests.services.keepers import holder
from tests.services.test_committee import DAY, LONG_AGO, coordinator, known
from tests.web.before_dmt import decided, escalated, reviewed, signal_on

UNTIL = make.TODAY
THEN = make.TODAY - 10 * DAY
ANSWERS = ReviewAnswers(still_right=True, controls_work=True, actions_on_track=True, changed=False, note="As it was.")


@pytest.fixture
def register(app: Flask) -> models.Register:
    """A register that was begun long ago, with its policy."""
    register: models.Register = make.RegisterFactory()
    register.policies[0].valid_from = LONG_AGO.date()
    known(make.RiskFactory(title="Always there", review_counted_from=make.TODAY), LONG_AGO)
    return register


def content(register: models.Register, until: date = UNTIL) -> dict[str, Any]:
    db.session.flush()
    return committee_content(register, LONG_AGO.date(), until)


def titles(found: list[dict[str, Any]]) -> list[str]:
    return [one["title"] for one in found]


def test_what_was_overdue_and_what_waited_at_the_end_is_told(register: models.Register) -> None:
    since = LONG_AGO.date()
    late = known(make.RiskFactory(title="Never reviewed", review_counted_from=since), LONG_AGO)
    make.ActionFactory(risk=late, text="Promised", first_due_on=make.TODAY - DAY, recorded_at=LONG_AGO)
    escalated(risk=known(make.RiskFactory(title="Waits", review_counted_from=make.TODAY), LONG_AGO))
    owes = known(make.RiskFactory(title="Owes", review_counted_from=make.TODAY), LONG_AGO)
    decided(escalated(make.NOW - 9 * DAY, risk=owes), "confirm", due_on=make.TODAY - DAY)
    indicator = make.IndicatorFactory(name="Take-up")
    make.ResultFactory(indicator=indicator, period_end=make.TODAY - 900 * DAY, recorded_at=LONG_AGO)
    make.LinkFactory(risk=late, indicator=indicator, recorded_at=LONG_AGO)
    found = content(register)
    assert titles(found["late_reviews"]) == ["Never reviewed", "Owes"]
    assert [one["text"] for one in found["late_actions"]] == ["Promised"]
    assert titles(found["late_answers"]) == ["Owes"]
    assert titles(found["waiting"]) == ["Waits"]
    assert [(one["about"], one["risks"]) for one in found["overdue_results"]] == [("Take-up", [str(late.reference)])]
    blocks = outline(found)
    glance = next(one for one in blocks if isinstance(one, Bullets))
    told = [item.text for item in glance.items]
    assert "Overdue at the end: 2 reviews, 1 answer to DMT and 1 action." in told
    assert "1 result overdue at the end." in told
    assert "1 risk waited for a decision of DMT at the end." in told
    captions = [one.caption for one in blocks if isinstance(one, Table)]
    for caption in ("Late reviews", "Late answers to DMT", "Late actions", "Results that are overdue"):
        assert caption in captions
    assert "Risks that waited for a decision of DMT when the period ended" in captions


def test_what_is_exempt_is_not_among_what_was_left(register: models.Register) -> None:
    secret = known(
        make.RiskFactory(exempt_why="paragraph 3: The price.", review_counted_from=LONG_AGO.date()), LONG_AGO
    )
    make.ActionFactory(risk=secret, first_due_on=make.TODAY - DAY, recorded_at=LONG_AGO)
    escalated(risk=secret)
    found = content(register)
    assert [found[part] for part in ("late_reviews", "late_actions", "late_answers", "waiting")] == [[]] * 4


def test_a_review_done_after_the_end_was_overdue_at_it(register: models.Register) -> None:
    risk = known(make.RiskFactory(title="Late", review_counted_from=make.TODAY), LONG_AGO)
    reviewed(risk, make.NOW)
    assert titles(content(register, THEN)["late_reviews"]) == ["Always there", "Late"]
    assert "Late" not in titles(content(register)["late_reviews"])


def test_when_reviews_were_due_is_read_back_as_it_stood_on_each_day(app: Flask) -> None:
    register = make.RegisterFactory()
    risks = [make.RiskFactory(own_rag=rag, effective_rag=rag) for rag in ("GREEN", "AMBER", "RED", "AMBER")]
    for risk in risks:
        known(risk, make.NOW)
        risk.review_counted_from = make.TODAY
        risk.review_due_on = make.TODAY + timedelta(days={"GREEN": 365, "AMBER": 91, "RED": 30}[risk.own_rag])
    member = Actor(make.PersonFactory().id, "M", frozenset({Role.DMT_MEMBER}), frozenset())
    stood: dict[date, dict[int, date]] = {}

    def at(days: int) -> datetime:
        return make.NOW + days * DAY

    def decide(number: int, kind: DecisionKind, days: int, due: int | None = None) -> None:
        live = db.session.query(models.Escalation).filter_by(risk_id=risks[number].id, ended_at=None).one()
        taken = DecisionTaken(kind, "Seen.", due_on=make.TODAY + due * DAY if due else None)
        record_decision(member, live, taken, risks[number].revision, at(days))

    def review(number: int, days: int) -> None:
        complete_review(holder(risks[number].owner_post), risks[number], ANSWERS, risks[number].revision, at(days))

    steps = [
        lambda: [raise_escalation(coordinator(), one, "Look.", at(5)) for one in risks[:3]],
        lambda: decide(0, DecisionKind.RETURN, 10, 20),
        lambda: decide(1, DecisionKind.CONFIRM, 15, 60),
        lambda: review(0, 20),
        lambda: decide(2, DecisionKind.DECLINE, 25),
        lambda: review(3, 30),
        lambda: review(1, 35),
    ]
    for number, step in enumerate(steps, 1):
        step()
        db.session.flush()
        stood[make.TODAY + 5 * number * DAY] = {one.id: one.review_due_on for one in risks}
    assert len({tuple(one.values()) for one in stood.values()}) > 4, "the days have moved meanwhile"
    for on, due in stood.items():
        rows = [
            {"risk_id": one.id, "own_rag": one.own_rag, "rag": one.shown_rag} for one in states(STATES, register.id, on)
        ]
        policy = policy_on(register.id, on)
        assert reviews_due_then(register.id, rows, on, policy, standings_then(register.id, on)) == due, on


def test_what_waited_then_is_told_also_when_dmt_has_decided_since(register: models.Register) -> None:
    risk = known(make.RiskFactory(title="Decided since"), LONG_AGO)
    row = escalated(make.NOW - 20 * DAY, risk=risk, status="confirmed")
    decided(row, "confirm")
    assert titles(content(register, THEN)["waiting"]) == ["Decided since"]
    assert content(register)["waiting"] == []
    record(SYSTEM, "brought back", f"escalation:{row.id}", "Brought back.", now=make.NOW + DAY, risk=risk)
    (again,) = content(register, make.TODAY + DAY)["waiting"]
    assert (again["since"], again["status"]) == ((make.TODAY + DAY).isoformat(), "awaiting DMT")


def test_that_nothing_waited_is_said_and_a_report_made_before_says_neither(register: models.Register) -> None:
    found = content(register)
    sentence = "No risk waited for a decision of DMT when the period ended."
    assert sentence in [one.text for one in outline(found) if isinstance(one, Text)]
    for part in ("waiting", "late_reviews", "late_answers", "late_actions", "overdue_results"):
        found.pop(part)
    for one in found["signals"]:
        one.pop("before_dmt"), one.pop("reaches")
    said = " ".join(one.text for one in outline(found) if isinstance(one, Text))
    assert sentence not in said
    assert "is overdue" not in said


def test_one_fact_is_one_signal_and_what_it_put_before_dmt_is_marked(register: models.Register) -> None:
    row = escalated(risk=known(make.RiskFactory(), LONG_AGO))
    contract = make.ContractFactory()
    first = signal_on(row, "It is 10 days late.", "overtaken", contract=contract)
    first.ended_at = make.NOW
    told: dict[str, Any] = {"kind": "review overdue", "since": make.TODAY, "found_on": make.TODAY, "policy_version": 1}
    again = models.SignalRow(
        contract_id=contract.id, fact=first.fact, severity=2, reaches=3, sentence="It is 40 days late.",
        found_at=make.NOW, **told,
    )  # fmt: skip
    quiet = models.SignalRow(
        contract_id=contract.id, fact="review:2018", severity=1, reaches=1, sentence="A review comes.",
        found_at=make.NOW, **told,
    )  # fmt: skip
    db.session.add_all([again, quiet])
    found = content(register)["signals"]
    reference = str(row.risk.reference)
    assert [(one["sentence"], one["state"], one["before_dmt"]) for one in found] == [
        ("It is 40 days late.", "stands", [reference]), ("A review comes.", "stands", []),
    ]  # fmt: skip
    table = next(one for one in outline(content(register)) if isinstance(one, Table) and "Signals" in one.caption)
    assert [line[-1].text for line in table.rows] == [reference, "none: its manager is told"]


def test_what_was_put_before_dmt_is_a_movement_and_the_rules_are_those_that_hold(register: models.Register) -> None:
    escalated(risk=known(make.RiskFactory(title="Came before DMT"), LONG_AGO))
    blocks = outline(content(register))
    said = " ".join(one.text for one in blocks if isinstance(one, Text))
    assert "Nothing moved." not in said
    assert "Until that escalation ends, such a risk is shown one rating worse" in said


def test_a_report_begins_with_the_financial_year_of_the_register_at_the_earliest(register: models.Register) -> None:
    first = date(2016, 4, 1)
    assert first < LONG_AGO.date() < date(2017, 4, 1)
    with pytest.raises(RuleBroken, match="must be 1 April 2016 or later") as refused:
        make_report(coordinator(), register, first - DAY, UNTIL, make.NOW)
    assert refused.value.field == "since"
    assert make_report(coordinator(), register, first, UNTIL, make.NOW).since == first


def test_a_decision_is_told_by_the_day_of_its_meeting(register: models.Register) -> None:
    row = escalated(make.NOW - 9 * DAY, risk=known(make.RiskFactory(), LONG_AGO), status="confirmed")
    decided(row, "confirm", meeting_on=make.TODAY - 5 * DAY)
    (one,) = content(register)["escalations"]
    assert [told["on"] for told in one["decisions"]] == [(make.TODAY - 5 * DAY).isoformat()]
