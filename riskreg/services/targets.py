"""Setting the targets of years, one or many at once, and seeing beforehand what that does.

The target that was in force until now is kept with who replaced it and why. Results keep the target of their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RowProblem, RowsBroken, RuleBroken
from riskreg.domain.figures import is_gap
from riskreg.domain.policy import Policy
from riskreg.domain.target_setting import read_target, target_faults, target_words, written_target
from riskreg.domain.targets import Polarity, Target, TargetKind
from riskreg.extensions import db
from riskreg.models import Indicator, TargetPast, TargetRow
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.consequences import tried
from riskreg.services.evaluation import Evaluation
from riskreg.services.judging import as_target
from riskreg.services.locking import lock_register
from riskreg.services.rejudging import Change, SettingOutcome
from riskreg.services.setting_years import InForce, Rows, read_entries, store_new

NO_TARGET = Target(TargetKind.BLANK)


@dataclass(frozen=True, slots=True)
class TargetEntry:
    """A year's target as it was typed. `revision` is that of the target that the person saw, None: there was none.

    `row` is what a problem is named by, such as the row of a sheet.
    """

    indicator_id: int
    year: int
    kind: str
    value: str = ""
    floor: str = ""
    green_tolerance: str = ""
    amber_tolerance: str = ""
    revision: int | None = None
    row: str = ""

    @property
    def typed(self) -> dict[str, str]:
        """The words of the figures by the names of their fields."""
        return {name: getattr(self, name) for name in ("value", "floor", "green_tolerance", "amber_tolerance")}


@dataclass(frozen=True, slots=True)
class _Reading:
    """An entry that was read, and the target in force."""

    entry: TargetEntry
    indicator: Indicator
    target: Target
    known: TargetRow | None

    @property
    def before(self) -> Target:
        """What is in force."""
        return as_target(self.known) if self.known else NO_TARGET

    @property
    def is_new(self) -> bool:
        """Whether it is another than that."""
        return self.target != self.before


def preview_targets(
    actor: Actor, register_id: int, entries: Sequence[TargetEntry], reason: str, now: datetime
) -> SettingOutcome:
    """Return what setting these targets would do, and leave nothing behind. Raises as set_targets does."""
    return tried(lambda: set_targets(actor, register_id, entries, reason, now)[0])


def set_targets(
    actor: Actor,
    register_id: int,
    entries: Sequence[TargetEntry],
    reason: str,
    now: datetime,
    *,
    shown: str | None = None,
) -> tuple[SettingOutcome, Evaluation]:
    """Set targets, all or none, and judge what waited for them.

    `shown` is the digest of the outcome that the person saw. What says nothing new is left out. Raises RowsBroken with
    everything that is wrong with any of the entries, RuleBroken without a reason, NotPermitted, and ChangedMeanwhile
    when a target, or the outcome, is another than the person saw.
    """
    actor.require(Permission.PUBLISH_RESULT)
    lock_register(register_id)
    if not reason.strip():
        raise RuleBroken("Say why the target is set so.", "reason")
    readings, problems = _read(entries, policy_on(register_id, day_of(now)))
    if problems:
        raise RowsBroken(problems)
    return store_new(register_id, readings, lambda one: _store(actor, one, reason.strip(), now), now, shown)


def wrong_targets(
    register_id: int, entries: Sequence[TargetEntry], now: datetime, unread: Rows = MappingProxyType({})
) -> Sequence[RowProblem]:
    """Return everything that set_targets would refuse of these rows, so that they can be left out.

    `unread`: where years stand in rows of which no entry could be made; the same year elsewhere is refused for them.
    """
    return _read(entries, policy_on(register_id, day_of(now)), unread)[1] if entries else []


def _read(
    entries: Sequence[TargetEntry], policy: Policy, unread: Rows = MappingProxyType({})
) -> tuple[list[_Reading], list[RowProblem]]:
    if not entries:
        raise RuleBroken("There is no target to set.")
    readings = list[_Reading]()

    def take(entry: TargetEntry, indicator: Indicator, known: TargetRow | None) -> list[RuleBroken]:
        return _take(entry, indicator, known, policy, readings)

    return readings, read_entries(entries, TargetRow, _in_force, take, unread)


def _in_force(indicator: Indicator | None, row: TargetRow | None) -> InForce:
    words = target_words(as_target(row) if row else NO_TARGET, indicator.unit if indicator else "")
    says = f"This target was changed meanwhile; it says now: {words}."
    return InForce("target", says, row.revision if row else None)


def _take(
    entry: TargetEntry, indicator: Indicator, known: TargetRow | None, policy: Policy, readings: list[_Reading]
) -> list[RuleBroken]:
    """Add the reading of an entry, or return what is wrong with it. What says nothing new was right in its time."""
    if not indicator.is_rated:
        return [RuleBroken("It is for information: it is not rated, so it has no target.", "kind")]
    try:
        target = read_target(entry.typed, entry.kind, indicator.unit, is_gap=is_gap(indicator.name))
    except RuleBroken as broken:
        return [broken]
    reading = _Reading(entry, indicator, target, known)
    readings.append(reading)
    return [] if target == reading.before else list(target_faults(target, Polarity(indicator.polarity), policy))


def _store(actor: Actor, reading: _Reading, reason: str, now: datetime) -> Change:
    """Keep the target that was in force, write the new one, and tell it."""
    indicator, year, row = reading.indicator, reading.entry.year, reading.known
    before, after = (target_words(one, indicator.unit) for one in (reading.before, reading.target))
    told: dict[str, Any] = {"before": before, "after": after}
    if row is None:
        row = TargetRow(indicator_id=indicator.id, year=year, revision=0)
        db.session.add(row)
    else:
        db.session.add(_past(actor, row, reason, now))
        row.revision += 1
        told |= {"line": row.source_line, "remark": row.note}
    target = reading.target
    row.printed, row.kind, row.value, row.floor = written_target(target), target.kind, target.value, target.floor
    row.green_tolerance, row.amber_tolerance = target.green_tolerance, target.amber_tolerance
    row.source_line, row.note = "", reason
    text = f"{indicator.name}: the target of {year} is set to: {after}. Until now: {before}. {reason}"
    record(actor, "set the target", f"indicator:{indicator.id}", text, now=now, reason=reason, **told)
    return Change(reading.entry.row, indicator.id, indicator.code, indicator.name, year, before, after)


def _past(actor: Actor, row: TargetRow, reason: str, now: datetime) -> TargetPast:
    return TargetPast(
        indicator_id=row.indicator_id,
        year=row.year,
        printed=row.printed,
        kind=row.kind,
        value=row.value,
        floor=row.floor,
        green_tolerance=row.green_tolerance,
        amber_tolerance=row.amber_tolerance,
        replaced_at=now,
        replaced_by=actor.person_id,
        replaced_why=reason,
    )
