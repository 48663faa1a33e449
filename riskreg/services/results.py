"""Reading the results that someone typed or took from a file: what is wrong with each, and what it corrects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from sqlalchemy import func, select

from riskreg.domain.errors import ChangedMeanwhile, RowProblem, RowsBroken, RuleBroken
from riskreg.domain.figures import is_gap, read_figure
from riskreg.domain.periods import Basis, misnamed
from riskreg.domain.sentences import day, figure
from riskreg.extensions import db
from riskreg.models import Indicator, Result

EARLIEST = date(2000, 1, 1)
YEAR = re.compile(r"\b(19|20)[0-9]{2}\b")
STATUSES = ("provisional", "final")
BATCH = 500
NOTHING_NEW = "This is the figure and the status that are published already."
CORRECTED = "This result has been corrected meanwhile. Look at the new figure before correcting it."
Period = tuple[int, str, date]
Name = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """A result as it was typed. `target_year` is the year whose target it is judged against.

    For a period that has a result it is a correction, which needs a `reason` unless it only makes the figure final,
    and keeps the name of the period and the target's year; `corrects` is the id of the result that the person saw.
    `basis` empty: the indicator's usual one. `row` is what a problem is named by: the row of a sheet, or of a form.
    """

    indicator_id: int
    value: str
    period: str
    period_end: date
    target_year: int
    status: str = "provisional"
    note: str = ""
    reason: str = ""
    basis: str = ""
    corrects: int | None = None
    row: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry that was read. `known` is the result that the period has already, which it corrects."""

    entry: ResultEntry
    indicator: Indicator
    value: Decimal
    known: Result | None

    @property
    def is_new(self) -> bool:
        """Whether it says anything that is not published already."""
        known = self.known
        return known is None or (known.value, known.status) != (self.value, self.entry.status)

    @property
    def confirms(self) -> bool:
        """Whether it makes a provisional figure final and leaves it as it is, which needs no reason."""
        known = self.known
        final = (self.value, "provisional", "final")
        return known is not None and (known.value, known.status, self.entry.status) == final


def current_result(indicator_id: int, basis: str, period_end: date) -> Result | None:
    """The current revision of a period's result."""
    return _known([(indicator_id, basis, period_end)]).get((indicator_id, basis, period_end))


def correction_of(result: Result, value: str, status: str, reason: str) -> ResultEntry:
    """Return the entry that corrects a result as the person saw it."""
    return ResultEntry(
        result.indicator_id, value, result.period, result.period_end, result.target_year, status,
        note=reason, reason=reason, basis=result.basis, corrects=result.id,
    )  # fmt: skip


def read_entries(entries: Sequence[ResultEntry], today: date) -> list[Reading]:
    """Read every entry. The caller holds the register's lock.

    Raises RowsBroken with everything that is wrong, RuleBroken when there is nothing at all, and ChangedMeanwhile when
    what an entry corrects was corrected meanwhile.
    """
    if not entries:
        raise RuleBroken("There is nothing to publish. Enter one result at least.")
    indicators = _indicators({entry.indicator_id for entry in entries})
    periods = [_period(entry, indicators) for entry in entries]
    known = _known([period for period in periods if period])
    problems: list[RowProblem] = []
    readings, first_row, ends_of = [], dict[Period, str](), _ends_of(entries)
    for entry, period in zip(entries, periods, strict=True):
        if period is None:
            problems.append(RowProblem(entry.row, "There is no such indicator.", "indicator"))
            continue
        reading, wrong = _read(entry, indicators[entry.indicator_id], known.get(period), today)
        if period in first_row:
            wrong.append(_twice(period, first_row[period]))
        first_row.setdefault(period, entry.row)
        other = ends_of.setdefault(_name(period, entry), entry.period_end)
        if period not in known and other != entry.period_end and "period" not in {one.field for one in wrong}:
            wrong.append(_named_already(entry, other))
        problems += [RowProblem(entry.row, one.sentence, one.field) for one in wrong]
        readings += [reading] if reading else []
    if problems:
        raise RowsBroken(problems)
    return readings


def _twice(period: Period, row: str) -> RuleBroken:
    also = f", in {row}" if row else ""
    return RuleBroken(f"This indicator is there already for the period that ended on {day(period[2])}{also}.", "value")


def _name(period: Period, entry: ResultEntry) -> Name:
    """What is one period of one indicator: no other period of it on the same basis is called the same."""
    return period[0], period[1], entry.period.strip().lower()


def _named_already(entry: ResultEntry, ends: date) -> RuleBroken:
    said = (
        f"“{entry.period.strip()}” is the period that ended on {day(ends)}. Name this one differently, or correct its"
    )
    return RuleBroken(f"{said} last day.", "period")


