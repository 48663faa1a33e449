"""The chart of one indicator, and the floors that go with its targets."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from riskreg.charts import Level, Mark, Span, indicator_chart
from riskreg.domain.forecast import Prospect
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import figure
from riskreg.domain.targets import Judgement, Polarity, Target, TargetKind, judge
from riskreg.queries.indicator import IndicatorFacts, ResultLine, TargetLine
from riskreg.web.indicators.wording import no_floor


def floors_of(facts: IndicatorFacts, policy: Policy | None) -> dict[int, Judgement]:
    """Return, for each year with a target, the figure it means, where AMBER ends and whether that is assumed.

    A target that means no figure, or none yet, has only a `why`. A close-to-target indicator has a distance instead
    of a level; `by_distance` says so.
    """
    if policy is None:
        return {}
    polarity = Polarity(facts.indicator.polarity)
    national = {one.year: one.value for one in facts.national if one.comparable}
    return {
        line.year: judge(Decimal(0), target_on(line), polarity, national.get(line.year), policy)
        for line in facts.targets
    }


def floors_then(facts: IndicatorFacts, floors: dict[int, Judgement], policy: Policy | None) -> dict[int, int]:
    """Put the assumed floors in place that results were judged by, the latest of a year, and return their versions.

    A later policy judges later results only. A target or a floor that was set since is not the one they were judged by.
    The versions are by year, and only of those that are not in force any more.
    """
    versions: dict[int, int] = {}
    for one in facts.results:
        now = floors.get(one.target_year)
        if now is None or not (now.floor_assumed and one.floor_assumed) or now.target != one.target:
            continue
        floors[one.target_year] = Judgement(None, one.target, one.floor, one.floor_assumed, one.why)
        versions[one.target_year] = one.policy_version or 0
    return {year: version for year, version in versions.items() if policy and version not in (0, policy.version)}


def target_on(line: TargetLine) -> Target:
    """Return a target that was read for a page as the rules know one."""
    return Target(TargetKind(line.kind), line.value, line.floor, line.green_tolerance, line.amber_tolerance)


def chart_of(facts: IndicatorFacts, floors: dict[int, Judgement], ahead: Sequence[Prospect]) -> Markup:
    """Draw the results on the present basis with the targets, floors, comparable figures of others and the forecast."""
    indicator = facts.indicator
    basis = facts.latest.basis if facts.latest else ""
    drawn = [
        Mark(one.period_end, one.value, _words(one, one.value, indicator.unit), one.rag)
        for one in facts.results
        if one.value is not None and one.basis == basis
    ]
    levels = [(year, found.floor) for year, found in floors.items() if not (found.by_distance or no_floor(found))]
    return indicator_chart(
        indicator.name,
        drawn,
        targets=[Level(year, found.target) for year, found in floors.items() if found.target is not None],
        floors=[Level(year, floor) for year, floor in levels if floor is not None],
        national=[Level(one.year, one.value) for one in facts.national if one.comparable and one.value is not None],
        neighbours=[Level(one.year, one.neighbours) for one in facts.national if one.neighbours is not None],
        forecast=[Span(one.on, one.value, one.low, one.high) for one in (year.forecast for year in ahead)],
        floors_assumed=any(one.floor_assumed and not no_floor(one) for one in floors.values()),
        suffix="%" if indicator.unit == "percent" else "",
        key=f"indicator-{indicator.id}",
    )


def _words(one: ResultLine, value: Decimal, unit: str) -> str:
    return f"{one.period}: {figure(value, unit)}, {one.rag or 'not rated'}"
