"""Taking in a whole register where none is held: everything its workbook promises comes back, with its dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import plural
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable, quoted
from riskreg.extensions import db
from riskreg.models import Risk
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import add_event
from riskreg.services.consequences import Effects, digest_of, effects_of, require_as_shown, tried
from riskreg.services.evaluation import evaluate_register
from riskreg.services.locking import lock_register
from riskreg.services.restoring_rows import (
    UNDER_RISKS,
    Known,
    add_references,
    add_risk,
    merge_risks,
    what_is_known,
)
from riskreg.services.settling import settle
from riskreg.services.whole_register import SheetLine, read_whole_register

NOT_EMPTY = "Risks are held already, so that a whole register cannot be taken in. Import its sheet “risks” instead."
CONTRADICTS = "What the workbook holds contradicts itself, so that nothing was taken in. Make the workbook anew."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was taken in: how many lines of each sheet, and what evaluating then did."""

    counts: tuple[tuple[str, int], ...]
    effects: Effects

    @property
    def digest(self) -> str:
        """The same short text for the same outcome."""
        return digest_of(self)


def preview_whole_register(actor: Actor, register_id: int, book: Workbook, now: datetime) -> Restored:
    """Return what taking it in would do, by doing it and taking it back. Raises as `take_in_whole_register` does."""
    return tried(lambda: take_in_whole_register(actor, register_id, book, now))


def take_in_whole_register(
    actor: Actor, register_id: int, book: Workbook, now: datetime, shown: str | None = None
) -> Restored:
    """Take in all that a workbook promises, evaluate, and say what was done; all of it or nothing.

    Raises NotPermitted, RuleBroken when risks are held already, BrokenTable with everything that is wrong, and
    ChangedMeanwhile when the outcome is another than the one with the digest `shown`.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_register(register_id)
    if any_risk():
        raise RuleBroken(NOT_EMPTY, "file")
    lines = read_whole_register(book)
    try:
        known = _write(lines)
    except IntegrityError:
        raise RuleBroken(CONTRADICTS, "file") from None
    for line in lines["risks"]:
        _enter(actor, known.risks[line["reference"]], line, now)
    text = f"A whole register of {plural(len(known.risks), 'risk')} was taken in from {quoted(book.name)}."
    add_event(actor, "imported", f"register:{register_id}", text, now=now, file=book.name)
    counts = tuple((name, len(found)) for name, found in lines.items())
    effects = effects_of(evaluate_register(register_id, now))
    # The numbers of the new rows are left out: they are other ones each time it is tried.
    outcome = Restored(counts, replace(effects, risks=tuple(replace(one, risk_id=0) for one in effects.risks)))
    require_as_shown(outcome, shown)
    return outcome


def any_risk() -> bool:
    """Whether a risk is held, in any register."""
    return bool(db.session.scalar(select(func.count()).select_from(Risk)))


def _write(lines: Mapping[str, list[SheetLine]]) -> Known:
    """Write the rows of every sheet. Raises BrokenTable with what the lines name wrongly, and IntegrityError."""
    known = what_is_known()
    add_references(lines["references"], known)
    rated = {line["risk"]: line for line in lines["assessments"] if line["kind"] == "current"}
    for line in lines["risks"]:
        add_risk(line, rated, known)
    _refuse(known)
    merge_risks(lines["risks"], known)
    _refuse(known)
    db.session.add_all([*known.references.values(), *known.risks.values()])
    db.session.flush()
    for name, make in UNDER_RISKS.items():
        rows = []
        for line in lines[name]:
            risk = known.one(line, "risk", known.risks, "risk in the sheet “risks” with the reference")
            if risk is not None:
                rows.append(make(line, risk, known))
        _refuse(known)
        db.session.add_all(rows)
        db.session.flush()
    return known


def _refuse(known: Known) -> None:
    if known.problems:
        raise BrokenTable(known.problems)


def _enter(actor: Actor, risk: Risk, line: SheetLine, now: datetime) -> None:
    """Say where a risk comes from; what was before DMT there is not so here, until evaluating finds it anew."""
    if line["escalation"]:
        settle(risk, policy_on(risk.register_id, day_of(now)), None)
    text = f"{line['reference']} was taken in with its history from {quoted(line.file)}, row {line.number}."
    add_event(actor, "imported", f"risk:{risk.id}", text, now=now, risk=risk, file=line.file, row=line.number)
