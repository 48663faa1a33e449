"""Divisions and their services, with what the plan says of their staff and money."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table


class Division(Table):
    """A division, the strategic unit, or a budget heading. `fte` is full-time equivalents; money is in £ thousands."""

    __tablename__ = "division"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    fte: Mapped[Decimal | None]
    gross_thousands: Mapped[Decimal | None]
    net_thousands: Mapped[Decimal | None]
    source_line: Mapped[str]
    note: Mapped[str] = mapped_column(default="")

    services: Mapped[list[Service]] = relationship(back_populates="division", order_by="Service.id")


class Service(Table):
    """A service of a division."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("division_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    division_id: Mapped[int] = mapped_column(ForeignKey("division.id"))
    name: Mapped[str]
    source_line: Mapped[str]
    note: Mapped[str] = mapped_column(default="")

    division: Mapped[Division] = relationship(back_populates="services")
