"""Replaying a policy over the recorded past of a register, side by side with what was.

It reads by a fixed number of queries and stores nothing. Its time grows with the results, routes, links and decisions
on record and with the days on which a contract reaches a milestone, not with the days that pass in between.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from riskreg.domain.dates import add_months, day_of
from riskreg.domain.lifecycle import EscalationStatus
from riskreg.domain.past import Past, Rules
from riskreg.domain.policy import Policy
from riskreg.domain.replay import Replay
from riskreg.domain.sentences import written_reference
from riskreg.domain.side_by_side import Difference, Pair, Raised, raised_by, side_by_side
from riskreg.extensions import db
from riskreg.models import Escalation, EscalationSignal, Reference, Register, Risk, SignalRow
from riskreg.queries.as_at import register_began
from riskreg.queries.past import past_of

MOST_YEARS = 5


@dataclass(frozen=True, slots=True)
class ReplayLine:
    """One escalation, as it was and as it would have been, with the risk it is of.

    `unsure`: the replay finds it otherwise by the policy that held, too, so that the draft is not the reason.
    """

    reference: str
    title: str
    pair: Pair
    unsure: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a draft would have raised from a day on, beside what was raised."""

    since: date
    lines: tuple[ReplayLine, ...]

    @property
    def counts(self) -> dict[Difference, int]:
        """How many lines there are of each kind."""
        found = [one.pair.difference for one in self.lines]
        return {kind: found.count(kind) for kind in Difference}

    @property
    def was(self) -> int:
        """How many escalations signals raised."""
        return sum(one.pair.was is not None for one in self.lines)

    @property
    def would(self) -> int:
        """How many they would have raised."""
        return sum(one.pair.would is not None for one in self.lines)

    @property
    def spared(self) -> int:
        """How many of those that DMT declined it would not have had before it."""
        return sum(one.pair.spared for one in self.lines)

    @property
    def unsure(self) -> int:
        """How many the replay finds otherwise by the policy that held, too."""
        return sum(one.unsure for one in self.lines)


def earliest(register_id: int, today: date) -> date:
    """Return the first day from which a replay compares: that on which the register began, or some years ago."""
    return max(register_began(register_id) or today, add_months(today, -12 * MOST_YEARS))


def replay(register_id: int, versions: Mapping[int, Policy], draft: Policy, since: date, now: datetime) -> Replayed:
    """Live through the past as if the draft had held from a day on. What lies before it follows the policy of its time.

    The past is lived through twice: by the draft, and by the policies that held, which tells what the replay misses.
    """
    with _nothing_thrown_away():
        past = past_of(register_id)
        was = _recorded(register_id, since)
        pairs = side_by_side(was, _run(past, Rules(versions, draft, since), since, now))
        as_it_was = {
            _found(one)
            for one in side_by_side(was, _run(past, Rules(versions), since, now))
            if one.difference is not Difference.SAME
        }
    risks = _risks(register_id) if pairs else {}
    return Replayed(since, tuple(ReplayLine(*risks[one.risk_id], one, _found(one) in as_it_was) for one in pairs))


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """Let Python not look for what can be thrown away: all of the past is kept to the end, and looking takes longer."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _found(pair: Pair) -> tuple[object, ...]:
    """How the replay finds an escalation otherwise than it was: by its day, and on the same day by reason and end."""
    would = pair.would
    if would is None or pair.difference is not Difference.OTHERWISE:
        return pair.risk_id, pair.was, would and would.opened_on
    return pair.risk_id, pair.was, would.opened_on, would.reasons, would.status, would.ended_on


def _run(past: Past, rules: Rules, since: date, now: datetime) -> list[Raised]:
    return raised_by(Replay(past, rules).run(now), since)


def _recorded(register_id: int, since: date) -> list[Raised]:
    """The escalations that signals raised, with everything they came to hold, by one query."""
    rows = db.session.execute(
        select(Escalation.id, Escalation.risk_id, Escalation.opened_on, Escalation.opened_at, Escalation.status)
        .add_columns(Escalation.ended_at, Escalation.ended_why, EscalationSignal.joined_at)
        .add_columns(SignalRow.indicator_id, SignalRow.contract_id, SignalRow.fact)
        .add_columns(SignalRow.kind, SignalRow.severity, SignalRow.sentence)
        .join(Risk, Risk.id == Escalation.risk_id)
        .join(EscalationSignal, EscalationSignal.escalation_id == Escalation.id)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .where(Risk.register_id == register_id, Escalation.person_id.is_(None), Escalation.opened_on >= since)
        .order_by(Escalation.id, SignalRow.id)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    return [_as_raised(held) for held in found.values()]


def _as_raised(held: Sequence[Row[Any]]) -> Raised:
    """Return an escalation by the rows of what it came to hold, of which there is one at least."""
    one = held[0]
    first = [row for row in held if row.joined_at == row.opened_at]
    return Raised(
        risk_id=one.risk_id,
        opened_on=one.opened_on,
        sentences=tuple(row.sentence for row in first),
        reasons=frozenset((_fact(row), row.kind, row.severity) for row in first),
        facts=frozenset(map(_fact, held)),
        status=EscalationStatus(one.status),
        ended_on=day_of(one.ended_at) if one.ended_at else None,
        ended_why=one.ended_why,
        escalation_id=one.id,
    )


def _fact(row: Row[Any]) -> str:
    subject = f"indicator:{row.indicator_id}" if row.indicator_id else f"contract:{row.contract_id}"
    return f"{subject} {row.fact}"


def _risks(register_id: int) -> dict[int, tuple[str, str]]:
    """The reference and the title of each risk of the register."""
    query = select(Risk.id, Register.prefix, Reference.number, Risk.title)
    query = query.join(Reference, Reference.id == Risk.reference_id).join(Register, Register.id == Risk.register_id)
    rows = db.session.execute(query.where(Risk.register_id == register_id))
    return {id_: (written_reference(prefix, number), title) for id_, prefix, number, title in rows}
