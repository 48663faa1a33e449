"""Linking a risk to the indicators and contracts that it depends on; what stands on them is heard at once.

`link` holds what is in force. What was changed or ended goes to `link_past` as it was, with why and by whom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from riskreg.domain.choices import Heeds
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import BEFORE_APPROVAL, RiskStatus
from riskreg.domain.links import (
    LINKED_ALREADY,
    LinkTerms,
    check_linkable,
    check_terms,
    heeds_words,
    until_words,
)
from riskreg.domain.sentences import closed, day
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, LinkPast, Risk
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.consequences import Effects, digest_of, effects_of, require_as_shown
from riskreg.services.evaluation import evaluate_register
from riskreg.services.keeping import require_keeper
from riskreg.services.locking import lock_register, lock_risk
from riskreg.services.proposing import is_writer
from riskreg.services.reversal import Went, let_go_by

Subject = Indicator | Contract


@dataclass(frozen=True, slots=True)
class LinkOutcome:
    """What a change of a link does: the sentence that the history keeps, and what evaluating it then does."""

    sentence: str
    effects: Effects

    @property
    def digest(self) -> str:
        """What the change is given to show that this was seen."""
        return digest_of(self)


def require_linker(actor: Actor, risk: Risk) -> None:
    """Raise NotPermitted unless the person keeps the risk, or writes at it before it is approved."""
    if not (risk.status in BEFORE_APPROVAL and is_writer(actor, risk)):
        require_keeper(actor, risk)


def check_to_add(risk: Risk, subject: Subject) -> None:
    """Raise RuleBroken for what stands in the way of a link, whatever it is to say."""
    check_linkable(RiskStatus(risk.status))
    if isinstance(subject, Contract) and subject.closed_on is not None:
        raise RuleBroken(f"The contract was closed on {day(subject.closed_on)}, so no risk can come to depend on it.")
    if isinstance(subject, Indicator) and subject.ended_on is not None:
        raise RuleBroken(f"The indicator ended on {day(subject.ended_on)}, so no risk can come to depend on it.")
    column = Link.indicator_id if isinstance(subject, Indicator) else Link.contract_id
    known = select(Link.id).where(Link.risk_id == risk.id, column == subject.id)
    if db.session.scalar(known) is not None:
        raise RuleBroken(LINKED_ALREADY)


def add_link(
    actor: Actor,
    risk: Risk,
    subject: Subject,
    terms: LinkTerms,
    seen_revision: int,
    now: datetime,
    *,
    shown: str | None = None,
) -> LinkOutcome:
    """Link a risk to an indicator or a contract. `shown` is the digest of the outcome that the person saw.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    require_linker(actor, risk)
    lock_risk(risk, seen_revision)
    check_to_add(risk, subject)
    checked = check_terms(terms, day_of(now))
    link = Link(
        risk=risk,
        indicator=subject if isinstance(subject, Indicator) else None,
        contract=subject if isinstance(subject, Contract) else None,
        recorded_at=now,
    )
    _write(actor, link, checked, now)
    db.session.add(link)
    text = f"Linked to {_named(link)}: {closed(checked.reason)} {_in_force(link)}"
    return _settled(actor, "linked", link, text, now, shown)


def change_link(
    actor: Actor, link: Link, terms: LinkTerms, why: str, seen_revision: int, now: datetime, *, shown: str | None = None
) -> LinkOutcome:
    """Change what a link says or heeds; as it was, it stays among the links that were. Raises as add_link does."""
    risk = link.risk
    require_linker(actor, risk)
    lock_risk(risk, seen_revision)
    check_linkable(RiskStatus(risk.status))
    checked = check_terms(terms, day_of(now))
    first = checked.from_on or link.from_on
    if checked == LinkTerms(link.reason, Heeds(link.heeds), link.until_on, checked.from_on) and first == link.from_on:
        raise RuleBroken("Nothing was changed.")
    said = check_reason(why, "Say why the link changes.", "why")
    old = _said(link)
    _keep(actor, link, said, day_of(now), now)
    _write(actor, link, checked, now)
    text = f"Changed the link to {_named(link)}: {closed(said)} {_in_force(link)}"
    return _settled(actor, "changed a link", link, text, now, shown, old=old, new=_said(link))


