"""What DMT took note of without deciding anything."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from riskreg.extensions import Table
from riskreg.models.escalation import Escalation
from riskreg.models.person import Person


class Noting(Table):
    """DMT has noted an escalation, with a remark; the escalation goes on waiting. Only added.

    `meeting_on` is the day of the meeting at which it was noted, if it was one.
    """

    __tablename__ = "noting"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    text: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    meeting_on: Mapped[date | None] = mapped_column(index=True)

    escalation: Mapped[Escalation] = relationship()
    person: Mapped[Person] = relationship()
