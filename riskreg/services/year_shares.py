"""Asking of targets and national figures, of a sheet or a form, whether one was meant as a share: 0.8 for 80%."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from riskreg.domain.errors import RowProblem, RowsBroken
from riskreg.domain.figures import read_figure, share_doubts, share_question
from riskreg.domain.targets import TargetKind
from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, TargetRow
from riskreg.queries.indicator_names import earlier_results
from riskreg.services.benchmarks import BenchmarkEntry
from riskreg.services.targets import TargetEntry

OF_TARGETS, OF_FIGURES = ("value", "floor"), ("value", "neighbours")
Known = dict[tuple[int, str], dict[int, Decimal]]


@dataclass(slots=True)
class SharesAsked:
    """Rows that are refused, since an earlier figure says that a share was meant, and doubts where there is none."""

    problems: list[RowProblem] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of one figure; `is_told`: an earlier figure says that a share was meant."""

    row: str
    code: str
    field: str
    words: str
    is_told: bool

    @property
    def problem(self) -> RowProblem:
        """The refusal of the figure."""
        return RowProblem(self.row, f"{self.words} Write the sign.", self.field)


def ask_of_targets(entries: Sequence[TargetEntry]) -> SharesAsked:
    """Ask of targets and floors that are new and can be read; by three queries."""
    return _asked(_questions(entries, TargetRow, OF_TARGETS))


def ask_of_benchmarks(entries: Sequence[BenchmarkEntry]) -> SharesAsked:
    """Ask of national figures and neighbours that are new and can be read; by three queries."""
    return _asked(_questions(entries, Benchmark, OF_FIGURES))


def require_signs_of_target(entry: TargetEntry) -> None:
    """Ask it of the only target of a form, which can be read. Raises RowsBroken with what it is asked of."""
    _require_signs(_questions([entry], TargetRow, OF_TARGETS))


def require_signs_of_benchmark(entry: BenchmarkEntry) -> None:
    """Ask it of the only national figure of a form, which can be read. Raises RowsBroken with what it is asked of."""
    _require_signs(_questions([entry], Benchmark, OF_FIGURES))


def _require_signs(questions: Iterator[_Question]) -> None:
    """Refuse also what no earlier figure tells: in a form the sign costs one stroke."""
    if problems := [one.problem for one in questions]:
        raise RowsBroken(problems)


def _asked(questions: Iterator[_Question]) -> SharesAsked:
    found, doubted = SharesAsked(), []
    for one in questions:
        if one.is_told:
            found.problems.append(one.problem)
        else:
            doubted.append((f"{one.row[:1].upper()}{one.row[1:]}, {one.code}", one.words))
    found.doubts += share_doubts(doubted)
    return found


def _questions(
    entries: Sequence[TargetEntry | BenchmarkEntry], table: type[TargetRow] | type[Benchmark], fields: tuple[str, ...]
) -> Iterator[_Question]:
    ids = {entry.indicator_id for entry in entries}
    columns = select(Indicator.id, Indicator.code, Indicator.unit).where(Indicator.id.in_(ids))
    indicators = {row.id: row for row in db.session.execute(columns)}
    known, results = _known(ids, table, fields), _latest_results(ids)
    for entry in entries:
        about = indicators[entry.indicator_id]
        for name, words in _typed(entry, fields):
            value, there = read_figure(words, about.unit, is_gap=True), known.get((about.id, name), {})
            earlier = _nearest(there, entry.year)
            if there.get(entry.year) == value:
                continue
            earlier = results.get(about.id) if earlier is None else earlier
            if question := share_question(words, value, about.unit, earlier):
                yield _Question(entry.row, about.code, name, question, earlier is not None)


def _typed(entry: TargetEntry | BenchmarkEntry, fields: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the figures that were typed; an addition to the national average may well be less than 1."""
    for name in fields:
        words = getattr(entry, name).strip()
        added = name == "value" and isinstance(entry, TargetEntry) and entry.kind != TargetKind.FIGURE
        if words and not added:
            yield name, words


def _known(ids: Collection[int], table: type[TargetRow] | type[Benchmark], fields: tuple[str, ...]) -> Known:
    """Return the figures that are set, by indicator and field, each by its year."""
    found = Known()
    rows: Sequence[Any] = db.session.scalars(select(table).where(table.indicator_id.in_(ids))).all()
    for row in rows:
        is_figure = not isinstance(row, TargetRow) or row.kind == TargetKind.FIGURE
        for name in fields:
            value = getattr(row, name)
            if value is not None and (is_figure or name != "value"):
                found.setdefault((row.indicator_id, name), {})[row.year] = value
    return found


def _nearest(figures: dict[int, Decimal], year: int) -> Decimal | None:
    """Return the figure of the year, or else of the one that is nearest to it."""
    return figures[min(figures, key=lambda one: (abs(one - year), one))] if figures else None


def _latest_results(ids: Collection[int]) -> dict[int, Decimal]:
    """Return the latest result of each indicator that has one."""
    every = [(known[-1].ends, key[0], known[-1].value) for key, known in earlier_results(ids).items()]
    return {indicator_id: value for _, indicator_id, value in sorted(every)}
