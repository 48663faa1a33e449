"""The tables of what may become what; buttons, forms and services all read them (design, section 3, Transitions)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from riskreg.domain.dates import add_months
from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import day, listed


class RiskStatus(StrEnum):
    """Where a risk stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"


BEFORE_APPROVAL = (RiskStatus.DRAFT, RiskStatus.PROPOSED)
LEFT = (RiskStatus.CLOSED, RiskStatus.MERGED)  # the register
RISK_TRANSITIONS: dict[RiskStatus, dict[str, RiskStatus]] = {
    RiskStatus.DRAFT: {"propose": RiskStatus.PROPOSED, "discard": RiskStatus.CLOSED},
    RiskStatus.PROPOSED: {
        "approve": RiskStatus.OPEN,
        "send back": RiskStatus.DRAFT,
        "discard": RiskStatus.CLOSED,
    },
    RiskStatus.OPEN: {"close": RiskStatus.CLOSED, "merge": RiskStatus.MERGED},
    RiskStatus.CLOSED: {"reopen": RiskStatus.OPEN, "take up again": RiskStatus.DRAFT},
    RiskStatus.MERGED: {},
}


class ActionStatus(StrEnum):
    """How far an action is."""

    NOT_STARTED = "not started"
    IN_PROGRESS = "in progress"
    DONE = "done"
    CANCELLED = "cancelled"


ACTION_TRANSITIONS: dict[ActionStatus, tuple[ActionStatus, ...]] = {
    ActionStatus.NOT_STARTED: tuple(ActionStatus),
    ActionStatus.IN_PROGRESS: (ActionStatus.IN_PROGRESS, ActionStatus.DONE, ActionStatus.CANCELLED),
    ActionStatus.DONE: (ActionStatus.IN_PROGRESS,),
    ActionStatus.CANCELLED: (ActionStatus.IN_PROGRESS,),
}
OPEN_ACTIONS = (ActionStatus.NOT_STARTED, ActionStatus.IN_PROGRESS)


class EscalationStatus(StrEnum):
    """Where an escalation stands."""

    AWAITING = "awaiting DMT"
    CONFIRMED = "confirmed"
    RETURNED = "returned to owner"
    REFERRED = "referred to corporate"
    DEFERRED = "deferred to a meeting"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DE_ESCALATED = "de-escalated"
    CLOSED = "closed"


LIVE = (
    EscalationStatus.AWAITING,
    EscalationStatus.CONFIRMED,
    EscalationStatus.RETURNED,
    EscalationStatus.REFERRED,
    EscalationStatus.DEFERRED,
)
OWES_AN_ANSWER = (EscalationStatus.CONFIRMED, EscalationStatus.RETURNED)  # the owner, to DMT


class DecisionKind(StrEnum):
    """What DMT can say."""

    CONFIRM = "confirm"
    REFER = "refer to the corporate register"
    RETURN = "return to the owner"
    DECLINE = "decline"
    DEFER = "defer to a meeting"
    DE_ESCALATE = "de-escalate"
    CLOSE = "close the risk"

    @property
    def done(self) -> str:
        """What DMT did, as it is told: confirmed."""
        return DONE[self]


DONE = {
    DecisionKind.CONFIRM: "confirmed",
    DecisionKind.REFER: "referred to the corporate register",
    DecisionKind.RETURN: "returned to the owner",
    DecisionKind.DECLINE: "declined",
    DecisionKind.DEFER: "deferred to a meeting",
    DecisionKind.DE_ESCALATE: "de-escalated",
    DecisionKind.CLOSE: "risk closed",
}
CONFIRMING = (DecisionKind.CONFIRM, DecisionKind.REFER)  # what DMT refers, it holds to be real
LEADS_TO = {
    DecisionKind.CONFIRM: EscalationStatus.CONFIRMED,
    DecisionKind.REFER: EscalationStatus.REFERRED,
    DecisionKind.RETURN: EscalationStatus.RETURNED,
    DecisionKind.DECLINE: EscalationStatus.DECLINED,
    DecisionKind.DEFER: EscalationStatus.DEFERRED,
    DecisionKind.DE_ESCALATE: EscalationStatus.DE_ESCALATED,
    DecisionKind.CLOSE: EscalationStatus.CLOSED,
}


def _decisions(*left_out: DecisionKind) -> dict[DecisionKind, EscalationStatus]:
    return {kind: status for kind, status in LEADS_TO.items() if kind not in left_out}


DECISIONS: dict[EscalationStatus, dict[DecisionKind, EscalationStatus]] = {
    EscalationStatus.AWAITING: _decisions(),
    EscalationStatus.DEFERRED: _decisions(),
    EscalationStatus.RETURNED: _decisions(DecisionKind.RETURN),
    EscalationStatus.CONFIRMED: _decisions(DecisionKind.CONFIRM, DecisionKind.DECLINE, DecisionKind.DEFER),
    EscalationStatus.REFERRED: _decisions(DecisionKind.REFER, DecisionKind.DECLINE, DecisionKind.DEFER),
}


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """A decision as DMT words it. `due_on` is the owner's date; `meeting_on` the meeting at which it was taken.

    `deferred_to` is the day of the meeting to which a deferral goes.
    """

    kind: DecisionKind
    reason: str
    due_on: date | None = None
    meeting_on: date | None = None
    deferred_to: date | None = None


