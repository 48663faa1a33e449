"""Judging results against the targets of their own periods, and finding the signals that they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from riskreg.domain.policy import Policy
from riskreg.domain.sentences import figure
from riskreg.domain.signals import JudgedResult, Signal, signals_of_indicator
from riskreg.domain.targets import Direction, Judgement, Polarity, Target, TargetKind, direction_of_travel, judge
from riskreg.models import Benchmark, Indicator, Result, SignalRow, TargetRow

NATIONAL = (TargetKind.NATIONAL, TargetKind.NATIONAL_PLUS)


def judge_indicator(indicator: Indicator, policy: Policy, now: datetime) -> list[Result]:
    """Judge what was not judged yet and return the current results that hold a figure, in order of period.

    A judgement once given stays: a later target or policy does not change it. The direction of travel follows the
    results as they now stand, so a correction of one period moves that of the next.
    """
    current = [result for result in indicator.results if result.current and result.value is not None]
    current.sort(key=lambda result: (result.basis, result.period_end))
    targets = {row.year: row for row in indicator.targets}
    national = {row.year: row for row in indicator.benchmarks if row.comparable}
    before: Result | None = None
    for result in current:
        if result.judged_at is None:
            target, average = targets.get(result.target_year), national.get(result.target_year)
            _judge(result, indicator, target, average, policy)
            # One that waits for a national figure is judged again until that is known.
            waits = target is not None and target.kind in NATIONAL and (average is None or average.value is None)
            result.judged_at = None if waits else now
        same_basis = before if before and before.basis == result.basis else None
        result.direction = _direction(indicator, same_basis, result)
        before = result
    return current


def _judge(
    result: Result, indicator: Indicator, target: TargetRow | None, national: Benchmark | None, policy: Policy
) -> None:
    assert result.value is not None  # noqa: S101 - judge_indicator leaves the others out
    goal = as_target(target) if target else None
    verdict = judge(result.value, goal, Polarity(indicator.polarity), national.value if national else None, policy)
    result.rag = verdict.rag
    result.target_value = verdict.target
    result.floor_value = verdict.floor
    result.floor_assumed = verdict.floor_assumed
    result.why = verdict.why
    result.policy_version = policy.version


def as_target(row: TargetRow) -> Target:
    """Return a stored target as the rules know one."""
    return Target(TargetKind(row.kind), row.value, row.floor, row.green_tolerance, row.amber_tolerance)


def _direction(indicator: Indicator, before: Result | None, result: Result) -> Direction | None:
    if before is None or before.value is None or result.value is None:
        return None
    return direction_of_travel(before.value, result.value, Polarity(indicator.polarity), result.target_value)


def found_signals(
    indicator: Indicator, current: Sequence[Result], versions: Mapping[int, Policy]
) -> list[tuple[Signal, Result]]:
    """Return each signal that the judged results give, with the result it was found in.

    `versions` of the policy by number: each result is told by the one that it was judged by.
    """
    found = []
    for _, results in groupby(current, key=lambda result: result.basis):
        rows = list(results)
        by_period = {f"{row.basis}:{row.period_end.isoformat()}": row for row in rows}
        signals = signals_of_indicator(indicator.name, indicator.unit, [_as_judged(row, versions) for row in rows])
        found += [(signal, by_period[signal.fact]) for signal in signals]
    return found


def corrections_since(indicator: Indicator, signal: SignalRow) -> str:
    """Say which figures were corrected since a signal was found, or had gone, from what to what.

    The one it was found in, or all.
    """
    since = signal.ended_at or signal.found_at
    revised = [  # what only became final has no reason
        one
        for one in indicator.results
        if one.current and one.reason and one.recorded_at >= since and one.id != signal.result_id
    ]
    source = next((one for one in indicator.results if one.id == signal.result_id), None)
    own = [one for one in revised if source and (one.basis, one.period_end) == (source.basis, source.period_end)]
    return " ".join(_corrected(indicator, one, source if own else None) for one in own or revised)


def _corrected(indicator: Indicator, result: Result, wrong: Result | None) -> str:
    """Say what a result corrects: the `wrong` one, or the revision before it."""
    same = (result.basis, result.period_end, result.revision - 1)
    was = wrong or next(one for one in indicator.results if (one.basis, one.period_end, one.revision) == same)
    before = figure(was.value, indicator.unit) if was.value is not None else "no figure"
    after = figure(result.value, indicator.unit) if result.value is not None else "no figure"
    return f"The figure for {result.period} was corrected from {before} to {after}: {result.reason}"


def _as_judged(row: Result, versions: Mapping[int, Policy]) -> JudgedResult:
    assert row.value is not None  # noqa: S101 - judge_indicator leaves the others out
    assert row.policy_version is not None  # noqa: S101 - judge_indicator has judged it
    return JudgedResult(
        period=row.period,
        period_end=row.period_end,
        value=row.value,
        basis=row.basis,
        opening=row.opening,
        judgement=Judgement(row.rated, row.target_value, row.floor_value, row.floor_assumed, row.why),
        direction=Direction(row.direction) if row.direction else None,
        worsening_moves=versions[row.policy_version].worsening_moves,
        target_year=row.target_year,
    )
