"""Who is told of what a post owns: its owner, the line above, and those whom the policy adds when a thing is late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from riskreg.domain.access import Role
from riskreg.domain.choices import Told
from riskreg.queries.due import Due
from riskreg.queries.people import Holder, answering, holders_of_posts, line_posts, people_with_role

ROLES = {
    Told.COORDINATOR: Role.COORDINATOR,
    Told.DMT: Role.DMT_MEMBER,
    Told.PERFORMANCE_OFFICER: Role.PERFORMANCE_OFFICER,
}


@dataclass(frozen=True, slots=True)
class Owners:
    """Who is told as the owner: those in the post, or, where that is `vacant`, those to whom its line leads.

    `lone`: nobody is above it either, so that the co-ordinators are told, who may not do its work.
    """

    people: Sequence[Holder]
    vacant: bool = False
    lone: bool = False


@dataclass(frozen=True, slots=True)
class Telling:
    """As what a person is told. `vacant`: because the owning post has nobody; `deputy`: as a deputy of its holder."""

    told: Told
    vacant: bool = False
    deputy: bool = False

    @property
    def acts(self) -> bool:
        """Whether what is told is this person's to do: as the owner, or instead of one while the post is vacant."""
        return self.told in (Told.OWNER, Told.PERFORMANCE_OFFICER) or (self.vacant and self.told is Told.LINE_DIRECTOR)


class Staff:
    """Who holds what on a day, read once: of every post, or of the posts asked for and of others when needed."""

    def __init__(self, today: date, posts: Collection[int] | None = None) -> None:
        """Read the holders of `posts`, or of every post for None."""
        self._today = today
        self._everyone = posts is None
        self._holders = holders_of_posts(posts, today)
        self._asked = set(posts or ())
        self._with_role: dict[Role, list[Holder]] = {}

    def told_of(self, due: Due) -> dict[int, Telling]:
        """Return each person who is told of a thing as far as it has come, once, in the first capacity there is.

        Nobody is told of what has reached no stage. A vacant post's things are its line's from the start.
        """
        if due.stage is None:
            return {}
        owners = self.owners(due.owner_post_id) if due.owner_post_id else Owners(())
        told: dict[int, Telling] = {}
        if owners.vacant:
            first = Told.COORDINATOR if owners.lone else Told.LINE_DIRECTOR
            told = {one.person_id: Telling(first, vacant=True) for one in owners.people}
        for capacity in due.stage.told:
            for one in self._in_capacity(capacity, due.owner_post_id, owners):
                deputy = capacity is Told.OWNER and one.deputy
                told.setdefault(one.person_id, Telling(capacity, owners.vacant, deputy))
        return told

    def owners(self, post_id: int) -> Owners:
        """Return who is told of what a post owns: its holder and deputies, or the line above while it is vacant."""
        if holders := self._of(post_id):
            return Owners(holders)
        if above := self._above(post_id):
            return Owners(above, vacant=True)
        return Owners(self.with_role(Role.COORDINATOR), vacant=True, lone=True)

    def _in_capacity(self, capacity: Told, owner_post_id: int | None, owners: Owners) -> Sequence[Holder]:
        if capacity is Told.OWNER:
            return owners.people
        if capacity is Told.LINE_DIRECTOR:
            return self._line_of(owner_post_id) if owner_post_id else []
        return self.with_role(ROLES[capacity])

    def with_role(self, role: Role) -> list[Holder]:
        """Return who answers for the posts that bring a role."""
        if role not in self._with_role:
            self._with_role[role] = people_with_role(role, self._today)
        return self._with_role[role]

    def _of(self, post_id: int) -> list[Holder]:
        if not self._everyone and post_id not in self._asked:
            self._asked.add(post_id)
            self._holders |= holders_of_posts([post_id], self._today)
        return self._holders.get(post_id, [])

    def _line_of(self, post_id: int) -> Sequence[Holder]:
        """Who answers for the nearest post up the line that somebody holds; the co-ordinators when none does."""
        return self._above(post_id) or self.with_role(Role.COORDINATOR)

    def _above(self, post_id: int) -> Sequence[Holder]:
        seen = {post_id}
        above = self._line.get(post_id)
        while above is not None and above not in seen:
            if holders := self._of(above):
                return answering(holders)
            seen.add(above)
            above = self._line.get(above)
        return ()

    @cached_property
    def _line(self) -> dict[int, int | None]:
        return line_posts()
