"""Adding, changing and ending indicators: who may, what is refused, and that nothing published is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RowsBroken, RuleBroken
from riskreg.domain.indicator_terms import IndicatorTerms, Measure
from riskreg.domain.links import LinkTerms
from riskreg.extensions import db
from riskreg.models import AuditEvent, Escalation, Indicator, Result
from riskreg.queries.due_results import WantedPeriod, due_results
from riskreg.queries.indicators import ScorecardFilter, scorecard
from riskreg.queries.links import linkables
from riskreg.queries.overdue_results import overdue_results
from riskreg.queries.performance import performance_of
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.indicator_keeping import add_indicator, change_indicator, change_state, terms_of
from riskreg.services.links import add_link
from riskreg.services.publishing import publish_results
from riskreg.services.results import ResultEntry
from riskreg.services.targets import TargetEntry, set_targets
from tests import factories as make
from tests.services.keepers import holder, owner_of

pytestmark = pytest.mark.usefixtures("app")
NOW = make.NOW
TERMS = IndicatorTerms(name="Visits on time", service_group="Fair Access", origin="The provider's return")
MEASURE = Measure(unit="percent", decimals=0, polarity="higher", basis="quarter", frequency_months=3)


def officer() -> Actor:
    """The performance officer."""
    return holder(make.PostFactory(), Role.PERFORMANCE_OFFICER)


def add(actor: Actor | None = None, measure: Measure = MEASURE, **terms: object) -> Indicator:
    """Add an indicator."""
    changed = replace(TERMS, **terms)  # type: ignore[arg-type]
    return add_indicator(actor or officer(), make.RegisterFactory().id, changed, measure, NOW)


def change(indicator: Indicator, revision: int | None = None, **terms: object) -> None:
    """Change some of its terms."""
    changed, seen = replace(terms_of(indicator), **terms), indicator.revision if revision is None else revision  # type: ignore[arg-type]
    change_indicator(officer(), make.RegisterFactory().id, indicator, changed, "Worded better.", seen, NOW)


def end(indicator: Indicator) -> None:
    """End it, or take it up again."""
    change_state(officer(), make.RegisterFactory().id, indicator, "Not measured now.", indicator.revision, NOW)


def publish(indicator: Indicator, value: str, ends: date = date(2017, 3, 31)) -> Result:
    """Publish a result of a quarter."""
    entry = ResultEntry(indicator.id, value, f"Quarter to {ends:%B %Y}", ends, max(ends.year, 2016))
    return publish_results(officer(), make.RegisterFactory().id, [entry], NOW).results[0]


def aim(indicator: Indicator, value: str = "90") -> None:
    """Set the target of 2017."""
    entry = TargetEntry(indicator.id, 2017, "figure", value)
    set_targets(officer(), make.RegisterFactory().id, [entry], "In the contract.", NOW)


def test_an_indicator_gets_the_next_code_and_stands_at_the_end_of_its_group() -> None:
    first = make.IndicatorFactory(service_group="Fair Access", position=1)
    other = make.IndicatorFactory(service_group="SEND", position=2)
    one, two = add(service_group="fair  access"), add(service_group="Adult Learning")
    assert (one.code, two.code, one.service_group, one.polarity_basis) == ("IND-01", "IND-02", "Fair Access", "stated")
    policy, today = policy_on(make.RegisterFactory().id, day_of(NOW)), day_of(NOW)
    rows = scorecard(ScorecardFilter(), today, policy, offset=0, size=9)
    assert [row.id for row in rows] == [first.id, one.id, other.id, two.id]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.subject == f"indicator:{one.id}")).one()
    assert (event.verb, event.sentence) == ("added", "IND-01 Visits on time: added to Fair Access.")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    add()
    wrong = replace(MEASURE, unit="litres", decimals=9, polarity="up", basis="fortnight", frequency_months=5)
    with pytest.raises(RowsBroken) as broken:
        add(measure=wrong, name="visits ON time", origin=" ", contract_id=4711)
    fields = [one.field for one in broken.value.problems]
    assert fields == ["origin", "unit", "decimals", "polarity", "basis", "frequency_months", "name", "contract_id"]
    with pytest.raises(RowsBroken, match=r"A count is a whole number"):
        add(measure=replace(MEASURE, unit="number", decimals=1), name="Visits")
    assert len(db.session.scalars(select(Indicator)).all()) == 1


def test_a_closed_contract_is_not_measured_anew() -> None:
    closed = make.ContractFactory(closed_on=date(2017, 3, 1), closed_why="Ended.")
    with pytest.raises(RowsBroken, match=r"The contract was closed on 1 March 2017: choose another\."):
        add(contract_id=closed.id)


def test_a_contract_manager_adds_one_for_a_contract_of_his_own_and_nothing_else() -> None:
    own, other = make.ContractFactory(), make.ContractFactory()
    manager = holder(own.owner_post, Role.CONTRACT_MANAGER)
    added = add(manager, contract_id=own.id)
    assert added.contract is own
    for contract_id in (None, other.id):
        with pytest.raises(NotPermitted, match=r"You add indicators that measure a contract of yours"):
            add(manager, name="Other visits", contract_id=contract_id)
    register_id = make.RegisterFactory().id
    with pytest.raises(NotPermitted):
        change_indicator(manager, register_id, added, replace(TERMS, name="Visits"), "Why.", added.revision, NOW)
    with pytest.raises(NotPermitted):
        change_state(manager, register_id, added, "Why.", added.revision, NOW)
    with pytest.raises(NotPermitted):
        add(holder(make.PostFactory(), Role.RISK_OWNER))


def test_a_change_touches_no_result_and_its_past_is_kept_in_the_trail() -> None:
    indicator, contract = add(), make.ContractFactory()
    aim(indicator)
    result = publish(indicator, "70")
    change(indicator, name="Visits within a week", contract_id=contract.id)
    assert (indicator.name, indicator.contract, indicator.revision) == ("Visits within a week", contract, 1)
    assert (result.rag, result.target_value, result.value) == ("RED", Decimal(90), Decimal(70))
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "changed")).one()
    assert event.detail["old"] == {"name": "Visits on time", "contract_id": None}
    assert event.detail["new"] == {"name": "Visits within a week", "contract_id": contract.id}


def test_a_change_that_says_nothing_new_or_comes_too_late_is_refused() -> None:
    indicator = add()
    with pytest.raises(RuleBroken, match=r"Nothing differs"):
        change(indicator)
    with pytest.raises(ChangedMeanwhile):
        change(indicator, revision=7, name="Visits")
    with pytest.raises(RowsBroken, match=r"Enter the name\."):
        change(indicator, name=" ")


def test_of_an_indicator_that_ended_nothing_more_is_due_and_its_past_stays() -> None:
    indicator = add()
    publish(indicator, "70", date(2016, 6, 30))
    policy, wanted = policy_on(make.RegisterFactory().id, day_of(NOW)), WantedPeriod(date(2017, 3, 31), 2017)
    assert [one.id for one in overdue_results(day_of(NOW), policy)] == [indicator.id]
    assert [one.id for one in due_results(wanted).rows] == [indicator.id]
    end(indicator)
    assert (indicator.ended_on, indicator.ended_why) == (day_of(NOW), "Not measured now.")
    assert overdue_results(day_of(NOW), policy) == []
    assert due_results(wanted).rows == []
    assert linkables() == []
    with pytest.raises(RowsBroken, match=r"It ended on 3 April 2017: no further result of it is published\."):
        publish(indicator, "80")
    for ended, count in ((False, 0), (True, 1)):
        assert len(scorecard(ScorecardFilter(ended=ended), day_of(NOW), policy, offset=0, size=9)) == count
    assert len(indicator.results) == 1
    end(indicator)
    assert (indicator.ended_on, indicator.ended_why) == (None, "")
    publish(indicator, "80")


def test_it_does_not_end_while_a_risk_is_linked_to_it_and_none_is_linked_afterwards() -> None:
    link = make.LinkFactory(risk=make.RiskFactory(), indicator=add())
    with pytest.raises(RuleBroken, match=r"CYPE [0-9]+ is linked to it\. End the links first\."):
        end(link.indicator)
    indicator, risk = link.indicator, link.risk
    db.session.delete(link)
    end(indicator)
    with pytest.raises(RuleBroken, match=r"The indicator ended on 3 April 2017"):
        add_link(owner_of(risk), risk, indicator, LinkTerms("It counts.", Heeds.ANY), risk.revision, NOW)


def test_one_for_information_has_no_target_and_so_no_rag() -> None:
    indicator = add(measure=replace(MEASURE, is_rated=False))
    with pytest.raises(RowsBroken, match=r"It is for information: it is not rated, so it has no target\."):
        aim(indicator)
    assert publish(indicator, "10").rag is None


def test_a_red_result_of_a_contract_escalates_only_the_risk_that_is_linked_to_the_indicator() -> None:
    contract = make.ContractFactory()
    relies, heeds = (make.LinkFactory(risk=make.RiskFactory(), contract=contract).risk for _ in range(2))
    indicator = add(contract_id=contract.id)
    aim(indicator)
    make.LinkFactory(risk=heeds, indicator=indicator, contract=None)
    publish(indicator, "10")
    assert [one.risk for one in db.session.scalars(select(Escalation))] == [heeds]
    db.session.expire_all()
    (own,) = performance_of(contract, day_of(NOW), policy_on(heeds.register_id, day_of(NOW))).indicators
    assert {(risk.id, risk.heeds) for risk in own.risks} == {(relies.id, None), (heeds.id, "any")}
