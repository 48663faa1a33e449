"""What evaluating did, as the message after saving says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from riskreg.domain.sentences import listed, plural
from riskreg.models import Escalation
from riskreg.services.consequences import Effect, RiskEffect
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


EFFECTS = {
    Effect.BROUGHT_BACK: "Back before DMT: {}.",
    Effect.WITHDRAWN: "Escalation withdrawn: {}.",
    Effect.PROPOSED: "De-escalation proposed to DMT: {}.",
    Effect.PUT_BACK: "Back to where DMT had left it: {}.",
    Effect.KEPT: "De-escalation no longer proposed: {}.",
    Effect.JOINED: "One more reason before DMT: {}.",
    Effect.REASON_WENT: "One reason less before DMT: {}.",
}


def what_became_of(risks: Sequence[RiskEffect]) -> str:
    """Say the same of risks whose effects were shown before they were saved; nothing when there are none."""
    parts = []
    for effect in Effect:
        names = [one.reference for one in risks if one.effect is effect]
        if names and effect is Effect.ESCALATED:
            parts.append(f"{plural(len(names), 'risk')} escalated: {listed(names)}.")
        elif names:
            parts.append(EFFECTS[effect].format(listed(names)))
    return " ".join(parts)


def _references(escalations: Iterable[Escalation]) -> str:
    return listed([str(one.risk.reference) for one in escalations])
