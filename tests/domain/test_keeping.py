"""What it takes to keep a risk."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import (
    RESPONSES,
    ResponseKind,
    check_due,
    check_happened,
    check_leaving,
    check_merge,
    check_reason,
    check_response,
)
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.scoring import Rag, check_target_beside

TODAY = date(2017, 4, 3)
DAY = timedelta(days=1)
K = ResponseKind


@pytest.mark.parametrize(
    ("kind", "until_on"),
    [(K.TREAT, None), (K.TRANSFER, None), (K.TERMINATE, None), (K.TOLERATE, TODAY + DAY)],
)
def test_a_response_that_makes_sense_is_taken(kind: ResponseKind, until_on: date | None) -> None:
    check_response(kind, until_on, TODAY)


@pytest.mark.parametrize(
    ("kind", "until_on", "sentence"),
    [
        (K.TOLERATE, None, "Enter the date until which"),
        (K.TOLERATE, TODAY, "must be after today"),
        (K.TOLERATE, TODAY - DAY, "must be after today"),
        (K.TREAT, TODAY + DAY, "Only a risk that is tolerated has a date"),
    ],
)
def test_only_tolerating_has_a_date_and_it_is_still_to_come(
    kind: ResponseKind, until_on: date | None, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refused:
        check_response(kind, until_on, TODAY)
    assert refused.value.field == "until_on"


def test_every_response_is_explained() -> None:
    assert set(RESPONSES) == set(ResponseKind)


@pytest.mark.parametrize("on", [TODAY, TODAY - 10 * DAY])
def test_what_happened_lies_between_the_entry_of_the_risk_and_today(on: date) -> None:
    check_happened(on, TODAY, TODAY - 10 * DAY, "The date", "on")


@pytest.mark.parametrize(
    ("on", "sentence"),
    [(TODAY + DAY, "The date must be today or earlier."), (TODAY - 11 * DAY, "must not be before 24 March 2017")],
)
def test_a_day_to_come_or_before_the_risk_existed_is_refused(on: date, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        check_happened(on, TODAY, TODAY - 10 * DAY, "The date", "on")


def test_a_new_action_is_due_today_or_later() -> None:
    check_due(TODAY, TODAY)
    with pytest.raises(RuleBroken, match="today or later"):
        check_due(TODAY - DAY, TODAY)


def test_a_risk_leaves_once_nothing_is_left_to_be_done_or_decided() -> None:
    check_leaving(escalated=False)
    with pytest.raises(RuleBroken, match="still open: “Ask the schools” and “Write a plan”"):
        check_leaving(escalated=False, open_actions=["Ask the schools.", "Write a plan"])
    with pytest.raises(RuleBroken, match="de-escalate it first"):
        check_leaving(escalated=True)


def test_a_risk_is_merged_into_another_one_that_is_open() -> None:
    check_merge(1, 2, RiskStatus.OPEN)
    with pytest.raises(RuleBroken, match="into itself"):
        check_merge(1, 1, RiskStatus.OPEN)


@pytest.mark.parametrize("status", [one for one in RiskStatus if one is not RiskStatus.OPEN])
def test_a_risk_is_not_merged_into_one_that_is_not_open(status: RiskStatus) -> None:
    with pytest.raises(RuleBroken, match=f"That risk is {status}"):
        check_merge(1, 2, status)


def test_a_reason_is_more_than_space() -> None:
    assert check_reason(" So. ", "Say why.") == "So."
    with pytest.raises(RuleBroken, match="Say why"):
        check_reason(" \n", "Say why.")


@pytest.mark.parametrize(
    ("target", "current", "above"),
    [
        ((12, Rag.AMBER), (9, Rag.AMBER), True),
        ((9, Rag.AMBER), (9, Rag.AMBER), False),
        ((4, Rag.GREEN), (9, Rag.AMBER), False),
        ((12, Rag.AMBER), (None, Rag.GREEN), True),
        ((12, Rag.AMBER), (None, Rag.AMBER), False),
    ],
)
def test_a_target_above_the_current_rating_needs_a_reason(
    target: tuple[int, Rag], current: tuple[int | None, Rag], above: bool
) -> None:
    check_target_beside(target, current, "The weather.")
    if not above:
        check_target_beside(target, current, "")
        return
    with pytest.raises(RuleBroken, match="above the current rating"):
        check_target_beside(target, current, " ")
