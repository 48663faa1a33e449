"""Which risks the dashboard counts: those of a whole register, of one division, or of the posts that somebody holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, bindparam, select

from riskreg.domain.lifecycle import RiskStatus
from riskreg.extensions import db
from riskreg.models import Post, Risk

Rows = Select[*tuple[Any, ...]]


class Of(StrEnum):
    """What is counted; the words are those of the address, where a division stands as its number."""

    WHOLE = "whole"
    DIVISION = "division"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Scope:
    """The risks of a register that are counted. A risk belongs to the division and to the owner that it has now."""

    register_id: int
    of: Of = Of.WHOLE
    division_id: int | None = None
    posts: frozenset[int] = frozenset()

    @property
    def given(self) -> dict[str, Any]:
        """The values that a narrowed statement is given."""
        more: dict[Of, dict[str, Any]] = {
            Of.WHOLE: {},
            Of.DIVISION: {"division_id": self.division_id},
            Of.MINE: {"owner_ids": sorted(self.posts)},
        }
        return {"register_id": self.register_id, **more[self.of]}


_CONDITIONS: Mapping[Of, tuple[Any, ...]] = {
    Of.WHOLE: (),
    Of.DIVISION: (Risk.division_id == bindparam("division_id"),),
    Of.MINE: (Risk.owner_post_id.in_(bindparam("owner_ids", expanding=True)),),
}


def narrowed(rows: Rows) -> Mapping[Of, Rows]:
    """Return a statement that reads Risk once for each way of narrowing: at start-up, since building takes long."""
    return {of: rows.where(*conditions) for of, conditions in _CONDITIONS.items()}


def division_of_posts(posts: frozenset[int]) -> int | None:
    """Return the division of the posts that somebody holds, the first by post if several; one query."""
    found = select(Post.division_id).where(Post.id.in_(sorted(posts)), Post.division_id.is_not(None))
    with_risks = select(Risk.id).where(Risk.division_id == Post.division_id, Risk.status == RiskStatus.OPEN).exists()
    division: int | None = db.session.scalar(found.where(with_risks).order_by(Post.id).limit(1))
    return division
