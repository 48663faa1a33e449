"""One escalation as DMT reads it before deciding: evidence, what the owner says, earlier decisions and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from riskreg.domain.dates import PartialDate
from riskreg.domain.lifecycle import OPEN_ACTIONS
from riskreg.domain.sentences import shortest
from riskreg.domain.targets import Polarity
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    AuditEvent,
    Contract,
    Decision,
    Escalation,
    EscalationSignal,
    Indicator,
    Link,
    Person,
    Post,
    Reference,
    Result,
    Review,
    Risk,
    SignalRow,
)

Rows = Select[*tuple[Any, ...]]
_EVIDENCE: tuple[Any, ...] = (
    SignalRow.sentence,
    SignalRow.kind,
    SignalRow.fact,
    SignalRow.state,
    SignalRow.ended_why,
    SignalRow.ended_at,
    SignalRow.since,
    SignalRow.found_on,
    EscalationSignal.joined_at,
    SignalRow.policy_version,
    EscalationSignal.link_reason,
    Link.assumed,
    SignalRow.indicator_id,
    Indicator.name,
    Indicator.unit,
    Indicator.polarity,
    SignalRow.contract_id,
    Contract.code,
    Contract.title,
    Result.period,
    Result.value,
    Result.rag,
    Result.target_value,
    Result.floor_value,
    Result.floor_assumed,
    Result.why,
    Result.current,
)
MILESTONES = {"end": "End", "review": "Review", "provider": "Needed from"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal that the escalation holds, with the result or milestone it was found in and why it bears on the risk.

    `rag`, `target` and `floor` are those of the result; a contract's signal has none. `link_assumed` is None when the
    link has since been taken away.
    """

    sentence: str
    kind: str
    fact: str
    state: str
    ended_why: str
    ended_at: datetime | None
    since: date
    found_on: date
    joined_at: datetime
    policy_version: int
    link_reason: str
    link_assumed: bool | None
    indicator_id: int | None
    indicator_name: str | None
    unit: str | None
    polarity: str | None
    contract_id: int | None
    contract_code: str | None
    contract_title: str | None
    period: str | None
    value: Decimal | None
    rag: str | None
    target: Decimal | None
    floor: Decimal | None
    floor_assumed: bool | None
    why: str | None
    result_is_current: bool | None

    @property
    def milestone(self) -> tuple[str, str]:
        """The milestone of a contract that the signal is about: its name and its date as the pages write it."""
        name, _, text = self.fact.partition(":")
        return MILESTONES.get(name, name), str(PartialDate(text))

    @property
    def leaves_no_room(self) -> bool:
        """Whether the target leaves no room for a floor standard to be assumed, as a target of 0 does."""
        return bool(self.floor_assumed) and self.floor == self.target and self.polarity != Polarity.CLOSE

    @property
    def floor_words(self) -> str:
        """The floor standard with its unit; the distance allowed where close to the target is better."""
        if self.floor is None:
            return ""
        if self.leaves_no_room:
            return "none assumed"
        words = shortest(self.floor) + ("%" if self.unit == "percent" else "")
        return f"within {words} of the target" if self.polarity == Polarity.CLOSE else words


@dataclass(frozen=True, slots=True)
class OpenAction:
    """An action of the risk that is still open, with what was last said of it."""

    id: int
    text: str
    owner: str
    due_on: date
    status: str
    progress: int
    said: str | None
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class LastReview:
    """The owner's last review of the risk."""

    done_on: date
    name: str
    note: str
    controls_work: bool
    actions_on_track: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the risk; `escalation_id` tells whether on this escalation or on an earlier one."""

    escalation_id: int
    kind: str
    reason: str
    due_on: date | None
    meeting_on: date | None
    deferred_to: date | None
    decided_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the audit trail; `name` is None when the register did it itself."""

    at: datetime
    verb: str
    sentence: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything beside the escalation and its risk that a decision rests on."""

    evidence: Sequence[Evidence]
    review: LastReview | None
    actions: Sequence[OpenAction]
    decisions: Sequence[Decided]
    history: Sequence[Happened]


def escalation_with_risk(escalation_id: int) -> Escalation | None:
    """Return an escalation with its risk, the risk's reference, owner and division, and who raised it; one query."""
    return db.session.scalar(
        select(Escalation)
        .where(Escalation.id == escalation_id)
        .options(
            joinedload(Escalation.person),
            joinedload(Escalation.risk).options(
                joinedload(Risk.reference).joinedload(Reference.register),
                joinedload(Risk.owner_post),
                joinedload(Risk.division),
            ),
        )
    )


