"""Links from a risk to the indicators and contracts it depends on: those in force, and those that were."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.contract import Contract
from riskreg.models.indicator import Indicator
from riskreg.models.person import Person
from riskreg.models.risk import Risk


class Link(Table):
    """Why an indicator or a contract bears on a risk, and what of it the risk heeds. Exactly one of the two is set.

    `from_on` is the day since which it bears on the risk; None: since the register was loaded. `until_on` is the last
    day on which it is to hold, if that is known.
    """

    __tablename__ = "link"
    __table_args__ = (
        CheckConstraint("(indicator_id IS NULL) <> (contract_id IS NULL)", name="one_subject"),
        CheckConstraint("heeds IN ('any', 'red', 'watch')", name="heeds"),
        UniqueConstraint("risk_id", "indicator_id"),
        UniqueConstraint("risk_id", "contract_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"))
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    reason: Mapped[str]
    heeds: Mapped[str]
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    risk: Mapped[Risk] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    contract: Mapped[Contract | None] = relationship()

    @property
    def subject(self) -> Indicator | Contract:
        """The indicator or the contract that bears on the risk."""
        found = self.indicator or self.contract
        assert found is not None  # noqa: S101 - the database sees to it that it is one of the two
        return found


class LinkPast(Table):
    """A link as it was until it was changed or ended, and why; only added."""

    __tablename__ = "link_past"
    __table_args__ = (
        CheckConstraint("(indicator_id IS NULL) <> (contract_id IS NULL)", name="one_subject"),
        CheckConstraint("ended_why <> ''", name="ended_why"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    risk_id: Mapped[int] = mapped_column(ForeignKey("risk.id"), index=True)
    indicator_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    reason: Mapped[str]
    heeds: Mapped[str]
    from_on: Mapped[date | None]
    ended_on: Mapped[date]
    ended_at: Mapped[datetime]
    ended_why: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    risk: Mapped[Risk] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    contract: Mapped[Contract | None] = relationship()
    person: Mapped[Person | None] = relationship()
