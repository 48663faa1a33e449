"""What a risk depends on: latest results, trends on one basis, milestones and standing signals."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Flask

from riskreg import models
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.queries.linked import RESULTS_SHOWN, LinkedContract, LinkedIndicator, linked_contracts, linked_indicators
from tests import factories as make


def policy() -> Policy:
    """The policy of the tests' register."""
    version: models.PolicyVersion = make.RegisterFactory().policies[0]
    return version.as_policy()


def one_indicator(link: models.Link) -> LinkedIndicator:
    """The only indicator of the link's risk."""
    (line,) = linked_indicators(link.risk_id, policy(), make.TODAY)
    return line


def one_contract(**facts: object) -> LinkedContract:
    """A contract with the facts, as its risk shows it."""
    link = make.LinkFactory(contract=make.ContractFactory(**facts))
    (line,) = linked_contracts(link.risk_id, policy(), make.TODAY)
    return line


def test_the_trend_holds_the_last_results_on_the_basis_of_the_latest(app: Flask) -> None:
    link = make.LinkFactory(indicator=make.IndicatorFactory())
    for year in range(2000, 2017):
        make.ResultFactory(indicator=link.indicator, period_end=date(year, 8, 31), value=Decimal(year))
    make.ResultFactory(indicator=link.indicator, period_end=date(2016, 1, 31), basis="snapshot", value=Decimal(1))
    line = one_indicator(link)
    assert line.latest is not None
    assert line.latest.value == Decimal(2016)
    assert len(line.trend) == RESULTS_SHOWN - 1
    assert line.trend[-1] == (Decimal(2016), None)
    assert Decimal(1) not in [value for value, _ in line.trend]


def test_a_superseded_result_is_not_the_latest(app: Flask) -> None:
    link = make.LinkFactory(indicator=make.IndicatorFactory())
    make.ResultFactory(indicator=link.indicator, current=False, value=Decimal(1))
    make.ResultFactory(indicator=link.indicator, revision=2, value=Decimal(2))
    line = one_indicator(link)
    assert line.trend == ((Decimal(2), None),)


def test_a_result_without_a_figure_is_shown_in_its_words(app: Flask) -> None:
    link = make.LinkFactory(indicator=make.IndicatorFactory())
    make.ResultFactory(indicator=link.indicator, value=None, printed="not available")
    line = one_indicator(link)
    assert line.latest is not None
    assert (line.latest.value, line.latest.printed, line.trend) == (None, "not available", ())


def test_the_next_milestone_is_the_first_that_is_not_behind(app: Flask) -> None:
    line = one_contract(end="2017-09-30")
    assert line.upcoming is not None
    assert (line.upcoming.name, line.upcoming.on) == ("Award or extension", date(2017, 6, 30))
    assert one_contract(end="2016-07").upcoming is None
    assert one_contract(end="").upcoming is None
    assert one_contract(closed_on=make.TODAY, closed_why="It ended.").upcoming is None


def test_only_signals_that_stand_are_shown(app: Flask) -> None:
    line = one_contract()
    for state in ("stands", "recovered", "withdrawn"):
        db.session.add(
            models.SignalRow(
                contract_id=line.contract.id, kind="no route", fact="end:2018-03", severity=1, reaches=1,
                sentence=f"It {state}.", since=make.TODAY, found_on=make.TODAY, found_at=make.NOW, policy_version=1,
                state=state,
            )
        )  # fmt: skip
    db.session.flush()
    risk_id = db.session.query(models.Link.risk_id).scalar()
    (again,) = linked_contracts(risk_id, policy(), make.TODAY)
    assert [signal.sentence for signal in again.signals] == ["It stands."]
