"""Looking again, right before it leaves, at a message that could not wait and yet had to: for a mail server, or a stop.

What is no longer so is left out, and what belongs to somebody else by now goes to them instead. The message, or the
part of it, is dropped with the reason kept; a digest looks at its notices by itself (`riskreg.services.digests`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import DecisionKind, EscalationStatus
from riskreg.domain.referrals import ReferralState
from riskreg.domain.sentences import listed
from riskreg.extensions import db
from riskreg.models import Escalation, Message, Referral, Risk
from riskreg.queries.people import Holder
from riskreg.queries.staff import Staff
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from riskreg.services.notices import vacancy
from riskreg.services.outbox import queue_message

LEFT_OUT = "left out"
ANEW = ":anew"  # ends the key of a message that takes the place of another
INACTIVE = "The person is no longer active here."
MANY = "escalations"  # where a message that tells of several risks keeps them
AUDIENCES = {
    "escalation_raised": "for",
    "escalation_withdrawn": "for",
    "decision_made": "owner",
    "referral_proposed": "corporate",
    "referral_answered": "audience",
    "proposal_answered": "audience",
}
ROLES = {"dmt": Role.DMT_MEMBER, "corporate": Role.CORPORATE_COORDINATOR}


class NotWantedError(Exception):
    """Nobody is to get the message any more; the text says why."""


@dataclass(frozen=True, slots=True)
class _Addressees:
    """Who is told by now, and as what; `vacancy`: what is said of the owning post, should nobody hold it.

    `deputies`: those who are told as a deputy of the owner.
    """

    people: Mapping[int, str]
    audience: str
    vacancy: Mapping[str, Any] = field(default_factory=dict)
    deputies: Collection[int] = ()

    def instead(self) -> str:
        """That these are told instead, in a sentence."""
        names = listed(sorted(self.people.values()))
        several = len(self.people) > 1
        told = f"{'are' if several else 'is'} told instead"
        if not names:
            return "By now nobody is there to be told."
        if vacant := self.vacancy.get("vacant"):
            leads = "as nobody is above it" if self.vacancy["lone"] else "to whom its line leads"
            return f"By now nobody holds the post {vacant}, and {names} {told}, {leads}."
        if self.audience == "owner":
            return f"By now {names} {'own' if several else 'owns'} the risk and {told}."
        return f"By now {names} {told}."


def look_again(message: Message, now: datetime) -> None:
    """Leave out of a message what is no longer so, and tell those instead to whom it belongs by now.

    Raises NotWantedError when nothing is left, or who it is for is no longer active. By at most eight queries, and two
    more for each risk that goes to somebody else.
    """
    if message.kind in AUDIENCES:
        _Look(message, now).take()
    if not message.person.active:
        raise NotWantedError(INACTIVE)


@dataclass(slots=True)
class _Look:
    """One look at one message."""

    message: Message
    now: datetime
    risks: dict[int, Risk] = field(default_factory=dict)

    def take(self) -> None:
        """Keep what still goes to this person; the rest is dropped. Raises NotWantedError when nothing is kept."""
        facts = self.message.facts
        parts: Sequence[dict[str, Any]] = facts.get(MANY, [facts])
        found = select(Risk).where(Risk.id.in_({one["risk_id"] for one in parts}))
        self.risks = {one.id: one for one in db.session.scalars(found)}
        staff = Staff(day_of(self.now), {one.owner_post_id for one in self.risks.values()})
        kept, left = [], []
        for part in parts:
            part_now, why = self._look_at(part, staff)
            if why:
                left.append(f"{part['reference']}: {why}" if len(parts) > 1 else why)
            else:
                kept.append(part_now)
        if not kept:
            raise NotWantedError(" ".join(left))
        if kept != parts or left:
            self._keep(kept, left)

    def _look_at(self, part: dict[str, Any], staff: Staff) -> tuple[dict[str, Any], str]:
        """Return what a message says of a risk by now, and why it is left out; empty when it is not."""
        risk = self.risks.get(part["risk_id"])
        if risk is None:
            return part, ""
        if why := STALE.get(self.message.kind, _never)(part):
            return part, why
        to = self._addressees(risk, staff)
        part = {**part, **to.vacancy}
        part.pop("deputy_of", None)
        part.pop("late", None)
        if self.message.person_id in to.deputies:
            part["deputy_of"] = risk.owner_post.title
        if part.get("review_due_on"):
            part |= _review_of(risk, day_of(self.now))
        if self.message.person_id in to.people:
            return part, ""
        self._aim_anew(part, to)
        return part, to.instead()

    @property
    def audience(self) -> str:
        """As what the person is told."""
        known = AUDIENCES[self.message.kind]
        default = "proposer" if self.message.kind == "proposal_answered" else known
        return str(self.message.facts.get(known, default))

    def _addressees(self, risk: Risk, staff: Staff) -> _Addressees:
        if self.audience == "proposer" and self.message.person.active:
            return _Addressees({self.message.person_id: self.message.person.name}, "proposer")
        if self.audience in ROLES:
            return _Addressees(_names(staff.with_role(ROLES[self.audience])), self.audience)
        owners = staff.owners(risk.owner_post_id)
        deputies = [] if owners.vacant else [one.person_id for one in owners.people if one.deputy]
        return _Addressees(_names(owners.people), "owner", vacancy(owners, risk), deputies)

    def _keep(self, kept: list[dict[str, Any]], left: list[str]) -> None:
        """Let the message say no more than what is kept, and note what was left out."""
        if MANY not in self.message.facts:
            self.message.facts = kept[0]
            return
        said = [*self.message.facts.get("left_out", ()), *left]
        self.message.facts = {**self.message.facts, MANY: kept, **({"left_out": said} if said else {})}
        if left:
            sentence = f"Left out of message {self.message.id}. {' '.join(left)}"
            record(SYSTEM, LEFT_OUT, f"message:{self.message.id}", sentence, now=self.now)

    def _aim_anew(self, part: Mapping[str, Any], to: _Addressees) -> None:
        """Put a message for each of those whom it concerns now into the outbox, unless they have it."""
        message = self.message
        if MANY in message.facts:
            key = f"{self.audience}:escalation:{part['id']}{ANEW}"
            facts = {**message.facts, MANY: [dict(part)]}
            facts.pop("left_out", None)
        else:
            key = f"{message.subject_key.removesuffix(ANEW)}{ANEW}"
            facts = {**part, "audience": to.audience} if "audience" in part else dict(part)
        have = self._who_has_it(part, to.people)
        for person_id in to.people:
            if person_id not in have and not queue_message(
                message.kind, key, person_id, message.period, facts, self.now
            ):
                self._take_up(key, person_id, facts)

    def _who_has_it(self, part: Mapping[str, Any], people: Mapping[int, str]) -> set[int]:
        """Those of the people who have a message with the same news, which was not dropped."""
        same = select(Message.person_id, Message.subject_key, Message.facts)
        same = same.where(Message.kind == self.message.kind, Message.period == self.message.period)
        same = same.where(Message.person_id.in_(people), Message.state != "dropped")
        if MANY not in self.message.facts:
            key = self.message.subject_key.removesuffix(ANEW)
            same = same.where(Message.subject_key.in_((key, f"{key}{ANEW}")))
            return {row.person_id for row in db.session.execute(same)}
        return {
            row.person_id
            for row in db.session.execute(same)
            if row.facts["for"] == self.audience and part["id"] in {one["id"] for one in row.facts[MANY]}
        }

    def _take_up(self, key: str, person_id: int, facts: dict[str, Any]) -> None:
        """Send what was dropped because it belonged to somebody else, since it belongs to this person again."""
        message = self.message
        again = update(Message).where(
            Message.kind == message.kind,
            Message.subject_key == key,
            Message.person_id == person_id,
            Message.period == message.period,
            Message.state == "dropped",
            Message.attempts > 0,  # by the register, and not by an administrator
        )
        values = {"state": "waiting", "facts": facts, "next_attempt_at": self.now, "attempts": 0, "last_error": ""}
        db.session.execute(again.values(**values).execution_options(synchronize_session=False))


def _review_of(risk: Risk, today: date) -> dict[str, Any]:
    """When the next review of a risk is due, and whether that day has passed."""
    late = {"late": True} if risk.review_due_on < today else {}
    return {"review_due_on": risk.review_due_on.isoformat(), **late}


def _names(people: Sequence[Holder]) -> dict[int, str]:
    return {one.person_id: one.name for one in people}


def _no_longer_before_dmt(part: Mapping[str, Any]) -> str:
    escalation = db.session.get(Escalation, part["id"])
    if escalation is None or escalation.status == EscalationStatus.AWAITING:
        return ""
    if escalation.status == EscalationStatus.WITHDRAWN:
        return "The escalation was withdrawn meanwhile."
    if escalation.decisions:
        return f"DMT has decided on it meanwhile: {DecisionKind(escalation.decisions[-1].kind).done}."
    return "It is no longer before DMT."


def _answered(part: Mapping[str, Any]) -> str:
    referral = db.session.get(Referral, part["referral_id"])
    if referral is None or referral.state == ReferralState.PROPOSED:
        return ""
    return f"The referral is no longer to be answered: it is {referral.state}."


def _never(_part: Mapping[str, Any]) -> str:
    """What was decided stays decided."""
    return ""


STALE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "escalation_raised": _no_longer_before_dmt,
    "referral_proposed": _answered,
}
