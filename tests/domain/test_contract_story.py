"""A contract over time: what it signals changes on the days that are named, and on no other."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from riskreg.domain.contract_story import days_of_change, was_true, would_stand
from riskreg.domain.contracts import ContractFacts, ContractReview, Route, RouteKind, RouteStage, contract_signals
from riskreg.domain.dates import PartialDate
from riskreg.domain.policy import Policy

FIRST, DAYS = date(2017, 1, 1), 700
DAY = st.integers(0, DAYS).map(lambda days: FIRST + timedelta(days=days))
DATE = st.none() | DAY.map(lambda day: PartialDate(day.isoformat())) | DAY.map(lambda day: PartialDate(f"{day:%Y-%m}"))
ROUTE = st.builds(Route, st.sampled_from(RouteKind), st.sampled_from(RouteStage), DAY, DATE)
FACTS = st.builds(
    ContractFacts,
    title=st.just("Transport"),
    end=DATE,
    review=DATE,
    provider_known=st.booleans(),
    needed_from=DATE,
    closed_on=st.none() | DAY,
    routes=st.lists(ROUTE, max_size=3).map(lambda routes: tuple(sorted(routes, key=lambda one: one.on))),
    reviews=st.lists(st.builds(ContractReview, DAY, DATE), max_size=2).map(
        lambda reviews: tuple(sorted(reviews, key=lambda one: one.on))
    ),
    tier=st.sampled_from([None, 1, 2, 3]),
    rolling=st.booleans(),
    extensions=st.integers(0, 2),
    notice_months=st.none() | st.integers(1, 6),
)


@settings(max_examples=60)
@given(facts=FACTS)
def test_between_two_days_of_change_nothing_begins_or_ends(policy: Policy, facts: ContractFacts) -> None:
    days = days_of_change(facts, policy)
    before = None
    for day in (FIRST + timedelta(days=one) for one in range(DAYS)):
        found = [(one.kind, one.fact, one.severity, one.reaches) for one in contract_signals(facts, day, policy)]
        assert before in (None, found) or day in days, day
        before = found


def test_what_was_found_by_an_older_policy_was_true_by_that_one(policy: Policy) -> None:
    facts = ContractFacts("Transport", PartialDate("2017-07"), None)
    on = date(2017, 4, 3)
    (signal,) = contract_signals(facts, on, policy)
    assert was_true(signal.fact, on, facts, policy)
    assert would_stand(signal.fact, signal.severity, facts, on, policy)
    assert not would_stand(signal.fact, signal.severity + 1, facts, on, policy)
    assert not was_true(signal.fact, date(2016, 4, 3), facts, policy)
