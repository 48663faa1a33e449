"""One indicator with everything its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from riskreg.domain.sentences import figure, written_reference
from riskreg.domain.targets import TargetKind
from riskreg.extensions import db
from riskreg.models import (
    Benchmark,
    Escalation,
    EscalationSignal,
    Indicator,
    Link,
    Person,
    Reference,
    Register,
    Result,
    Risk,
    SignalRow,
    TargetRow,
)
from riskreg.queries.result_comments import CommentLine, comments_of


@dataclass(frozen=True, slots=True)
class LinkedRisk:
    """A risk on which the indicator bears, with the reason and what the link heeds."""

    id: int
    reference: str
    title: str
    status: str
    own_rag: str
    effective_rag: str
    reason: str
    heeds: str
    assumed: bool
    source_line: str


@dataclass(frozen=True, slots=True)
class Caused:
    """An escalation that holds a signal."""

    id: int
    reference: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class GivenSignal:
    """A signal that the indicator gave, with what became of it and the escalations that hold it."""

    sentence: str
    kind: str
    state: str
    found_on: date
    policy_version: int
    ended_at: datetime | None
    ended_why: str
    caused: tuple[Caused, ...]


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One revision of one period's result. `by` is who published it, or None for a result that was loaded."""

    id: int
    period: str
    period_end: date
    target_year: int
    basis: str
    value: Decimal | None
    printed: str
    status: str
    opening: bool
    revision: int
    current: bool
    reason: str
    rag: str | None
    target: Decimal | None
    floor: Decimal | None
    floor_assumed: bool
    why: str
    direction: str | None
    policy_version: int | None
    published_on: date
    source_line: str
    note: str
    by: str | None


@dataclass(frozen=True, slots=True)
class TargetLine:
    """A year's target in the plan's words."""

    year: int
    printed: str
    kind: str
    value: Decimal | None
    floor: Decimal | None
    green_tolerance: Decimal | None
    amber_tolerance: Decimal | None
    source_line: str
    note: str

    def in_words(self, unit: str) -> str:
        """Return a figure with its unit; what is none stays in the plan's words."""
        return figure(self.value, unit) if self.kind == TargetKind.FIGURE and self.value is not None else self.printed


@dataclass(frozen=True, slots=True)
class NationalLine:
    """A year's national figure in the plan's words, and that of the statistical neighbours."""

    year: int
    printed: str
    value: Decimal | None
    comparable: bool
    source_line: str
    note: str
    neighbours: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorFacts:
    """An indicator with all that belongs to it. `results` are the current ones, oldest first, `superseded` the rest.

    `comments` are those on its results by the result's id, oldest first.
    """

    indicator: Indicator
    targets: Sequence[TargetLine]
    national: Sequence[NationalLine]
    results: Sequence[ResultLine]
    superseded: Sequence[ResultLine]
    risks: Sequence[LinkedRisk]
    signals: Sequence[GivenSignal]
    comments: Mapping[int, Sequence[CommentLine]]

    @property
    def latest(self) -> ResultLine | None:
        """The result of the latest period."""
        return self.results[-1] if self.results else None

    @property
    def bases(self) -> list[str]:
        """What the results are measured over, each once, the latest first."""
        return list(dict.fromkeys(one.basis for one in reversed(self.results)))

    def revisions_of(self, result: ResultLine) -> list[ResultLine]:
        """What the result of a period superseded, the newest first."""
        period = (result.basis, result.period_end)
        return [one for one in reversed(self.superseded) if (one.basis, one.period_end) == period]

    def national_of(self, year: int) -> NationalLine | None:
        """The national figure of a year, if the plan has one."""
        return next((one for one in self.national if one.year == year), None)


def indicator_facts(indicator: Indicator) -> IndicatorFacts:
    """Return everything the page of an indicator shows, by seven queries, however much there is."""
    lines = _results(indicator.id)
    return IndicatorFacts(
        indicator=indicator,
        targets=target_lines(indicator.id),
        national=national_lines(indicator.id),
        results=[one for one in lines if one.current],
        superseded=[one for one in lines if not one.current],
        risks=linked_risks(indicator.id),
        signals=_signals(indicator.id),
        comments=comments_of(indicator.id),
    )


