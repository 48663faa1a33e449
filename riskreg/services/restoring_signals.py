"""The signals of a whole register, as rows: what its escalations rest on, so that none of it is found a second time.

A signal of an indicator or a contract that is held here is the one that is stored here, where there is such a one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from riskreg.domain.escalation import OVERTAKEN, SignalState
from riskreg.extensions import db
from riskreg.models import Indicator, Result, SignalRow
from riskreg.services.restoring_rows import Known
from riskreg.services.restoring_subjects import Added
from riskreg.services.whole_register import SheetLine

AS_THEY_ARE = ("kind", "fact", "severity", "reaches", "sentence", "since", "found_on", "found_at", "policy_version")
Subject = tuple[str, int]


@dataclass(slots=True)
class _Here:
    """What is stored here already: signals by all that tells them apart, which facts stand, and results by revision."""

    alike: dict[tuple[Any, ...], list[SignalRow]] = field(default_factory=dict)
    standing: set[tuple[Any, ...]] = field(default_factory=set)
    results: dict[tuple[Any, ...], int] = field(default_factory=dict)


def add_signals(
    lines: Mapping[str, list[SheetLine]], added: Added, known: Known, now: datetime
) -> dict[int, SignalRow]:
    """Return the signals by their numbers in the workbook: those of what is added, and those that escalations hold."""
    here = _what_is_here(lines["signals"], added)
    found: dict[int, SignalRow] = {}
    new = []
    carried = {line.number for line in carried_signals(lines, added)}
    for line in lines["signals"]:
        if line["signal"] in found:
            known.wrong(line, "signal", f"the number {line['signal']} is there twice.")
        subject = _subject(line, known)
        if subject is None or line.number not in carried:
            continue
        stored = here.alike.get((*subject, line["kind"], line["fact"], line["severity"], line["state"]))
        if stored:
            found[line["signal"]] = stored.pop(0)
        else:
            found[line["signal"]] = _signal(line, subject, here, known, now)
            found[line["signal"]].result_id = _result(line, here, added, known)
            new.append(found[line["signal"]])
    if not known.problems:
        db.session.add_all(new)
        db.session.flush()
    return found


def carried_signals(lines: Mapping[str, list[SheetLine]], added: Added) -> list[SheetLine]:
    """The lines of the signals that are carried; what else there is of what is held here is found anew."""
    held = {line["signal"] for line in lines["escalation-signals"]}
    return [line for line in lines["signals"] if line["code"] in added.of(line["about"]) or line["signal"] in held]


def held_subjects(signals: Iterable[SignalRow], added: Added) -> set[int]:
    """The ids of indicators that were held here: whether what was said of them is true here has to be found."""
    new = {row.id for _, row in added.indicators.values()}
    return {row.indicator_id for row in signals if row.indicator_id is not None} - new


def _what_is_here(lines: list[SheetLine], added: Added) -> _Here:
    here = _Here()
    codes = {line["code"] for line in lines if line["about"] == "indicator" and line["code"] not in added.indicators}
    if not codes and all(line["code"] in added.of(line["about"]) for line in lines):
        return here
    for row in db.session.scalars(select(SignalRow).order_by(SignalRow.id)):
        subject = ("indicator", row.indicator_id) if row.indicator_id else ("contract", row.contract_id)
        here.alike.setdefault((*subject, row.kind, row.fact, row.severity, row.state), []).append(row)
        if row.state == SignalState.STANDS:
            here.standing.add((*subject, row.fact))
    query = select(Result.id, Indicator.code, Result.basis, Result.period_end, Result.revision)
    for row_id, *revision in db.session.execute(query.join(Indicator, Indicator.id == Result.indicator_id)):
        here.results[tuple(revision)] = row_id
    return here


def _subject(line: SheetLine, known: Known) -> Subject | None:
    about = line["about"]
    row_id = known.one(line, "code", known.indicators if about == "indicator" else known.contracts, about)
    return (about, row_id) if row_id else None


def _signal(line: SheetLine, subject: Subject, here: _Here, known: Known, now: datetime) -> SignalRow:
    """Make a signal. Of a fact one stands: where another does already, this one was overtaken."""
    if line["policy_version"] not in known.versions:
        said = f"there is no version {line['policy_version']} of the policy here: adopt it first."
        known.wrong(line, "policy_version", said)
    if (line["state"] == SignalState.STANDS) != (line["ended_at"] is None):
        known.wrong(line, "ended_at", "what stands has not ended, and everything else has.")
    about, row_id = subject
    made = SignalRow(
        **{f"{about}_id": row_id},
        **{name: line[name] for name in (*AS_THEY_ARE, "state", "ended_at", "ended_why")},
    )
    if made.state == SignalState.STANDS:
        if (*subject, made.fact) in here.standing:
            made.state, made.ended_at, made.ended_why = SignalState.OVERTAKEN, now, OVERTAKEN
        here.standing.add((*subject, made.fact))
    return made


def _result(line: SheetLine, here: _Here, added: Added, known: Known) -> int | None:
    if line["about"] == "contract" or line["revision"] is None:
        return None
    key = tuple(line[name] for name in ("code", "basis", "period_end", "revision"))
    made = known.results.get(key)
    if made is None and line["code"] in added.indicators:
        known.wrong(line, "revision", "there is no such revision of this result in the sheet “results”.")
    return made.id if made else here.results.get(key)
