"""What a list of risks is understood by: the register as it stands, and the names of posts, people and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Division, Holding, Person, Post, PostRole, Reference, Register, Risk, Service
from riskreg.queries.people import held_on


@dataclass(frozen=True, slots=True)
class OwningPost:
    """A post that can own a risk."""

    id: int
    title: str
    division_id: int | None


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are understood by: the register with its policy, and the names of posts, people and places."""

    register: Register
    policy: Policy
    today: date
    references: Mapping[int, Reference]
    risks: Mapping[int, Risk]
    titles: Mapping[str, Risk]
    posts: Mapping[str, OwningPost]
    divisions: Mapping[str, Division]
    services: Mapping[tuple[int, str], Service]


def what_is_around(register_id: int, policy: Policy, today: date) -> Around:
    """Load what rows are understood by: seven queries for any number of rows."""
    risks = db.session.execute(
        select(Reference.number, Risk).join(Risk.reference).where(Risk.register_id == register_id)
    ).all()
    divisions = {one.name.casefold(): one for one in db.session.scalars(select(Division))}
    return Around(
        register=db.session.get_one(Register, register_id),
        policy=policy,
        today=today,
        references={
            one.number: one for one in db.session.scalars(select(Reference).where(Reference.register_id == register_id))
        },
        risks={number: risk for number, risk in risks},  # noqa: C416 - rows are no tuples to mypy
        titles={risk.title.casefold(): risk for _, risk in risks},
        posts=_owning_posts(today),
        divisions=divisions,
        services={(one.division_id, one.name.casefold()): one for one in db.session.scalars(select(Service))},
    )


def _owning_posts(today: date) -> dict[str, OwningPost]:
    """Return the posts that can own a risk by title, by code, and by the name of who holds only this one of them."""
    owning = select(Post).join(PostRole).where(PostRole.role == Role.RISK_OWNER)
    posts = {one.id: OwningPost(one.id, one.title, one.division_id) for one in db.session.scalars(owning)}
    codes = select(Post.code, Post.id).where(Post.id.in_(posts))
    found = {code.casefold(): posts[post_id] for code, post_id in db.session.execute(codes)}
    found |= {one.title.casefold(): one for one in posts.values()}
    held = select(Person.name, Holding.post_id).join(Person).where(held_on(today), Holding.deputy.is_(False))
    holders: dict[str, list[int]] = {}
    for name, post_id in db.session.execute(held):
        if post_id in posts:
            holders.setdefault(name.casefold(), []).append(post_id)
    return {name: posts[ids[0]] for name, ids in holders.items() if len(ids) == 1} | found
