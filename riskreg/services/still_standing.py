"""What is left of an escalation that lost a reason, or whose referral ended: found right before a digest leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from riskreg.domain.escalation import SignalState
from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.domain.notices import NoticeKind
from riskreg.domain.referrals import STANDING
from riskreg.domain.sentences import closed, day
from riskreg.extensions import db
from riskreg.models import Escalation, Message, Notice, Referral, SignalRow
from riskreg.queries.heeding import no_longer_heeded
from riskreg.services.lost_mail import words_of_lost

ENDED = "It does not stand any more."
DECIDED = (EscalationStatus.CONFIRMED, EscalationStatus.RETURNED, EscalationStatus.REFERRED)


def check_reason_went(notice: Notice, _today: date) -> str:
    """Return why the loss of a reason need not be told any more; empty when it is to be told."""
    escalation = _escalation(notice)
    if not escalation.is_live:
        return ENDED
    if escalation.proposal:
        return "The end of the escalation was proposed meanwhile."
    return "" if _gone(notice, escalation) else "It stands again."


def check_referral_ended(notice: Notice, _today: date) -> str:
    """Return why the end of a referral need not be told any more; empty when it is to be told."""
    again = select(Referral.id).where(Referral.escalation_id == notice.facts["escalation_id"])
    standing = db.session.scalar(again.where(Referral.state.in_(STANDING)).limit(1))
    return "It was referred anew meanwhile." if standing else ""


def facts_now(notice: Notice) -> Mapping[str, Any]:
    """Return the facts of a notice as they are told now.

    Of an escalation, what fell away and what still stands; of a message that was lost, what is known of it by now.
    """
    if notice.kind == NoticeKind.MAIL_FAILED:
        return {**notice.facts, **_lost(notice)}
    fell_away = FELL_AWAY.get(NoticeKind(notice.kind))
    if fell_away is None:
        return notice.facts
    escalation = _escalation(notice)
    return {**notice.facts, "detail": [*fell_away(notice, escalation), what_stands(escalation)]}


def what_stands(escalation: Escalation) -> str:
    """Say what holds an escalation up at present: its signals, the person who raised it, what DMT decided."""
    if not escalation.is_live:
        return "The escalation has ended."
    dropped = no_longer_heeded([escalation])
    said = [
        one.signal.sentence
        for one in escalation.evidence
        if one.signal.state == SignalState.STANDS and (escalation.id, one.signal_id) not in dropped
    ]
    if escalation.person:
        said.append(f"{escalation.person.name} put it before DMT: {closed(escalation.reason)}")
    if escalation.status in DECIDED and escalation.decisions:
        last = escalation.decisions[-1]
        said.append(f"DMT decided on {day(last.decided_on)}: {DecisionKind(last.kind).done}.")
    return f"What still stands: {' '.join(said) or 'it is before DMT, which has not decided.'}"


def _lost(notice: Notice) -> dict[str, Any]:
    message = db.session.get(Message, notice.facts["message_id"])
    return words_of_lost(message, message.state, message.last_error) if message else {}


def _escalation(notice: Notice) -> Escalation:
    return db.session.get_one(Escalation, notice.facts["escalation_id"])


def _gone(notice: Notice, escalation: Escalation) -> list[str]:
    """The sentences on the reasons of which nothing as grave stands again."""
    held = {one.signal_id: one.signal for one in escalation.evidence}
    dropped = no_longer_heeded([escalation])
    standing = [
        signal
        for signal in held.values()
        if signal.state == SignalState.STANDS and (escalation.id, signal.id) not in dropped
    ]
    return [
        sentence
        for signal_id, sentence in notice.facts["went"]
        if not any(_covers(signal, held[signal_id]) for signal in standing)
    ]


def _covers(signal: SignalRow, gone: SignalRow) -> bool:
    same = (signal.indicator_id, signal.contract_id, signal.fact) == (gone.indicator_id, gone.contract_id, gone.fact)
    return same and signal.severity >= gone.severity


def _of_referral(notice: Notice, _escalation: Escalation) -> list[str]:
    said: list[str] = notice.facts["ended"]
    return said


FELL_AWAY: Mapping[NoticeKind, Callable[[Notice, Escalation], list[str]]] = {
    NoticeKind.REASON_WENT: _gone,
    NoticeKind.REFERRAL_ENDED: _of_referral,
}
