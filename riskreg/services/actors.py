"""Who is acting: a person with the roles and posts held on the day, or the register itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskreg.domain import access
from riskreg.domain.access import Permission, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who does something. `posts` are the ids of the posts held, as holder or as deputy.

    `deputises` are the posts in which the person is the deputy: titles by id.
    """

    person_id: int | None
    name: str
    roles: frozenset[Role]
    posts: frozenset[int]
    deputises: Mapping[int, str] = field(default_factory=dict, compare=False)

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles grants the permission."""
        return access.may(self.roles, permission)

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless one of the roles grants the permission."""
        access.require(self.may(permission), f"Your roles do not allow you to {permission}.")

    def stands_in_for(self, owner: int | None) -> str:
        """The title of the post that the person acts for as its deputy in a matter of this owner; else nothing.

        Who holds no post acts as a deputy in everything.
        """
        if owner is not None and owner in self.deputises:
            return self.deputises[owner]
        return " and the ".join(self.deputises.values()) if self.posts <= set(self.deputises) else ""


SYSTEM = Actor(person_id=None, name="the register", roles=frozenset(), posts=frozenset())
