"""The lines of my work: each says what, about which risk or contract, and by when, and leads straight to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import url_for

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LIVE, DecisionKind, EscalationStatus, RiskStatus
from riskreg.domain.sentences import closed, day, written_reference
from riskreg.domain.signals import Reach
from riskreg.mail.wording import next_review, next_step
from riskreg.queries import work
from riskreg.queries.keeping import OwnDraft, own_drafts
from riskreg.queries.referrals import Referred, referrals_of
from riskreg.queries.work_decisions import NewDecision, new_decisions
from riskreg.services.actors import Actor
from riskreg.web.corporate.wording import referral_words
from riskreg.web.risks.wording import standing

P = Permission
DAYS_AHEAD = 14
ASKED = {
    EscalationStatus.CONFIRMED: "DMT confirmed the escalation and asks you to re-assess the risk",
    EscalationStatus.RETURNED: "DMT returned the risk to you and asks for an answer",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. `on` is the day it is due, or since when it stands; `behalf` the post that is stood in for."""

    on: date
    words: str
    address: str
    about: str
    rag: str = ""
    behalf: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Everything under the posts of a person. `cut`: there is more than is shown.

    `newest` is the id of the newest decision shown. `owners` are the posts that own the risks, and `behalf` those in
    which the person is the deputy: titles by id.
    """

    now: Sequence[Line] = ()
    soon: Sequence[Line] = ()
    before_dmt: Sequence[Line] = ()
    decisions: Sequence[Line] = ()
    newest: int | None = None
    slipping: Sequence[Line] = ()
    contracts: Sequence[Line] = ()
    drafts: Sequence[Line] = ()
    cut: bool = False
    risks: Sequence[work.OwnRisk] = ()
    actions: Sequence[work.OwnAction] = ()
    owners: Mapping[int, str] = field(default_factory=dict)
    behalf: Mapping[int, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that needs attention."""
        shown = (self.now, self.soon, self.before_dmt, self.decisions, self.slipping, self.contracts)
        return not any((*shown, self.drafts))


def work_of(actor: Actor, today: date) -> Work:
    """Return the work under a person's posts, the most urgent first: up to eight queries, however much there is."""
    if not actor.posts or actor.person_id is None:
        return Work()
    behalf = actor.deputises
    reviews = work.owed_reviews(actor.person_id, actor.posts, today, DAYS_AHEAD)
    actions = work.own_actions(actor.posts)
    risks = work.own_risks(actor.posts)
    before_dmt = work.before_dmt(actor.posts)
    referred = referrals_of([one.escalation_id for one in before_dmt if one.standing.referral])
    slipping = work.slipping_indicators(actor.posts)
    contracts = work.contract_signals(actor.posts)
    decisions = new_decisions(actor.person_id, actor.posts, today)
    due = [_review(one, actor, behalf) for one in reviews[: work.MOST]]
    due += [_action(one, behalf) for one in actions[: work.MOST] if one.due_on <= today + timedelta(days=DAYS_AHEAD)]
    tolerated = [(one, one.tolerated_until) for one in risks if one.tolerated_until]
    due += [_tolerance(one, until, actor, behalf) for one, until in tolerated if until <= today]
    due.sort(key=lambda line: line.on)
    return Work(
        now=[line for line in due if line.on <= today],
        soon=[line for line in due if line.on > today],
        before_dmt=[_before_dmt(one, behalf, referred.get(one.escalation_id, ())) for one in before_dmt[: work.MOST]],
        decisions=[_decision(one, behalf, today) for one in decisions[: work.MOST]],
        newest=decisions[0].id if decisions else None,
        slipping=[_slipping(one, behalf) for one in slipping[: work.MOST]],
        contracts=[_contract(one, behalf) for one in contracts[: work.MOST]],
        drafts=[_draft(one) for one in own_drafts(actor.person_id)] if actor.may(P.PROPOSE_RISK) else (),
        cut=any(
            len(rows) > work.MOST for rows in (reviews, actions, before_dmt, decisions, slipping, contracts, risks)
        ),
        risks=risks[: work.MOST],
        actions=actions[: work.MOST],
        owners={one.post_id: one.owner for one in risks},
        behalf=behalf,
    )


def _without(name: str, sentence: str) -> str:
    """Return a signal's sentence without the name it begins with, where the link beside it says that already."""
    rest = sentence.removeprefix(f"{name.rstrip('. ')}: ")
    return rest[:1].upper() + rest[1:]


