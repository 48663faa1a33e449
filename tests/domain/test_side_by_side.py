"""What was raised beside what would have been: nothing that differs is said to be the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.side_by_side import Difference, Raised, side_by_side

FIGURE = ("indicator:5 annual:2017-08-31", "slipped", 2)
CONTRACT = ("contract:7 no route:2018-03-31", "no route", 1)
WAS = Raised(
    risk_id=1,
    opened_on=date(2017, 4, 10),
    sentences=("NEET went from GREEN to RED.",),
    reasons=frozenset({FIGURE}),
    facts=frozenset({FIGURE[0]}),
    status=EscalationStatus.WITHDRAWN,
    ended_on=date(2017, 4, 20),
    ended_why="The figure was wrong.",
    escalation_id=3,
)
SAME = replace(WAS, escalation_id=None, ended_why="")
BOTH = frozenset({FIGURE[0], CONTRACT[0]})


def test_what_has_the_same_day_reason_and_end_is_the_same() -> None:
    (pair,) = side_by_side([WAS], [SAME])
    assert pair.difference is Difference.SAME
    assert (pair.same_reason, pair.same_end, pair.days) == (True, True, 0)


@pytest.mark.parametrize(
    ("would", "same_reason", "same_end"),
    [
        (replace(SAME, reasons=frozenset({FIGURE, CONTRACT}), facts=BOTH), False, True),
        (replace(SAME, reasons=frozenset({(*FIGURE[:2], 1)})), False, True),
        (replace(SAME, facts=BOTH, status=EscalationStatus.AWAITING, ended_on=None), True, False),
        (replace(SAME, ended_on=date(2017, 4, 21)), True, False),
        (replace(SAME, reasons=frozenset({CONTRACT}), facts=BOTH, status=EscalationStatus.AWAITING, ended_on=None),
         False, False),
    ],
)  # fmt: skip
def test_what_is_raised_that_day_for_another_reason_or_ends_otherwise_is_not_the_same(
    would: Raised, same_reason: bool, same_end: bool
) -> None:
    (pair,) = side_by_side([WAS], [would])
    assert pair.difference is Difference.OTHERWISE
    assert (pair.same_reason, pair.same_end) == (same_reason, same_end)


def test_what_only_one_of_them_raised_has_neither_the_same_reason_nor_the_same_end() -> None:
    pairs = [*side_by_side([WAS], []), *side_by_side([], [SAME])]
    assert [one.difference for one in pairs] == [Difference.NOT_RAISED, Difference.NEW]
    assert not any(one.same_reason or one.same_end for one in pairs)


def test_only_what_dmt_declined_was_spared_it() -> None:
    declined = replace(WAS, status=EscalationStatus.DECLINED)
    assert [side_by_side([one], [])[0].spared for one in (declined, WAS)] == [True, False]
    assert not side_by_side([declined], [SAME])[0].spared


DECLINED = replace(WAS, status=EscalationStatus.DECLINED, facts=BOTH, ended_on=date(2017, 7, 20))
OTHER = replace(SAME, opened_on=date(2017, 7, 7), reasons=frozenset({CONTRACT}), facts=frozenset({CONTRACT[0]}))
NEXT_YEAR = ("indicator:5 annual:2018-08-31", "slipped", 2)


@pytest.mark.parametrize("joined", [frozenset[str](), frozenset({NEXT_YEAR[0]})])
def test_what_was_declined_is_spared_when_only_another_reason_raises_the_risk_later(joined: frozenset[str]) -> None:
    was, would = side_by_side([DECLINED], [replace(OTHER, facts=OTHER.facts | joined)])
    assert (was.difference, was.spared, was.was) == (Difference.NOT_RAISED, True, DECLINED)
    assert (would.difference, would.spared, would.was) == (Difference.NEW, False, None)


@pytest.mark.parametrize("swapped", [False, True])
def test_what_has_the_same_reason_is_paired_by_the_day_that_is_nearest(swapped: bool) -> None:
    first = replace(WAS, opened_on=date(2017, 4, 3), status=EscalationStatus.DECLINED, escalation_id=2)
    was = [WAS, first] if swapped else [first, WAS]
    assert [(one.was, one.difference) for one in side_by_side(was, [SAME])] == [
        (first, Difference.NOT_RAISED),
        (WAS, Difference.SAME),
    ]


def test_an_earlier_result_of_the_same_indicator_raises_it_earlier() -> None:
    later = replace(SAME, reasons=frozenset({NEXT_YEAR}), facts=frozenset({NEXT_YEAR[0]}), opened_on=date(2018, 9, 1))
    (pair,) = side_by_side([later], [SAME])
    assert (pair.difference, pair.days) == (Difference.EARLIER, (WAS.opened_on - later.opened_on).days)


def test_what_joins_another_escalation_by_the_draft_is_not_spared_dmt() -> None:
    declined = replace(WAS, status=EscalationStatus.DECLINED)
    contract = replace(WAS, reasons=frozenset({CONTRACT}), facts=frozenset({CONTRACT[0]}), escalation_id=4)
    would = replace(SAME, reasons=frozenset({CONTRACT}), facts=BOTH)
    pairs = side_by_side([declined, contract], [would])
    assert [(one.was, one.would, one.joins, one.spared) for one in pairs] == [
        (declined, None, True, False),
        (contract, would, False, False),
    ]
