"""The exports of what came before DMT, what DMT said, and of the audit trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from riskreg.models import AuditEvent, Decision, Escalation, EscalationSignal, Noting, Person, Risk, SignalRow
from riskreg.queries.export_columns import (
    DAY,
    MOMENT,
    NUMBER,
    RAG,
    REFERENCE,
    STRUCTURE,
    Export,
    ExportColumn,
    ref,
    reg,
)
from riskreg.queries.exports_risks import with_risk

C = ExportColumn
THE_REGISTER = "the register"
_in_order = (
    select(EscalationSignal.escalation_id, SignalRow.sentence)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .order_by(EscalationSignal.escalation_id, SignalRow.id)
    .subquery()
)
evidence = (
    select(
        _in_order.c.escalation_id.label("owner"),
        func.count().label("n"),
        func.aggregate_strings(_in_order.c.sentence, " ").label("sentences"),
    )
    .group_by(_in_order.c.escalation_id)
    .subquery()
)


def _escalations(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(rows.select_from(Escalation), Escalation.risk_id)
        .outerjoin(Person, Person.id == Escalation.person_id)
        .outerjoin(evidence, evidence.c.owner == Escalation.id)
        .order_by(Escalation.id)
    )


ESCALATIONS = Export(
    "escalations",
    "Every risk put before DMT, with all the signals or the person that put it there, one a row, the earliest first.",
    (
        C("escalation", Escalation.id, "the escalation's number", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("status", Escalation.status, "where it stands, from awaiting DMT to closed"),
        C(
            "raised_by",
            func.coalesce(Person.name, THE_REGISTER),
            "the person who raised it, or the register by itself",
        ),
        C("reason", Escalation.reason, "what the person said; empty when signals raised it"),
        C("signals", func.coalesce(evidence.c.n, 0), "how many signals it holds", NUMBER),
        C("sentences", evidence.c.sentences, "the sentences of its signals, one after the other"),
        C("rag_before", Escalation.rag_before, "the owner's rating when it was raised", RAG),
        C("rag_after", Escalation.rag_after, "the rating it raised the risk to", RAG),
        C("policy_version", Escalation.policy_version, "the version of the policy it was raised under", NUMBER),
        C("opened_on", Escalation.opened_on, "the day it was raised", DAY),
        C("opened_at", Escalation.opened_at, "when it was raised", MOMENT),
        C("waiting_since", Escalation.waiting_since, "since when DMT has owed an answer", MOMENT),
        C("due_on", Escalation.due_on, "the day by which the owner must answer", DAY),
        C("meeting_on", Escalation.meeting_on, "the meeting it is put off to", DAY),
        C("proposal", Escalation.proposal, "why de-escalation is proposed; empty when it is not"),
        C("ended_at", Escalation.ended_at, "when it ended", MOMENT),
        C("ended_why", Escalation.ended_why, "why it ended"),
    ),
    _escalations,
)


def _decisions(rows: Select[Any]) -> Select[Any]:
    return (
        with_risk(
            rows.select_from(Decision).join(Escalation, Escalation.id == Decision.escalation_id), Escalation.risk_id
        )
        .join(Person, Person.id == Decision.person_id)
        .order_by(Decision.id)
    )


DECISIONS = Export(
    "decisions",
    "Every decision of DMT, one a row, the earliest first.",
    (
        C("decision", Decision.id, "the decision's number", NUMBER),
        C("escalation", Decision.escalation_id, "the number of the escalation it answers", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("decided", Decision.kind, "what DMT said, such as confirm or decline"),
        C("reason", Decision.reason, "why"),
        C("due_on", Decision.due_on, "the day by which the owner must answer", DAY),
        C("meeting_on", Decision.meeting_on, "the meeting at which it was decided, if it was one", DAY),
        C("deferred_to", Decision.deferred_to, "the meeting it was put off to", DAY),
        C("decided_by", Person.name, "the person who decided for DMT"),
        C("decided_on", Decision.decided_on, "the day of the decision", DAY),
        C("decided_at", Decision.decided_at, "when it was recorded", MOMENT),
        C("seen_revision", Decision.seen_revision, "the revision of the risk that was seen", NUMBER),
        C("seen", Decision.seen, "the state of the risk that was seen", STRUCTURE),
    ),
    _decisions,
)


def _notings(rows: Select[Any]) -> Select[Any]:
    held = rows.select_from(Noting).join(Escalation, Escalation.id == Noting.escalation_id)
    return with_risk(held, Escalation.risk_id).join(Person, Person.id == Noting.person_id).order_by(Noting.id)


NOTINGS = Export(
    "notings",
    "Every escalation that DMT has noted without deciding, one noting a row, the earliest first.",
    (
        C("noting", Noting.id, "the noting's number", NUMBER),
        C("escalation", Noting.escalation_id, "the number of the escalation that was noted", NUMBER),
        C("risk", REFERENCE, "the risk's reference"),
        C("risk_title", Risk.title, "what the risk is called"),
        C("remark", Noting.text, "what DMT remarked"),
        C("noted_by", Person.name, "the person who recorded it for DMT"),
        C("noted_at", Noting.noted_at, "when it was recorded", MOMENT),
        C("meeting_on", Noting.meeting_on, "the meeting at which it was noted, if it was one", DAY),
    ),
    _notings,
)


def _audit(rows: Select[Any]) -> Select[Any]:
    joined = rows.select_from(AuditEvent).outerjoin(Person, Person.id == AuditEvent.person_id)
    joined = joined.outerjoin(Risk, Risk.id == AuditEvent.risk_id).outerjoin(ref, ref.id == Risk.reference_id)
    return joined.outerjoin(reg, reg.id == ref.register_id).order_by(AuditEvent.id)


AUDIT = Export(
    "audit",
    "The audit trail: who did what and when, one event a row, the earliest first.",
    (
        C("event", AuditEvent.id, "the event's number", NUMBER),
        C("at", AuditEvent.at, "when it happened", MOMENT),
        C("by", func.coalesce(Person.name, THE_REGISTER), "who did it: a person, or the register by itself"),
        C("verb", AuditEvent.verb, "what was done, in a word or two"),
        C("subject", AuditEvent.subject, "to what: its kind and number"),
        C("sentence", AuditEvent.sentence, "what happened, in words"),
        C("risk", REFERENCE, "the reference of the risk it was done to or under"),
        C("risk_revision", AuditEvent.risk_revision, "the risk's revision after the event", NUMBER),
        C("detail", AuditEvent.detail, "the old and the new values", STRUCTURE),
    ),
    _audit,
)
