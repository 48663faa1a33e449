"""Words of the pages: what publishing or correcting a result did, and what is stored in one word."""

from __future__ import annotations

from collections.abc import Sequence

from riskreg.domain.sentences import figure, listed, plural
from riskreg.models import Escalation, Result
from riskreg.services.results import Published

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
    done = published.evaluation
    parts = [opening, _rating(published.result)]
    raised = [one.escalation for one in done.raised]
    if raised:
        parts.append(f"{plural(len(raised), 'risk')} escalated: {_references(raised)}.")
    if done.joined:
        parts.append(f"{plural(done.joined, 'signal')} joined an escalation that was there already.")
    if done.withdrawn:
        parts.append(f"Escalation withdrawn: {_references(done.withdrawn)}.")
    if done.proposed:
        parts.append(f"De-escalation proposed to DMT: {_references(done.proposed)}.")
    if len(parts) == 2:
        parts.append("No escalation changed.")
    return " ".join(parts)


def _rating(result: Result) -> str:
    """RED against 78%, or why it is not rated."""
    if not result.rag:
        return result.why or "Not rated."
    if result.target_value is None:
        return f"{result.rag}."
    return f"{result.rag} against {figure(result.target_value, result.indicator.unit)}."


def _references(escalations: Sequence[Escalation]) -> str:
    return listed([str(one.risk.reference) for one in escalations])
