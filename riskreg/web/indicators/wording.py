"""Words of the pages: what publishing or correcting a result did, and what is stored in one word."""

from __future__ import annotations

from riskreg.domain.sentences import figure
from riskreg.models import Result
from riskreg.services.results import Published
from riskreg.web.outcomes import what_changed

# How the pages write what is stored in one word.
WORDS = {
    "higher": "Higher is better",
    "lower": "Lower is better",
    "close": "Close to the target is better",
    "percent": "Per cent",
    "number": "A count",
    "points": "Points",
    "score": "A score",
    "any": "Any slip",
    "red": "RED only",
    "watch": "Watched only: never an escalation",
}


def what_it_did(published: Published, opening: str) -> str:
    """Say how the result is rated, and which escalations it raised, brought back, proposed to end or withdrew."""
    return f"{opening} {_rating(published.result)} {what_changed(published.evaluation)}"


def _rating(result: Result) -> str:
    """RED against 78%, or why it is not rated."""
    if not result.rag:
        return result.why or "Not rated."
    if result.target_value is None:
        return f"{result.rag}."
    return f"{result.rag} against {figure(result.target_value, result.indicator.unit)}."
