"""The export of what DMT referred to the corporate register."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, literal
from sqlalchemy.orm import aliased

from riskreg.models import Decision, Escalation, Person, Reference, Referral, Register, Risk
from riskreg.queries.export_columns import MOMENT, NUMBER, RAG, REFERENCE, Export, ExportColumn
from riskreg.queries.exports_risks import with_risk

C = ExportColumn
_given, _above, _answerer = aliased(Reference), aliased(Register), aliased(Person)
CORPORATE: ColumnElement[str] = (
    _above.prefix
    + literal(" ")
    + case((_given.number < 10, literal("0")), else_=literal(""))
    + cast(_given.number, String)
)


def _referrals(rows: Select[Any]) -> Select[Any]:
    joined = rows.select_from(Referral).join(Escalation, Escalation.id == Referral.escalation_id)
    return (
        with_risk(joined, Escalation.risk_id)
        .join(Decision, Decision.id == Referral.decision_id)
        .join(Person, Person.id == Decision.person_id)
        .join(_above, _above.id == Referral.register_id)
        .outerjoin(_given, _given.id == Referral.reference_id)
        .outerjoin(_answerer, _answerer.id == Referral.answered_by)
        .order_by(Referral.id)
    )


REFERRALS = Export(
    "referrals",
    "Every risk that DMT referred to the corporate register, one referral a row, the earliest first.",
    (
        C("referral", Referral.id, "the referral's number", NUMBER),
        C("register", _above.prefix, "the prefix of the corporate register"),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("escalation", Referral.escalation_id, "the number of the escalation it belongs to", NUMBER),
        C("decision", Referral.decision_id, "the number of the decision that proposed it", NUMBER),
        C("state", Referral.state, "proposed, accepted, declined or ended"),
        C("corporate_reference", CORPORATE, "its reference in the corporate register; empty before it is accepted"),
        C("rag_shown", Risk.effective_rag, "the directorate's rating shown now", RAG),
        C("proposed_at", Decision.decided_at, "when DMT referred it", MOMENT),
        C("proposed_by", Person.name, "the person who recorded that for DMT"),
        C("reason", Decision.reason, "why DMT referred it"),
        C("answered_at", Referral.answered_at, "when it was accepted or declined", MOMENT),
        C("answered_by", _answerer.name, "the person who answered"),
        C("answer", Referral.answer, "what was said with the answer"),
        C("ended_at", Referral.ended_at, "when it was handed back, or ended by DMT", MOMENT),
        C("ended_why", Referral.ended_why, "why it ended"),
    ),
    _referrals,
)
