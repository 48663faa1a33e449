"""People and posts as the administrator keeps them: who holds what, what is vacant, what roles it brings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Division, Holding, Person, Post, PostRole
from riskreg.queries.people import held_on

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A post that a person holds, as holder or as deputy."""

    post_id: int
    title: str
    deputy: bool


@dataclass(slots=True)
class PersonLine:
    """A person with the posts held on the day and the roles those bring."""

    id: int
    name: str
    email: str
    active: bool
    demonstration: bool
    invited: bool
    posts: list[HeldPost] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A person in a post from a day until a day, as holder or as deputy."""

    id: int
    person_id: int
    name: str
    deputy: bool
    from_on: date
    until_on: date | None
    active: bool

    def covers(self, day: date) -> bool:
        """Whether the person is in the post on the day."""
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


@dataclass(slots=True)
class PostLine:
    """A post with who sits in it on the day and what it brings. An inactive holder leaves it vacant."""

    id: int
    code: str
    title: str
    division: str | None
    line_post_id: int | None
    line_post: str | None
    assumed: bool
    source_line: str
    note: str
    roles: list[Role] = field(default_factory=list)
    sittings: list[Sitting] = field(default_factory=list)

    def holder(self, day: date) -> Sitting | None:
        """Who holds the post on the day; None when it is vacant."""
        return next((one for one in self.sittings if not one.deputy and one.active and one.covers(day)), None)

    def deputies(self, day: date) -> list[Sitting]:
        """Who stands in for the holder on the day."""
        return [one for one in self.sittings if one.deputy and one.active and one.covers(day)]


def _people(words: str) -> Select[int]:
    query = select(Person.id)
    if words:
        fields = (Person.name, Person.email)
        query = query.where(or_(*(one.icontains(words, autoescape=True) for one in fields)))
    return query


def people_count(words: str) -> int:
    """Return how many people the search finds, by one query."""
    return db.session.scalar(select(func.count()).select_from(_people(words).subquery())) or 0


def people_listed(words: str, day: date, *, offset: int, size: int) -> list[PersonLine]:
    """Return one page of people by name, with their posts and roles on the day: three queries."""
    query = (
        select(Person.id, Person.name, Person.email, Person.active, Person.demonstration)
        .add_columns(Person.password_hash.is_(None))
        .where(Person.id.in_(_people(words)))
        .order_by(func.lower(Person.name), Person.id)
    )
    lines = {row[0]: PersonLine(*tuple(row)) for row in db.session.execute(query.offset(offset).limit(size))}
    held = (
        select(Holding.person_id, Post.id, Post.title, Holding.deputy)
        .join(Post, Post.id == Holding.post_id)
        .where(Holding.person_id.in_(lines), held_on(day))
        .order_by(Holding.deputy, Post.title)
    )
    for row in db.session.execute(held):
        lines[row.person_id].posts.append(HeldPost(row.id, row.title, row.deputy))
    brought = _roles({post.post_id for line in lines.values() for post in line.posts})
    for line in lines.values():
        roles = {role for post in line.posts for role in brought.get(post.post_id, ())}
        line.roles = [role for role in Role if role in roles]
    return list(lines.values())


def posts_listed(day: date) -> list[PostLine]:
    """Return all posts by division and title, with who sits in each on the day: three queries."""
    lines = _posts(_posts_query().order_by(Division.name.nulls_last(), Post.title, Post.id))
    _seat(lines, _sittings().where(held_on(day)))
    return list(lines.values())


def post_facts(post_id: int) -> PostLine | None:
    """Return one post with everyone who ever sat in it, the newest first: three queries. None for an unknown one."""
    lines = _posts(_posts_query().where(Post.id == post_id))
    _seat(lines, _sittings().where(Holding.post_id == post_id))
    return lines.get(post_id)


@dataclass(frozen=True, slots=True)
class DivisionLine:
    """A division with what the plan says of its staff and money. Money is in £ thousands."""

    name: str
    kind: str
    fte: Decimal | None
    gross_thousands: Decimal | None
    net_thousands: Decimal | None
    source_line: str
    note: str


def divisions_listed() -> list[DivisionLine]:
    """Return the divisions and budget headings in the order of the plan, by one query."""
    query = select(Division.name, Division.kind, Division.fte, Division.gross_thousands, Division.net_thousands)
    rows = db.session.execute(query.add_columns(Division.source_line, Division.note).order_by(Division.id))
    return [DivisionLine(*row) for row in rows]


def people_to_choose() -> list[tuple[int, str]]:
    """Return the active people by name, by one query."""
    query = select(Person.id, Person.name).where(Person.active).order_by(func.lower(Person.name), Person.id)
    return [(row.id, row.name) for row in db.session.execute(query)]


def _posts_query() -> Rows:
    line = Post.__table__.alias("line_post")
    return (
        select(Post.id, Post.code, Post.title, Division.name, Post.line_post_id, line.c.title)
        .add_columns(Post.assumed, Post.source_line, Post.note)
        .outerjoin(Division, Division.id == Post.division_id)
        .outerjoin(line, line.c.id == Post.line_post_id)
    )


def _posts(query: Rows) -> dict[int, PostLine]:
    lines = {row[0]: PostLine(*tuple(row)) for row in db.session.execute(query)}
    for post_id, roles in _roles(lines).items():
        lines[post_id].roles = roles
    return lines


def _roles(post_ids: Collection[int]) -> dict[int, list[Role]]:
    rows: Sequence[PostRole] = db.session.scalars(select(PostRole).where(PostRole.post_id.in_(post_ids))).all()
    found: dict[int, list[Role]] = {}
    for row in rows:
        found.setdefault(row.post_id, []).append(Role(row.role))
    return {post_id: sorted(roles, key=list(Role).index) for post_id, roles in found.items()}


def _sittings() -> Rows:
    return (
        select(Holding.post_id, Holding.id, Holding.person_id, Person.name, Holding.deputy)
        .add_columns(Holding.from_on, Holding.until_on, Person.active)
        .join(Person, Person.id == Holding.person_id)
        .order_by(Holding.from_on.desc(), Holding.deputy, Holding.id.desc())
    )


def _seat(lines: dict[int, PostLine], query: Rows) -> None:
    for row in db.session.execute(query):
        if row.post_id in lines:
            lines[row.post_id].sittings.append(Sitting(*tuple(row)[1:]))
