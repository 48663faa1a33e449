"""Setting the national figure of a year and that of the statistical neighbours; targets that waited for it apply then.

What stood until now is kept with who replaced it and why, as targets are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.figures import read_figure
from riskreg.domain.sentences import figure
from riskreg.domain.target_setting import EARLIEST_YEAR, LATEST_YEAR
from riskreg.extensions import db
from riskreg.models import Benchmark, BenchmarkPast, Indicator
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import require_as_shown, tried
from riskreg.services.evaluation import Evaluation
from riskreg.services.locking import lock_register
from riskreg.services.rejudging import NOTHING_NEW, Change, SettingOutcome, outcome_of

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class BenchmarkEntry:
    """A year's national figure and that of the neighbours as they were typed; empty: not known.

    `revision` is that of the figures that the person saw, None: there were none.
    """

    indicator_id: int
    year: int
    value: str
    neighbours: str
    comparable: bool = True
    revision: int | None = None


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


def preview_benchmark(
    actor: Actor, register_id: int, entry: BenchmarkEntry, reason: str, now: datetime
) -> SettingOutcome:
    """Return what setting these figures would do, and leave nothing behind. Raises as set_benchmark does."""
    return tried(lambda: set_benchmark(actor, register_id, entry, reason, now)[0])


def set_benchmark(
    actor: Actor, register_id: int, entry: BenchmarkEntry, reason: str, now: datetime, *, shown: str | None = None
) -> tuple[SettingOutcome, Evaluation]:
    """Set a year's national figure and that of the neighbours, and judge what waited for it.

    `shown` is the digest of the outcome that the person saw. Raises RuleBroken for what is no figure or says nothing
    new, NotPermitted, and ChangedMeanwhile when the figures, or the outcome, are others than the person saw.
    """
    actor.require(Permission.PUBLISH_RESULT)
    lock_register(register_id)
    indicator = db.session.get(Indicator, entry.indicator_id)
    if indicator is None:
        raise RuleBroken("There is no such indicator.", "indicator")
    if not reason.strip():
        raise RuleBroken("Say where the figures come from, or why they change.", "reason")
    if not EARLIEST_YEAR <= entry.year <= LATEST_YEAR:
        raise RuleBroken(f"The year must be from {EARLIEST_YEAR} to {LATEST_YEAR}.", "year")
    known = db.session.scalar(
        select(Benchmark).where(Benchmark.indicator_id == indicator.id, Benchmark.year == entry.year)
    )
    before = _figures(known.value, known.neighbours, known.comparable) if known else _Figures()
    if entry.revision != (known.revision if known else None):
        raise ChangedMeanwhile(
            f"These figures were changed meanwhile; they are now: {before.words(indicator.unit)}. Nothing was saved."
        )
    after = _read(entry, indicator)
    if after == before:
        raise RuleBroken(NOTHING_NEW, "value")
    _write(actor, indicator, entry.year, known, after, reason.strip(), now)
    words = (before.words(indicator.unit), after.words(indicator.unit))
    text = f"{indicator.name}: the national figure of {entry.year} is set to: {words[1]}. Until now: {words[0]}."
    record(
        actor, "set the national figure", f"indicator:{indicator.id}", f"{text} {reason.strip()}", now=now,
        before=words[0], after=words[1], reason=reason.strip(),
    )  # fmt: skip
    change = Change("", indicator.id, indicator.code, indicator.name, entry.year, *words)
    outcome, evaluation = outcome_of(register_id, [change], 0, now)
    require_as_shown(outcome, shown)
    return outcome, evaluation


def _read(entry: BenchmarkEntry, indicator: Indicator) -> _Figures:
    is_gap = "gap" in indicator.name.lower()
    value, neighbours = (
        read_figure(words, indicator.unit, field, is_gap=is_gap) if words.strip() else None
        for field, words in (("value", entry.value), ("neighbours", entry.neighbours))
    )
    return _figures(value, neighbours, entry.comparable)


def _figures(value: Decimal | None, neighbours: Decimal | None, comparable: bool) -> _Figures:
    """Where there is no national figure, whether it could be compared says nothing."""
    return _Figures(value, neighbours, comparable or value is None)


def _write(
    actor: Actor, indicator: Indicator, year: int, row: Benchmark | None, new: _Figures, reason: str, now: datetime
) -> None:
    """Keep what stood, and write the new figures."""
    if row is None:
        row = Benchmark(indicator_id=indicator.id, year=year, revision=0)
        db.session.add(row)
    else:
        row.revision += 1
        db.session.add(
            BenchmarkPast(
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
        )
    row.value, row.neighbours, row.comparable = new.value, new.neighbours, new.comparable
    row.printed = "" if new.value is None else f"{new.value:f}"
    row.source_line, row.note = "", reason
