"""When the next result of an indicator is overdue: counted on its usual basis, and told alike wherever it is told."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from riskreg import models
from riskreg.domain.notices import NoticeKind
from riskreg.domain.policy import Policy
from riskreg.domain.signals import stale
from riskreg.extensions import db
from riskreg.queries.contract_filters import ContractFilter
from riskreg.queries.contracts import listed_contracts
from riskreg.queries.due import read_due
from riskreg.queries.due_results import WantedPeriod, due_results
from riskreg.queries.indicators import ScorecardFilter, groups_shown, scorecard
from riskreg.queries.late_then import overdue_results_then
from riskreg.queries.latest import lateness_of, overdue_before
from riskreg.queries.linked import linked_indicators
from riskreg.queries.overdue_results import overdue_behind_risks
from riskreg.queries.performance import performance_of
from tests import factories as make

POLICY = Policy.from_data(1, date(2017, 4, 1), make.RULES)
YEAR_2014, YEAR_2015, MARCH = date(2014, 12, 31), date(2015, 12, 31), date(2017, 3, 31)
LATE = "Not known since 31 December 2015{}: the next result was due by 31 March 2017 and is 3 days late."
ON_TIME = ""

# What is known, on which basis and to which day, and what is said on 3 April 2017 of an indicator published every year.
CASES = {
    "only the usual": ([("annual", YEAR_2015)], LATE.format("")),
    "a month since": ([("annual", YEAR_2015), ("month", MARCH)], LATE.format(" on its usual basis (annual)")),
    "a month before": ([("month", YEAR_2014), ("annual", YEAR_2015)], LATE.format("")),
    "a month that ends with the year": ([("annual", YEAR_2015), ("month", YEAR_2015)], LATE.format("")),
    "two years and two months": (
        [("annual", YEAR_2014), ("annual", YEAR_2015), ("month", date(2017, 2, 28)), ("month", MARCH)],
        LATE.format(" on its usual basis (annual)"),
    ),
    "the usual came since": ([("annual", YEAR_2015), ("month", date(2016, 6, 30)), ("annual", MARCH)], ON_TIME),
    "never the usual": ([("month", YEAR_2014), ("quarter", YEAR_2015)], LATE.format("")),
    "never the usual, and lately": ([("month", YEAR_2015), ("month", MARCH)], ON_TIME),
    "nothing at all": ([], ON_TIME),
}


def told(indicator: models.Indicator, link: models.Link) -> dict[str, str]:
    """What each place that tells of overdue results says of an indicator: its sentence."""
    register, contract, today = link.risk.register, indicator.contract, make.TODAY
    assert contract is not None
    card = scorecard(ScorecardFilter(), today, POLICY, offset=0, size=9)
    opened: Any = {link.risk_id: SimpleNamespace(status="open")}
    behind = overdue_behind_risks(register.id, today, POLICY)
    then = overdue_results_then(opened, today, POLICY, lambda one: one.status)
    return {
        "scorecard": card[0].late,
        "page of the indicator": lateness_of([indicator.id], today, POLICY)[indicator.id],
        "page of the risk": linked_indicators(link.risk_id, POLICY, today)[0].late,
        "page of the contract": performance_of(contract, today, POLICY).indicators[0].late,
        "pack": behind[0]["sentence"] if behind else "",
        "report to the committee": then[0]["sentence"] if then else "",
    }


@pytest.fixture
def link(app: Flask) -> models.Link:
    """A link of an open risk to an indicator that measures a contract, and is published every year."""
    contract = make.ContractFactory()
    link: models.Link = make.LinkFactory(indicator=make.IndicatorFactory(contract=contract))
    return link


def publish(link: models.Link, known: list[tuple[str, date]]) -> models.Indicator:
    for basis, ends in known:
        make.ResultFactory(indicator=link.indicator, basis=basis, period_end=ends, period=f"{basis}, {ends}")
    db.session.commit()
    assert link.indicator is not None
    return link.indicator


@pytest.mark.parametrize(("known", "said"), CASES.values(), ids=CASES)
def test_every_place_says_the_same_of_what_is_overdue(
    link: models.Link, known: list[tuple[str, date]], said: str
) -> None:
    indicator = publish(link, known)
    assert {place: sentence for place, sentence in told(indicator, link).items() if sentence != said} == {}
    overdue = ScorecardFilter(stale=True)
    assert bool(scorecard(overdue, make.TODAY, POLICY, offset=0, size=9)) is bool(said)
    assert bool(groups_shown(overdue, make.TODAY, POLICY)) is bool(said)
    (contract,) = listed_contracts(ContractFilter(), make.TODAY, POLICY, offset=0, limit=9)
    assert contract.late is bool(said)
    reminded = [one for one in read_due(NoticeKind.RESULT, make.TODAY, [indicator.id]) if one.due_on < make.TODAY]
    assert bool(reminded) is bool(said)
    asked = due_results(WantedPeriod(MARCH, 2017)).rows
    if said:  # what is overdue is asked for in the table of the period
        assert [row.id for row in asked] == [indicator.id]


def test_the_reminder_names_the_result_that_the_one_asked_for_follows(link: models.Link) -> None:
    indicator = publish(link, [("annual", YEAR_2015)])
    details = []
    for more in ([], [("month", MARCH)]):
        publish(link, more)
        (due,) = read_due(NoticeKind.RESULT, make.TODAY, [indicator.id])
        details.append((due.detail, due.period_end, due.due_on))
    days = (date(2016, 12, 31), date(2017, 3, 31))
    assert details == [
        (("Last result known: annual, 2015-12-31.",), *days),
        (("Last result on its usual basis (annual): annual, 2015-12-31.",), *days),
    ]


def test_of_two_results_that_end_on_one_day_the_usual_is_the_latest(link: models.Link) -> None:
    publish(link, [("annual", MARCH), ("year to date", MARCH)])
    (row,) = scorecard(ScorecardFilter(), make.TODAY, POLICY, offset=0, size=9)
    (line,) = linked_indicators(link.risk_id, POLICY, make.TODAY)
    assert (row.period, row.basis) == ("annual, 2017-03-31", "")
    assert line.latest is not None
    assert (line.latest.basis, line.unusual) == ("annual", "")


@pytest.mark.parametrize("months", [1, 3, 12])
def test_the_last_overdue_day_is_followed_by_one_that_is_not(months: int) -> None:
    last = overdue_before(months, make.TODAY, POLICY)
    assert stale(last, months, make.TODAY, POLICY)
    assert not stale(date.fromordinal(last.toordinal() + 1), months, make.TODAY, POLICY)


@given(
    today=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    months=st.sampled_from([1, 2, 3, 6, 12]),
    away=st.integers(-9, 9),
)
def test_the_list_and_the_rule_agree_on_every_day(today: date, months: int, away: int) -> None:
    last = overdue_before(months, today, POLICY)
    ended = date.fromordinal(last.toordinal() + away)
    assert bool(stale(ended, months, today, POLICY)) is (ended <= last)
