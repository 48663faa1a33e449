"""What results tell: slipped, red, worsening, recovered, stale; and the sentences a Member reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.choices import Heeds
from riskreg.domain.policy import Policy
from riskreg.domain.scoring import Rag
from riskreg.domain.signals import (
    JudgedResult,
    Reach,
    Signal,
    SignalKind,
    heeded,
    signals_of_indicator,
    stale,
)
from riskreg.domain.targets import Direction, Polarity, Target, TargetKind, direction_of_travel, judge

D = Decimal
K = SignalKind
TAKE_UP = "Percentage of eligible children taking up FF2 place (as measured by DfE snapshot)"
# period, value, target (None: not rated)
Row = tuple[str, str, str | None]


def history(
    policy: Policy,
    rows: Sequence[Row],
    polarity: Polarity = Polarity.HIGHER,
    opening: int = 1,
    floor: str | None = None,
) -> list[JudgedResult]:
    """Results a year apart, the first ones the opening position, each judged against a target of its own."""
    results: list[JudgedResult] = []
    for at, (period, value, goal) in enumerate(rows):
        target = Target(TargetKind.FIGURE, D(goal), D(floor) if floor else None) if goal else Target(TargetKind.UP)
        direction = None
        if results:
            direction = direction_of_travel(results[-1].value, D(value), polarity, D(goal) if goal else None)
        judgement = judge(D(value), target, polarity, None, policy)
        end = date(2016 + at, 8, 31)
        moves = policy.worsening_moves
        results.append(JudgedResult(period, end, D(value), "annual", at < opening, judgement, direction, moves))
    return results


def years(*pairs: str) -> list[Row]:
    """“80/90” is 80 against 90; “80” alone is not rated."""
    return [(str(2016 + at), pair.partition("/")[0], pair.partition("/")[2] or None) for at, pair in enumerate(pairs)]


def of(policy: Policy, rows: Sequence[Row], polarity: Polarity = Polarity.HIGHER, opening: int = 1) -> list[Signal]:
    return list(signals_of_indicator("Take-up", "percent", history(policy, rows, polarity, opening)))


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        (["100/90", "95/90"], []),
        (["100/90", "85/90"], ["slipped"]),
        (["100/90", "50/90"], ["slipped"]),
        (["85/90", "50/90"], ["slipped"]),
        (["85/90", "84/90"], []),
        (["50/90", "60/90"], ["red"]),
        (["50/90", "50/90"], ["red"]),
        (["50/90", "85/90"], []),
        (["50/90"], []),
        (["88/90", "87/90", "86/90"], ["worsening"]),
        (["88/90", "87/90", "87/90"], []),
        (["88/90", "87/90", "87/90", "86/90"], []),
        (["88/90", "87/90", "88/90", "87/90"], []),
        (["99/90", "98/90", "97/90"], []),
        (["99/90", "92/90", "85/90"], ["slipped"]),
        (["60/90", "55/90", "50/90"], ["red", "worsening"]),
        (["100/90", "70", "50/90"], ["slipped"]),
        (["50/90", "60", "50/90"], ["red"]),
        (["70", "60/90"], ["red"]),
        (["70", "85/90"], []),
        (["100", "95", "85/90"], ["worsening"]),
        (["70", "60", "50"], []),
    ],
)
def test_each_history_gives_the_signals_of_the_design(policy: Policy, rows: list[str], kinds: list[str]) -> None:
    assert [signal.kind.value for signal in of(policy, years(*rows))] == kinds


def test_a_first_published_result_that_is_red_is_a_signal(policy: Policy) -> None:
    (signal,) = of(policy, years("50/90"), opening=0)
    assert (signal.kind, signal.severity, signal.reaches) == (K.RED, 2, Reach.DMT)
    assert signal.sentence.startswith("Take-up: the first result, 50% (2016), is RED against a target of 90%.")


def test_a_first_published_result_that_is_amber_is_none(policy: Policy) -> None:
    assert of(policy, years("85/90"), opening=0) == []


def test_an_opening_position_raises_nothing_however_it_fell(policy: Policy) -> None:
    assert of(policy, years("100/90", "85/90", "50/90"), opening=3) == []


def test_moves_within_the_opening_position_count_for_the_run(policy: Policy) -> None:
    assert [signal.kind for signal in of(policy, years("88/90", "87/90", "86/90"), opening=2)] == [K.WORSENING]


def test_a_signal_names_its_period_and_its_severity(policy: Policy) -> None:
    amber, red = of(policy, years("100/90", "85/90", "50/90"))
    assert (amber.fact, amber.severity, amber.since) == ("annual:2017-08-31", 1, date(2017, 8, 31))
    assert (red.fact, red.severity) == ("annual:2018-08-31", 2)


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        (["100/90", "85/90", "95/90"], [False]),
        (["100/90", "85/90", "90/90"], [False]),
        (["100/90", "50/90", "85/90"], [True]),
        (["85/90", "50/90", "85/90"], [False]),
        (["100/90", "85/90", "50/90", "85/90"], [True, False]),
        (["100/90", "85/90", "50/90", "95/90"], [False, False]),
        (["50/90", "60/90", "85/90"], [False]),
        (["50/90", "60/90", "70/90"], [True, True]),
        (["88/90", "87/90", "86/90", "87/90"], [False]),
        (["88/90", "87/90", "86/90", "86/90"], [True]),
        (["60/90", "55/90", "50/90", "52/90"], [True, False, True]),
        (["100/90", "85/90", "99"], [True]),
        (["100/90", "85/90", "95/90", "85/90"], [False, True]),
    ],
)
def test_a_signal_stands_until_a_rated_result_takes_its_reason_away(
    policy: Policy, rows: list[str], standing: list[bool]
) -> None:
    assert [signal.stands for signal in of(policy, years(*rows))] == standing


def test_a_recovery_says_which_result_brought_it(policy: Policy) -> None:
    (signal,) = of(policy, years("100/90", "85/90", "95/90"))
    assert signal.recovered == "It has recovered: 95% (2018) is GREEN against a target of 90%."


def test_worsening_that_halts_short_of_green_is_not_called_recovered(policy: Policy) -> None:
    (signal,) = of(policy, years("88/90", "87/90", "86/90", "87/90"))
    assert signal.recovered == "It is no longer getting worse: 87% (2019) is AMBER against a target of 90%."


def test_a_floor_that_is_known_moves_the_line(policy: Policy) -> None:
    results = history(policy, years("100/90", "75/90"), floor="70")
    (signal,) = signals_of_indicator("Take-up", "percent", results)
    assert signal.severity == Rag.AMBER.severity
    assert signal.sentence.endswith("to AMBER against a target of 90%. The floor standard is 70%.")


def test_the_take_up_of_places_reads_as_a_member_would_want_it(policy: Policy) -> None:
    rows: list[Row] = [("2016", "74", "74"), ("December 2016", "70", "78")]
    (signal,) = signals_of_indicator(TAKE_UP, "percent", history(policy, rows))
    assert signal.sentence == (
        f"{TAKE_UP}: it fell from 74% (2016) to 70% (December 2016), and from GREEN against a target of 74% to RED "
        "against a target of 78%. The floor standard is not known and is assumed to be 70.2%, the target worsened by "
        "10% of itself."
    )


def test_young_people_without_work_improved_and_are_still_red(policy: Policy) -> None:
    rows: list[Row] = [
        ("January 2016 (November to January average)", "5.0", "3.5"),
        ("January 2017 (November to January average)", "3.0", "2.5"),
    ]
    (signal,) = signals_of_indicator("NEETs", "percent", history(policy, rows, Polarity.LOWER))
    assert signal.sentence == (
        "NEETs: it improved, falling from 5.0% (January 2016, November to January average) to 3.0% (January 2017, "
        "November to January average), yet it is still RED against a target of 2.5%. The floor standard is not known "
        "and is assumed to be 2.75%, the target worsened by 10% of itself."
    )


def test_fewer_schools_in_a_category_slipped_because_the_target_moved(policy: Policy) -> None:
    rows: list[Row] = [("2016", "4", "6"), ("December 2016", "3", "0")]
    results = history(policy, rows, Polarity.LOWER)
    (signal,) = signals_of_indicator("Number of schools in a category", "number", results)
    assert signal.sentence == (
        "Number of schools in a category: it improved, falling from 4 (2016) to 3 (December 2016), yet went from GREEN "
        "against a target of 6 to RED against a target of 0. No floor standard is known, and a target of 0 leaves no "
        "room for one to be assumed."
    )


@pytest.mark.parametrize(
    ("rows", "polarity", "words"),
    [
        (["3/3", "5/3"], Polarity.LOWER, "it got worse, rising from 3% (2016) to 5% (2017), and from GREEN"),
        (["90/90", "90/92"], Polarity.HIGHER, "it stayed at 90% (2016, then 2017), yet went from GREEN"),
        (["50/90", "50/90"], Polarity.HIGHER, "it stayed at 50% (2016, then 2017) and is still RED against"),
        (["70", "60/90"], Polarity.HIGHER, "it fell from 70% (2016, not rated) to 60% (2017) and is RED against"),
        (["50/90", "70", "60/90"], Polarity.HIGHER, "it fell from 70% (2017, not rated) to 60% (2018) and is RED"),
        (["90/90", "99", "85/90"], Polarity.HIGHER, "it fell from 90% (2016) to 85% (2018), and from GREEN"),
        (
            ["80/70", "88", "85", "82/90"],
            Polarity.HIGHER,
            "it rose from 80% (2016) to 82% (2019), and from GREEN against a target of 70% to AMBER",
        ),
        (
            ["88/90", "87/90", "86/90"],
            Polarity.HIGHER,
            "and is still AMBER against a target of 90%; that makes 2 results running that moved the wrong way.",
        ),
    ],
)
def test_a_sentence_says_how_the_figure_moved_and_never_misleads(
    policy: Policy, rows: list[str], polarity: Polarity, words: str
) -> None:
    assert words in of(policy, years(*rows), polarity)[-1].sentence


def test_close_to_target_gives_its_tolerances_and_no_floor(policy: Policy) -> None:
    (signal,) = of(policy, years("5.0/5", "6.4/5"), Polarity.CLOSE)
    assert signal.sentence == (
        "Take-up: it got worse, rising from 5.0% (2016) to 6.4% (2017), and from GREEN to RED against a target of 5%. "
        "Close to target is better: GREEN within 0.25 (assumed), AMBER within 0.5 (assumed) of the target."
    )


@pytest.mark.parametrize(
    ("heeds", "about_indicator", "severity", "reaches", "answer"),
    [
        (Heeds.ANY, True, 1, Reach.DMT, True),
        (Heeds.ANY, True, 2, Reach.DMT, True),
        (Heeds.RED, True, 1, Reach.DMT, False),
        (Heeds.RED, True, 2, Reach.DMT, True),
        (Heeds.WATCH, True, 2, Reach.DMT, False),
        (Heeds.ANY, False, 1, Reach.MANAGER, False),
        (Heeds.ANY, False, 2, Reach.HEAD, False),
        (Heeds.ANY, False, 3, Reach.DMT, True),
        (Heeds.RED, False, 3, Reach.DMT, True),
        (Heeds.RED, False, 1, Reach.DMT, True),
        (Heeds.WATCH, False, 4, Reach.DMT, False),
    ],
)
def test_a_link_heeds_what_it_says(
    heeds: Heeds, about_indicator: bool, severity: int, reaches: Reach, answer: bool
) -> None:
    assert heeded(heeds, about_indicator=about_indicator, severity=severity, reaches=reaches) is answer


def test_the_next_result_is_overdue_from_the_day_after_its_grace(policy: Policy) -> None:
    due = date(2017, 8, 31) + timedelta(days=policy.result_grace_days)
    assert stale(date(2016, 8, 31), 12, due, policy) == ""
    assert stale(date(2016, 8, 31), 12, due + timedelta(days=1), policy) == (
        "Not known since 31 August 2016: the next result was due by 29 November 2017 and is 1 day late."
    )


VALUES = st.integers(0, 110).map(str)
RATED_OR_NOT = st.sampled_from(["90", "60", None])
HISTORIES = st.lists(st.tuples(VALUES, RATED_OR_NOT), min_size=1, max_size=7).map(
    lambda pairs: [(str(2016 + at), value, goal) for at, (value, goal) in enumerate(pairs)]
)
ONE_WAY = st.sampled_from([Polarity.HIGHER, Polarity.LOWER])


@given(HISTORIES, VALUES, ONE_WAY, st.integers(0, 3))
def test_a_better_last_result_never_signals_more(
    policy: Policy, rows: list[Row], other: str, polarity: Polarity, opening: int
) -> None:
    period, value, goal = rows[-1]
    low, high = sorted((value, other), key=int)
    worse, better = (low, high) if polarity is Polarity.HIGHER else (high, low)
    graver, milder = (
        {one.fact: one.severity for one in of(policy, [*rows[:-1], (period, v, goal)], polarity, opening) if one.stands}
        for v in (worse, better)
    )
    assert all(graver.get(fact, -1) >= severity for fact, severity in milder.items())


@given(HISTORIES, st.sampled_from(Polarity), st.integers(0, 3))
def test_at_most_one_signal_a_period_and_none_of_a_green_or_unrated_one(
    policy: Policy, rows: list[Row], polarity: Polarity, opening: int
) -> None:
    results = history(policy, rows, polarity, opening)
    found = signals_of_indicator("Take-up", "percent", results)
    assert len({signal.fact for signal in found}) == len(found)
    poor = {result.period_end for result in results[opening:] if result.judgement.rag in (Rag.AMBER, Rag.RED)}
    assert {signal.since for signal in found} <= poor
    assert {one.period_end for one in results[opening:] if one.judgement.rag is Rag.RED} <= {s.since for s in found}


@given(HISTORIES, st.sampled_from(Polarity))
def test_publishing_more_never_rewrites_what_was_found(policy: Policy, rows: list[Row], polarity: Polarity) -> None:
    earlier, later = of(policy, rows[:-1], polarity), of(policy, rows, polarity)
    for before, after in zip(earlier, later, strict=False):
        assert replace(before, recovered="") == replace(after, recovered="")
        assert before.stands or after.recovered == before.recovered


@given(HISTORIES)
def test_a_green_result_ends_every_signal_before_it(policy: Policy, rows: list[Row]) -> None:
    assert not any(signal.stands for signal in of(policy, [*rows, ("last", "200", "90")]))


def test_a_direction_that_is_not_known_breaks_the_run(policy: Policy) -> None:
    results = history(policy, years("88/90", "87/90", "86/90"))
    results[1] = replace(results[1], direction=None)
    assert results[2].direction is Direction.WORSE
    assert signals_of_indicator("Take-up", "percent", results) == ()
