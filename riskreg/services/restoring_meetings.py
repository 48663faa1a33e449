"""The meetings of a whole register with their agendas, as rows; one that is set up here for the same day stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from riskreg.domain.meetings import ItemKind, MeetingState
from riskreg.extensions import db
from riskreg.models import AgendaItem, Meeting
from riskreg.services.restoring_escalations import BeforeDmt, escalation_of
from riskreg.services.restoring_rows import Known, named_by
from riskreg.services.whole_register import SheetLine

Day = tuple[str, date]


def write_meetings(lines: Mapping[str, list[SheetLine]], before: BeforeDmt, known: Known) -> None:
    """Write the meetings that are not set up here, each with its agenda. What is wrong with the lines is gathered."""
    names = {row_id: prefix for prefix, row_id in known.registers.items()}
    held = db.session.execute(select(Meeting.register_id, Meeting.held_on))
    here = {(names[register_id], on) for register_id, on in held}
    made: dict[Day, Meeting] = {}
    said: set[Day] = set()
    for line in lines["meetings"]:
        meeting = _day(line)
        if meeting in said:
            known.wrong(line, "held_on", "this meeting is there twice.")
        said.add(meeting)
        row = _meeting(line, known)
        if meeting not in here:
            made[meeting] = row
    for line in lines["agenda"]:
        if _day(line) not in said:
            known.wrong(line, "held_on", "there is no meeting of this day in the sheet “meetings”.")
        item = _item(line, before, known)
        if _day(line) in made:
            made[_day(line)].items.append(item)
    if not known.problems:
        db.session.add_all(made.values())
        db.session.flush()


def _day(line: SheetLine) -> Day:
    return line["register"], line["held_on"]


def _meeting(line: SheetLine, known: Known) -> Meeting:
    closed = line["state"] == MeetingState.CLOSED
    if closed != (line["closed_at"] is not None) or closed != bool(line["closed_by"]):
        known.wrong(line, "closed_at", "a meeting that is closed says when and by whom, and no other does.")
    if line["not_held"] and not closed:
        known.wrong(line, "not_held", "a meeting that was not held is closed.")
    return Meeting(
        register_id=known.one(line, "register", known.registers, "register with the prefix"),
        closed_by=named_by(line, known, "closed_by"),
        **{name: line[name] for name in ("held_on", "title", "state", "note", "not_held", "closed_at")},
    )


def _item(line: SheetLine, before: BeforeDmt, known: Known) -> AgendaItem:
    risk = known.one(line, "risk", known.risks, "risk in the sheet “risks” with the reference")
    about = line["escalation"] is not None
    escalation = escalation_of(line, before, known) if about else None
    if (line["kind"] == ItemKind.ESCALATION) != about:
        known.wrong(line, "escalation", "an item that is about an escalation names it, and no other does.")
    if line["kind"] == ItemKind.REVIEW and risk is None:
        known.wrong(line, "risk", "an item that is about a review names the risk.")
    decision = known.one(line, "decision", before.decisions, "decision in the sheet “decisions” with the number")
    return AgendaItem(
        risk_id=risk.id if risk else None,
        escalation_id=escalation.id if escalation else None,
        decision_id=decision.id if decision else None,
        **{name: line[name] for name in ("position", "kind", "text", "note")},
    )
