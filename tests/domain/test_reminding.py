"""Ladders of reminders: who is told of what, how many days from its due date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.choices import Told
from riskreg.domain.notices import NoticeKind
from riskreg.domain.policy import Policy
from riskreg.domain.reminding import (
    LADDERS,
    Works,
    first_days,
    latest_due,
    of_actions,
    of_contract_reviews,
    of_results,
    of_reviews,
    signal_stage,
    stage_reached,
)
from riskreg.domain.signals import Reach
from riskreg.working_days import is_working_day

DUE = date(2017, 6, 30)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
KNOWN = st.dates(date(2010, 1, 1), date(2029, 12, 31))  # years whose bank holidays are known


is_working_day(DUE)  # the first call reads every country's calendars, which takes longer than an example may


def every_day(_: date) -> bool:
    """People who always work."""
    return True


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
    stage = stage_reached(NoticeKind.REVIEW, DUE, DUE + timedelta(days=days), policy, every_day)
    assert (stage.name if stage else None) == name


@given(st.sampled_from(list(LADDERS)), DAYS, DAYS, DAYS, st.sampled_from([every_day, is_working_day]))
def test_the_stage_never_goes_back_as_days_pass(
    policy: Policy, kind: NoticeKind, due: date, one: date, other: date, works: Works
) -> None:
    before, after = (stage_reached(kind, due, today, policy, works) for today in sorted((one, other)))
    if before is not None:
        assert after is not None
        assert before.days <= after.days
        assert set(before.told) <= set(after.told)


EASTER_MONDAY = date(2017, 4, 17)


@pytest.mark.parametrize(
    ("due", "told"),
    [
        # Three days before is Good Friday, and the day itself a holiday: both are told on the Thursday, as one.
        (EASTER_MONDAY, {"-14": date(2017, 4, 3), "0": date(2017, 4, 13), "+7": date(2017, 4, 24)}),
        # A Sunday: two weeks before it another, three days before it a Thursday.
        (date(2017, 6, 18), {"-14": date(2017, 6, 2), "-3": date(2017, 6, 15), "0": date(2017, 6, 16)}),
        # A Wednesday: three days before it is a Sunday.
        (date(2017, 6, 21), {"-14": date(2017, 6, 7), "-3": date(2017, 6, 16), "0": date(2017, 6, 21)}),
        # New Year's Day, a Monday: two weeks before it people work, and on the Friday before it.
        (date(2018, 1, 1), {"-14": date(2017, 12, 18), "-3": date(2017, 12, 29), "0": date(2017, 12, 29)}),
    ],
)
def test_what_lies_ahead_is_told_on_the_last_working_day_before_a_day_off(
    policy: Policy, due: date, told: dict[str, date]
) -> None:
    found: dict[str, date] = {}
    for days in range(-25, 12):
        stage = stage_reached(NoticeKind.REVIEW, due, due + timedelta(days=days), policy, is_working_day)
        if stage:
            found.setdefault(stage.name, due + timedelta(days=days))
    last_of_a_day = {on: name for name, on in told.items()}
    assert {name: found[name] for name in last_of_a_day.values()} == {name: on for on, name in last_of_a_day.items()}


def test_what_is_late_is_late_on_its_day_also_when_nobody_works(policy: Policy) -> None:
    saturday = date(2017, 6, 24)
    before, on = (
        stage_reached(NoticeKind.REVIEW, saturday - timedelta(days=7), day, policy, is_working_day)
        for day in (saturday - timedelta(days=1), saturday)
    )
    assert [stage.name for stage in (before, on) if stage] == ["0", "+7"]


@given(st.sampled_from(list(LADDERS)), KNOWN, st.sets(st.integers(0, 60)))
def test_every_reminder_that_lies_ahead_is_told_in_time_and_none_twice(
    policy: Policy, kind: NoticeKind, due: date, before: set[int]
) -> None:
    """A scheduler runs on every day; on working days a digest takes along the latest of what waits."""
    rules = replace(policy, reminder_days_before=tuple(sorted(before, reverse=True)))
    told: list[tuple[date, int]] = []
    noted: list[int] = []
    waiting: list[int] = []
    for today in (due + timedelta(days=days) for days in range(-90, 45)):
        stage = stage_reached(kind, due, today, rules, is_working_day)
        assert (stage is not None) == (due <= latest_due(kind, today, rules, is_working_day))
        if stage and stage.days not in noted:
            noted.append(stage.days)
            waiting.append(stage.days)
        if waiting and is_working_day(today):
            told.append((today, waiting[-1]))
            waiting.clear()
    stages = [stage for _, stage in told]
    assert stages == sorted(set(stages))
    for stage in LADDERS[kind](rules):
        if stage.days <= 0:
            on = due + timedelta(days=stage.days)
            last = next(day for back in range(14) if is_working_day(day := on - timedelta(days=back)))
            assert [one for day, one in told if day == last and one >= stage.days], stage


def test_a_late_action_reaches_the_coordinator_and_never_dmt(policy: Policy) -> None:
    assert of_actions(policy)[:-1] == of_reviews(policy)[:-1]
    assert of_actions(policy)[-1].told == (Told.OWNER, Told.LINE_DIRECTOR, Told.COORDINATOR)


L, C, D = Told.LINE_DIRECTOR, Told.COORDINATOR, Told.DMT


@pytest.mark.parametrize(
    ("first", "second"),
    [((), ()), ((), (D,)), ((L,), (L,)), ((C,), (C, D)), ((L, C, D), (L, C, D)), ((D,), (L, C, D))],
)
@pytest.mark.parametrize(("kind", "name"), [(NoticeKind.REVIEW, "review"), (NoticeKind.ACTION, "action")])
def test_the_policy_says_who_is_told_of_what_is_late(
    policy: Policy, kind: NoticeKind, name: str, first: tuple[Told, ...], second: tuple[Told, ...]
) -> None:
    steps = {f"late_{name}_told_first": first, f"late_{name}_told_second": second}
    other = replace(policy, **steps)  # type: ignore[arg-type]
    by_day = {}
    for days in (-14, 0, 6, 7, 13, 14, 90):
        stage = stage_reached(kind, DUE, DUE + timedelta(days=days), other, every_day)
        assert stage is not None
        by_day[days] = stage.told
    owner = (Told.OWNER,)
    assert by_day == {
        -14: owner, 0: owner, 6: owner,
        7: (*owner, *first), 13: (*owner, *first),
        14: (*owner, *second), 90: (*owner, *second),
    }  # fmt: skip
    for untouched in set(LADDERS) - {kind}:
        assert LADDERS[untouched](other) == LADDERS[untouched](policy)


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
    assert stage_reached(NoticeKind.REVIEW, DUE, DUE, none, every_day) is None


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
