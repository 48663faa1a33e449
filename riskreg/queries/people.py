"""Who holds which post on a day, and what that makes of them. A deputy stands in for the whole post."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, or_, select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Holding, Person, Post, PostRole


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in a post on a day."""

    post_id: int
    person_id: int
    name: str
    email: str
    deputy: bool


def held_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition that a holding covers the day."""
    return and_(Holding.from_on <= day, or_(Holding.until_on.is_(None), Holding.until_on >= day))


def names_to_mention(day: date) -> list[tuple[str, int]]:
    """Return the name of each active person, and the title of each post with whoever is in it; by two queries."""
    named = [(name, id_) for name, id_ in db.session.execute(select(Person.name, Person.id).where(Person.active))]
    in_posts = (
        select(Post.title, Person.id)
        .join(Holding, Holding.post_id == Post.id)
        .join(Person, Person.id == Holding.person_id)
        .where(held_on(day), Person.active)
    )
    return named + [(title, id_) for title, id_ in db.session.execute(in_posts)]


# Built once and not for every page: building a statement takes longer than running it.
_HOLDERS = (
    select(Holding.post_id, Person.id, Person.name, Person.email, Holding.deputy)
    .join(Person, Person.id == Holding.person_id)
    .where(held_on(bindparam("day")), Person.active)
    .order_by(Holding.post_id, Holding.deputy, Holding.id)
)
_HOLDERS_OF = _HOLDERS.where(Holding.post_id.in_(bindparam("posts", expanding=True)))


def holders_of_posts(post_ids: Collection[int] | None, day: date) -> dict[int, list[Holder]]:
    """Return the active holder and deputies of each post, the holder first, by one query; of every post for None.

    A vacant post is not among the keys.
    """
    if post_ids is None:
        found = db.session.execute(_HOLDERS, {"day": day})
    else:
        found = db.session.execute(_HOLDERS_OF, {"day": day, "posts": list(post_ids)})
    holders: dict[int, list[Holder]] = {}
    for row in found:
        holders.setdefault(row[0], []).append(Holder(*row))
    return holders


def holders_of(post_id: int, day: date) -> list[Holder]:
    """Return the active holder and deputies of a post, the holder first; empty when it is vacant. One query."""
    return holders_of_posts([post_id], day).get(post_id, [])


def answering(holders: Iterable[Holder]) -> list[Holder]:
    """Return who answers for one post: its holder, or its deputies while there is none."""
    everyone = list(holders)
    return [one for one in everyone if not one.deputy] or everyone


def posts_with_role(role: Role) -> list[int]:
    """Return the ids of the posts that bring the role, by one query."""
    return list(db.session.scalars(select(PostRole.post_id).where(PostRole.role == role).order_by(PostRole.post_id)))


def people_with_role(role: Role, day: date) -> list[Holder]:
    """Return who answers for each post that brings the role on the day, each person once, by two queries."""
    found: dict[int, Holder] = {}
    for holders in holders_of_posts(posts_with_role(role), day).values():
        for one in answering(holders):
            found.setdefault(one.person_id, one)
    return list(found.values())


def line_posts() -> dict[int, int | None]:
    """Return the line post of every post, by one query."""
    return {row.id: row.line_post_id for row in db.session.execute(select(Post.id, Post.line_post_id))}
