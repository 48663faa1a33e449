"""Where an indicator would go in a straight line, and the list of those to watch for it. No escalation rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask.typing import ResponseReturnValue

from riskreg.domain.access import Permission
from riskreg.domain.forecast import IN_WORDS, LEAST, Measure, Point, Prospect, prospects
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import plural
from riskreg.domain.targets import Polarity
from riskreg.queries.forecasts import watch_list
from riskreg.queries.indicator import IndicatorFacts, ResultLine
from riskreg.web.access import needs
from riskreg.web.in_force import present_policy
from riskreg.web.indicators.drawing import target_on
from riskreg.web.indicators.room import blueprint
from riskreg.web.pages import page


def prospects_of(facts: IndicatorFacts, policy: Policy) -> list[Prospect]:
    """Return what a straight line through the last results says of the years ahead that have a figure as target."""
    known = _comparable(facts)
    if not known:
        return []
    points = [Point(one.period_end, one.value) for one in known if one.value is not None]
    targets = {line.year: target_on(line) for line in facts.targets}
    about = facts.indicator
    measure = Measure(about.unit, about.decimals, Polarity(about.polarity))
    return prospects(points, known[-1].target_year, targets, measure, policy)


def why_none(facts: IndicatorFacts) -> str:
    """Say why there is no forecast: too few results, or no target ahead that is a figure."""
    count = len(_comparable(facts))
    if count >= LEAST:
        return "No target ahead is a figure that a forecast could be compared with."
    there = "there is none" if not count else f"there {'is' if count == 1 else 'are'} {plural(count, 'such result')}"
    return f"Too few results for a forecast: it needs {LEAST} on the same basis, and {there}."


def _comparable(facts: IndicatorFacts) -> Sequence[ResultLine]:
    basis = facts.latest.basis if facts.latest else ""
    return [one for one in facts.results if one.basis == basis and one.value is not None]


@blueprint.get("/indicators/watch")
@needs(Permission.READ_REGISTER)
def watch() -> ResponseReturnValue:
    """List the indicators that are not RED and would miss a target ahead in a straight line."""
    found = watch_list(present_policy())
    sections = [(name, list(part)) for name, part in groupby(found.watched, key=lambda one: one.group)]
    return page("indicators/watch.html", found=found, sections=sections, in_words=IN_WORDS)
