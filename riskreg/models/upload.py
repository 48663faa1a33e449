"""Spreadsheets on their way in: the file between its steps, and how its columns are to be read next time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from riskreg.extensions import Table

PURPOSES = "purpose IN ('results', 'targets', 'contracts', 'register')"


class Upload(Table):
    """A file that someone is about to take in; deleted when it was taken in or a day has passed."""

    __tablename__ = "upload"
    __table_args__ = (CheckConstraint(PURPOSES, name="purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes]
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(index=True)


class SavedMapping(Table):
    """How the columns of somebody's spreadsheet are read, kept by name for next time."""

    __tablename__ = "saved_mapping"
    __table_args__ = (CheckConstraint(PURPOSES, name="purpose"), UniqueConstraint("purpose", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    name: Mapped[str]
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    saved_at: Mapped[datetime]
