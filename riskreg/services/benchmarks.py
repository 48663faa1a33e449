"""Setting the national figures of years and those of the statistical neighbours, one or many at once.

Targets that waited for them apply then.

What stood until now is kept with who replaced it and why, as targets are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from riskreg.domain.access import Permission
from riskreg.domain.errors import RowProblem, RowsBroken, RuleBroken
from riskreg.domain.figures import is_gap, read_figure
from riskreg.domain.sentences import figure
from riskreg.extensions import db
from riskreg.models import Benchmark, BenchmarkPast, Indicator
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import tried
from riskreg.services.evaluation import Evaluation
from riskreg.services.locking import lock_register
from riskreg.services.rejudging import Change, SettingOutcome
from riskreg.services.setting_years import InForce, Rows, read_entries, store_new

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class BenchmarkEntry:
    """A year's national figure and that of the neighbours as they were typed; empty: not known.

    `revision` is that of the figures that the person saw, None: there were none. `row` is what a problem is named by,
    such as the row of a sheet.
    """

    indicator_id: int
    year: int
    value: str
    neighbours: str
    comparable: bool = True
    revision: int | None = None
    row: str = ""


@dataclass(frozen=True, slots=True)
class _Figures:
    value: Decimal | None = None
    neighbours: Decimal | None = None
    comparable: bool = True

    def words(self, unit: str) -> str:
        """Return them as a sentence has them: 70%, not comparable; neighbours 68%."""
        national = NOT_KNOWN if self.value is None else figure(self.value, unit)
        how = "" if self.comparable or self.value is None else ", not comparable"
        near = NOT_KNOWN if self.neighbours is None else figure(self.neighbours, unit)
        return f"{national}{how}; neighbours {near}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """An entry that was read, and the figures in force."""

    entry: BenchmarkEntry
    indicator: Indicator
    figures: _Figures
    known: Benchmark | None

    @property
    def before(self) -> _Figures:
        """What is in force."""
        return _held(self.known)

    @property
    def is_new(self) -> bool:
        """Whether they are others than that."""
        return self.figures != self.before


def preview_benchmarks(
    actor: Actor, register_id: int, entries: Sequence[BenchmarkEntry], reason: str, now: datetime
) -> SettingOutcome:
    """Return what setting these figures would do, and leave nothing behind. Raises as set_benchmarks does."""
    return tried(lambda: set_benchmarks(actor, register_id, entries, reason, now)[0])


def set_benchmarks(
    actor: Actor,
    register_id: int,
    entries: Sequence[BenchmarkEntry],
    reason: str,
    now: datetime,
    *,
    shown: str | None = None,
) -> tuple[SettingOutcome, Evaluation]:
    """Set national figures of years and those of the neighbours, all or none, and judge what waited for them.

    `shown` is the digest of the outcome that the person saw. What says nothing new is left out. Raises RowsBroken with
    everything that is wrong with any of the entries, RuleBroken without a reason, NotPermitted, and ChangedMeanwhile
    when the figures, or the outcome, are others than the person saw.
    """
    actor.require(Permission.PUBLISH_RESULT)
    lock_register(register_id)
    if not reason.strip():
        raise RuleBroken("Say where the figures come from, or why they change.", "reason")
    readings, problems = _read(entries)
    if problems:
        raise RowsBroken(problems)
    return store_new(register_id, readings, lambda one: _store(actor, one, reason.strip(), now), now, shown)


def wrong_benchmarks(entries: Sequence[BenchmarkEntry], unread: Rows = MappingProxyType({})) -> Sequence[RowProblem]:
    """Return everything that set_benchmarks would refuse of these rows, so that they can be left out.

    `unread`: where years stand in rows of which no entry could be made; the same year elsewhere is refused for them.
    """
    return _read(entries, unread)[1] if entries else []


def _read(
    entries: Sequence[BenchmarkEntry], unread: Rows = MappingProxyType({})
) -> tuple[list[_Reading], list[RowProblem]]:
    if not entries:
        raise RuleBroken("There is no national figure to set.")
    readings = list[_Reading]()

    def take(entry: BenchmarkEntry, indicator: Indicator, known: Benchmark | None) -> list[RuleBroken]:
        return _take(entry, indicator, known, readings)

    return readings, read_entries(entries, Benchmark, _in_force, take, unread)


def _in_force(indicator: Indicator | None, row: Benchmark | None) -> InForce:
    words = _held(row).words(indicator.unit if indicator else "")
    says = f"These figures were changed meanwhile; they are now: {words}."
    return InForce("national figure", says, row.revision if row else None)


def _take(
    entry: BenchmarkEntry, indicator: Indicator, known: Benchmark | None, readings: list[_Reading]
) -> list[RuleBroken]:
    """Add the reading of an entry, or return what is wrong with its figures."""
    gap, wrong, read = is_gap(indicator.name), list[RuleBroken](), dict[str, Decimal | None]()
    for field, words in (("value", entry.value), ("neighbours", entry.neighbours)):
        try:
            read[field] = read_figure(words, indicator.unit, field, is_gap=gap) if words.strip() else None
        except RuleBroken as broken:
            wrong.append(broken)
    if not wrong:
        readings.append(_Reading(entry, indicator, _figures(**read, comparable=entry.comparable), known))
    return wrong


def _held(row: Benchmark | None) -> _Figures:
    return _figures(row.value, row.neighbours, comparable=row.comparable) if row else _Figures()


def _figures(value: Decimal | None, neighbours: Decimal | None, *, comparable: bool) -> _Figures:
    """Where there is no national figure, whether it could be compared says nothing."""
    return _Figures(value, neighbours, comparable or value is None)


def _store(actor: Actor, reading: _Reading, reason: str, now: datetime) -> Change:
    """Keep the figures that stood, write the new ones, and tell it."""
    indicator, year, row, new = reading.indicator, reading.entry.year, reading.known, reading.figures
    before, after = (one.words(indicator.unit) for one in (reading.before, new))
    told: dict[str, Any] = {"before": before, "after": after}
    if row is None:
        row = Benchmark(indicator_id=indicator.id, year=year, revision=0)
        db.session.add(row)
    else:
        db.session.add(_past(actor, row, reason, now))
        row.revision += 1
        told |= {"line": row.source_line, "remark": row.note}
    row.value, row.neighbours, row.comparable = new.value, new.neighbours, new.comparable
    row.printed = "" if new.value is None else f"{new.value:f}"
    row.source_line, row.note = "", reason
    text = f"{indicator.name}: the national figure of {year} is set to: {after}. Until now: {before}. {reason}"
    record(actor, "set the national figure", f"indicator:{indicator.id}", text, now=now, reason=reason, **told)
    return Change(reading.entry.row, indicator.id, indicator.code, indicator.name, year, before, after)


def _past(actor: Actor, row: Benchmark, reason: str, now: datetime) -> BenchmarkPast:
    return BenchmarkPast(
        indicator_id=row.indicator_id,
        year=row.year,
        printed=row.printed,
        value=row.value,
        comparable=row.comparable,
        neighbours=row.neighbours,
        replaced_at=now,
        replaced_by=actor.person_id,
        replaced_why=reason,
    )
