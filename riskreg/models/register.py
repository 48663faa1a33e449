"""Registers, their references, and the versions of their policy."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.domain.policy import Policy
from riskreg.domain.sentences import written_reference
from riskreg.extensions import Table


class Register(Table):
    """A set of risks with a reference prefix, and perhaps a parent."""

    __tablename__ = "register"

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("register.id"))

    policies: Mapped[list[PolicyVersion]] = relationship(order_by="PolicyVersion.version")


class PolicyVersion(Table):
    """One version of a register's policy, from a day; never changed afterwards."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("register_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    version: Mapped[int]
    valid_from: Mapped[date]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(default="")
    adopted_at: Mapped[datetime | None]
    adopted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def as_policy(self) -> Policy:
        """The version as the rules read it."""
        return Policy.from_data(self.version, self.valid_from, self.rules)


class PolicyDraft(Table):
    """The policy that someone prepares for a register, to be tried over the past before it is adopted."""

    __tablename__ = "policy_draft"

    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), primary_key=True)
    valid_from: Mapped[date]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    saved_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Reference(Table):
    """A number once given stays given: each risk holds one, and so does each that the register no longer lists."""

    __tablename__ = "reference"
    __table_args__ = (UniqueConstraint("register_id", "number"), CheckConstraint("number > 0", name="positive"))

    id: Mapped[int] = mapped_column(primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    number: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    source_line: Mapped[str] = mapped_column(default="")

    register: Mapped[Register] = relationship()

    def __str__(self) -> str:
        """CYPE 01."""
        return written_reference(self.register.prefix, self.number)
