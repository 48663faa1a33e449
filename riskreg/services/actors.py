"""Who is acting: a person with the roles and posts held on the day, or the register itself."""

from __future__ import annotations

from dataclasses import dataclass

from riskreg.domain import access
from riskreg.domain.access import Permission, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who does something. `posts` are the ids of the posts held, as holder or as deputy."""

    person_id: int | None
    name: str
    roles: frozenset[Role]
    posts: frozenset[int]

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles grants the permission."""
        return access.may(self.roles, permission)

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless one of the roles grants the permission."""
        access.require(self.may(permission), f"Your roles do not allow you to {permission}.")


SYSTEM = Actor(person_id=None, name="the register", roles=frozenset(), posts=frozenset())
