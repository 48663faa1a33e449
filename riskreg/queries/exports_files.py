"""The export of the files kept as evidence: the list of them, without what is in them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case
from sqlalchemy.orm import aliased

from riskreg.models import Evidence, Person, Risk
from riskreg.queries.export_columns import MOMENT, NUMBER, REFERENCE, Export, ExportColumn
from riskreg.queries.exports_risks import with_risk

C = ExportColumn
remover = aliased(Person)
PLACE = case(
    (Evidence.action_id.is_not(None), "action"), (Evidence.escalation_id.is_not(None), "escalation"), else_="risk"
)


def _evidence(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Evidence), Evidence.risk_id)
        .join(Person, Person.id == Evidence.person_id)
        .outerjoin(remover, remover.id == Evidence.removed_by)
        .order_by(Evidence.id)
    )


EVIDENCE = Export(
    "evidence",
    "Every file kept as evidence, without what is in it, one a row, the earliest first; also those that were removed.",
    (
        C("evidence", Evidence.id, "the file's number", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("place", PLACE, "what it was added to: risk, action or escalation"),
        C("action", Evidence.action_id, "the action's number; empty unless it was added to one", NUMBER),
        C("escalation", Evidence.escalation_id, "the escalation's number; empty unless it was added to one", NUMBER),
        C("name", Evidence.name, "the file's name"),
        C("shows", Evidence.description, "what it shows"),
        C("media_type", Evidence.media_type, "what kind of file it is, as the web names it"),
        C("size", Evidence.size, "how large it is", "bytes"),
        C("sha256", Evidence.sha256, "the SHA-256 sum of its content, by which a copy is known"),
        C("added_by", Person.name, "the person who added it"),
        C("added_at", Evidence.added_at, "when it was added", MOMENT),
        C("removed_by", remover.name, "the person who removed it; empty while it is kept"),
        C("removed_at", Evidence.removed_at, "when it was removed", MOMENT),
        C("removed_why", Evidence.removed_why, "why it was removed"),
    ),
    _evidence,
)
