"""One risk as its page shows it: the risk with its ratings, what holds it, and what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, ScalarSelect, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased, joinedload

from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import LIVE, OPEN_ACTIONS
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import (
    Action,
    ActionUpdate,
    Assessment,
    Control,
    Decision,
    Escalation,
    EscalationSignal,
    Person,
    PolicyVersion,
    Post,
    Reference,
    Review,
    Risk,
    SignalRow,
)
from riskreg.queries.before_dmt import STANDING, Standing
from riskreg.queries.policies import NoPolicyError
from riskreg.queries.slips import DUE_BEFORE, SLIPS

REVIEWS_SHOWN = 5
Current = aliased(Assessment)
Target = aliased(Assessment)


@dataclass(frozen=True, slots=True)
class RatedRisk:
    """A risk with its live escalation, the last decision on that, and its latest assessments; None for what is not."""

    risk: Risk
    escalation: Escalation | None
    decision: Decision | None
    current: Assessment | None
    target: Assessment | None
    policy: Policy
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A signal that the live escalation holds, and what has become of it."""

    sentence: str
    state: str
    ended_why: str
    since: date
    joined_at: datetime
    link_reason: str


@dataclass(frozen=True, slots=True)
class ControlLine:
    """A control with the post that owns it, if one does."""

    id: int
    text: str
    owner_post_id: int | None
    owner: str | None
    assumed: bool
    source_line: str
    note: str
    assurance: str
    last_tested_on: date | None
    ended_on: date | None
    ended_why: str
    exempt_why: str

    @property
    def in_place(self) -> bool:
        """Whether it still holds the risk."""
        return self.ended_on is None


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action with its latest update, whose columns are None before the first."""

    id: int
    text: str
    owner_post_id: int
    owner: str
    first_due_on: date
    due_on: date
    status: str
    progress: int
    assumed: bool
    source_line: str
    note: str
    said: str | None
    said_at: datetime | None
    said_by: str | None
    exempt_why: str
    slips: int

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.status in OPEN_ACTIONS


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review with its answers and who did it."""

    done_on: date
    due_on: date
    by: str
    still_right: bool
    controls_work: bool
    actions_on_track: bool
    changed: bool
    note: str
    recorded_at: datetime


def _newest(kind: str) -> ScalarSelect[int]:
    newest = select(func.max(Assessment.id)).where(Assessment.risk_id == Risk.id, Assessment.kind == kind)
    return newest.correlate(Risk).scalar_subquery()


def _last_decision() -> ScalarSelect[int]:
    newest = select(func.max(Decision.id)).where(Decision.escalation_id == Escalation.id)
    return newest.correlate(Escalation).scalar_subquery()


def _version() -> ScalarSelect[int]:
    """The version of the policy that `queries.policies.policy_on` would choose."""
    version = (
        select(PolicyVersion.id)
        .where(PolicyVersion.register_id == Risk.register_id, PolicyVersion.valid_from <= bindparam("today"))
        .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.version.desc())
        .limit(1)
    )
    return version.correlate(Risk).scalar_subquery()


