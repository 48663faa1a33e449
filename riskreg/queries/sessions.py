"""Whether a session still stands, and what the person in it holds on the day. Read once per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, String, and_, bindparam, literal, select, true, union_all
from sqlalchemy.orm import aliased

from riskreg.domain.access import OF_A_VACANT_POST, Role
from riskreg.extensions import db
from riskreg.models import Holding, Person, Post, PostRole
from riskreg.queries.people import held_on


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: `stamp` must match the one it began with.

    `posts` are titles by id, and `deputises` those of them in which the person is the deputy. Of a post that nobody
    holds, which is `vacant`, the deputy is who is above it.
    """

    person_id: int
    name: str
    stamp: str
    roles: frozenset[Role]
    posts: Mapping[int, str]
    deputises: Mapping[int, str]
    vacant: frozenset[int]


def _nobody_holds(post_id: Any) -> ColumnElement[bool]:
    held = select(Holding.id).join(Person, Person.id == Holding.person_id).correlate_except(Holding, Person)
    return ~held.where(Holding.post_id == post_id, held_on(_DAY), Person.active).exists()


def _own() -> Select[str, str, int, str, str, bool]:
    """The person, a row for each role of each post."""
    return (
        select(Person.name, Person.session_stamp, Post.id, Post.title, PostRole.role, Holding.deputy)
        .outerjoin(Holding, and_(Holding.person_id == Person.id, held_on(_DAY)))
        .outerjoin(Post, Post.id == Holding.post_id)
        .outerjoin(PostRole, PostRole.post_id == Post.id)
        .where(Person.id == _PERSON, Person.active)
    )


def _vacant_below() -> Select[Any]:
    """The posts below the person's that nobody holds, down to the next that somebody does, with the owner's roles."""
    mine = select(Holding.post_id).join(Person, Person.id == Holding.person_id)
    mine = mine.where(Person.id == _PERSON, held_on(_DAY), Person.active)
    first = select(Post.id, Post.title).where(Post.line_post_id.in_(mine), _nobody_holds(Post.id))
    vacant, below = first.cte("vacant", recursive=True), aliased(Post)
    further = select(below.id, below.title).join(vacant, below.line_post_id == vacant.c.id)
    vacant = vacant.union(further.where(_nobody_holds(below.id)))
    return select(
        literal(None, String), literal(None, String), vacant.c.id, vacant.c.title, PostRole.role, true()
    ).outerjoin(PostRole, and_(PostRole.post_id == vacant.c.id, PostRole.role.in_(OF_A_VACANT_POST)))


def _rows() -> Select[Any]:
    """Both, the posts that the person holds first."""
    found = union_all(_own(), _vacant_below()).subquery()
    return select(found).order_by(found.c.deputy, found.c.title)


# Made once: every request of someone who is signed in asks it.
_DAY, _PERSON = bindparam("day", type_=Date), bindparam("person_id", type_=Integer)
_ROWS = _rows()


def session_of(person_id: int, day: date) -> Session | None:
    """Return an active person's session on the day, by one query; None for nobody or an inactive person."""
    rows = db.session.execute(_ROWS, {"person_id": person_id, "day": day}).all()
    own = next((row for row in rows if row.name is not None), None)
    if own is None:
        return None
    return Session(
        person_id=person_id,
        name=own.name,
        stamp=own.session_stamp,
        roles=frozenset(Role(row.role) for row in rows if row.role),
        posts={row.id: row.title for row in rows if row.id is not None},
        deputises={row.id: row.title for row in rows if row.deputy},
        vacant=frozenset(row.id for row in rows if row.name is None),
    )
