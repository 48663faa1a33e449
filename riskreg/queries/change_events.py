"""What happened between two moments around escalations, and the reviews that were done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, select

from riskreg.extensions import db
from riskreg.models import (
    AuditEvent,
    Decision,
    Escalation,
    EscalationSignal,
    Person,
    Reference,
    Review,
    Risk,
    SignalRow,
)
from riskreg.queries.change_parts import ITSELF, OF_REGISTER, Change, Part, change_of, within
from riskreg.queries.narrowing import Scope, narrowed

BROUGHT_BACK = (
    "brought back"  # the verb of the audit trail: nothing else tells when an escalation came before DMT again
)
_RISK = (Risk.id, Reference.number, Risk.title)
_OPENED = narrowed(
    select(*_RISK, Escalation.rag_before, Escalation.rag_after)
    .add_columns(Escalation.id.label("escalation_id"), Escalation.opened_at, Escalation.reason, Person.name)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Person, Person.id == Escalation.person_id)
    .where(OF_REGISTER, within(Escalation.opened_at))
    .order_by(Escalation.opened_at, Escalation.id)
)
# What joined an escalation later is no reason why it was opened.
_SENTENCES = (
    select(EscalationSignal.escalation_id, SignalRow.sentence)
    .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
    .join(Escalation, Escalation.id == EscalationSignal.escalation_id)
    .where(within(Escalation.opened_at), EscalationSignal.joined_at <= Escalation.opened_at)
    .order_by(SignalRow.severity.desc(), SignalRow.id)
)
_BACK = narrowed(
    select(*_RISK, AuditEvent.at, AuditEvent.detail)
    .join(Risk, Risk.id == AuditEvent.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .where(OF_REGISTER, within(AuditEvent.at), AuditEvent.verb == BROUGHT_BACK)
    .order_by(AuditEvent.id)
)
# What the corporate register answers about a risk that DMT referred, by the verbs of the audit trail.
OF_CORPORATE = and_(
    AuditEvent.verb.in_(("accepted", "declined", "handed back")), AuditEvent.subject.startswith("escalation:")
)
_ANSWERED = narrowed(
    select(*_RISK, AuditEvent.at, AuditEvent.verb, AuditEvent.sentence, Person.name)
    .join(Risk, Risk.id == AuditEvent.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Person, Person.id == AuditEvent.person_id)
    .where(OF_REGISTER, within(AuditEvent.at), OF_CORPORATE)
    .order_by(AuditEvent.id)
)
_ENDED = narrowed(
    select(*_RISK, Escalation.status, Escalation.ended_why, Escalation.ended_at, Person.name, Decision.meeting_on)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .outerjoin(Decision, and_(Decision.escalation_id == Escalation.id, Decision.decided_at == Escalation.ended_at))
    .outerjoin(Person, Person.id == Decision.person_id)
    .where(OF_REGISTER, within(Escalation.ended_at))
    .order_by(Escalation.ended_at, Escalation.id)
)
_DECIDED = narrowed(
    select(*_RISK, Decision.kind, Decision.reason, Decision.decided_at, Person.name, Decision.meeting_on)
    .join(Escalation, Escalation.id == Decision.escalation_id)
    .join(Risk, Risk.id == Escalation.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Decision.person_id)
    .where(OF_REGISTER, within(Decision.decided_at))
    .order_by(Decision.id)
)
_REVIEWED = narrowed(
    select(*_RISK, Review.changed, Review.note, Review.recorded_at, Person.name)
    .join(Risk, Risk.id == Review.risk_id)
    .join(Reference, Reference.id == Risk.reference_id)
    .join(Person, Person.id == Review.person_id)
    .where(OF_REGISTER, within(Review.recorded_at))
    .order_by(Review.id)
)


def before_dmt(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield how risks came before DMT, came before it again and left it, by four queries."""
    said: dict[int, list[str]] = {}
    for escalation_id, sentence in db.session.execute(_SENTENCES, given):
        said.setdefault(escalation_id, []).append(sentence)
    for one in db.session.execute(_OPENED[scope.of], given):
        words = " ".join([one.reason, *said.get(one.escalation_id, ())]).strip()
        yield change_of(Part.OPENED, one, one.rag_before, one.rag_after, words, one.opened_at, one.name or ITSELF)
    for one in db.session.execute(_BACK[scope.of], given):
        words = " ".join(one.detail.get("sentences", ()))
        yield change_of(Part.BACK, one, "", "before DMT again", words, one.at, ITSELF)
    for one in db.session.execute(_ENDED[scope.of], given):
        by, met_on = one.name or ITSELF, one.meeting_on
        yield change_of(Part.ENDED, one, "", one.status, one.ended_why, one.ended_at, by, met_on)


def decisions(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield the decisions of DMT and what the corporate register answered, by two queries."""
    for one in db.session.execute(_DECIDED[scope.of], given):
        yield change_of(Part.DECIDED, one, "", one.kind, one.reason, one.decided_at, one.name, one.meeting_on)
    for one in db.session.execute(_ANSWERED[scope.of], given):
        yield change_of(Part.ANSWERED, one, "", one.verb, one.sentence, one.at, one.name or ITSELF)


def reviews(scope: Scope, given: dict[str, Any]) -> Iterator[Change]:
    """Yield the reviews that were done, by one query."""
    for one in db.session.execute(_REVIEWED[scope.of], given):
        came = "changed" if one.changed else "no change"
        yield change_of(Part.REVIEWED, one, "", came, one.note, one.recorded_at, one.name)
