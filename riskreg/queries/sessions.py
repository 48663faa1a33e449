"""Whether a session still stands, and what the person in it holds on the day. Read once per request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, and_, bindparam, select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Holding, Person, Post, PostRole
from riskreg.queries.people import held_on


@dataclass(frozen=True, slots=True)
class Session:
    """A person's session: `stamp` must match the one it began with.

    `posts` are titles by id, and `deputises` those of them in which the person is the deputy.
    """

    person_id: int
    name: str
    stamp: str
    roles: frozenset[Role]
    posts: Mapping[int, str]
    deputises: Mapping[int, str]


# Made once: every request of someone who is signed in asks it.
_ROWS = (
    select(Person.name, Person.session_stamp, Post.id, Post.title, PostRole.role, Holding.deputy)
    .outerjoin(Holding, and_(Holding.person_id == Person.id, held_on(bindparam("day", type_=Date))))  # type: ignore[arg-type] # the day comes later
    .outerjoin(Post, Post.id == Holding.post_id)
    .outerjoin(PostRole, PostRole.post_id == Post.id)
    .where(Person.id == bindparam("person_id"), Person.active)
    .order_by(Holding.deputy, Post.title)
)


def session_of(person_id: int, day: date) -> Session | None:
    """Return an active person's session on the day, by one query; None for nobody or an inactive person."""
    rows = db.session.execute(_ROWS, {"person_id": person_id, "day": day}).all()
    if not rows:
        return None
    return Session(
        person_id=person_id,
        name=rows[0][0],
        stamp=rows[0][1],
        roles=frozenset(Role(row.role) for row in rows if row.role),
        posts={row.id: row.title for row in rows if row.id is not None},
        deputises={row.id: row.title for row in rows if row.deputy},
    )
