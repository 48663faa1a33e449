"""What comes before DMT in some weeks: decided, put off, noted, referred, ended, proposed to end, and its meetings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from riskreg.domain.choices import Heeds
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.links import LinkTerms
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.models import Escalation, Indicator, Link, Meeting, Referral, Register, Risk
from riskreg.services.actors import Actor
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.links import add_link, end_link
from riskreg.services.meetings import (
    add_item,
    cancel_meeting,
    close_meeting,
    make_agenda,
    note_item,
    note_meeting,
    schedule_meetings,
)
from riskreg.services.noting import note_escalations
from riskreg.services.publishing import publish_results
from riskreg.services.referrals import give_answer
from riskreg.services.results import correction_of
from tests.factories import TODAY
from tests.services.by_hand import REGISTER, everybody, minutes

SOON, LATER = TODAY + timedelta(days=14), TODAY + timedelta(days=28)


def decide_by_hand() -> None:
    """Every kind of decision and of ending, two meetings whose record is closed or that is not held, and one to come.

    Before it `add_by_hand` has to be done.
    """
    who = everybody()
    now, coming, called_off = _meetings(who)
    _depend(who)
    _worry(who, 4)
    waiting = db.session.scalars(
        select(Escalation).where(Escalation.status == "awaiting DMT").order_by(Escalation.id)
    ).all()
    _correct(who)
    make_agenda(who, now, minutes(43))
    add_item(who, now, "=Any other business", minutes(43))
    note_item(who, now.items[0], "Talked about at length", now.items[0].revision, minutes(43))
    note_meeting(who, now, "All were there", now.revision, minutes(43))
    open_ones = iter([one for one in waiting if one.is_live])
    confirmed, returned, put_off, declined = (next(open_ones) for _ in range(4))
    confirm = DecisionTaken(DecisionKind.CONFIRM, "It is real", due_on=SOON, meeting_on=TODAY)
    _decide(who, confirmed, confirm, 44)
    _decide(who, put_off, DecisionTaken(DecisionKind.DEFER, "Not today", deferred_to=SOON), 44)
    _decide(who, declined, DecisionTaken(DecisionKind.DECLINE, "Seen, and\nno", meeting_on=TODAY), 44)
    _refer(who, next(open_ones), handed_back=True)
    _refer(who, next(open_ones), handed_back=False)
    noted = next(open_ones)
    _decide(who, returned, DecisionTaken(DecisionKind.RETURN, "Say more", due_on=LATER), 48)
    note_escalations(who, [noted], {noted.id: noted.risk.revision}, "=Seen", TODAY, minutes(49))
    _unlink(who, returned)
    close_meeting(who, now, minutes(52))
    make_agenda(who, coming, minutes(52))
    cancel_meeting(who, called_off, "Nobody can come", minutes(53))
    db.session.commit()


def _free() -> Sequence[Risk]:
    """The risks that were never before DMT."""
    raised = select(Escalation.id).where(Escalation.risk_id == Risk.id).exists()
    return db.session.scalars(select(Risk).where(Risk.status == "open", ~raised).order_by(Risk.id)).all()


def _depend(who: Actor) -> None:
    """A risk comes before DMT for one figure only, which is found to be wrong afterwards."""
    risk = _free()[-1]
    add_link(who, risk, _visits(), LinkTerms("It rests on it.", Heeds.ANY), risk.revision, minutes(41))


def _visits() -> Indicator:
    return db.session.scalars(select(Indicator).where(Indicator.name == "Calls made on time")).one()


def _worry(who: Actor, number: int) -> None:
    for one in _free()[:number]:
        raise_escalation(who, one, "I am worried", minutes(41))


def _meetings(who: Actor) -> tuple[Meeting, Meeting, Meeting]:
    register = db.session.get_one(Register, REGISTER)
    first, second, third = schedule_meetings(who, register, "DMT", TODAY, 2, LATER, minutes(42))[0]
    return first, second, third


def _decide(who: Actor, escalation: Escalation, decision: DecisionTaken, at: int) -> None:
    record_decision(who, escalation, decision, escalation.risk.revision, minutes(at))


def _refer(who: Actor, escalation: Escalation, *, handed_back: bool) -> None:
    _decide(who, escalation, DecisionTaken(DecisionKind.REFER, "Beyond us", meeting_on=TODAY), 45)
    referral = db.session.scalars(select(Referral).where(Referral.escalation_id == escalation.id)).one()
    give_answer(who, referral, Answer.ACCEPT, "We take it on", escalation.risk.revision, minutes(46))
    if handed_back:
        give_answer(who, referral, Answer.HAND_BACK, "It is yours", escalation.risk.revision, minutes(47))


def _correct(who: Actor) -> None:
    """A figure was wrong, so that what was found in it never was."""
    last = max((row for row in _visits().results if row.current), key=lambda row: row.period_end)
    publish_results(who, REGISTER, [correction_of(last, "85.0", last.status, "Counted anew")], minutes(42))


def _unlink(who: Actor, escalation: Escalation) -> None:
    """Nothing that the risk is linked to bears on it any more: its de-escalation is proposed."""
    for link in db.session.scalars(select(Link).where(Link.risk_id == escalation.risk_id)).all():
        end_link(who, link, "It bears on another", link.risk.revision, minutes(50))
