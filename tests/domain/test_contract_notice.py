"""When notice of an extension has to be given, and milestones by tier; agreements that roll on have no end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskreg.domain.contracts import (
    ContractFacts,
    Route,
    RouteKind,
    RouteStage,
    contract_signals,
    day_of_fact,
    milestones,
)
from riskreg.domain.dates import PartialDate
from riskreg.domain.policy import Policy
from riskreg.domain.signals import Reach, SignalKind

K = SignalKind
EXTEND, REPROCURE, END = RouteKind.EXTEND, RouteKind.REPROCURE, RouteKind.END
DECIDED, APPROVED, AWARDED = RouteStage.DECIDED, RouteStage.APPROVED, RouteStage.AWARDED
LONG_AGO = date(2016, 1, 1)
SIX_MONTHS = ContractFacts("Welfare Call", PartialDate("2018-03"), None, extensions=1, notice_months=6)
NO_ROUTE = "no route for what follows has been decided"
BY = "2017-09-30"  # six months before 31 March 2018; the warning comes 90 days before, on 2 July


def routed(kind: RouteKind, stage: RouteStage, new_end: str | None = None) -> ContractFacts:
    route = Route(kind, stage, LONG_AGO, PartialDate(new_end) if new_end else None)
    return replace(SIX_MONTHS, routes=(route,))


def notice(facts: ContractFacts, on: str, policy: Policy) -> list[tuple[Reach, int]]:
    found = contract_signals(facts, date.fromisoformat(on), policy)
    return [(one.reaches, one.severity) for one in found if one.kind is K.EXTENSION_NOTICE]


@pytest.mark.parametrize(
    ("on", "found"),
    [
        ("2017-07-01", []),
        ("2017-07-02", [(Reach.MANAGER, 1)]),
        (BY, [(Reach.MANAGER, 1)]),
        ("2017-10-01", [(Reach.DMT, 2)]),
        ("2018-03-31", [(Reach.DMT, 2)]),
        ("2018-04-01", []),
    ],
)
def test_notice_is_warned_of_ninety_days_before_and_reaches_dmt_the_day_after(
    policy: Policy, on: str, found: list[tuple[Reach, int]]
) -> None:
    assert notice(SIX_MONTHS, on, policy) == found


WARNED = [(Reach.MANAGER, 1)]
TOLD_DMT = [(Reach.DMT, 2)]
NOTHING: list[tuple[Reach, int]] = []


@pytest.mark.parametrize(
    ("facts", "on_the_day", "the_day_after"),
    [
        (SIX_MONTHS, WARNED, TOLD_DMT),
        (routed(EXTEND, DECIDED), WARNED, WARNED),
        (routed(EXTEND, APPROVED), WARNED, WARNED),
        (routed(EXTEND, AWARDED, "2019-03"), NOTHING, NOTHING),
        (routed(REPROCURE, DECIDED), NOTHING, NOTHING),
        (routed(REPROCURE, AWARDED), NOTHING, NOTHING),
        (routed(END, DECIDED), NOTHING, NOTHING),
        (replace(SIX_MONTHS, extensions=0), NOTHING, NOTHING),
        (replace(SIX_MONTHS, notice_months=None), NOTHING, NOTHING),
        (replace(SIX_MONTHS, end=None), NOTHING, NOTHING),
        (replace(SIX_MONTHS, rolling=True), NOTHING, NOTHING),
        (replace(SIX_MONTHS, closed_on=LONG_AGO), NOTHING, NOTHING),
    ],
)
def test_who_is_told_depends_on_the_route_and_on_what_is_left(
    policy: Policy, facts: ContractFacts, on_the_day: list[tuple[Reach, int]], the_day_after: list[tuple[Reach, int]]
) -> None:
    assert notice(facts, BY, policy) == on_the_day
    assert notice(facts, "2017-10-01", policy) == the_day_after


def test_a_second_extension_has_a_notice_of_its_own(policy: Policy) -> None:
    once = replace(routed(EXTEND, AWARDED, "2019-03"), extensions=2)
    assert (once.extensions_used, once.notice_by) == (1, date(2018, 9, 30))
    assert notice(once, "2018-10-01", policy) == TOLD_DMT
    assert replace(once, extensions=1).notice_by is None


def test_notice_of_no_months_is_due_on_the_last_day(policy: Policy) -> None:
    facts = replace(SIX_MONTHS, notice_months=0)
    assert notice(facts, "2018-03-31", policy) == WARNED
    assert notice(facts, "2018-04-01", policy) == NOTHING


@pytest.mark.parametrize(
    ("facts", "on", "sentence"),
    [
        (
            SIX_MONTHS,
            "2017-09-29",
            f"notice of an extension is due by 30 September 2017, and {NO_ROUTE}.",
        ),
        (
            routed(EXTEND, DECIDED),
            BY,
            "notice of the extension is due by 30 September 2017, and it has not been awarded.",
        ),
        (
            SIX_MONTHS,
            "2017-10-01",
            f"notice of an extension was due by 30 September 2017, and {NO_ROUTE}.",
        ),
    ],
)
def test_notice_is_told_in_a_sentence(policy: Policy, facts: ContractFacts, on: str, sentence: str) -> None:
    found = contract_signals(facts, date.fromisoformat(on), policy)
    (signal,) = (one for one in found if one.kind is K.EXTENSION_NOTICE)
    assert signal.sentence == f"Welfare Call: {sentence}"


@pytest.mark.parametrize(("days", "on"), [(90, "2017-07-02"), (0, BY), (30, "2017-08-31")])
def test_the_policy_says_how_early_the_warning_comes(policy: Policy, days: int, on: str) -> None:
    asked = replace(policy, extension_notice_days=days)
    found = [one for one in contract_signals(SIX_MONTHS, date.fromisoformat(BY), asked) if one.fact == "notice:2018-03"]
    assert [one.since.isoformat() for one in found] == [on]


@pytest.mark.parametrize(
    ("tier", "since"), [(1, "2016-09-30"), (2, "2017-03-31"), (3, "2017-06-30"), (None, "2017-03-31")]
)
def test_the_first_milestone_comes_by_tier(policy: Policy, tier: int | None, since: str) -> None:
    tiered = replace(policy, no_route_months=(18, 12, 9))
    facts = ContractFacts("Welfare Call", PartialDate("2018-03"), None, tier=tier)
    day = date.fromisoformat(since)
    assert milestones(facts, tiered)[0].on == day
    assert [one.since for one in contract_signals(facts, day, tiered)] == [day]


def test_an_agreement_that_rolls_on_has_reviews_and_no_end(policy: Policy) -> None:
    facts = ContractFacts("Welfare Call", PartialDate("2016-03"), PartialDate("2017-04"), rolling=True)
    assert facts.current_end is None
    assert [one.name for one in milestones(facts, policy)] == ["Review"]
    assert [one.kind for one in contract_signals(facts, date(2017, 7, 1), policy)] == [K.REVIEW_OVERDUE]


def test_notice_is_a_milestone_between_the_others(policy: Policy) -> None:
    facts = replace(SIX_MONTHS, notice_months=4)
    assert [one.name for one in milestones(facts, policy)] == [
        "Route decided",
        "Route approved",
        "Extension notice",
        "Award or extension",
        "End",
    ]


@pytest.mark.parametrize(
    ("fact", "months", "on"),
    [
        ("end:2016-07-31", 6, date(2016, 7, 31)),
        ("end:2017", None, date(2017, 12, 31)),
        ("provider:2017-04", None, date(2017, 4, 30)),
        ("notice:2018-03", 6, date(2017, 9, 30)),
        ("notice:2018-03", None, date(2018, 3, 31)),  # the months were taken out of its terms since
    ],
)
def test_the_fact_of_a_signal_says_about_which_day_it_is(fact: str, months: int | None, on: date) -> None:
    assert day_of_fact(fact, months) == on
