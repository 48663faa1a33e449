"""The exports of DMT's meetings and of what stood on their agendas."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from riskreg.models import AgendaItem, Meeting, Person, Register, Risk
from riskreg.queries.export_columns import DAY, MOMENT, NUMBER, REFERENCE, Export, ExportColumn, ref, reg

C = ExportColumn


def _meetings(rows: Select[Any]) -> Select[Any]:
    joined = rows.select_from(Meeting).join(Register, Register.id == Meeting.register_id)
    return joined.outerjoin(Person, Person.id == Meeting.closed_by).order_by(Register.prefix, Meeting.held_on)


MEETINGS = Export(
    "meetings",
    "Every meeting of DMT that was set up, one a row, the earliest first.",
    (
        C("register", Register.prefix, "the prefix of its register"),
        C("held_on", Meeting.held_on, "the day of the meeting", DAY),
        C("title", Meeting.title, "what it is called"),
        C("state", Meeting.state, "planned, or closed once its record is"),
        C("note", Meeting.note, "what was noted that belongs to no item"),
        C("not_held", Meeting.not_held, "why it was not held; empty for every other"),
        C("closed_by", Person.name, "the person who closed its record"),
        C("closed_at", Meeting.closed_at, "when its record was closed", MOMENT),
    ),
    _meetings,
)


def _agenda(rows: Select[Any]) -> Select[Any]:
    joined = rows.select_from(AgendaItem).join(Meeting, Meeting.id == AgendaItem.meeting_id)
    joined = joined.join(Register, Register.id == Meeting.register_id).outerjoin(Risk, Risk.id == AgendaItem.risk_id)
    joined = joined.outerjoin(ref, ref.id == Risk.reference_id).outerjoin(reg, reg.id == ref.register_id)
    return joined.order_by(Register.prefix, Meeting.held_on, AgendaItem.position, AgendaItem.id)


AGENDA = Export(
    "agenda",
    "What stood on the agenda of each meeting, one item a row, in order of the meetings.",
    (
        C("register", Register.prefix, "the prefix of its register"),
        C("held_on", Meeting.held_on, "the day of the meeting", DAY),
        C("position", AgendaItem.position, "its place on the agenda", NUMBER),
        C("kind", AgendaItem.kind, "escalation, review or note"),
        C("text", AgendaItem.text, "the item, as it was worded"),
        C("risk", REFERENCE, "the risk's reference; empty for an item about none"),
        C("escalation", AgendaItem.escalation_id, "the number of the escalation it is about", NUMBER),
        C("decision", AgendaItem.decision_id, "the number of the decision, once the record is closed", NUMBER),
        C("note", AgendaItem.note, "what was said about it"),
    ),
    _agenda,
)
