"""Posts own the work; people hold posts for a time, as holder or deputy."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain.access import Role
from riskreg.extensions import Table
from riskreg.models.organisation import Division


class Person(Table):
    """Someone who signs in. `session_stamp` changes with the password, so that old sessions end.

    `rhythm` says how often a digest comes, `rhythm_weekday` (0 Monday to 4 Friday) on which day a weekly one;
    `switched_off` the kinds of notice that are not wanted. The calendar's address follows from `calendar_stamp`: a new
    one makes the old address useless, and without one there is no calendar.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("rhythm IN ('at once', 'daily', 'weekly')", name="rhythm"),
        CheckConstraint("rhythm_weekday BETWEEN 0 AND 4", name="rhythm_weekday"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    session_stamp: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    demonstration: Mapped[bool] = mapped_column(default=False)
    rhythm: Mapped[str] = mapped_column(default="daily")
    rhythm_weekday: Mapped[int] = mapped_column(default=0)
    switched_off: Mapped[list[str]] = mapped_column(JSON, default=list)
    calendar_stamp: Mapped[str] = mapped_column(default="")

    holdings: Mapped[list[Holding]] = relationship(back_populates="person", order_by="Holding.id")


class Post(Table):
    """A post, with the roles it brings to whoever holds it. `assumed`: the plan does not name it."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    division_id: Mapped[int | None] = mapped_column(ForeignKey("division.id"))
    line_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")

    division: Mapped[Division | None] = relationship()
    line_post: Mapped[Post | None] = relationship(remote_side="Post.id")
    roles: Mapped[list[PostRole]] = relationship(cascade="all, delete-orphan", order_by="PostRole.role")
    holdings: Mapped[list[Holding]] = relationship(back_populates="post", order_by="Holding.id")


class PostRole(Table):
    """A role that a post brings."""

    __tablename__ = "post_role"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)

    @property
    def title(self) -> str:
        """The role as the pages name it."""
        return Role(self.role).title


class Holding(Table):
    """A person in a post from a day until a day (both included), as its holder or as the deputy."""

    __tablename__ = "holding"
    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="order"),
        Index(
            "uq_holding_one_holder",
            "post_id",
            unique=True,
            sqlite_where=text("until_on IS NULL AND NOT deputy"),
            postgresql_where=text("until_on IS NULL AND NOT deputy"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    deputy: Mapped[bool] = mapped_column(default=False)
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    post: Mapped[Post] = relationship(back_populates="holdings")
    person: Mapped[Person] = relationship(back_populates="holdings")


class SignInAttempt(Table):
    """A failed sign-in, counted to throttle the next."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_who_at", "who", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[str]
    at: Mapped[datetime]


class PasswordReset(Table):
    """A reset that was asked for; only the hash of its token is kept, and it works once."""

    __tablename__ = "password_reset"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    token_hash: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