def target_lines(indicator_id: int) -> list[TargetLine]:
    """Return the targets of an indicator in order of year, by one query."""
    columns = (TargetRow.year, TargetRow.printed, TargetRow.kind, TargetRow.value, TargetRow.floor)
    more = (TargetRow.green_tolerance, TargetRow.amber_tolerance, TargetRow.source_line, TargetRow.note)
    query = select(*columns, *more).where(TargetRow.indicator_id == indicator_id)
    return [TargetLine(*row) for row in db.session.execute(query.order_by(TargetRow.year))]


def national_lines(indicator_id: int) -> list[NationalLine]:
    """Return the national figures of an indicator in order of year, by one query."""
    columns = (Benchmark.year, Benchmark.printed, Benchmark.value, Benchmark.comparable, Benchmark.source_line)
    query = select(*columns, Benchmark.note, Benchmark.neighbours).where(Benchmark.indicator_id == indicator_id)
    return [NationalLine(*row) for row in db.session.execute(query.order_by(Benchmark.year))]


def _results(indicator_id: int) -> list[ResultLine]:
    query = (
        select(Result.id, Result.period, Result.period_end, Result.target_year, Result.basis, Result.value)
        .add_columns(Result.printed, Result.status, Result.opening, Result.revision, Result.current, Result.reason)
        .add_columns(Result.rag, Result.target_value, Result.floor_value, Result.floor_assumed, Result.why)
        .add_columns(Result.direction, Result.policy_version, Result.published_on, Result.source_line, Result.note)
        .add_columns(Person.name)
        .outerjoin(Person, Person.id == Result.person_id)
        .join(Indicator, Indicator.id == Result.indicator_id)
        .where(Result.indicator_id == indicator_id)
        .order_by(Result.period_end, Result.basis == Indicator.basis, Result.basis, Result.revision)
    )
    return [ResultLine(*row) for row in db.session.execute(query)]


def linked_risks(indicator_id: int) -> list[LinkedRisk]:
    """Return the risks on which an indicator bears, in the order of their references, by one query."""
    query = (
        select(Risk.id, Register.prefix, Reference.number, Risk.title, Risk.status, Risk.own_rag, Risk.effective_rag)
        .add_columns(Link.reason, Link.heeds, Link.assumed, Link.source_line)
        .join(Link, Link.risk_id == Risk.id)
        .join(Reference, Reference.id == Risk.reference_id)
        .join(Register, Register.id == Reference.register_id)
        .where(Link.indicator_id == indicator_id)
        .order_by(Register.prefix, Reference.number)
    )
    return [LinkedRisk(row[0], written_reference(row[1], row[2]), *row[3:]) for row in db.session.execute(query)]


def _signals(indicator_id: int) -> list[GivenSignal]:
    """Return the signals, the newest first, each with its escalations: one query."""
    query = (
        select(SignalRow.id, SignalRow.sentence, SignalRow.kind, SignalRow.state, SignalRow.found_on)
        .add_columns(SignalRow.policy_version, SignalRow.ended_at, SignalRow.ended_why)
        .add_columns(Escalation.id.label("escalation_id"), Escalation.status, Risk.title)
        .add_columns(Register.prefix, Reference.number)
        .outerjoin(EscalationSignal, EscalationSignal.signal_id == SignalRow.id)
        .outerjoin(Escalation, Escalation.id == EscalationSignal.escalation_id)
        .outerjoin(Risk, Risk.id == Escalation.risk_id)
        .outerjoin(Reference, Reference.id == Risk.reference_id)
        .outerjoin(Register, Register.id == Reference.register_id)
        .where(SignalRow.indicator_id == indicator_id)
        .order_by(SignalRow.id.desc(), Reference.number)
    )
    by_signal: dict[int, list[Row[Any]]] = {}
    for row in db.session.execute(query):
        by_signal.setdefault(row.id, []).append(row)
    return [_given(rows) for rows in by_signal.values()]


def _given(rows: Sequence[Row[Any]]) -> GivenSignal:
    row = rows[0]
    return GivenSignal(
        row.sentence, row.kind, row.state, row.found_on, row.policy_version, row.ended_at, row.ended_why, _caused(rows)
    )


def _caused(rows: Sequence[Row[Any]]) -> tuple[Caused, ...]:
    return tuple(
        Caused(row.escalation_id, written_reference(row.prefix, row.number), row.title, row.status)
        for row in rows
        if row.escalation_id is not None
    )
