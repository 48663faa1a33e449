"""What a person may do with a risk: the services ask the same; here it decides which buttons are shown."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.lifecycle import RiskStatus
from riskreg.models import Action, Risk
from riskreg.services.actors import Actor


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with one risk."""

    actor: Actor
    risk: Risk

    @property
    def owns(self) -> bool:
        """Whether the person holds the owning post, or stands in for it."""
        return holds(self.actor.posts, self.risk.owner_post_id)

    @property
    def is_open(self) -> bool:
        """Whether anything can still be done with the risk."""
        return self.risk.status == RiskStatus.OPEN

    @property
    def review(self) -> bool:
        """Whether the person may complete a review."""
        return self.is_open and self.owns and self.actor.may(Permission.REVIEW_RISK)

    @property
    def escalate(self) -> bool:
        """Whether the person may put the risk before DMT, where it is not there already."""
        return self.is_open and self._escalates

    @property
    def _escalates(self) -> bool:
        return self.actor.may(Permission.ESCALATE_ANY) or (self.actor.may(Permission.RAISE_ESCALATION) and self.owns)

    def update(self, owner_post_id: int) -> bool:
        """Whether the person may update an action that a post owns."""
        mine = self.owns or holds(self.actor.posts, owner_post_id)
        return self.is_open and mine and self.actor.may(Permission.UPDATE_ACTION)

    def require_owner(self) -> None:
        """Raise NotPermitted unless the person holds the owning post."""
        require(self.owns, f"This risk belongs to the {self.risk.owner_post.title}.")

    def require_escalation(self) -> None:
        """Raise NotPermitted unless the person may put the risk before DMT while it is open."""
        require(self._escalates, f"Only its owner, the {self.risk.owner_post.title}, may put this risk before DMT.")

    def require_update(self, action: Action) -> None:
        """Raise NotPermitted unless the person may update the action while the risk is open."""
        require(not self.is_open or self.update(action.owner_post_id), only_owners(action))


def only_owners(action: Action) -> str:
    """Say who may update an action."""
    if action.owner_post_id == action.risk.owner_post_id:
        return f"Only its owner, the {action.owner_post.title}, may update this action."
    return (
        f"Only its owner, the {action.owner_post.title}, or the owner of the risk, the "
        f"{action.risk.owner_post.title}, may update this action."
    )
