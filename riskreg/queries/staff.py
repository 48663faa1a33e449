"""Who is told of a thing that falls due: its owner, the line above, and those whom the policy adds when it is late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from riskreg.domain.access import Role
from riskreg.domain.reminding import Told
from riskreg.queries.due import Due
from riskreg.queries.people import Holder, answering, holders_of_posts, line_posts, people_with_role

ROLES = {
    Told.COORDINATOR: Role.COORDINATOR,
    Told.DMT: Role.DMT_MEMBER,
    Told.PERFORMANCE_OFFICER: Role.PERFORMANCE_OFFICER,
}


@dataclass(frozen=True, slots=True)
class Telling:
    """As what a person is told. `vacant`: because the owning post has nobody."""

    told: Told
    vacant: bool = False


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
        owner_post_id = due.owner_post_id
        owners = self._of(owner_post_id) if owner_post_id else []
        vacant = owner_post_id is not None and not owners
        told: dict[int, Telling] = {}
        for capacity in due.stage.told:
            for one in self._in_capacity(capacity, owner_post_id, owners):
                told.setdefault(one.person_id, Telling(capacity, vacant))
        if vacant and owner_post_id:
            for one in self._line_of(owner_post_id):
                told.setdefault(one.person_id, Telling(Told.LINE_DIRECTOR, vacant=True))
        return told

    def _in_capacity(self, capacity: Told, owner_post_id: int | None, owners: Sequence[Holder]) -> Sequence[Holder]:
        if capacity is Told.OWNER:
            return owners
        if capacity is Told.LINE_DIRECTOR:
            return self._line_of(owner_post_id) if owner_post_id else []
        return self._people(ROLES[capacity])

    def _people(self, role: Role) -> list[Holder]:
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
        seen = {post_id}
        above = self._line.get(post_id)
        while above is not None and above not in seen:
            if holders := self._of(above):
                return answering(holders)
            seen.add(above)
            above = self._line.get(above)
        return self._people(Role.COORDINATOR)

    @cached_property
    def _line(self) -> dict[int, int | None]:
        return line_posts()
