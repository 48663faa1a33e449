"""Links from a risk to the indicators and contracts it depends on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.contract import Contract
from riskreg.models.indicator import Indicator
from riskreg.models.risk import Risk


class Link(Table):
    """Why an indicator or a contract bears on a risk, and what of it the risk heeds. Exactly one of the two is set."""

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
    heeds: Mapped[str] = mapped_column(default="any")
    assumed: Mapped[bool] = mapped_column(default=False)
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    recorded_at: Mapped[datetime]

    risk: Mapped[Risk] = relationship()
    indicator: Mapped[Indicator | None] = relationship()
    contract: Mapped[Contract | None] = relationship()