def _review(one: work.OwedReview, actor: Actor, behalf: Mapping[int, str]) -> Line:
    reference = written_reference(one.prefix, one.number)
    endpoint = "risks.review" if actor.may(Permission.REVIEW_RISK) else "risks.risk"
    asked = ASKED[EscalationStatus(one.escalation_status)] if one.escalation_status else ""
    words = f"Answer DMT on {reference}" if asked else f"Review {reference}"
    about = f"{one.title}. {asked}." if asked else one.title
    if one.answer_by and one.answer_by != one.due_on:
        about += f" The review is due {day(one.due_on)}, the answer {day(one.answer_by)}: one review does both."
    return Line(
        on=min(one.answer_by, one.due_on) if one.answer_by else one.due_on,
        words=f"{words} (begun {day(day_of(one.begun_at))})" if one.begun_at else words,
        address=url_for(endpoint, risk_id=one.risk_id),
        about=about,
        rag=one.rag,
        behalf=behalf.get(one.post_id, ""),
    )


def _tolerance(one: work.OwnRisk, until: date, actor: Actor, behalf: Mapping[int, str]) -> Line:
    endpoint = "keeping.response" if actor.may(P.KEEP_RISK) else "risks.risk"
    return Line(
        on=until,
        words=f"{written_reference(one.prefix, one.number)} was tolerated until {day(until)}: decide again",
        address=url_for(endpoint, risk_id=one.risk_id),
        about=one.title,
        rag=one.rag,
        behalf=behalf.get(one.post_id, ""),
    )


def _action(one: work.OwnAction, behalf: Mapping[int, str]) -> Line:
    return Line(
        on=one.due_on,
        words=f"Update an action of {written_reference(one.prefix, one.number)}",
        address=url_for("risks.action", action_id=one.id),
        about=f"{one.text} {one.progress}% done.",
        behalf=behalf.get(one.post_id, ""),
    )


def _before_dmt(one: work.BeforeDmt, behalf: Mapping[int, str], referrals: Sequence[Referred]) -> Line:
    words = standing(one.standing)
    raised = f"{one.own_rag} to {one.rag}" if one.standing.raised else f"it stays {one.rag}"
    about = f"{words[0].upper()}{words[1:]}: {raised}."
    if referrals:
        about += f" {referral_words(referrals[0])}"
    if one.proposal:
        about += " De-escalation is proposed."
    return Line(
        on=one.opened_on,
        words=f"{written_reference(one.prefix, one.number)} {one.title}",
        address=url_for("escalations.escalation", escalation_id=one.escalation_id),
        about=about,
        rag=one.rag,
        behalf=behalf.get(one.post_id, ""),
    )


def _since_then(one: NewDecision) -> str:
    """Say what became of a decision that no longer stands."""
    if one.raised_again:
        return "the risk is before DMT again"
    if one.standing.status in LIVE:
        return standing(one.standing)
    reopened = one.is_last and one.kind == DecisionKind.CLOSE
    return "the risk was reopened" if reopened else one.standing.status


def _decision(one: NewDecision, behalf: Mapping[int, str], today: date) -> Line:
    due, meeting = (str(on) if on else None for on in (one.due_on, one.deferred_to))
    review = str(one.review_due_on) if one.risk_status == RiskStatus.OPEN else None
    asks = (
        f"{next_step(one.kind, due, meeting)} {next_review(one.kind, review, late=one.review_due_on < today)}".strip()
    )
    rest = asks if one.stands else f"Since then: {_since_then(one)}."
    return Line(
        on=one.decided_on,
        words=f"{written_reference(one.prefix, one.number)} {one.title}",
        address=url_for("escalations.escalation", escalation_id=one.escalation_id),
        about=f"{one.kind.capitalize()}: {closed(one.reason)} {rest}",
        behalf=behalf.get(one.post_id, ""),
    )


def _draft(one: OwnDraft) -> Line:
    reference = written_reference(one.prefix, one.number)
    back = one.sent_back
    return Line(
        on=day_of(one.since),
        words=f"{reference} was sent back" if back else f"Finish the draft {reference}",
        address=url_for("risks.risk", risk_id=one.risk_id),
        about=f"{closed(one.title)} {back}" if back else one.title,
    )


def _slipping(one: work.SlippingIndicator, behalf: Mapping[int, str]) -> Line:
    return Line(
        on=one.since,
        words=one.name,
        address=url_for("indicators.indicator", indicator_id=one.indicator_id),
        about=f"Under {written_reference(one.prefix, one.number)}. {_without(one.name, one.sentence)}",
        behalf=behalf.get(one.post_id, ""),
    )


def _told(one: work.ContractSignal) -> str:
    if not one.reaches:
        return "It escalates nothing by itself, only through a link between a risk and the indicator."
    if one.reaches == Reach.DMT and not one.heeded:
        return "No risk heeds this contract, so DMT is not told."
    return Reach(one.reaches).told


def _contract(one: work.ContractSignal, behalf: Mapping[int, str]) -> Line:
    return Line(
        on=one.since,
        words=one.title,
        address=url_for("contracts.contract", contract_id=one.contract_id),
        about=f"{_without(one.title, one.sentence)} {_told(one)}",
        behalf=behalf.get(one.post_id, ""),
    )
