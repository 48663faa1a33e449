"""The files of a risk, an action or an escalation as its page lists them, with what the reader may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from riskreg.domain.lifecycle import RiskStatus
from riskreg.queries.evidence_files import EvidenceLine
from riskreg.services.actors import Actor
from riskreg.services.evidence import Place, may_add, may_remove


@dataclass(frozen=True, slots=True)
class Listing:
    """What the template evidence/listing.html shows."""

    actor: Actor
    place: Place
    lines: Sequence[EvidenceLine]

    @property
    def address(self) -> str:
        """Where a file is added; empty when the reader may not, or the risk is no longer open."""
        if self.place.risk.status != RiskStatus.OPEN or not may_add(self.actor, self.place):
            return ""
        return add_address(self.place)

    def tells_place(self, line: EvidenceLine) -> bool:
        """Whether a line says where it belongs: on the risk's page, what lies under it."""
        at_risk = self.place.action is None and self.place.escalation is None
        return at_risk and not (line.action_id is None and line.escalation_id is None)

    def may_remove(self, line: EvidenceLine) -> bool:
        """Whether the reader may remove a file."""
        return line.removed_at is None and may_remove(self.actor, line.person_id)


def add_address(place: Place) -> str:
    """Return where a file is added to a place."""
    if place.action:
        return url_for("evidence.to_action", action_id=place.action.id)
    if place.escalation:
        return url_for("evidence.to_escalation", escalation_id=place.escalation.id)
    return url_for("evidence.to_risk", risk_id=place.risk.id)


def page_address(place: Place) -> str:
    """Return the page that lists the files of a place."""
    if place.action:
        return url_for("risks.action", action_id=place.action.id, _anchor="evidence")
    if place.escalation:
        return url_for("escalations.escalation", escalation_id=place.escalation.id, _anchor="evidence")
    return url_for("risks.risk", risk_id=place.risk.id, _anchor="evidence")
