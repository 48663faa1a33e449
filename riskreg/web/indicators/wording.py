"""Words of the pages: what publishing or correcting a result did, and what is stored in one word."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from riskreg.domain.choices import Heeds
from riskreg.domain.links import heeds_title
from riskreg.domain.sentences import figure, listed, plural
from riskreg.domain.targets import CLOSE_WORDS
from riskreg.models import Result
from riskreg.queries.indicator import ResultLine
from riskreg.queries.linked import LatestResult
from riskreg.services.publishing import Published, ResultOutcome
from riskreg.web.outcomes import what_changed

# How the pages write what is stored in one word.
WORDS: dict[str, str] = {
    "higher": "Higher is better",
    "lower": "Lower is better",
    "close": "Close to the target is better",
    "percent": "Per cent",
    "number": "A count",
    "points": "Points",
    "score": "A score",
    Heeds.ANY: heeds_title(Heeds.ANY),
    Heeds.RED: heeds_title(Heeds.RED),
    Heeds.WATCH: f"{heeds_title(Heeds.WATCH)}: never an escalation",
}


NO_ROOM = "No floor standard is known, and a target of {} leaves no room for one to be assumed."
OTHER_YEAR = (
    "Figures published after the {year} scorecard are judged against the {target} target:"
    " that they belong to the cycle that the {target} target ends is assumed."
)


class Judged(Protocol):
    """What a floor is read off: a domain.targets.Judgement, or a stored result."""

    @property
    def target(self) -> Decimal | None:
        """The figure it was judged against."""

    @property
    def floor(self) -> Decimal | None:
        """Where AMBER ends."""

    @property
    def floor_assumed(self) -> bool:
        """Whether no floor standard is known."""

    @property
    def why(self) -> str:
        """How it was judged; it tells a close-to-target judgement, whose floor is a distance."""


def no_floor(judged: Judged) -> bool:
    """Whether the target leaves no room for an assumed floor: a share of 0 is 0, so that AMBER has no place."""
    level = judged.floor_assumed and not judged.why.startswith(CLOSE_WORDS)
    return level and judged.floor is not None and judged.floor == judged.target


def why_so(line: ResultLine | LatestResult, unit: str) -> str:
    """Say how a result was judged, or why it was not."""
    return NO_ROOM.format(figure(line.target, unit)) if line.target is not None and no_floor(line) else line.why


def other_years(results: Sequence[ResultLine]) -> list[str]:
    """Say that results are judged against the target of the year after their period's; once for each such year."""
    years = {one.target_year for one in results if one.target_year == one.period_end.year + 1}
    return [OTHER_YEAR.format(year=year - 1, target=year) for year in sorted(years)]


def what_it_did(published: Published) -> str:
    """Say how the result is rated, and which escalations it raised, brought back, proposed to end or withdrew."""
    (done,) = published.consequences.results
    opening = "Corrected." if done.is_correction else "Made final." if done.confirms else "Published."
    return f"{opening} {_rating(published.results[0])} {what_changed(published.evaluation)}"


def what_they_did(published: Published) -> str:
    """Say how many results were published, how they are rated, what was left out, and what they did to escalations."""
    rags = [one.rag or "not rated" for one in published.results]
    counts = ", ".join(f"{rags.count(rag)} {rag}" for rag in ("RED", "AMBER", "GREEN", "not rated") if rag in rags)
    skipped = len(published.consequences.skipped)
    left = f" {plural(skipped, 'result')} left out: published already." if skipped else ""
    parts = [f"{plural(count, 'result')} {did}" for _, did, count in _tasks(published.consequences.results)]
    return f"{listed(parts)}: {counts}.{left} {what_changed(published.evaluation)}"


def task_words(results: Sequence[ResultOutcome]) -> str:
    """Say what is about to be done: publish 2 results and correct 1 result."""
    return listed([do.format(plural(count, "result")) for do, _, count in _tasks(results)])


def _tasks(results: Sequence[ResultOutcome]) -> list[tuple[str, str, int]]:
    """What is done to results, before and after it, with how many of them it is done to."""
    corrected, final = sum(one.is_correction for one in results), sum(one.confirms for one in results)
    every = (
        ("publish {}", "published", len(results) - corrected - final),
        ("correct {}", "corrected", corrected),
        ("make {} final", "made final", final),
    )
    return [task for task in every if task[2]]


def _rating(result: Result) -> str:
    """RED against 78%, or why it is not rated."""
    if not result.rag:
        return result.why or "Not rated."
    if result.target_value is None:
        return f"{result.rag}."
    return f"{result.rag} against {figure(result.target_value, result.indicator.unit)}."
