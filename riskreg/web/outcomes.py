"""What evaluating did, as the message after saving says it."""

from __future__ import annotations

from collections.abc import Iterable

from riskreg.domain.sentences import listed, plural
from riskreg.models import Escalation
from riskreg.services.evaluation import Evaluation


def what_changed(done: Evaluation) -> str:
    """Say which risks were escalated, which escalations were joined, withdrawn or proposed to end, or that none was."""
    parts = []
    if done.raised:
        names = _references(one.escalation for one in done.raised)
        parts.append(f"{plural(len(done.raised), 'risk')} escalated: {names}.")
    if done.joined:
        parts.append(f"{plural(done.joined, 'signal')} joined an escalation that was there already.")
    if done.withdrawn:
        parts.append(f"Escalation withdrawn: {_references(done.withdrawn)}.")
    if done.proposed:
        parts.append(f"De-escalation proposed to DMT: {_references(done.proposed)}.")
    return " ".join(parts) or "No escalation changed."


def _references(escalations: Iterable[Escalation]) -> str:
    return listed([str(one.risk.reference) for one in escalations])