def dossier(escalation_id: int, risk_id: int) -> Dossier:
    """Return what a decision on the escalation rests on, by five queries."""
    return Dossier(
        evidence=_evidence(escalation_id),
        review=_last_review(risk_id),
        actions=_open_actions(risk_id),
        decisions=_decisions(risk_id),
        history=_events(
            _happened(risk_id).where(AuditEvent.subject == f"escalation:{escalation_id}").order_by(AuditEvent.id.desc())
        ),
    )


def changes_since(risk_id: int, revision: int) -> Sequence[Happened]:
    """Return what happened to a risk after the state that was seen, oldest first; one query."""
    return _events(_happened(risk_id).where(AuditEvent.risk_revision > revision).order_by(AuditEvent.id))


def _evidence(escalation_id: int) -> Sequence[Evidence]:
    about_the_same = or_(
        Link.indicator_id == SignalRow.indicator_id,
        Link.contract_id == SignalRow.contract_id,
    )
    rows = db.session.execute(
        select(*_EVIDENCE)
        .select_from(EscalationSignal)
        .join(SignalRow, SignalRow.id == EscalationSignal.signal_id)
        .outerjoin(Indicator, Indicator.id == SignalRow.indicator_id)
        .outerjoin(Contract, Contract.id == SignalRow.contract_id)
        .outerjoin(Result, Result.id == SignalRow.result_id)
        .outerjoin(Link, and_(Link.risk_id == EscalationSignal.risk_id, about_the_same))
        .where(EscalationSignal.escalation_id == escalation_id)
        .order_by(SignalRow.severity.desc(), SignalRow.id)
    )
    return [Evidence(*row) for row in rows]


def _last_review(risk_id: int) -> LastReview | None:
    row = db.session.execute(
        select(Review.done_on, Person.name, Review.note, Review.controls_work, Review.actions_on_track)
        .join(Person, Person.id == Review.person_id)
        .where(Review.risk_id == risk_id)
        .order_by(Review.id.desc())
        .limit(1)
    ).one_or_none()
    return LastReview(*row) if row else None


def _open_actions(risk_id: int) -> Sequence[OpenAction]:
    newest = (
        select(func.max(ActionUpdate.id)).where(ActionUpdate.action_id == Action.id).correlate(Action).scalar_subquery()
    )
    rows = db.session.execute(
        select(Action.id, Action.text, Post.title, Action.due_on, Action.status, Action.progress)
        .add_columns(ActionUpdate.text, ActionUpdate.at)
        .join(Post, Post.id == Action.owner_post_id)
        .outerjoin(ActionUpdate, ActionUpdate.id == newest)
        .where(Action.risk_id == risk_id, Action.status.in_(OPEN_ACTIONS))
        .order_by(Action.due_on, Action.id)
    )
    return [OpenAction(*row) for row in rows]


def _decisions(risk_id: int) -> Sequence[Decided]:
    rows = db.session.execute(
        select(Decision.escalation_id, Decision.kind, Decision.reason, Decision.due_on, Decision.meeting_on)
        .add_columns(Decision.deferred_to, Decision.decided_at, Person.name)
        .join(Escalation, Escalation.id == Decision.escalation_id)
        .join(Person, Person.id == Decision.person_id)
        .where(Escalation.risk_id == risk_id)
        .order_by(Decision.id.desc())
    )
    return [Decided(*row) for row in rows]


def _happened(risk_id: int) -> Rows:
    return (
        select(AuditEvent.at, AuditEvent.verb, AuditEvent.sentence, Person.name)
        .outerjoin(Person, Person.id == AuditEvent.person_id)
        .where(AuditEvent.risk_id == risk_id)
    )


def _events(query: Rows) -> Sequence[Happened]:
    return [Happened(*row) for row in db.session.execute(query)]
