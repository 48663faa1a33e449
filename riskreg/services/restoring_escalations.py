"""What came before DMT, as a whole register has it: escalations, decisions, notings and referrals, as rows.

What is carried takes precedence over what would be found anew: an escalation that holds a signal has heard it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from riskreg.domain.lifecycle import LEADS_TO, LIVE, DecisionKind, EscalationStatus
from riskreg.domain.referrals import ReferralState
from riskreg.domain.scoring import Rag, effective_rag
from riskreg.domain.sentences import closed, day
from riskreg.exchange.tables import quoted
from riskreg.extensions import Table, db
from riskreg.models import Decision, Escalation, EscalationSignal, Noting, Referral, Risk, SignalRow
from riskreg.queries.exports_dmt import THE_REGISTER
from riskreg.services.actors import Actor
from riskreg.services.audit import add_event
from riskreg.services.restoring_rows import Known, named_by
from riskreg.services.restoring_signals import add_signals
from riskreg.services.restoring_subjects import Added
from riskreg.services.whole_register import SheetLine

RAISED = (
    *("status", "reason", "rag_before", "rag_after", "policy_version", "opened_on", "opened_at", "waiting_since"),
    *("due_on", "meeting_on", "proposal", "ended_at", "ended_why"),
)
DECIDED = ("reason", "due_on", "meeting_on", "deferred_to", "decided_on", "decided_at", "seen_revision")


@dataclass(slots=True)
class BeforeDmt:
    """What came before DMT, by its numbers in the workbook: signals, escalations with their lines, and decisions."""

    signals: dict[int, SignalRow] = field(default_factory=dict)
    escalations: dict[int, Escalation] = field(default_factory=dict)
    lines: dict[int, SheetLine] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)
    live: dict[str, Escalation] = field(default_factory=dict)


def write_before_dmt(lines: Mapping[str, list[SheetLine]], added: Added, known: Known, now: datetime) -> BeforeDmt:
    """Write the rows, and let each risk show the rating that its live escalation raises it to.

    What is wrong with the lines is gathered. Raises IntegrityError for what contradicts itself.
    """
    found = BeforeDmt(add_signals(lines, added, known, now))
    for line in lines["escalations"]:
        _escalation(line, found, known)
    if _written(found.escalations.values(), known):
        for line in lines["decisions"]:
            _decision(line, found, known)
        if not known.problems:
            _decided_so(found, known)
    if _written(found.decisions.values(), known):
        rows = list(_under_escalations(lines, found, known))
        _shown(lines["risks"], found, known)
        _written(rows, known)
    return found


def _written(rows: Iterable[Table], known: Known) -> bool:
    """Write the rows, unless anything is wrong so far; say whether that was done."""
    if known.problems:
        return False
    db.session.add_all(rows)
    db.session.flush()
    return True


def _under_escalations(lines: Mapping[str, list[SheetLine]], found: BeforeDmt, known: Known) -> Iterator[Table]:
    for name, make in UNDER_ESCALATIONS.items():
        for line in lines[name]:
            escalation = escalation_of(line, found, known)
            if escalation is not None:
                yield make(line, escalation, found, known)


def tell_of_cases(actor: Actor, found: BeforeDmt, risks: Iterable[Risk], now: datetime) -> None:
    """Say on each risk where its escalations come from, and what DMT had decided."""
    by_id = {risk.id: risk for risk in risks}
    decided: dict[int, list[str]] = {}
    for one in found.decisions.values():
        said = f"DMT decided on {day(one.decided_on)}: {one.kind}. {closed(one.reason)}"
        decided.setdefault(one.escalation_id, []).append(said)
    for number, row in found.escalations.items():
        line = found.lines[number]
        came = f"The escalation of {day(row.opened_on)} was taken in from {quoted(line.file)}, row {line.number}."
        text = " ".join([came, *decided.get(row.id, ()), f"It is {row.status}."])
        subject, risk = f"escalation:{row.id}", by_id[row.risk_id]
        add_event(actor, "imported", subject, text, now=now, risk=risk, file=line.file, row=line.number)


def _escalation(line: SheetLine, found: BeforeDmt, known: Known) -> None:
    risk = known.one(line, "risk", known.risks, "risk in the sheet “risks” with the reference")
    by_itself = line["raised_by"] == THE_REGISTER
    if line["escalation"] in found.escalations:
        known.wrong(line, "escalation", f"the number {line['escalation']} is there twice.")
    if by_itself != (not line["reason"]):
        known.wrong(line, "reason", "a person who raises an escalation says why, and the register does not.")
    if line["policy_version"] not in known.versions:
        said = f"there is no version {line['policy_version']} of the policy here: adopt it first."
        known.wrong(line, "policy_version", said)
    lives = line["status"] in LIVE
    if lives != (line["ended_at"] is None):
        known.wrong(line, "ended_at", "an escalation that has ended says when, and no other does.")
    if lives and line["risk"] in found.live:
        known.wrong(line, "risk", f"{line['risk']} has two escalations that have not ended.")
    made = Escalation(
        risk_id=risk.id if risk else None,
        person_id=None if by_itself else named_by(line, known, "raised_by"),
        **{name: line[name] for name in RAISED},
    )
    found.escalations[line["escalation"]], found.lines[line["escalation"]] = made, line
    if lives:
        found.live[line["risk"]] = made


def escalation_of(line: SheetLine, found: BeforeDmt, known: Known) -> Escalation | None:
    """The escalation that a line names, which is one of the risk that it names."""
    escalation = known.one(
        line, "escalation", found.escalations, "escalation in the sheet “escalations” with the number"
    )
    if escalation is not None and found.lines[line["escalation"]]["risk"] != line["risk"]:
        known.wrong(line, "risk", f"the escalation {line['escalation']} is none of {quoted(line['risk'])}.")
    return escalation


def _decision(line: SheetLine, found: BeforeDmt, known: Known) -> None:
    escalation = escalation_of(line, found, known)
    if line["decision"] in found.decisions:
        known.wrong(line, "decision", f"the number {line['decision']} is there twice.")
    if (line["decided"] == DecisionKind.DEFER) != (line["deferred_to"] is not None):
        known.wrong(line, "deferred_to", "a decision that is put off says to which meeting, and no other does.")
    signals = []
    for one in line["seen"]["signals"]:
        signal = found.signals.get(one["id"])
        if signal is None:
            known.wrong(line, "seen", f"it names the signal {one['id']}, which no escalation holds.")
        else:
            signals.append({**one, "id": signal.id})
    found.decisions[line["decision"]] = Decision(
        escalation_id=escalation.id if escalation else None,
        kind=line["decided"],
        **{name: line[name] for name in DECIDED},
        seen={**line["seen"], "signals": signals},
        person_id=named_by(line, known, "decided_by"),
    )
    risk = known.risks.get(line["risk"])
    if risk is not None:  # what was seen is older than what can be seen from now on
        risk.revision = max(risk.revision, line["seen_revision"])


def _decided_so(found: BeforeDmt, known: Known) -> None:
    """Where DMT has decided, an escalation stands where its last decision left it."""
    last = {one.escalation_id: one for one in found.decisions.values()}
    undecided = (EscalationStatus.AWAITING, EscalationStatus.WITHDRAWN)
    for number, row in found.escalations.items():
        decision = last.get(row.id)
        left = LEADS_TO[DecisionKind(decision.kind)] if decision else None
        if row.status not in undecided and row.status != left:
            said = f"it is {row.status}, which is not where the last of its lines in the sheet “decisions” leaves it."
            known.wrong(found.lines[number], "status", said)


def _shown(lines: Iterable[SheetLine], found: BeforeDmt, known: Known) -> None:
    """The rating shown follows from the live escalation, which the sheet of risks names too."""
    for line in lines:
        live, risk = found.live.get(line["reference"]), known.risks[line["reference"]]
        if (line["escalation"] or None) != (live.status if live else None):
            stands = f"it is {live.status}" if live else "none is live"
            known.wrong(line, "escalation", f"by the sheet “escalations” {stands}.")
        risk.effective_rag = effective_rag(risk.own, escalated_to=Rag(live.rag_after) if live else None)


def _holds(line: SheetLine, escalation: Escalation, found: BeforeDmt, known: Known) -> EscalationSignal:
    signal = known.one(line, "signal", found.signals, "signal in the sheet “signals” with the number")
    return EscalationSignal(
        escalation_id=escalation.id,
        signal_id=signal.id if signal else None,
        risk_id=escalation.risk_id,
        joined_at=line["joined_at"],
        link_reason=line["link_reason"],
    )


def _noting(line: SheetLine, escalation: Escalation, _found: BeforeDmt, known: Known) -> Noting:
    return Noting(
        escalation_id=escalation.id,
        text=line["remark"],
        person_id=named_by(line, known, "noted_by"),
        noted_at=line["noted_at"],
        meeting_on=line["meeting_on"],
    )


def _referral(line: SheetLine, escalation: Escalation, found: BeforeDmt, known: Known) -> Referral:
    decision = known.one(line, "decision", found.decisions, "decision in the sheet “decisions” with the number")
    reference = known.one(line, "corporate_reference", known.references, "line in the sheet “references” for")
    if (line["state"] == ReferralState.ENDED) != (line["ended_at"] is not None):
        known.wrong(line, "ended_at", "a referral that has ended says when, and no other does.")
    if line["state"] == ReferralState.ACCEPTED and reference is None:
        known.wrong(line, "corporate_reference", "what was accepted has a reference in the corporate register.")
    if line["state"] in (ReferralState.ACCEPTED, ReferralState.DECLINED) and not line["answer"]:
        known.wrong(line, "answer", "what was answered has its words.")
    said: dict[str, Any] = {name: line[name] for name in ("state", "answer", "answered_at", "ended_at", "ended_why")}
    return Referral(
        register_id=known.one(line, "register", known.registers, "register with the prefix"),
        escalation_id=escalation.id,
        decision_id=decision.id if decision else None,
        reference_id=reference.id if reference else None,
        answered_by=named_by(line, known, "answered_by"),
        **said,
    )


UNDER_ESCALATIONS: Mapping[str, Callable[[SheetLine, Escalation, BeforeDmt, Known], Table]] = {
    "escalation-signals": _holds,
    "notings": _noting,
    "referrals": _referral,
}