def end_link(
    actor: Actor, link: Link, why: str, seen_revision: int, now: datetime, *, shown: str | None = None
) -> LinkOutcome:
    """End a link; it stays among the links that were. Signals that an escalation holds stay in it as evidence.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    risk = link.risk
    require_linker(actor, risk)
    lock_risk(risk, seen_revision)
    check_linkable(RiskStatus(risk.status))
    said = check_reason(why, "Say why the link ends.", "why")
    text = f"Ended the link to {_named(link)}: {said}"
    _end(actor, link, said, day_of(now), now)
    return _settled(actor, "ended a link", link, text, now, shown, as_it_was=_said(link))


def end_links_that_ran_out(register_id: int, now: datetime) -> list[Went]:
    """End the links whose last day is over, each with a sentence, and return what they heed no more.

    The caller evaluates.
    """
    lock_register(register_id)
    today = day_of(now)
    over = select(Link).join(Risk, Risk.id == Link.risk_id).order_by(Link.id)
    went = []
    for link in db.session.scalars(over.where(Risk.register_id == register_id, Link.until_on < today)).all():
        last = link.until_on or today
        said = f"It was to hold until {day(last)}."
        _end(SYSTEM, link, said, last, now)
        text = f"Ended the link to {_named(link)}: {said}"
        record(SYSTEM, "ended a link", _subject(link), text, now=now, risk=link.risk, as_it_was=_said(link))
        db.session.flush()
        went += let_go_by(link, now)
    return went


def _write(actor: Actor, link: Link, terms: LinkTerms, now: datetime) -> None:
    """Let a link say this; what a person says is not assumed. A new one that says no first day holds since today."""
    link.reason, link.heeds, link.until_on = terms.reason, terms.heeds, terms.until_on
    link.from_on = terms.from_on or (link.from_on if link.id else day_of(now))
    link.person_id, link.assumed = actor.person_id, False


def _keep(actor: Actor, link: Link, why: str, ended_on: date, now: datetime) -> None:
    """Write down the link as it was until then."""
    db.session.add(
        LinkPast(
            risk_id=link.risk_id,
            indicator_id=link.indicator_id,
            contract_id=link.contract_id,
            reason=link.reason,
            heeds=link.heeds,
            from_on=link.from_on,
            ended_on=ended_on,
            ended_at=now,
            ended_why=why,
            person_id=actor.person_id,
        )
    )


def _end(actor: Actor, link: Link, why: str, ended_on: date, now: datetime) -> None:
    _keep(actor, link, why, ended_on, now)
    db.session.delete(link)


def _settled(
    actor: Actor, verb: str, link: Link, text: str, now: datetime, shown: str | None, **detail: Any
) -> LinkOutcome:
    """Write the trail, evaluate what the link is about, and return what came of it."""
    risk, subject = link.risk, _subject(link)
    indicators, contracts = _ids(link.indicator), _ids(link.contract)
    record(actor, verb, subject, text, now=now, risk=risk, **detail)
    db.session.flush()
    went = let_go_by(link, now)
    done = evaluate_register(risk.register_id, now, indicators=indicators, contracts=contracts, let_go=went)
    outcome = LinkOutcome(text, effects_of(done))
    require_as_shown(outcome, shown)
    return outcome


def _ids(subject: Subject | None) -> list[int]:
    return [subject.id] if subject else []


def _subject(link: Link) -> str:
    return f"{'indicator' if link.indicator else 'contract'}:{link.subject.id}"


def _named(link: Link) -> str:
    subject = link.subject
    return f"{subject.code} {subject.name if isinstance(subject, Indicator) else subject.title}"


def _in_force(link: Link) -> str:
    """What the link heeds, since when and until when, as a sentence."""
    heeds = heeds_words(link.heeds, about_indicator=link.indicator is not None)
    earlier = link.from_on is not None and link.from_on < day_of(link.recorded_at)
    since = f" It has borne on the risk since {day(link.from_on)}." if link.from_on and earlier else ""
    return f"The risk heeds {heeds}{until_words(link.until_on)}.{since}"


def _said(link: Link) -> dict[str, object]:
    """What a link says, as the audit trail keeps it."""
    return {
        "reason": link.reason,
        "heeds": link.heeds,
        "from_on": link.from_on.isoformat() if link.from_on else None,
        "until_on": link.until_on.isoformat() if link.until_on else None,
        "assumed": link.assumed,
        "line": link.source_line,
        "note": link.note,
    }
