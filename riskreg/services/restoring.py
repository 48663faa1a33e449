"""Taking in a whole register where no risk is held: everything its workbook promises comes back, with its dates.

What the risks depend on is added where it is not held here; an indicator or a contract that is held stays as it is.
"""

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
from riskreg.models import Contract, Indicator, Risk
from riskreg.queries.exports_signals import SIGNALS
from riskreg.queries.policies import policy_on, versions_of
from riskreg.services.actors import Actor
from riskreg.services.audit import add_event
from riskreg.services.consequences import Effects, digest_of, effects_of, require_as_shown, tried
from riskreg.services.evaluation import evaluate_register
from riskreg.services.finding import find_indicator_signals
from riskreg.services.locking import lock_register
from riskreg.services.restoring_differences import differences
from riskreg.services.restoring_escalations import BeforeDmt, tell_of_cases, write_before_dmt
from riskreg.services.restoring_evidence import column_of_code, write_under_subjects
from riskreg.services.restoring_meetings import write_meetings
from riskreg.services.restoring_rows import (
    UNDER_RISKS,
    Known,
    add_references,
    add_risk,
    merge_risks,
    what_is_known,
)
from riskreg.services.restoring_signals import carried_signals, held_subjects
from riskreg.services.restoring_subjects import Added, make_subjects, named
from riskreg.services.settling import settle
from riskreg.services.whole_register import SUBJECTS, SheetLine, read_whole_register

NOT_EMPTY = "Risks are held already, so that a whole register cannot be taken in. Import its sheet “risks” instead."
CONTRADICTS = "What the workbook holds contradicts itself, so that nothing was taken in. Make the workbook anew."


@dataclass(frozen=True, slots=True)
class Restored:
    """What was taken in: how many lines of each sheet, and what evaluating then did.

    `added`: the contracts and indicators that were not held here, by code and name. `kept`: sentences on those that
    are held, of which the workbook says something else.
    """

    counts: tuple[tuple[str, int], ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
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
    kept = tuple(differences(lines))
    try:
        known, added = _write(register_id, lines)
        before = _write_before_dmt(lines, added, known, now)
    except IntegrityError:
        raise RuleBroken(CONTRADICTS, "file") from None
    for line, subject in added.lines:
        _tell(actor, subject, line, now)
    for line in lines["risks"]:
        _enter(actor, known.risks[line["reference"]], line, now, anew=before is None)
    if before is not None:
        tell_of_cases(actor, before, known.risks.values(), now)
    text = f"A whole register of {plural(len(known.risks), 'risk')} was taken in from {quoted(book.name)}."
    add_event(actor, "imported", f"register:{register_id}", text, now=now, file=book.name)
    looked_at = {row.id for _, row in added.indicators.values()}
    looked_at |= held_subjects(before.signals.values(), added) if before else set()
    done = _evaluate(register_id, sorted(looked_at), now)
    # The numbers of the new rows are left out: they are other ones each time it is tried.
    effects = replace(done, risks=tuple(replace(one, risk_id=0) for one in done.risks))
    outcome = Restored(_counts(lines, added), tuple(added.named), kept, effects)
    require_as_shown(outcome, shown)
    return outcome


def _evaluate(register_id: int, indicators: list[int], now: datetime) -> Effects:
    """Evaluate everything; of the indicators also what was judged long ago, for what is stored of it came in now."""
    if indicators:
        find_indicator_signals(policy_on(register_id, day_of(now)), versions_of(register_id), now, indicators)
    return effects_of(evaluate_register(register_id, now))


def _counts(lines: Mapping[str, list[SheetLine]], added: Added) -> tuple[tuple[str, int], ...]:
    """How many lines of each sheet are taken in; of what risks depend on, those of what is added."""
    under = {one.name: column_of_code(one.name) for one in SUBJECTS}

    def taken(name: str) -> int:
        if name == SIGNALS.name:
            return len(carried_signals(lines, added))
        if name in under:
            return sum(line[under[name]] in added.of(under[name]) for line in lines[name])
        return len(lines[name])

    return tuple((name, taken(name)) for name in lines)


def any_risk() -> bool:
    """Whether a risk is held, in any register."""
    return bool(db.session.scalar(select(func.count()).select_from(Risk)))


def _write(register_id: int, lines: Mapping[str, list[SheetLine]]) -> tuple[Known, Added]:
    """Write the rows of every sheet. Raises BrokenTable with what the lines name wrongly, and IntegrityError."""
    known = what_is_known(register_id)
    add_references(lines["references"], known)
    added = make_subjects(lines, known)
    rated = {line["risk"]: line for line in lines["assessments"] if line["kind"] == "current"}
    for line in lines["risks"]:
        add_risk(line, rated, known)
    _refuse(known)
    merge_risks(lines["risks"], known)
    _refuse(known)
    db.session.add_all([*added.rows, *known.references.values(), *known.risks.values()])
    db.session.flush()
    write_under_subjects(lines, added, known)
    _refuse(known)
    known.contracts |= {code: row.id for code, (_, row) in added.contracts.items()}
    known.indicators |= {code: row.id for code, (_, row) in added.indicators.items()}
    _write_under_risks(lines, known)
    return known, added


def _write_under_risks(lines: Mapping[str, list[SheetLine]], known: Known) -> None:
    for name, make in UNDER_RISKS.items():
        rows = []
        for line in lines[name]:
            risk = known.one(line, "risk", known.risks, "risk in the sheet “risks” with the reference")
            if risk is not None:
                rows.append(make(line, risk, known))
        _refuse(known)
        db.session.add_all(rows)
        db.session.flush()


def _write_before_dmt(
    lines: Mapping[str, list[SheetLine]], added: Added, known: Known, now: datetime
) -> BeforeDmt | None:
    """Write what came before DMT; None for a workbook in which that was for reading only."""
    if "escalations" not in lines:
        return None
    found = write_before_dmt(lines, added, known, now)
    _refuse(known)
    write_meetings(lines, found, known)
    _refuse(known)
    return found


def _refuse(known: Known) -> None:
    if known.problems:
        raise BrokenTable(known.problems)


def _enter(actor: Actor, risk: Risk, line: SheetLine, now: datetime, *, anew: bool) -> None:
    """Say where a risk comes from. `anew`: what was before DMT there is not so here, until evaluating finds it."""
    if anew and line["escalation"]:
        settle(risk, policy_on(risk.register_id, day_of(now)), None)
    text = f"{line['reference']} was taken in with its history from {quoted(line.file)}, row {line.number}."
    add_event(actor, "imported", f"risk:{risk.id}", text, now=now, risk=risk, file=line.file, row=line.number)


def _tell(actor: Actor, subject: Contract | Indicator, line: SheetLine, now: datetime) -> None:
    """Say where an indicator or a contract comes from."""
    kind = "contract" if isinstance(subject, Contract) else "indicator"
    text = f"{named(subject)} was taken in with its history from {quoted(line.file)}, row {line.number}."
    owner = subject.owner_post_id if isinstance(subject, Contract) else None
    add_event(actor, "imported", f"{kind}:{subject.id}", text, now=now, owner=owner, file=line.file, row=line.number)
