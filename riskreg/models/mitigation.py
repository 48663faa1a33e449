"""What holds a risk: controls in place, actions still to be done, and how far those are."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain.lifecycle import OPEN_ACTIONS, ActionStatus
from riskreg.extensions import Table
from riskreg.models.person import Person, Post
from riskreg.models.risk import Risk


class Control(Table):
    """Something in place that holds the risk. `assurance` says how it is known to work; one that ended stays."""

    __tablename__ = "control"
    __table_args__ = (CheckConstraint("(ended_on IS NULL) = (ended_why = '')", name="ended"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    text: Mapped[str]
    owner_post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    assurance: Mapped[str] = mapped_column(default="")
    last_tested_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    ended_why: Mapped[str] = mapped_column(default="")
    exempt_why: Mapped[str] = mapped_column(default="")

    owner_post: Mapped[Post | None] = relationship()


class Action(Table):
    """Something still to be done, by a post and by a date. The first date stays beside the present one."""

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("status IN ('not started', 'in progress', 'done', 'cancelled')", name="status"),
        Index("ix_action_open", "status", "due_on", "risk_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    text: Mapped[str]
    owner_post_id: Mapped[int] = mapped_column(ForeignKey("post.id"), index=True)
    first_due_on: Mapped[date]
    due_on: Mapped[date]
    status: Mapped[str] = mapped_column(default="not started")
    progress: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    exempt_why: Mapped[str] = mapped_column(default="")

    risk: Mapped[Risk] = relationship()
    owner_post: Mapped[Post] = relationship()
    updates: Mapped[list[ActionUpdate]] = relationship(back_populates="action", order_by="ActionUpdate.id")

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return ActionStatus(self.status) in OPEN_ACTIONS


class ActionUpdate(Table):
    """What someone said about an action on a day, with what it changed."""

    __tablename__ = "action_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    text: Mapped[str]
    status: Mapped[str]
    progress: Mapped[int]
    due_on: Mapped[date]
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    action: Mapped[Action] = relationship(back_populates="updates")
    person: Mapped[Person] = relationship()
