"""Indicators, their targets and benchmarks, and their results, of which each revision is kept."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from riskreg.domain.scoring import Rag
from riskreg.extensions import Table
from riskreg.models.contract import Contract
from riskreg.models.person import Person


class Indicator(Table):
    """A KPI. `decimals` is the precision it is published with; `polarity_basis` is derived, assumed or stated.

    `qpr` is the wording of the Quarterly Performance Report indicator it answers to, empty for the others.
    `contract` is the one whose performance it measures, if any; `origin` says where the figures of an indicator that
    was added here come from. Not `is_rated`: it is for information, has no target and so no RAG. Once it ended no
    further result of it is asked for or taken.
    """

    __tablename__ = "indicator"
    __table_args__ = (
        CheckConstraint("polarity IN ('higher', 'lower', 'close')", name="polarity"),
        CheckConstraint("(ended_on IS NULL) = (ended_why = '')", name="ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    service_group: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    name: Mapped[str]
    unit: Mapped[str]
    decimals: Mapped[int]
    polarity: Mapped[str]
    polarity_basis: Mapped[str]
    polarity_reason: Mapped[str] = mapped_column(default="")
    basis: Mapped[str]
    frequency_months: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    qpr: Mapped[str] = mapped_column(default="")
    qpr_line: Mapped[str] = mapped_column(default="")
    qpr_note: Mapped[str] = mapped_column(default="")
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"), index=True)
    description: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(default="")
    is_rated: Mapped[bool] = mapped_column(default=True)
    ended_on: Mapped[date | None]
    ended_why: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)

    contract: Mapped[Contract | None] = relationship(back_populates="indicators")
    targets: Mapped[list[TargetRow]] = relationship(order_by="TargetRow.year")
    benchmarks: Mapped[list[Benchmark]] = relationship(order_by="Benchmark.year")
    results: Mapped[list[Result]] = relationship(
        back_populates="indicator", order_by="(Result.period_end, Result.revision)"
    )


class TargetFigures:
    """What a year's target says: the words of the plan and, where they hold one, the figure."""

    printed: Mapped[str]
    kind: Mapped[str]
    value: Mapped[Decimal | None]
    floor: Mapped[Decimal | None]
    green_tolerance: Mapped[Decimal | None]
    amber_tolerance: Mapped[Decimal | None]


class BenchmarkFigures:
    """What a year's national figure says; `comparable` is false where the plan says that it is measured another way.

    `neighbours` is the average of the council's statistical neighbours for the same year.
    """

    printed: Mapped[str]
    value: Mapped[Decimal | None]
    comparable: Mapped[bool]
    neighbours: Mapped[Decimal | None]


class OfYear:
    """What is in force for a year of an indicator."""

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    year: Mapped[int]
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=0)


class Replaced:
    """What was in force for a year of an indicator until it was changed, and why; only added."""

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    year: Mapped[int]
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    replaced_why: Mapped[str]

    @declared_attr
    def person(cls) -> Mapped[Person]:  # noqa: N805 - SQLAlchemy calls it with the class
        """Who replaced it."""
        return relationship()


class TargetRow(TargetFigures, OfYear, Table):
    """A year's target."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("indicator_id", "year"),)


class TargetPast(TargetFigures, Replaced, Table):
    """A year's target as it was until it was changed. Results keep the target of their time."""

    __tablename__ = "target_past"
    __table_args__ = (CheckConstraint("replaced_why <> ''", name="replaced_why"),)


class Benchmark(BenchmarkFigures, OfYear, Table):
    """A national figure and that of the neighbours."""

    __tablename__ = "benchmark"
    __table_args__ = (UniqueConstraint("indicator_id", "year"),)


class BenchmarkPast(BenchmarkFigures, Replaced, Table):
    """A year's national figure and neighbours as they were until they were changed."""

    __tablename__ = "benchmark_past"
    __table_args__ = (CheckConstraint("replaced_why <> ''", name="replaced_why"),)


class Result(Table):
    """A result with the judgement it was given at publication. `value` None: the plan printed no figure.

    Of each period one revision is `current`; a correction adds a row and says why.
    """

    __tablename__ = "result"
    __table_args__ = (
        UniqueConstraint("indicator_id", "basis", "period_end", "revision"),
        CheckConstraint("rag IS NULL OR rag IN ('RED', 'AMBER', 'GREEN')", name="rag"),
        CheckConstraint("status IN ('provisional', 'final')", name="status"),
        Index(
            "uq_result_current",
            "indicator_id",
            "basis",
            "period_end",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        Index("ix_result_latest", "indicator_id", "current", "period_end"),
        Index("ix_result_unjudged", "judged_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    period: Mapped[str]
    period_end: Mapped[date]
    target_year: Mapped[int]
    basis: Mapped[str]
    value: Mapped[Decimal | None]
    printed: Mapped[str] = mapped_column(default="")
    status: Mapped[str]
    opening: Mapped[bool] = mapped_column(default=False)
    revision: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(default="")
    rag: Mapped[str | None]
    target_value: Mapped[Decimal | None]
    floor_value: Mapped[Decimal | None]
    floor_assumed: Mapped[bool] = mapped_column(default=False)
    why: Mapped[str] = mapped_column(default="")
    direction: Mapped[str | None]
    policy_version: Mapped[int | None]
    judged_at: Mapped[datetime | None]
    published_on: Mapped[date]
    recorded_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    source_line: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")

    indicator: Mapped[Indicator] = relationship(back_populates="results")
    person: Mapped[Person | None] = relationship()

    @property
    def rated(self) -> Rag | None:
        """The RAG, or None when the result is not rated."""
        return Rag(self.rag) if self.rag else None


class ResultComment(Table):
    """What the performance officer says about a result: what is behind it, what is done; only added."""

    __tablename__ = "result_comment"
    __table_args__ = (CheckConstraint("text <> ''", name="text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("result.id"), index=True)
    text: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship()
