"""A risk goes to the corporate register and comes back; the directorate keeps it throughout."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.jobs import evaluate
from riskreg.models import AuditEvent, Decision, Escalation, Message, Person, Post, Reference, Referral, Register
from riskreg.queries.before_dmt import standing_of
from riskreg.queries.register import only_register
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.referrals import give_answer, propose_earlier
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.web.risks.wording import standing
from tests import factories as make
from tests.services.keepers import holder, owner_of
from tests.web.before_dmt import decided

NOW = make.NOW
LATER, LATEST = NOW + timedelta(days=1), NOW + timedelta(days=2)
REFER = DecisionTaken(DecisionKind.REFER, "It concerns the whole council.")
CONFIRM = DecisionTaken(DecisionKind.CONFIRM, "We keep it.", due_on=date(2017, 5, 1))


@pytest.fixture
def above(app: object) -> Register:
    """The corporate register, with a post that answers for it."""
    return make.corporate_register()


@pytest.fixture
def manager(above: Register) -> Actor:
    """The co-ordinator of the corporate register."""
    return holder(make.PostFactory(bringing=("corporate_coordinator",)), Role.CORPORATE_COORDINATOR)


@pytest.fixture
def member(app: object) -> Actor:
    """A DMT member, who is on the DMT list."""
    return holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)


def referred(member: Actor) -> Referral:
    """An AMBER risk that its owner put before DMT and DMT referred."""
    risk = make.RiskFactory()
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)
    record_decision(member, escalation, REFER, risk.revision, NOW)
    return db.session.scalars(select(Referral).where(Referral.escalation_id == escalation.id)).one()


def answered(actor: Actor, referral: Referral, answer: Answer, said: str = "Seen by all.", now: object = LATER) -> None:
    """An answer by somebody who has seen everything."""
    give_answer(actor, referral, answer, said, referral.escalation.risk.revision, now)  # type: ignore[arg-type]


def messages(kind: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))


def said_of(escalation: Escalation) -> str:
    return standing(standing_of(escalation.id))


def test_a_decision_to_refer_proposes_the_risk_and_tells_who_answers(manager: Actor, member: Actor) -> None:
    row = referred(member)
    assert (row.state, row.escalation.status, row.register.prefix) == ("proposed", "referred to corporate", "CRR")
    assert row.decision.kind == "refer to the corporate register"
    told = messages("referral_proposed")
    assert [one.person_id for one in told] == [manager.person_id]
    assert told[0].facts["reason"] == "It concerns the whole council."
    assert said_of(row.escalation) == "proposed to the corporate register on 3 April 2017"


def test_without_a_corporate_register_nothing_is_referred(app: object, member: Actor) -> None:
    risk = make.RiskFactory()
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)
    with pytest.raises(RuleBroken, match="No corporate register stands above this one") as refused:
        record_decision(member, escalation, REFER, risk.revision, NOW)
    assert refused.value.field == "kind"
    assert (escalation.status, db.session.scalar(select(func.count()).select_from(Decision))) == ("awaiting DMT", 0)


def test_accepted_it_has_a_reference_there_and_stays_the_directorates(manager: Actor, member: Actor) -> None:
    row = referred(member)
    risk = row.escalation.risk
    reference, due = risk.reference_id, risk.review_due_on
    answered(manager, row, Answer.ACCEPT, "  The council watches it with others. ")
    assert (row.state, str(row.reference), row.answer) == ("accepted", "CRR 01", "The council watches it with others.")
    assert (row.escalation.status, risk.effective_rag, risk.own_rag) == ("referred to corporate", "RED", "AMBER")
    assert (risk.reference_id, risk.register.prefix, risk.review_due_on) == (reference, "CYPE", due)
    assert said_of(row.escalation) == "accepted in the corporate register"
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.verb, event.risk_id, event.person_id) == ("accepted", risk.id, manager.person_id)
    assert event.sentence.startswith("Accepted in the corporate register as CRR 01. The council")
    answers = ReviewAnswers(True, True, True, True, "It grew.", current=Rating(4, 5, "More likely."))
    complete_review(owner_of(risk), risk, answers, risk.revision, LATEST)
    assert (risk.own_rag, row.escalation.status, row.state) == ("RED", "referred to corporate", "accepted")


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        ([Answer.DECLINE], "declined", "declined by the corporate register, awaiting DMT"),
        ([Answer.ACCEPT, Answer.HAND_BACK], "ended", "handed back by the corporate register, awaiting DMT"),
    ],
)
def test_declined_or_handed_back_it_is_before_dmt_again(
    manager: Actor, member: Actor, answers: list[Answer], status: str, words: str
) -> None:
    row = referred(member)
    for number, answer in enumerate(answers):
        answered(manager, row, answer, "Only schools are touched.", LATER + timedelta(hours=number))
    escalation = row.escalation
    assert (row.state, escalation.status, escalation.risk.effective_rag) == (status, "awaiting DMT", "RED")
    assert escalation.waiting_since == LATER + timedelta(hours=len(answers) - 1)
    assert "Only schools are touched." in (row.ended_why or row.answer)
    assert said_of(escalation) == words
    complete_review(
        owner_of(escalation.risk), escalation.risk, ReviewAnswers(True, True, True, False, "Same."),
        escalation.risk.revision, LATEST,
    )  # fmt: skip
    assert said_of(escalation) == words
    record_decision(member, escalation, CONFIRM, escalation.risk.revision, LATEST)
    assert said_of(escalation) == "confirmed by DMT, the owner answers by 1 May 2017"
    assert row.state == status


def test_a_reference_is_never_given_again(manager: Actor, member: Actor) -> None:
    first = referred(member)
    answered(manager, first, Answer.ACCEPT)
    answered(manager, first, Answer.HAND_BACK)
    record_decision(member, first.escalation, REFER, first.escalation.risk.revision, LATEST)
    again = db.session.scalars(select(Referral).order_by(Referral.id.desc()).limit(1)).one()
    answered(manager, again, Answer.ACCEPT, now=LATEST)
    assert (str(first.reference), str(again.reference), first.state) == ("CRR 01", "CRR 02", "ended")
    register = db.session.scalars(select(Register).where(Register.prefix == "CRR")).one()
    numbers = db.session.scalars(select(Reference.number).where(Reference.register_id == register.id))
    assert sorted(numbers) == [1, 2]


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    "decision",
    [
        CONFIRM,
        DecisionTaken(DecisionKind.RETURN, "Figures are missing.", due_on=date(2017, 5, 1)),
        DecisionTaken(DecisionKind.DE_ESCALATE, "It has passed."),
        DecisionTaken(DecisionKind.CLOSE, "It is over."),
    ],
    ids=lambda one: str(one.kind),
)
def test_whatever_dmt_decides_next_ends_the_referral_with_a_sentence(
    manager: Actor, member: Actor, decision: DecisionTaken, accepted: bool
) -> None:
    row = referred(member)
    if accepted:
        answered(manager, row, Answer.ACCEPT)
    record_decision(member, row.escalation, decision, row.escalation.risk.revision, LATEST)
    assert (row.state, row.ended_at) == ("ended", LATEST)
    assert row.ended_why == f"DMT decided: {decision.kind}. {decision.reason}"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "ended the referral")).one()
    assert ("its reference CRR 01 stays used" in event.sentence) is accepted
    with pytest.raises(RuleBroken, match="A referral that is ended cannot be answered"):
        answered(manager, row, Answer.ACCEPT)


def test_the_owner_the_deputy_and_dmt_are_told_once_each(manager: Actor, member: Actor) -> None:
    row = referred(member)
    risk = row.escalation.risk
    deputy = make.PersonFactory(deputising=risk.owner_post)
    make.HoldingFactory(post=make.PostFactory(on_dmt=True), person=owner_person(risk.owner_post))
    answered(manager, row, Answer.DECLINE, "Only schools are touched.")
    told = messages("referral_answered")
    audiences = {one.person_id: one.facts["audience"] for one in told}
    assert len(told) == 3
    assert audiences == {owner_person(risk.owner_post).id: "owner", deputy.id: "owner", member.person_id: "dmt"}
    assert {one.facts["said"] for one in told} == {"Only schools are touched."}


def owner_person(post: Post) -> Person:
    """Whoever holds a post."""
    return next(one.person for one in post.holdings if not one.deputy)


def test_the_second_of_two_who_answer_at_once_is_refused(manager: Actor, member: Actor) -> None:
    row = referred(member)
    seen = row.escalation.risk.revision
    give_answer(manager, row, Answer.ACCEPT, "We take it.", seen, LATER)
    with pytest.raises(ChangedMeanwhile):
        give_answer(manager, row, Answer.DECLINE, "Not ours.", seen, LATER)
    assert (row.state, row.revision) == ("accepted", 1)


@pytest.mark.parametrize("said", ["", " \n"])
def test_an_answer_without_a_sentence_changes_nothing(manager: Actor, member: Actor, said: str) -> None:
    row = referred(member)
    with pytest.raises(RuleBroken) as refused:
        answered(manager, row, Answer.DECLINE, said)
    assert (refused.value.field, row.state, row.escalation.status) == ("said", "proposed", "referred to corporate")


def test_only_who_answers_for_the_corporate_register_answers(manager: Actor, member: Actor) -> None:
    row = referred(member)
    for somebody in (member, owner_of(row.escalation.risk)):
        with pytest.raises(NotPermitted):
            answered(somebody, row, Answer.ACCEPT)


def test_what_was_referred_before_there_was_a_corporate_register_is_proposed_once(app: object) -> None:
    """By loading the plan again; until then it is only referred."""
    risk = make.RiskFactory()
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)
    escalation.status = "referred to corporate"
    decision = decided(escalation, DecisionKind.REFER, "Too big for us.")
    assert said_of(escalation) == "referred to the corporate register by DMT"
    make.corporate_register()
    assert [one.decision_id for one in propose_earlier(risk.register_id, LATER)] == [decision.id]
    assert said_of(escalation) == "proposed to the corporate register on 3 April 2017"
    assert propose_earlier(risk.register_id, LATER) == []


def test_the_corporate_register_is_neither_shown_as_the_directorates_nor_evaluated(above: Register) -> None:
    assert (only_register() or above).prefix == "CYPE"
    assert evaluate(NOW, NOW.date()).startswith("CYPE: ")
    assert "CRR" not in evaluate(NOW, NOW.date())
