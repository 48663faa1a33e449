"""What evaluating did, as the message after saving says it."""

from __future__ import annotations

from collections.abc import Sequence

from riskreg.domain.sentences import listed, plural
from riskreg.services.consequences import Effect, RiskEffect, effects_on_risks
from riskreg.services.evaluation import Evaluation

EFFECTS = {
    Effect.BROUGHT_BACK: "Back before DMT: {}.",
    Effect.WITHDRAWN: "Escalation withdrawn: {}.",
    Effect.PROPOSED: "De-escalation proposed to DMT: {}.",
    Effect.PUT_BACK: "Back to where DMT had left it: {}.",
    Effect.KEPT: "De-escalation no longer proposed: {}.",
    Effect.JOINED: "A new reason before DMT: {}.",
    Effect.STANDS_AGAIN: "A reason before DMT stands again: {}.",
    Effect.REASON_WENT: "One reason less before DMT: {}.",
}


def what_changed(done: Evaluation) -> str:
    """Say what became of the escalations of risks, as it was shown before it was saved, or that none changed."""
    return what_became_of(list(effects_on_risks(done))) or "No escalation changed."


def what_became_of(risks: Sequence[RiskEffect]) -> str:
    """Say the same of effects that were kept as plain data; nothing when there are none."""
    parts = []
    for effect in Effect:
        names = [one.reference for one in risks if one.effect is effect]
        if names and effect is Effect.ESCALATED:
            parts.append(f"{plural(len(names), 'risk')} escalated: {listed(names)}.")
        elif names:
            parts.append(EFFECTS[effect].format(listed(names)))
    return " ".join(parts)
