"""What a contract's dates tell on a day: reviews, the road to its end, the provider that is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.contracts import (
    ContractFacts,
    ContractReview,
    Route,
    RouteKind,
    RouteStage,
    contract_signals,
    milestones,
)
from riskreg.domain.dates import PartialDate
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach, SignalKind

K = SignalKind
EXTEND, REPROCURE, END = RouteKind.EXTEND, RouteKind.REPROCURE, RouteKind.END
DECIDED, APPROVED, AWARDED = RouteStage.DECIDED, RouteStage.APPROVED, RouteStage.AWARDED
LONG_AGO = date(2016, 1, 1)
DAYS = st.dates(date(2015, 1, 1), date(2020, 12, 31))
PARTIAL = DAYS.flatmap(lambda day: st.sampled_from([4, 7, 10]).map(lambda known: PartialDate(day.isoformat()[:known])))


def contract(end: str | None = None, review: str | None = None, *routes: Route) -> ContractFacts:
    return ContractFacts(
        "Welfare Call", PartialDate(end) if end else None, PartialDate(review) if review else None, routes=routes
    )


def route(kind: RouteKind, stage: RouteStage, on: date = LONG_AGO, new_end: str | None = None) -> Route:
    return Route(kind, stage, on, PartialDate(new_end) if new_end else None)


def kinds(facts: ContractFacts, on: str, policy: Policy) -> list[tuple[SignalKind, Reach]]:
    return [(signal.kind, signal.reaches) for signal in contract_signals(facts, date.fromisoformat(on), policy)]


@pytest.mark.parametrize("end", ["2018-03-31", "2018-03"])
@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("2017-03-30", []),
        ("2017-03-31", [(K.NO_ROUTE, Reach.MANAGER)]),
        ("2017-09-29", [(K.NO_ROUTE, Reach.MANAGER)]),
        ("2017-09-30", [(K.NO_APPROVED_ROUTE, Reach.DMT)]),
        ("2017-12-30", [(K.NO_APPROVED_ROUTE, Reach.DMT)]),
        ("2017-12-31", [(K.NO_AWARD, Reach.DMT)]),
        ("2018-03-31", [(K.NO_AWARD, Reach.DMT)]),
        ("2018-04-01", [(K.ENDED, Reach.DMT)]),
        ("2019-04-01", [(K.ENDED, Reach.DMT)]),
    ],
)
def test_twelve_six_and_three_months_count_to_the_day_from_the_end_of_the_month(
    policy: Policy, end: str, on: str, found: list[tuple[SignalKind, Reach]]
) -> None:
    assert kinds(contract(end), on, policy) == found


@pytest.mark.parametrize(
    ("end", "day"), [("2016-02-29", "2015-02-28"), ("2017-02-28", "2016-02-28"), ("2016-02", "2015-02-28")]
)
def test_a_leap_day_counts_from_the_last_day_of_february(policy: Policy, end: str, day: str) -> None:
    reached = date.fromisoformat(day)
    assert [signal.since for signal in contract_signals(contract(end), reached, policy)] == [reached]
    assert contract_signals(contract(end), reached - timedelta(days=1), policy) == ()


@pytest.mark.parametrize(
    ("routes", "on", "found"),
    [
        ([route(EXTEND, DECIDED)], "2017-04-03", []),
        ([route(EXTEND, DECIDED)], "2017-09-30", [K.NO_APPROVED_ROUTE]),
        ([route(EXTEND, APPROVED)], "2017-09-30", []),
        ([route(EXTEND, APPROVED)], "2017-12-31", [K.NO_AWARD]),
        ([route(REPROCURE, APPROVED)], "2017-12-31", [K.NO_AWARD]),
        ([route(REPROCURE, AWARDED)], "2017-12-31", []),
        ([route(REPROCURE, AWARDED)], "2018-04-01", []),
        ([route(END, DECIDED)], "2017-09-30", [K.NO_APPROVED_ROUTE]),
        ([route(END, APPROVED)], "2017-12-31", []),
        ([route(END, APPROVED)], "2018-04-01", []),
        ([route(END, DECIDED)], "2018-04-01", [K.ENDED]),
        ([route(EXTEND, APPROVED)], "2018-04-01", [K.ENDED]),
        ([route(EXTEND, APPROVED), route(REPROCURE, DECIDED)], "2017-09-30", [K.NO_APPROVED_ROUTE]),
        ([route(EXTEND, AWARDED, new_end="2020-03")], "2018-04-01", []),
        ([route(EXTEND, AWARDED, new_end="2020-03")], "2019-03-31", [K.NO_ROUTE]),
        ([route(EXTEND, AWARDED, new_end="2020-03")], "2020-04-01", [K.ENDED]),
        ([route(EXTEND, AWARDED, new_end="2020-03"), route(REPROCURE, DECIDED)], "2019-09-29", []),
        ([route(EXTEND, AWARDED, new_end="2020-03"), route(REPROCURE, DECIDED)], "2019-09-30", [K.NO_APPROVED_ROUTE]),
    ],
)
def test_a_route_answers_for_the_end_it_was_recorded_for(
    policy: Policy, routes: list[Route], on: str, found: list[SignalKind]
) -> None:
    assert [kind for kind, _ in kinds(contract("2018-03", None, *routes), on, policy)] == found


@pytest.mark.parametrize(
    ("review", "on", "found"),
    [
        ("2017-04", "2017-04-30", []),
        ("2017-04", "2017-05-01", [(K.REVIEW_OVERDUE, Reach.MANAGER)]),
        ("2017-04", "2017-05-29", [(K.REVIEW_OVERDUE, Reach.MANAGER)]),
        ("2017-04", "2017-05-30", [(K.REVIEW_OVERDUE, Reach.HEAD)]),
        ("2017-04", "2017-06-28", [(K.REVIEW_OVERDUE, Reach.HEAD)]),
        ("2017-04", "2017-06-29", [(K.REVIEW_OVERDUE, Reach.DMT)]),
        ("2017-04-10", "2017-04-10", []),
        ("2017-04-10", "2017-04-11", [(K.REVIEW_OVERDUE, Reach.MANAGER)]),
        ("2017", "2017-12-31", []),
        ("2017", "2018-01-01", [(K.REVIEW_OVERDUE, Reach.MANAGER)]),
    ],
)
def test_an_overdue_review_reaches_manager_head_and_dmt_in_turn(
    policy: Policy, review: str, on: str, found: list[tuple[SignalKind, Reach]]
) -> None:
    assert kinds(contract(None, review), on, policy) == found


def test_a_review_that_was_held_sets_the_next(policy: Policy) -> None:
    held = (ContractReview(date(2017, 5, 10), PartialDate("2018-04")),)
    facts = replace(contract(None, "2017-04"), reviews=held)
    assert kinds(facts, "2017-05-09", policy) == [(K.REVIEW_OVERDUE, Reach.MANAGER)]
    assert kinds(facts, "2017-07-01", policy) == []
    assert kinds(facts, "2018-05-01", policy) == [(K.REVIEW_OVERDUE, Reach.MANAGER)]


def test_a_review_after_which_no_next_one_is_known_is_silent(policy: Policy) -> None:
    facts = replace(contract(None, "2017-04"), reviews=(ContractReview(date(2017, 5, 10), None),))
    assert kinds(facts, "2027-01-01", policy) == []


@pytest.mark.parametrize(
    ("provider_known", "needed", "on", "found"),
    [
        (False, "2018-09", "2017-09-29", []),
        (False, "2018-09", "2017-09-30", [(K.NO_PROVIDER, Reach.DMT)]),
        (False, "2018-09", "2019-01-01", [(K.NO_PROVIDER, Reach.DMT)]),
        (False, "2018-09-01", "2017-09-01", [(K.NO_PROVIDER, Reach.DMT)]),
        (True, "2018-09", "2018-09-30", []),
        (False, None, "2018-09-30", []),
    ],
)
def test_a_provision_needed_within_twelve_months_must_have_a_provider(
    policy: Policy, provider_known: bool, needed: str | None, on: str, found: list[tuple[SignalKind, Reach]]
) -> None:
    when = PartialDate(needed) if needed else None
    facts = replace(contract(), provider_known=provider_known, needed_from=when)
    assert kinds(facts, on, policy) == found


def test_words_that_are_no_date_give_no_signal(policy: Policy) -> None:
    assert contract_signals(contract(), date(2030, 1, 1), policy) == ()
    assert milestones(contract(), policy) == ()


def test_a_contract_that_was_closed_is_silent_from_that_day(policy: Policy) -> None:
    facts = replace(contract("2018-03", "2017-04"), closed_on=date(2018, 5, 1))
    assert len(contract_signals(facts, date(2018, 4, 30), policy)) == 2
    assert contract_signals(facts, date(2018, 5, 1), policy) == ()


def test_what_was_recorded_later_was_not_known_before(policy: Policy) -> None:
    facts = contract("2018-03", None, route(EXTEND, DECIDED, date(2017, 4, 20)))
    assert kinds(facts, "2017-04-19", policy) == [(K.NO_ROUTE, Reach.MANAGER)]
    assert kinds(facts, "2017-04-20", policy) == []
    assert facts.as_at(date(2017, 4, 19)).routes == ()


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ("2017-09-30", "it ends on 31 March 2018, and no route for what follows has been approved."),
        ("2018-03-30", "it ends on 31 March 2018, and no award or extension has been recorded."),
        ("2018-03-31", "it ends on 31 March 2018, and no award or extension has been recorded."),
        (
            "2018-04-01",
            "it ended on 31 March 2018 and is still relied on, and no award or extension has been recorded.",
        ),
    ],
)
def test_the_end_of_a_contract_is_told_in_a_sentence(policy: Policy, on: str, sentence: str) -> None:
    (signal,) = contract_signals(contract("2018-03"), date.fromisoformat(on), policy)
    assert signal.sentence == f"Welfare Call: {sentence}"


@pytest.mark.parametrize(
    ("review", "words"), [("2017-04", "in April 2017"), ("2017-04-30", "on 30 April 2017"), ("2016", "in 2016")]
)
def test_an_overdue_review_is_told_at_the_precision_known(policy: Policy, review: str, words: str) -> None:
    facts = replace(contract(None, review), title="Support due in schools")
    (signal,) = contract_signals(facts, date(2017, 5, 1), policy)
    assert signal.sentence.startswith(f"Support due in schools: the review due {words} is ")


def test_a_title_that_ends_with_a_full_stop_runs_on_into_the_sentence(policy: Policy) -> None:
    (signal,) = contract_signals(replace(contract("2017-03"), title="Interviews."), date(2017, 4, 3), policy)
    assert signal.sentence.startswith("Interviews: it ended on 31 March 2017")


def test_a_missing_provider_is_told_in_a_sentence(policy: Policy) -> None:
    facts = replace(contract(), provider_known=False, needed_from=PartialDate("2017-09"))
    (signal,) = contract_signals(facts, date(2017, 4, 3), policy)
    assert signal.sentence == "Welfare Call: it is needed from September 2017 and has no provider."


def test_milestones_stand_in_order_of_day_with_their_words(policy: Policy) -> None:
    assert [
        (point.name, point.on.isoformat(), point.words) for point in milestones(contract("2018-03", "2017-05"), policy)
    ] == [
        ("Route decided", "2017-03-31", "31 March 2017"),
        ("Review", "2017-05-31", "May 2017"),
        ("Route approved", "2017-09-30", "30 September 2017"),
        ("Award or extension", "2017-12-31", "31 December 2017"),
        ("End", "2018-03-31", "March 2018"),
    ]


def test_an_awarded_extension_moves_the_milestones(policy: Policy) -> None:
    facts = contract("2018-03", None, route(EXTEND, AWARDED, new_end="2020-03-31"))
    assert milestones(facts, policy)[-1].on == date(2020, 3, 31)


STAGES = st.sampled_from([None, DECIDED, APPROVED, AWARDED])


def severity(facts: ContractFacts, on: date, policy: Policy) -> int:
    return max((signal.severity for signal in contract_signals(facts, on, policy)), default=0)


@given(PARTIAL, STAGES, DAYS, DAYS)
def test_an_end_only_gets_graver_as_days_pass(
    policy: Policy, end: PartialDate, stage: RouteStage | None, one: date, other: date
) -> None:
    routes = (Route(EXTEND, stage, date(2014, 1, 1)),) if stage else ()
    facts = ContractFacts("X", end, None, routes=routes)
    before, after = sorted((one, other))
    assert severity(facts, before, policy) <= severity(facts, after, policy)


@given(PARTIAL, st.sampled_from(RouteKind), DAYS)
def test_a_route_that_has_come_further_never_signals_more(
    policy: Policy, end: PartialDate, kind: RouteKind, on: date
) -> None:
    levels = [
        severity(ContractFacts("X", end, None, routes=routes), on, policy)
        for routes in ((), *((Route(kind, stage, date(2014, 1, 1)),) for stage in RouteStage))
    ]
    assert levels == sorted(levels, reverse=True)


@given(PARTIAL, PARTIAL, DAYS)
def test_a_signal_has_stood_since_its_day_and_one_stands_for_each_fact(
    policy: Policy, end: PartialDate, review: PartialDate, on: date
) -> None:
    facts = ContractFacts("X", end, review)
    found = contract_signals(facts, on, policy)
    assert len({signal.fact for signal in found}) == len(found) <= 2
    for signal in found:
        assert signal.since <= on
        then = [one for one in contract_signals(facts, signal.since, policy) if one.fact == signal.fact]
        assert [(one.kind, one.severity) for one in then] == [(signal.kind, signal.severity)]
        eve = contract_signals(facts, signal.since - timedelta(days=1), policy)
        assert not any((one.fact, one.severity) == (signal.fact, signal.severity) for one in eve)


def test_a_sentence_stored_on_one_day_is_true_on_the_next(policy: Policy) -> None:
    facts = contract("2018-03", "2017-01")
    said = [[one.sentence for one in contract_signals(facts, date(2017, month, 15), policy)] for month in (5, 6)]
    assert said[0] == said[1]
    assert len(said[0]) == 2
