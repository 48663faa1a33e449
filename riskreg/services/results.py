"""Publishing an indicator's result, and correcting one; either lets the register evaluate what depends on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.figures import read_figure
from riskreg.domain.sentences import day, figure
from riskreg.extensions import db
from riskreg.models import Indicator, Result
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.locking import lock_register

EARLIEST = date(2000, 1, 1)
YEAR = re.compile(r"\b(19|20)[0-9]{2}\b")


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """A result as the performance officer typed it. `target_year` is the year whose target it is judged against."""

    value: str
    period: str
    period_end: date
    target_year: int
    status: str = "provisional"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """The stored result and what publishing it did."""

    result: Result
    evaluation: Evaluation


def current_result(indicator_id: int, basis: str, period_end: date) -> Result | None:
    """The current revision of a period's result."""
    return db.session.scalar(
        select(Result).where(
            Result.indicator_id == indicator_id, Result.basis == basis, Result.period_end == period_end, Result.current
        )
    )


def publish_result(
    actor: Actor, register_id: int, indicator: Indicator, entry: ResultEntry, now: datetime
) -> Published:
    """Publish the first result of a period and evaluate what depends on the indicator.

    Raises RuleBroken for a figure that is no number, a period in the future, and a period already published.
    """
    actor.require(Permission.PUBLISH_RESULT)
    lock_register(register_id)
    value = _read(entry.value, indicator)
    _check_period(entry, day_of(now))
    known = current_result(indicator.id, indicator.basis, entry.period_end)
    if known is not None:
        raise RuleBroken(
            f"A result for the period that ended on {day(entry.period_end)} is already published"
            f" ({known.period}: {known.printed or 'no figure'}). Correct that result instead.",
            "period_end",
        )
    result = _add(actor, indicator, entry, value, now, revision=1)
    text = f"{indicator.name}: {figure(value, indicator.unit)} published for {entry.period}."
    return _evaluate(actor, register_id, result, text, "published", now)


def correct_result(
    actor: Actor, register_id: int, result: Result, value: str, status: str, reason: str, now: datetime
) -> Published:
    """Publish a revision that supersedes a result and keeps it, then evaluate again.

    Raises RuleBroken without a reason, and ChangedMeanwhile when the result was corrected by someone else.
    """
    actor.require(Permission.PUBLISH_RESULT)
    indicator = result.indicator
    lock_register(register_id)
    figures = _read(value, indicator)
    if not reason.strip():
        raise RuleBroken("Say why the result is corrected.", "reason")
    if not result.current:
        raise ChangedMeanwhile("This result has been corrected meanwhile. Look at the new figure before correcting it.")
    if figures == result.value and status == result.status:
        raise RuleBroken("This is the figure and the status that are published already.", "value")
    result.current = False
    db.session.flush()
    entry = ResultEntry(value, result.period, result.period_end, result.target_year, status, reason)
    revised = _add(actor, indicator, entry, figures, now, revision=result.revision + 1, basis=result.basis)
    revised.opening, revised.reason = result.opening, reason.strip()
    was = figure(result.value, indicator.unit) if result.value is not None else "no figure"
    text = f"{indicator.name}: {result.period} corrected from {was} to {figure(figures, indicator.unit)}. {reason}"
    return _evaluate(actor, register_id, revised, text, "corrected", now)


def _read(words: str, indicator: Indicator) -> Decimal:
    """A gap between two percentages may turn round; by their names the plan's indicators say which are gaps."""
    return read_figure(words, indicator.unit, is_gap="gap" in indicator.name.lower())


def _check_period(entry: ResultEntry, today: date) -> None:
    if not YEAR.search(entry.period):
        raise RuleBroken("Name the period with its year, such as March 2017.", "period")
    if entry.period_end > today:
        raise RuleBroken("The period has not ended yet.", "period_end")
    if entry.period_end < EARLIEST:
        raise RuleBroken("The period must have ended in the year 2000 or later.", "period_end")
    if abs(entry.target_year - entry.period_end.year) > 1:
        raise RuleBroken(
            f"A period that ended in {entry.period_end.year} is not judged against the target of {entry.target_year}.",
            "target_year",
        )


def _add(
    actor: Actor,
    indicator: Indicator,
    entry: ResultEntry,
    value: Decimal,
    now: datetime,
    *,
    revision: int,
    basis: str = "",
) -> Result:
    result = Result(
        indicator=indicator,
        period=entry.period.strip(),
        period_end=entry.period_end,
        target_year=entry.target_year,
        basis=basis or indicator.basis,
        value=value,
        printed=entry.value.strip(),
        status=entry.status,
        opening=False,
        revision=revision,
        published_on=day_of(now),
        recorded_at=now,
        person_id=actor.person_id,
        note=entry.note.strip(),
    )
    db.session.add(result)
    db.session.flush()
    return result


def _evaluate(actor: Actor, register_id: int, result: Result, text: str, verb: str, now: datetime) -> Published:
    record(actor, verb, f"indicator:{result.indicator_id}", text, now=now, result=result.id, value=result.printed)
    db.session.expire(result.indicator, ["results"])
    evaluation = evaluate_register(register_id, now, indicators=[result.indicator_id])
    return Published(result, evaluation)