def _read(
    entry: ResultEntry, indicator: Indicator, known: Result | None, today: date
) -> tuple[Reading | None, list[RuleBroken]]:
    if entry.corrects is not None and (known is None or known.id != entry.corrects):
        raise ChangedMeanwhile(CORRECTED)
    wrong = list(_faults(entry, today, known))
    try:
        value = read_figure(entry.value, indicator.unit, is_gap=is_gap(indicator.name))
    except RuleBroken as broken:
        return None, [broken, *wrong]
    if known is not None and known.value == value:
        value = known.value  # 60.0 says no more than the 60 that was published
    reading = Reading(entry, indicator, value, known)
    if known is None and indicator.ended_on is not None:
        said = f"It ended on {day(indicator.ended_on)}: no further result of it is published."
        wrong.append(RuleBroken(said, "value"))
    if known is not None and reading.is_new and not reading.confirms and not entry.reason.strip():
        wrong.append(_unexplained(known, indicator.unit, corrects=entry.corrects is not None))
    return reading, wrong


def _unexplained(known: Result, unit: str, *, corrects: bool) -> RuleBroken:
    if corrects:
        return RuleBroken("Say why the result is corrected.", "reason")
    published = known.printed or "no figure" if known.value is None else figure(known.value, unit)
    return RuleBroken(
        f"A result for the period that ended on {day(known.period_end)} is already published"
        f" ({known.period}: {published}). Correct that result instead. A correction needs a reason.",
        "reason",
    )


def _faults(entry: ResultEntry, today: date, known: Result | None) -> Iterator[RuleBroken]:
    """What is wrong with an entry apart from its figure; a correction keeps the period that was found right."""
    if entry.status not in STATUSES:
        yield RuleBroken("Say whether the result is provisional or final.", "status")
    if known is not None:
        return
    if entry.basis and entry.basis not in list(Basis):
        yield RuleBroken(f"“{entry.basis[:40]}” is nothing that a period is measured over.", "basis")
    yield from _faults_of_period(entry, today)


def _faults_of_period(entry: ResultEntry, today: date) -> Iterator[RuleBroken]:
    """What is wrong with the period of an entry; against a day that cannot be, nothing else is held."""
    ended, name = entry.period_end, entry.period.strip()
    if not YEAR.search(name):
        yield RuleBroken("Name the period with its year, such as March 2017.", "period")
    if ended > today:
        yield RuleBroken("The period has not ended yet.", "period_end")
    elif ended < EARLIEST:
        yield RuleBroken("The period must have ended in the year 2000 or later.", "period_end")
    else:
        if wrong := misnamed(name, ended):
            yield RuleBroken(wrong, "period")
        if abs(entry.target_year - ended.year) > 1:
            said = f"A period that ended in {ended.year} is not judged against the target of {entry.target_year}."
            yield RuleBroken(said, "target_year")


def _period(entry: ResultEntry, indicators: dict[int, Indicator]) -> Period | None:
    indicator = indicators.get(entry.indicator_id)
    return (indicator.id, entry.basis or indicator.basis, entry.period_end) if indicator else None


def _indicators(ids: set[int]) -> dict[int, Indicator]:
    waiting, found = iter(sorted(ids)), dict[int, Indicator]()
    while part := list(islice(waiting, BATCH)):
        found |= {row.id: row for row in db.session.scalars(select(Indicator).where(Indicator.id.in_(part)))}
    return found


def _known(periods: Sequence[Period]) -> dict[Period, Result]:
    """Return the current results of the periods."""
    waiting, found = iter(sorted({period[0] for period in periods})), dict[Period, Result]()
    ends = {period[2] for period in periods}
    while part := list(islice(waiting, BATCH)):
        query = select(Result).where(Result.indicator_id.in_(part), Result.period_end.in_(ends), Result.current)
        found |= {(row.indicator_id, row.basis, row.period_end): row for row in db.session.scalars(query)}
    return found


def _ends_of(entries: Sequence[ResultEntry]) -> dict[Name, date]:
    """Return the last day of each published period that is called as one of these."""
    waiting, found = iter(sorted({one.indicator_id for one in entries})), dict[Name, date]()
    names = {one.period.strip().lower() for one in entries}
    columns = (Result.indicator_id, Result.basis, Result.period, Result.period_end)
    while part := list(islice(waiting, BATCH)):
        query = select(*columns).where(Result.indicator_id.in_(part), Result.current)
        rows = db.session.execute(query.where(func.lower(Result.period).in_(names)))
        found |= {(row.indicator_id, row.basis, row.period.lower()): row.period_end for row in rows}
    return found
