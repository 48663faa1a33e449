"""The owners that the register can be narrowed to, also where there are more of them than a list is good for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from riskreg.extensions import db
from riskreg.models import Post, Risk
from riskreg.queries.keeping import discarded
from riskreg.queries.register import SHOWN, Choice, RegisterName

MOST_OWNERS = 200  # nobody chooses from a longer list; a division has fewer


# Built once and not for every page: building a statement takes longer than running it.
_OWNED = select(Risk.owner_post_id).where(
    Risk.register_id == bindparam("register_id"), Risk.status.in_(SHOWN), ~discarded()
)
_POSTS = select(Post.id, Post.title)
_FEW = _POSTS.where(_OWNED.where(Risk.owner_post_id == Post.id).exists()).limit(bindparam("most")).subquery()
_FIRST = select(_FEW).order_by(_FEW.c.title)
_IN_DIVISION = _OWNED.where(Risk.division_id == bindparam("division_id"))
_OF_OWNER = _OWNED.where(Risk.owner_post_id == bindparam("owner_id"))
_ASKED = _POSTS.where(or_(Post.id.in_(_IN_DIVISION), Post.id.in_(_OF_OWNER))).order_by(Post.title)


@dataclass(frozen=True, slots=True)
class Owners:
    """The posts to choose from, and whether there are more of them than can be listed."""

    choices: Sequence[Choice]
    too_many: bool


def risk_owners(register: RegisterName, division_id: int | None, owner_id: int | None) -> Owners:
    """Return the posts that own a risk of the register as it is shown, in order of title, by one query.

    Are there more than MOST_OWNERS, it is those that own one in the division, and the one asked for, by two queries.
    """
    asked = {"register_id": register.id, "division_id": division_id, "owner_id": owner_id, "most": MOST_OWNERS + 1}
    rows = db.session.execute(_FIRST, asked).all()
    too_many = len(rows) > MOST_OWNERS
    if too_many:
        rows = db.session.execute(_ASKED, asked).all() if division_id or owner_id else []
    return Owners([Choice(*row) for row in rows], too_many)
