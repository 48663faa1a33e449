"""What it takes to keep a risk: its response, its end, its place in another risk, and the dates around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import RiskStatus, still_open
from riskreg.domain.sentences import day


class ResponseKind(StrEnum):
    """What is done about a risk; it is separate from what DMT decides."""

    TREAT = "treat"
    TOLERATE = "tolerate"
    TRANSFER = "transfer"
    TERMINATE = "terminate"


RESPONSES = {
    ResponseKind.TREAT: "Something is done to make it less likely or less grave.",
    ResponseKind.TOLERATE: "It is accepted as it is until a date, and then looked at again.",
    ResponseKind.TRANSFER: "Someone else carries it, such as an insurer or a partner.",
    ResponseKind.TERMINATE: "What gives rise to it is ended.",
}


def check_reason(reason: str, sentence: str, field: str = "reason") -> str:
    """Return the reason without space around it. Raises RuleBroken with the sentence for an empty one."""
    if not reason.strip():
        raise RuleBroken(sentence, field)
    return reason.strip()


def check_response(kind: ResponseKind, until_on: date | None, today: date) -> None:
    """Tolerating needs a day that is still to come, nothing else has one. Raises RuleBroken naming the field."""
    if kind is not ResponseKind.TOLERATE:
        if until_on is not None:
            raise RuleBroken(
                "Only a risk that is tolerated has a date: choose “tolerate”, or leave it empty.", "until_on"
            )
        return
    if until_on is None:
        raise RuleBroken("Enter the date until which the risk is tolerated.", "until_on")
    if until_on <= today:
        raise RuleBroken("The date until which the risk is tolerated must be after today.", "until_on")


def check_happened(on: date, today: date, existed: date, what: str, field: str) -> None:
    """A day that is written down afterwards: not to come, and not before the risk was in the register.

    Raises RuleBroken naming the field.
    """
    if on > today:
        raise RuleBroken(f"{what} must be today or earlier.", field)
    if on < existed:
        raise RuleBroken(f"{what} must not be before {day(existed)}, when the risk was entered in the register.", field)


def check_due(due_on: date, today: date) -> None:
    """A new action is due today or later. Raises RuleBroken."""
    if due_on < today:
        raise RuleBroken("The due date must be today or later.", "due_on")


def check_leaving(*, escalated: bool, open_actions: Sequence[str] = ()) -> None:
    """A risk leaves once DMT has decided and nothing is left to be done. Raises RuleBroken, naming what is left."""
    if escalated:
        raise RuleBroken(
            "The risk is escalated. The Directorate Management Team (DMT) must de-escalate it first, or close it."
        )
    if open_actions:
        raise RuleBroken(still_open(open_actions))


def check_merge(risk_id: int, into_id: int, into_status: RiskStatus, *, into_discarded: bool = False) -> None:
    """A risk goes into another one that is open. Raises RuleBroken."""
    if risk_id == into_id:
        raise RuleBroken("A risk cannot be merged into itself. Choose another risk.", "into")
    if into_status is not RiskStatus.OPEN:
        ended = "discarded" if into_discarded else into_status
        raise RuleBroken(f"That risk is {ended}. Choose one that is open.", "into")
