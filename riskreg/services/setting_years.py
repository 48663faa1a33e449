"""Setting what holds for years, targets or national figures: what all entries are held against, and what is new.

Which of it says nothing new is left out; what of it is wrong is told of all entries at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeVar

from sqlalchemy import select

from riskreg.domain.errors import ChangedMeanwhile, RowProblem, RowsBroken, RuleBroken
from riskreg.domain.sentences import rows_named
from riskreg.domain.target_setting import EARLIEST_YEAR, LATEST_YEAR
from riskreg.extensions import db
from riskreg.models import Benchmark, Indicator, TargetRow
from riskreg.services.consequences import require_as_shown
from riskreg.services.evaluation import Evaluation
from riskreg.services.rejudging import Change, SettingOutcome, in_years, outcome_of

NOTHING_NEW = "This is what is set already."


class YearEntry(Protocol):
    """A target, or a national figure, of a year as it was typed.

    `revision` is that of what the person saw, None: there was none. `row` is what a problem is named by, such as the
    row of a sheet; empty for the only entry of a form.
    """

    @property
    def indicator_id(self) -> int:
        """Whose it is."""

    @property
    def year(self) -> int:
        """Of which year."""

    @property
    def revision(self) -> int | None:
        """What the person saw."""

    @property
    def row(self) -> str:
        """Where it stands."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What an entry would replace. `kind`: what it is called; `says`: what is in force, in a sentence."""

    kind: str
    says: str
    revision: int | None


class YearReading(Protocol):
    """An entry whose figures were read."""

    @property
    def entry(self) -> YearEntry:
        """As it was typed."""

    @property
    def is_new(self) -> bool:
        """Whether it says anything else than what is in force."""


Entry = TypeVar("Entry", bound=YearEntry)
Reading = TypeVar("Reading", bound=YearReading)
Row = TypeVar("Row", TargetRow, Benchmark)
Rows = Mapping[tuple[int, int], Sequence[str]]
"""Where years stand: the rows by indicator and year."""


def read_entries(
    entries: Sequence[Entry],
    table: type[Row],
    in_force: Callable[[Indicator | None, Row | None], InForce],
    take: Callable[[Entry, Indicator, Row | None], Sequence[RuleBroken]],
    unread: Rows = MappingProxyType({}),
) -> list[RowProblem]:
    """Hold each entry against what it would replace and have its figures taken; return everything that is wrong.

    `take` returns what is wrong with the figures. It is not asked about an entry that has a fault before that.
    `unread`: where years stand in rows of which no entry could be made.
    """
    ids = {entry.indicator_id for entry in entries}
    indicators = {row.id: row for row in db.session.scalars(select(Indicator).where(Indicator.id.in_(ids)))}
    there = select(table).where(in_years(table, ids, {entry.year for entry in entries}))
    known = {(row.indicator_id, row.year): row for row in db.session.scalars(there)}
    problems, rows = list[RowProblem](), _rows_of_years(entries, unread)
    for entry in entries:
        indicator, row = indicators.get(entry.indicator_id), known.get((entry.indicator_id, entry.year))
        wrong: Sequence[RuleBroken] = list(_entry_faults(entry, indicator, in_force(indicator, row), rows))
        if indicator is not None and not wrong:
            wrong = take(entry, indicator, row)
        problems += [RowProblem(entry.row, one.sentence, one.field) for one in wrong]
    return problems


def store_new(
    register_id: int,
    readings: Sequence[Reading],
    store: Callable[[Reading], Change],
    now: datetime,
    shown: str | None,
) -> tuple[SettingOutcome, Evaluation]:
    """Store what is new and judge what waited for it. Raises as set_targets and set_benchmarks do."""
    new = [one for one in readings if one.is_new]
    if not new:
        raise RowsBroken([RowProblem(one.entry.row, NOTHING_NEW, "value") for one in readings[:1]])
    changes = [store(one) for one in new]
    outcome, evaluation = outcome_of(register_id, changes, len(readings) - len(new), now)
    require_as_shown(outcome, shown)
    return outcome, evaluation


def _rows_of_years(entries: Iterable[YearEntry], unread: Rows) -> dict[tuple[int, int], list[str]]:
    """Return the rows in which each indicator's year stands."""
    rows = {key: list(there) for key, there in unread.items()}
    for one in entries:
        rows.setdefault((one.indicator_id, one.year), []).append(one.row)
    return rows


def _entry_faults(entry: YearEntry, indicator: Indicator | None, present: InForce, rows: Rows) -> Iterator[RuleBroken]:
    """Yield what is wrong with an entry before its figures are read. `rows`: where the years of all entries stand.

    Which of two rows is meant, nobody can tell: both are wrong. Raises ChangedMeanwhile for the only entry of a form.
    """
    if not EARLIEST_YEAR <= entry.year <= LATEST_YEAR:
        yield RuleBroken(f"The year must be from {EARLIEST_YEAR} to {LATEST_YEAR}.", "year")
    if indicator is None:
        yield RuleBroken("There is no such indicator.", "indicator")
        return
    if entry.revision != present.revision:
        if not entry.row:
            raise ChangedMeanwhile(f"{present.says} Nothing was saved.")
        yield RuleBroken(f"{present.says} Download the workbook again.", "revision")
    others = [row for row in rows[entry.indicator_id, entry.year] if row != entry.row]
    if others:
        yield RuleBroken(f"The {present.kind} of {entry.year} is there in {rows_named(others)} too.", "year")
