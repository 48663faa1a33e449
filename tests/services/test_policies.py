"""A new version of the policy: it judges what comes, moves reviews on its day, and rewrites nothing that was said."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.errors import NotPermitted, RowsBroken, RuleBroken
from riskreg.domain.escalation import POLICY_CHANGED
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.jobs import evaluations
from riskreg.services.actors import Actor
from riskreg.services.evaluation import evaluate_register
from riskreg.services.policies import adopt_draft, draft_of, save_draft, take_effect, try_draft
from riskreg.services.publishing import publish_results
from riskreg.services.results import ResultEntry
from riskreg.services.settling import settle, settle_reviews
from tests import factories as make
from tests.services.keepers import coordinator
from tests.web.before_dmt import escalated
from tests.web.before_dmt import reviewed as done_before_dmt

NOW = make.NOW
SINCE = date(2017, 4, 1)


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def drafted(now: datetime = NOW, valid_from: date | None = None, **rules: Any) -> Policy:
    """The rules of the tests with some of them changed, from the day of `now`."""
    return Policy.from_data(2, valid_from or day_of(now), {**make.RULES, **rules})


def adopt(now: datetime = NOW, valid_from: date | None = None, **rules: Any) -> models.PolicyVersion:
    """Save a draft and adopt it as it was replayed."""
    register, actor = make.RegisterFactory(), coordinator()
    draft = save_draft(actor, register.id, drafted(now, valid_from, **rules), "It is time.", 0, now)
    trial = try_draft(register.id, SINCE, now)
    return adopt_draft(actor, register.id, SINCE, draft.revision, now, shown=trial.digest)


def publish(indicator: models.Indicator, value: str, end: date, now: datetime) -> None:
    person = make.PersonFactory()
    officer = Actor(person.id, person.name, frozenset({Role.PERFORMANCE_OFFICER}), frozenset())
    entry = ResultEntry(indicator.id, value, f"To {end} 2017", end, 2017)
    publish_results(officer, make.RegisterFactory().id, [entry], now)


def told() -> list[tuple[Any, ...]]:
    """Every signal and every escalation as it stands."""
    db.session.expire_all()
    signals = db.session.query(models.SignalRow).order_by(models.SignalRow.id)
    escalations = db.session.query(models.Escalation).order_by(models.Escalation.id)
    return [(row.kind, row.fact, row.severity, row.state, row.sentence) for row in signals] + [
        (row.risk_id, row.status, row.opened_at, row.proposal) for row in escalations
    ]


@pytest.fixture
def worsening(app: Flask) -> models.Indicator:
    """An indicator that moved the wrong way twice running, AMBER throughout, with a risk that heeds it."""
    indicator: models.Indicator = make.IndicatorFactory()
    make.TargetFactory(indicator=indicator, value=Decimal(78))
    make.LinkFactory(risk=make.RiskFactory(), indicator=indicator)
    make.ResultFactory(indicator=indicator, opening_position=True, value=Decimal(77))
    for days, value in ((0, "76"), (1, "75")):
        publish(indicator, value, date(2017, 1, 31) + timedelta(days=31 * days), later(days))
    return indicator


def test_adopting_and_evaluating_rewrites_nothing_that_results_said(worsening: models.Indicator) -> None:
    before = told()
    assert [one[0] for one in before if one[0] == "worsening"] == ["worsening"]
    version = adopt(later(2), worsening_moves=4, floor_share="0.01")
    assert (version.version, version.valid_from, version.adopted_by is not None) == (2, date(2017, 4, 5), True)
    evaluate_register(make.RegisterFactory().id, later(2))
    evaluate_register(make.RegisterFactory().id, later(2), indicators=[worsening.id])
    assert told() == before


def test_a_result_published_later_is_told_by_the_new_version_and_the_older_ones_by_theirs(
    worsening: models.Indicator,
) -> None:
    adopt(later(2), worsening_moves=4)
    publish(worsening, "74", date(2017, 3, 20), later(3))
    states = [(row.kind, row.state, row.policy_version) for row in db.session.query(models.SignalRow)]
    assert states == [("worsening", "stands", 1)]
    publish(worsening, "73", date(2017, 3, 31), later(4))
    states = [(row.kind, row.state, row.policy_version) for row in db.session.query(models.SignalRow)]
    assert states == [("worsening", "stands", 1), ("worsening", "stands", 2)]


def contract_before_dmt(**facts: Any) -> models.Contract:
    contract: models.Contract = make.ContractFactory(**facts)
    make.LinkFactory(risk=make.RiskFactory(), contract=contract)
    evaluate_register(make.RegisterFactory().id, NOW)
    return contract


def test_a_stricter_milestone_raises_from_its_day_on(app: Flask) -> None:
    contract_before_dmt(end="2018-03")
    register = make.RegisterFactory()
    assert db.session.query(models.Escalation).count() == 0
    adopt(valid_from=date(2017, 4, 10), no_route_months=[14] * 3, no_approved_route_months=[13] * 3)
    evaluate_register(register.id, later(6))
    assert db.session.query(models.Escalation).count() == 0
    evaluate_register(register.id, later(7))
    (raised,) = db.session.query(models.Escalation)
    assert (raised.opened_on, raised.policy_version) == (date(2017, 4, 10), 2)


@pytest.mark.parametrize(("months", "states"), [((1, 1, 1), ["recovered"]), ((6, 2, 1), ["recovered", "stands"])])
def test_a_milder_milestone_is_a_recovery_by_the_policy_and_never_a_mistake(
    app: Flask, months: tuple[int, int, int], states: list[str]
) -> None:
    contract_before_dmt(end="2017-07")
    (raised,) = db.session.query(models.Escalation)
    route, approved, award = ([one] * 3 for one in months)
    adopt(no_route_months=route, no_approved_route_months=approved, no_award_months=award)
    evaluate_register(make.RegisterFactory().id, NOW)
    rows = db.session.query(models.SignalRow).order_by(models.SignalRow.id).all()
    assert [row.state for row in rows] == states
    assert rows[0].ended_why == POLICY_CHANGED
    db.session.refresh(raised)
    assert (raised.status, raised.proposal) == ("awaiting DMT", POLICY_CHANGED)
    before = told()
    evaluate_register(make.RegisterFactory().id, NOW)
    assert told() == before


def due(risk: models.Risk) -> date:
    db.session.refresh(risk)
    return risk.review_due_on


def test_a_version_for_today_moves_the_reviews_at_once(app: Flask) -> None:
    risk, closed = make.RiskFactory(), make.RiskFactory(closed=True)
    adopt(review_months_amber=2)
    assert (due(risk), due(closed)) == (date(2017, 6, 3), date(2017, 7, 3))


@pytest.mark.parametrize("status", ["awaiting DMT", "confirmed", "declined"])
@pytest.mark.parametrize("reviewed", [False, True])
@pytest.mark.parametrize("tolerated", [None, date(2017, 4, 12), date(2017, 4, 1)])
def test_all_reviews_move_at_once_to_where_each_would_be_settled(
    app: Flask, status: str, reviewed: bool, tolerated: date | None
) -> None:
    risk = make.RiskFactory(own_rag="AMBER")
    live = escalated(risk=risk, status=status, due_on=date(2017, 4, 11) if status == "confirmed" else None)
    if reviewed:
        done_before_dmt(risk, later(1))
    if tolerated:
        db.session.add(
            models.RiskResponse(
                risk_id=risk.id, kind="tolerate", until_on=tolerated, reason="It costs too much.",
                decided_on=make.TODAY, recorded_at=NOW, person_id=make.PersonFactory().id,
            )
        )  # fmt: skip
    policy = drafted(review_months_amber=2, review_months_green=2, escalated_review_days=5)
    settle(risk, policy, live if live.is_live else None)
    db.session.flush()
    settled = due(risk)
    risk.review_due_on = date(2018, 1, 1)
    assert settle_reviews(risk.register_id, policy) == 1
    assert due(risk) == settled
    assert settle_reviews(risk.register_id, policy) == 0


def test_a_version_for_later_moves_the_reviews_on_its_day_and_only_once(app: Flask) -> None:
    risk, register = make.RiskFactory(), make.RegisterFactory()
    adopt(valid_from=date(2017, 4, 10), review_months_amber=2)
    assert [take_effect(register.id, later(days)) for days in (0, 6, 7, 7, 9)] == [0, 0, 1, 0, 0]
    assert due(risk) == date(2017, 6, 3)
    events = db.session.query(models.AuditEvent).filter_by(verb="took effect").all()
    assert [one.sentence for one in events] == [
        "Version 2 of the policy holds from now on. The next review of 1 risk moves to another day."
    ]


def test_the_nightly_job_lets_it_take_effect_though_it_missed_the_day(app: Flask) -> None:
    risk = make.RiskFactory()
    adopt(valid_from=date(2017, 4, 10), review_months_amber=2)
    list(evaluations(later(1)))
    assert due(risk) == date(2017, 7, 3)
    list(evaluations(later(30)))
    assert due(risk) == date(2017, 6, 3)


def test_a_version_that_never_held_while_the_job_stood_still_is_not_forgotten(app: Flask) -> None:
    risk, register = make.RiskFactory(), make.RegisterFactory()
    adopt(valid_from=date(2017, 4, 10), review_months_amber=2)
    adopt(valid_from=date(2017, 4, 11), review_months_amber=2, worsening_moves=3)
    assert take_effect(register.id, later(20)) == 1
    assert due(risk) == date(2017, 6, 3)


def test_what_holds_already_is_not_adopted(app: Flask) -> None:
    with pytest.raises(RuleBroken, match="says what the policy says already"):
        adopt()


def test_only_the_coordinator_may(app: Flask) -> None:
    person = make.PersonFactory()
    other = Actor(person.id, person.name, frozenset(Role) - {Role.COORDINATOR}, frozenset())
    with pytest.raises(NotPermitted):
        save_draft(other, make.RegisterFactory().id, drafted(), "It is time.", 0, NOW)


def test_a_broken_draft_is_refused_with_everything_that_is_wrong(app: Flask) -> None:
    broken = drafted(amber_from_score=20, review_months_red=5, reminder_days_before=[3, 3])
    with pytest.raises(RowsBroken) as refused:
        save_draft(coordinator(), make.RegisterFactory().id, broken, "It is time.", 0, NOW)
    assert [one.field for one in refused.value.problems] == [
        "red_from_score", "review_months_amber", "reminder_days_before",
    ]  # fmt: skip
    assert draft_of(make.RegisterFactory().id) is None


def test_everything_about_the_policy_is_in_the_history(app: Flask) -> None:
    adopt(worsening_moves=3)
    verbs = [row.verb for row in db.session.query(models.AuditEvent).order_by(models.AuditEvent.id)]
    assert verbs == ["drafted", "adopted", "took effect"]
