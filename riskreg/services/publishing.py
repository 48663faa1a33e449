"""Publishing results, one or many at once, and seeing beforehand what that does.

A correction is published like any other result: it supersedes a figure, keeps it, and says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RowProblem, RowsBroken
from riskreg.domain.sentences import figure
from riskreg.extensions import db
from riskreg.models import Result
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import Effects, digest_of, effects_of, require_as_shown, tried
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.locking import lock_register
from riskreg.services.results import NOTHING_NEW, Reading, ResultEntry, read_entries


@dataclass(frozen=True, slots=True)
class Before:
    """What a result is told against: the figure that it corrects, or the result of the period before."""

    period: str
    value: Decimal | None
    rag: str | None


@dataclass(frozen=True, slots=True)
class ResultOutcome:
    """How one result is judged. `is_correction`: `before` is the figure that it supersedes.

    `confirms`: a provisional figure becomes final and stays as it is, which is no correction.

    `floor` is where AMBER ends; `floor_assumed`: no floor standard is known. `why` says why it is not rated, or so.
    """

    row: str
    indicator_id: int
    code: str
    name: str
    unit: str
    basis: str
    period: str
    period_end: date
    value: Decimal
    status: str
    is_correction: bool
    confirms: bool
    before: Before | None
    rag: str | None
    direction: str | None
    target_year: int
    target: Decimal | None
    floor: Decimal | None
    floor_assumed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that says nothing new: the figure and the status are published already."""

    row: str
    indicator_id: int
    code: str
    name: str
    period: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What publishing does. It is the same before and after, and has the same digest when the outcome is the same."""

    results: tuple[ResultOutcome, ...]
    skipped: tuple[Skipped, ...]
    effects: Effects

    @property
    def digest(self) -> str:
        """What publishing is given to show that this was seen."""
        return digest_of(self)


@dataclass(frozen=True, slots=True)
class Published:
    """The stored results and what publishing them did."""

    results: tuple[Result, ...]
    evaluation: Evaluation
    consequences: Consequences


def preview(actor: Actor, register_id: int, entries: Sequence[ResultEntry], now: datetime) -> Consequences:
    """Return what publishing these results would do, and leave nothing behind. Raises as publish_results does."""
    return tried(lambda: publish_results(actor, register_id, entries, now).consequences)


def publish_results(
    actor: Actor, register_id: int, entries: Sequence[ResultEntry], now: datetime, *, shown: str | None = None
) -> Published:
    """Publish one result or many, all or none, and evaluate what depends on the indicators once.

    `shown` is the digest of the consequences that the person saw. What says nothing new is left out. Raises RowsBroken
    with everything that is wrong with any of the rows, and ChangedMeanwhile when the outcome is not what was shown.
    """
    actor.require(Permission.PUBLISH_RESULT)
    lock_register(register_id)
    readings = read_entries(entries, day_of(now))
    new = [one for one in readings if one.is_new]
    if not new:
        raise RowsBroken([RowProblem(one.entry.row, NOTHING_NEW, "value") for one in readings])
    results = _store(actor, new, now)
    evaluation = evaluate_register(register_id, now, indicators={one.indicator_id for one in results})
    outcomes = tuple(_outcome(reading, result) for reading, result in zip(new, results, strict=True))
    skipped = tuple(_skipped(one) for one in readings if not one.is_new)
    consequences = Consequences(outcomes, skipped, effects_of(evaluation))
    require_as_shown(consequences, shown)
    return Published(results, evaluation, consequences)


def _store(actor: Actor, readings: Sequence[Reading], now: datetime) -> tuple[Result, ...]:
    """Write the results. What is superseded goes first: of each period one result is current."""
    for reading in readings:
        if reading.known is not None:
            reading.known.current = False
    db.session.flush()
    results = tuple(_row(actor, reading, now) for reading in readings)
    db.session.add_all(results)
    db.session.flush()
    for reading, result in zip(readings, results, strict=True):
        verb, text = _told(reading, result)
        record(actor, verb, f"indicator:{result.indicator_id}", text, now=now, result=result.id, value=result.printed)
        db.session.expire(reading.indicator, ["results"])
    return results


def _row(actor: Actor, reading: Reading, now: datetime) -> Result:
    entry, known = reading.entry, reading.known
    return Result(
        indicator=reading.indicator,
        period=known.period if known else entry.period.strip(),
        period_end=entry.period_end,
        target_year=known.target_year if known else entry.target_year,
        basis=entry.basis or reading.indicator.basis,
        value=reading.value,
        printed=entry.value.strip(),
        status=entry.status,
        opening=known.opening if known else False,
        revision=known.revision + 1 if known else 1,
        reason=entry.reason.strip() if known else "",
        published_on=day_of(now),
        recorded_at=now,
        person_id=actor.person_id,
        note=entry.note.strip() or (known.note if known and reading.confirms else ""),
    )


def _told(reading: Reading, result: Result) -> tuple[str, str]:
    unit, known = reading.indicator.unit, reading.known
    value = figure(reading.value, unit)
    if known is None:
        return "published", f"{reading.indicator.name}: {value} published for {result.period}."
    if reading.confirms:
        return "confirmed", f"{reading.indicator.name}: {value} for {result.period} is final."
    was = figure(known.value, unit) if known.value is not None else "no figure"
    return "corrected", f"{reading.indicator.name}: {result.period} corrected from {was} to {value}. {result.reason}"


def _outcome(reading: Reading, result: Result) -> ResultOutcome:
    indicator = reading.indicator
    corrected = None if reading.confirms else reading.known
    before = corrected or _result_before(result)
    return ResultOutcome(
        row=reading.entry.row,
        indicator_id=indicator.id,
        code=indicator.code,
        name=indicator.name,
        unit=indicator.unit,
        basis=result.basis,
        period=result.period,
        period_end=result.period_end,
        value=reading.value,
        status=result.status,
        is_correction=corrected is not None,
        confirms=reading.confirms,
        before=Before(before.period, before.value, before.rag) if before else None,
        rag=result.rag,
        direction=result.direction,
        target_year=result.target_year,
        target=result.target_value,
        floor=result.floor_value,
        floor_assumed=result.floor_assumed,
        why=result.why,
    )


def _result_before(result: Result) -> Result | None:
    """The result of the period before on the same basis; evaluating has loaded the indicator's results."""
    earlier = [
        one
        for one in result.indicator.results
        if one.current and one.basis == result.basis and one.period_end < result.period_end
    ]
    return max(earlier, key=lambda one: one.period_end, default=None)


def _skipped(reading: Reading) -> Skipped:
    indicator, known = reading.indicator, reading.known
    period = known.period if known else reading.entry.period
    return Skipped(reading.entry.row, indicator.id, indicator.code, indicator.name, period)
