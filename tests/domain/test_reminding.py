"""Ladders of reminders: who is told of what, how many days from its due date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.notices import NoticeKind
from riskreg.domain.policy import Policy
from riskreg.domain.reminding import (
    LADDERS,
    Told,
    first_days,
    of_actions,
    of_contract_reviews,
    of_results,
    of_reviews,
    signal_stage,
    stage_reached,
)
from riskreg.domain.signals import Reach

DUE = date(2017, 6, 30)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_the_ladder_of_reminders_is_the_one_of_the_design(policy: Policy) -> None:
    owner, director = (Told.OWNER,), (Told.OWNER, Told.LINE_DIRECTOR)
    all_of_them = (*director, Told.COORDINATOR, Told.DMT)
    assert [(stage.name, stage.told) for stage in of_reviews(policy)] == [
        ("-14", owner),
        ("-3", owner),
        ("0", owner),
        ("+7", director),
        ("+14", all_of_them),
    ]


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (-15, None),
        (-14, "-14"),
        (-4, "-14"),
        (-3, "-3"),
        (-1, "-3"),
        (0, "0"),
        (6, "0"),
        (7, "+7"),
        (13, "+7"),
        (14, "+14"),
        (400, "+14"),
    ],
)
def test_a_stage_is_reached_on_its_day_and_stands_until_the_next(policy: Policy, days: int, name: str | None) -> None:
    stage = stage_reached(NoticeKind.REVIEW, DUE, DUE + timedelta(days=days), policy)
    assert (stage.name if stage else None) == name


@given(st.sampled_from(list(LADDERS)), DAYS, DAYS, DAYS)
def test_the_stage_never_goes_back_as_days_pass(
    policy: Policy, kind: NoticeKind, due: date, one: date, other: date
) -> None:
    before, after = (stage_reached(kind, due, today, policy) for today in sorted((one, other)))
    if before is not None:
        assert after is not None
        assert before.days <= after.days
        assert set(before.told) <= set(after.told)


def test_a_late_action_reaches_the_coordinator_and_never_dmt(policy: Policy) -> None:
    assert of_actions(policy)[:-1] == of_reviews(policy)[:-1]
    assert of_actions(policy)[-1].told == (Told.OWNER, Told.LINE_DIRECTOR, Told.COORDINATOR)


def test_a_contracts_review_is_told_by_the_days_of_its_signal(policy: Policy) -> None:
    assert [(stage.days, stage.told) for stage in of_contract_reviews(policy)] == [
        (-14, (Told.OWNER,)),
        (-3, (Told.OWNER,)),
        (0, (Told.OWNER,)),
        (1, (Told.OWNER,)),
        (30, (Told.OWNER, Told.LINE_DIRECTOR)),
    ]


def test_a_result_is_told_once_ahead_and_once_when_it_is_overdue(policy: Policy) -> None:
    officer = (Told.PERFORMANCE_OFFICER,)
    assert [(stage.days, stage.told) for stage in of_results(policy)] == [(-14, officer), (1, officer)]


def test_a_policy_without_reminder_days_reminds_only_of_what_is_late(policy: Policy) -> None:
    none = replace(policy, reminder_days_before=())
    assert {kind: first_days(kind, none) for kind in LADDERS} == {
        NoticeKind.REVIEW: 7,
        NoticeKind.ACTION: 7,
        NoticeKind.CONTRACT_REVIEW: 1,
        NoticeKind.RESULT: 1,
    }
    assert stage_reached(NoticeKind.REVIEW, DUE, DUE, none) is None


@pytest.mark.parametrize(
    ("reach", "told"),
    [
        (Reach.MANAGER, (Told.OWNER,)),
        (Reach.HEAD, (Told.OWNER, Told.LINE_DIRECTOR)),
        (Reach.DMT, (Told.OWNER, Told.LINE_DIRECTOR)),
    ],
)
def test_a_contracts_signal_is_told_up_the_line_as_far_as_it_reaches(reach: Reach, told: tuple[Told, ...]) -> None:
    assert signal_stage(reach).told == told