# Built once and not for every page: building a statement takes longer than running it.
_RATED = (
    select(Risk, Escalation, Decision, Current, Target, PolicyVersion, *STANDING)
    .outerjoin(Escalation, and_(Escalation.risk_id == Risk.id, Escalation.status.in_(LIVE)))
    .outerjoin(Decision, Decision.id == _last_decision())
    .outerjoin(Current, Current.id == _newest("current"))
    .outerjoin(Target, Target.id == _newest("target"))
    .outerjoin(PolicyVersion, PolicyVersion.id == _version())
    .where(Risk.id == bindparam("risk_id"))
    .options(
        joinedload(Risk.reference).joinedload(Reference.register),
        joinedload(Risk.owner_post),
        joinedload(Risk.division),
        joinedload(Risk.service),
        joinedload(Escalation.person),
        joinedload(Decision.person),
    )
)
_REASONS = (
    select(SignalRow.sentence, SignalRow.state, SignalRow.ended_why, SignalRow.since)
    .add_columns(EscalationSignal.joined_at, EscalationSignal.link_reason)
    .join(EscalationSignal, EscalationSignal.signal_id == SignalRow.id)
    .where(EscalationSignal.escalation_id == bindparam("escalation_id"))
    .order_by(case((SignalRow.state == SignalState.STANDS, 0), else_=1), SignalRow.severity.desc(), SignalRow.id)
)
_CONTROLS = (
    select(Control.id, Control.text, Control.owner_post_id, Post.title, Control.assumed, Control.source_line)
    .add_columns(Control.note, Control.assurance, Control.last_tested_on, Control.ended_on, Control.ended_why)
    .add_columns(Control.exempt_why)
    .outerjoin(Post, Post.id == Control.owner_post_id)
    .where(Control.risk_id == bindparam("risk_id"))
    .order_by(Control.id)
)
_LAST_UPDATE = select(func.max(ActionUpdate.id)).where(ActionUpdate.action_id == Action.id).correlate(Action)
_ACTIONS = (
    select(Action.id, Action.text, Action.owner_post_id, Post.title, Action.first_due_on, Action.due_on)
    .add_columns(Action.status, Action.progress, Action.assumed, Action.source_line, Action.note)
    .add_columns(ActionUpdate.text, ActionUpdate.at, Person.name, Action.exempt_why, SLIPS)
    .join(Post, Post.id == Action.owner_post_id)
    .outerjoin(ActionUpdate, ActionUpdate.id == _LAST_UPDATE.scalar_subquery())
    .outerjoin(Person, Person.id == ActionUpdate.person_id)
    .where(Action.risk_id == bindparam("risk_id"))
    .order_by(case((Action.status.in_(OPEN_ACTIONS), 0), else_=1), Action.due_on, Action.id)
)
_REVIEWS = (
    select(Review.done_on, Review.due_on, Person.name, Review.still_right, Review.controls_work)
    .add_columns(Review.actions_on_track, Review.changed, Review.note, Review.recorded_at)
    .join(Person, Person.id == Review.person_id)
    .where(Review.risk_id == bindparam("risk_id"))
    .order_by(Review.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


def rated_risk(risk_id: int, today: date) -> RatedRisk | None:
    """Return a risk with all that its ratings rest on and the policy of the day, by one query.

    Raises NoPolicyError when its register has no policy on the day.
    """
    row = db.session.execute(_RATED, {"risk_id": risk_id, "today": today}).one_or_none()
    if row is None:
        return None
    risk, escalation, decision, current, target, version, *how = row
    if version is None:
        raise NoPolicyError(f"The register {risk.reference.register.prefix} has no policy on {today:%Y-%m-%d}.")
    standing = Standing(*how) if escalation else None
    return RatedRisk(risk, escalation, decision, current, target, version.as_policy(), standing)


def escalation_reasons(escalation_id: int) -> Sequence[Reason]:
    """Return the signals that an escalation holds, the gravest first, by one query; as the queue shows them."""
    reasons = [Reason(*row) for row in db.session.execute(_REASONS, {"escalation_id": escalation_id})]
    return [one for one in reasons if one.state != SignalState.OVERTAKEN] or reasons


def controls_of_risk(risk_id: int) -> Sequence[ControlLine]:
    """Return the controls of a risk, those that ended among them, by one query."""
    return [ControlLine(*row) for row in db.session.execute(_CONTROLS, {"risk_id": risk_id})]


def actions_of_risk(risk_id: int) -> Sequence[ActionLine]:
    """Return the actions of a risk, those still open first and by date, each with its latest update, by one query."""
    return [ActionLine(*row) for row in db.session.execute(_ACTIONS, {"risk_id": risk_id})]


def reviews_of_risk(risk_id: int, limit: int = REVIEWS_SHOWN) -> Sequence[ReviewLine]:
    """Return the latest reviews of a risk, the newest first, by one query."""
    return [ReviewLine(*row) for row in db.session.execute(_REVIEWS, {"risk_id": risk_id, "limit": limit})]


def action_with_risk(action_id: int) -> Action | None:
    """Return an action with its owner, its risk and the risk's reference and owner, by one query."""
    return db.session.scalar(
        select(Action)
        .where(Action.id == action_id)
        .options(
            joinedload(Action.owner_post),
            joinedload(Action.risk).options(
                joinedload(Risk.reference).joinedload(Reference.register), joinedload(Risk.owner_post)
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class UpdateLine:
    """An update of an action and who wrote it."""

    id: int
    text: str
    status: str
    progress: int
    due_on: date
    at: datetime
    by: str
    due_before: date

    @property
    def slipped(self) -> bool:
        """Whether it moved the date later."""
        return self.due_on > self.due_before


def updates_of_action(action_id: int) -> Sequence[UpdateLine]:
    """Return the updates of an action, the newest first, by one query."""
    rows = db.session.execute(
        select(ActionUpdate.id, ActionUpdate.text, ActionUpdate.status, ActionUpdate.progress, ActionUpdate.due_on)
        .add_columns(ActionUpdate.at, Person.name, DUE_BEFORE)
        .join(Action, Action.id == ActionUpdate.action_id)
        .join(Person, Person.id == ActionUpdate.person_id)
        .where(ActionUpdate.action_id == action_id)
        .order_by(ActionUpdate.id.desc())
    )
    return [UpdateLine(*row) for row in rows]
