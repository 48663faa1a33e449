"""Keeping the stored signals true to the results and contracts as they stand: the first half of evaluating."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from riskreg.domain.contract_story import was_true, would_stand
from riskreg.domain.contracts import contract_signals
from riskreg.domain.dates import day_of
from riskreg.domain.escalation import ENDED, GONE, Changes, SignalState, StoredSignal, compare
from riskreg.domain.policy import Policy
from riskreg.domain.sentences import day
from riskreg.domain.signals import Signal, SignalKind
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Result, SignalRow
from riskreg.services.judging import corrections_since, found_signals, judge_indicator

BATCH = 500
Versions = Mapping[int, Policy]


def find_indicator_signals(
    policy: Policy, versions: Versions, now: datetime, indicators: Collection[int] | None
) -> list[int]:
    """Judge unjudged results and store what they tell: of the given indicators, or of all with something unjudged.

    Returns the ids of the stored signals that recovered or were withdrawn.
    """
    gone: list[int] = []
    unjudged = select(Result.indicator_id).where(Result.judged_at.is_(None), Result.value.is_not(None))
    wanted = select(Indicator.id).where(Indicator.id.in_(unjudged if indicators is None else indicators))
    for batch in _batches(wanted.order_by(Indicator.id)):
        loaded = db.session.scalars(
            select(Indicator)
            .where(Indicator.id.in_(batch))
            .options(
                selectinload(Indicator.targets), selectinload(Indicator.benchmarks), selectinload(Indicator.results)
            )
        ).all()
        stored = _stored(SignalRow.indicator_id.in_(batch), "indicator_id")
        for indicator in loaded:
            pairs = found_signals(indicator, judge_indicator(indicator, policy, now), versions)
            rows = stored.get(indicator.id, [])
            changes = compare([_as_stored(row) for row in rows], [one for one, _ in pairs], wording_counts=True)
            changes = _naming_corrections(changes, rows, indicator)
            results = {signal: result.id for signal, result in pairs}
            gone += _store(changes, rows, now, policy, indicator_id=indicator.id, results=results)
        db.session.flush()
    return gone


def _naming_corrections(changes: Changes, rows: Sequence[SignalRow], indicator: Indicator) -> Changes:
    """Say of a signal that never was, or was overtaken, which figure was corrected: who decided on it must know."""
    by_key = {row.id: row for row in rows}
    endings = []
    for one in changes.endings:
        said = corrections_since(indicator, by_key[one.key]) if one.state in GONE else ""
        endings.append(replace(one, why=f"{one.why} {said}".strip()))
    return replace(changes, endings=tuple(endings))


def find_contract_signals(
    policy: Policy, versions: Versions, now: datetime, contracts: Collection[int] | None
) -> list[int]:
    """Look at the milestones of the given contracts, or of all that have a date, as at the day.

    The milestones follow the policy of the day. What was found by an older version was true by that version: when the
    new one no longer says so, it has recovered and was not wrong. Returns the ids of the stored signals that recovered
    or were withdrawn.
    """
    gone: list[int] = []
    dated = or_(Contract.end != "", Contract.review != "", Contract.needed_from != "", Contract.reviews.any())
    wanted = select(Contract.id).where(dated if contracts is None else Contract.id.in_(contracts))
    today = day_of(now)
    for batch in _batches(wanted.order_by(Contract.id)):
        loaded = db.session.scalars(
            select(Contract)
            .where(Contract.id.in_(batch))
            .options(selectinload(Contract.routes), selectinload(Contract.reviews), selectinload(Contract.providers))
        ).all()
        stored = _stored(SignalRow.contract_id.in_(batch), "contract_id")
        for contract in loaded:
            facts, rows = contract.facts(), stored.get(contract.id, [])
            found_by = {row.id: versions[row.policy_version] for row in rows}
            changes = compare(
                [_as_stored(row) for row in rows],
                contract_signals(facts, today, policy),
                wording_counts=False,
                true_of_its_day={row.id for row in rows if was_true(row.fact, row.found_on, facts, found_by[row.id])},
                policy_changed={
                    row.id
                    for row in rows
                    if row.policy_version != policy.version
                    and would_stand(row.fact, row.severity, facts, today, found_by[row.id])
                },
            )
            gone += _store(_naming_closing(changes, contract), rows, now, policy, contract_id=contract.id)
        db.session.flush()
    return gone


def _naming_closing(changes: Changes, contract: Contract) -> Changes:
    """Say of what stood until the contract was closed that this ended it: nothing that was missing was recorded."""
    if contract.closed_on is None:
        return changes
    why = f"{contract.code} was closed on {day(contract.closed_on)}: {contract.closed_why}"
    closed = (replace(one, why=why) if one.state is SignalState.RECOVERED else one for one in changes.endings)
    return replace(changes, endings=tuple(closed))


def _batches(ids: Select[int]) -> Iterator[Sequence[int]]:
    yield from (list(part) for part in db.session.scalars(ids.execution_options(yield_per=BATCH)).partitions())


def _stored(where: ColumnElement[bool], column: str) -> dict[int, list[SignalRow]]:
    live = SignalRow.state.in_((SignalState.STANDS, SignalState.RECOVERED))
    rows: dict[int, list[SignalRow]] = {}
    for row in db.session.scalars(select(SignalRow).where(where, live).order_by(SignalRow.id)):
        rows.setdefault(getattr(row, column), []).append(row)
    return rows


def _as_stored(row: SignalRow) -> StoredSignal:
    return StoredSignal(row.id, SignalKind(row.kind), row.fact, row.severity, row.sentence, SignalState(row.state))


def _store(
    changes: Changes,
    rows: Sequence[SignalRow],
    now: datetime,
    policy: Policy,
    *,
    indicator_id: int | None = None,
    contract_id: int | None = None,
    results: dict[Signal, int] | None = None,
) -> list[int]:
    """Write the changes. What ends goes first: of each fact one signal stands, and the database holds to that."""
    by_key = {row.id: row for row in rows}
    for ending in changes.endings:
        row = by_key[ending.key]
        if row.state == SignalState.RECOVERED:  # when it had, and how, stays
            row.ended_why += f" {ending.why}"
        else:
            row.ended_why, row.ended_at = ending.why, now
        row.state = ending.state
    if changes.endings and changes.new:
        db.session.flush()
    for signal in changes.new:
        db.session.add(
            SignalRow(
                indicator_id=indicator_id,
                contract_id=contract_id,
                result_id=(results or {}).get(signal),
                kind=signal.kind,
                fact=signal.fact,
                severity=signal.severity,
                reaches=int(signal.reaches),
                sentence=signal.sentence,
                since=signal.since,
                found_on=day_of(now),
                found_at=now,
                policy_version=policy.version,
            )
        )
    return [one.key for one in changes.endings if one.state in ENDED]