DUE_NEEDED = {
    DecisionKind.CONFIRM: "Enter the date by which the owner must re-assess the risk.",
    DecisionKind.RETURN: "Enter the date by which the owner must answer.",
}
# DMT's day stands in place of the policy's days of review: one further ahead, which is as a rule a slip of the pen such
# as 2097, would put the risk out of everybody's sight.
MOST_MONTHS_AHEAD = 12
DEFERRED_TO_NEEDED = "Enter the date of the meeting it is deferred to."
REASON_NEEDED = {
    DecisionKind.RETURN: "Say what is missing.",
}


NO_CORPORATE = "No corporate register stands above this one, so that no risk can be referred to it."


def decide(
    status: EscalationStatus,
    decision: DecisionTaken,
    today: date,
    open_actions: Sequence[str] = (),
    *,
    has_corporate: bool = True,
) -> EscalationStatus:
    """Return the status that a decision leads to. Raises RuleBroken, naming the field, when it cannot be taken so.

    `has_corporate`: a corporate register stands above the risk's own.
    """
    if decision.kind not in DECISIONS.get(status, {}):
        raise RuleBroken(f"An escalation that is {status} cannot take the decision “{decision.kind}”.", "kind")
    if decision.kind is DecisionKind.REFER and not has_corporate:
        raise RuleBroken(NO_CORPORATE, "kind")
    if not decision.reason.strip():
        raise RuleBroken(REASON_NEEDED.get(decision.kind, "Give the reason for the decision."), "reason")
    _check_due(decision.kind, decision.due_on, today)
    _check_deferral(decision.kind, decision.deferred_to, today)
    if decision.meeting_on and decision.meeting_on > today:
        raise RuleBroken("The meeting at which this was decided must be today or earlier.", "meeting_on")
    if decision.kind is DecisionKind.CLOSE and open_actions:
        raise RuleBroken(still_open(open_actions), "kind")
    return DECISIONS[status][decision.kind]


def _check_due(kind: DecisionKind, due_on: date | None, today: date) -> None:
    if kind not in DUE_NEEDED:
        if due_on:
            raise RuleBroken(f"The decision “{kind}” asks nothing of the owner by a date. Empty this date.", "due_on")
    elif due_on is None:
        raise RuleBroken(DUE_NEEDED[kind], "due_on")
    elif due_on < today:
        raise RuleBroken("The date for the owner must be today or later.", "due_on")
    else:
        _check_near(due_on, today, "The date for the owner", "due_on")


def _check_deferral(kind: DecisionKind, deferred_to: date | None, today: date) -> None:
    if kind is not DecisionKind.DEFER:
        if deferred_to:
            raise RuleBroken(f"The decision “{kind}” defers nothing. Empty this date.", "deferred_to")
    elif deferred_to is None:
        raise RuleBroken(DEFERRED_TO_NEEDED, "deferred_to")
    elif deferred_to <= today:
        raise RuleBroken("The meeting it is deferred to must be later than today.", "deferred_to")
    else:
        _check_near(deferred_to, today, "The meeting it is deferred to", "deferred_to")


def _check_near(on: date, today: date, what: str, field: str) -> None:
    latest = add_months(today, MOST_MONTHS_AHEAD)
    if on > latest:
        raise RuleBroken(f"{what} must be within a year: by {day(latest)}.", field)


def change_action(before: ActionStatus, after: ActionStatus) -> ActionStatus:
    """Return the new status of an action. Raises RuleBroken when it cannot become that."""
    if after is not before and after not in ACTION_TRANSITIONS[before]:
        raise RuleBroken(f"An action that is {before} cannot become {after}.", "status")
    return after


NEVER_OPEN = "This risk was discarded before it was approved, so it cannot be reopened. Take it up again as a draft."
WAS_OPEN = "This risk was in the register. Reopen it instead."


def change_risk(before: RiskStatus, step: str, *, was_open: bool = True) -> RiskStatus:
    """Return the new status of a risk. Raises RuleBroken when the step makes no sense from where it stands.

    A closed one that `was_open` is reopened; one that was discarded before approval becomes a draft again.
    """
    if step not in RISK_TRANSITIONS[before]:
        raise RuleBroken(f"A risk that is {before} cannot be changed by “{step}”.")
    if before is RiskStatus.CLOSED and (step == "reopen") != was_open:
        raise RuleBroken(WAS_OPEN if was_open else NEVER_OPEN)
    return RISK_TRANSITIONS[before][step]


def still_open(actions: Sequence[str]) -> str:
    """What keeps a risk from being closed: the actions that are still open, each in quotes."""
    named = listed([f"“{text.rstrip('.')}”" for text in actions])
    return f"Actions are still open: {named}. Finish or cancel them before closing the risk."
