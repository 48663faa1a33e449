"""While nobody holds the owner's post, what cannot wait goes to the line director, who may do the owner's work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from riskreg.domain.access import Permission, Role
from riskreg.domain.errors import NotPermitted
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.mail.rendering import render
from riskreg.models import AuditEvent, Message, Notice, Person, Post, Referral, Result, Risk
from riskreg.queries.sessions import session_of
from riskreg.services import digests
from riskreg.services.actors import Actor
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.event_notices import no_longer
from riskreg.services.keeping import hand_over_risk
from riskreg.services.notices import Raised, tell_of_answer, tell_of_escalations
from riskreg.services.referrals import give_answer
from riskreg.services.reminders import remind
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make
from tests.services.keepers import holder
from tests.services.test_evaluation import OFFICER, correct_result, linked_indicator, publish

NOW = make.NOW
DUE = date(2017, 5, 1)
NO_CHANGE = ReviewAnswers(True, True, True, False, "All as it was.")

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def director() -> Person:
    """Who holds the post above."""
    person: Person = make.PersonFactory(name="Dora Director")
    return person


@pytest.fixture
def vacant(director: Person) -> Post:
    """An owning post that nobody holds, two steps below one that somebody does."""
    above = make.PostFactory(title="Director of Planning", owning=True)
    make.HoldingFactory(person=director, post=above)
    between = make.PostFactory(title="Deputy Director of Planning", owning=True, line_post=above)
    post: Post = make.PostFactory(
        title="Head of Provision",
        line_post=between,
        bringing=("risk_owner", "action_owner", "contract_manager", "auditor"),
    )
    return post


@pytest.fixture
def risk(vacant: Post) -> Risk:
    """A risk that the vacant post owns."""
    row: Risk = make.RiskFactory(owner_post=vacant, title="Too few places")
    return row


def co_ordinator() -> Actor:
    return holder(make.PostFactory(coordinating=True), Role.COORDINATOR)


def member() -> Actor:
    return holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)


def told(kind: str) -> dict[str, Message]:
    """The messages of a kind, by the name of whom they are for."""
    rows = db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
    return {row.person.name: row for row in rows}


def text(message: Message) -> str:
    """What a message says, in one line."""
    rendered = render(message.kind, message.facts, message.person)
    for part in (rendered.text, rendered.html):
        assert "Head of Provision" in part
        assert "is vacant" in part
    return " ".join(rendered.text.split())


def decided(risk: Risk, kind: DecisionKind = DecisionKind.CONFIRM) -> None:
    """The co-ordinator puts the risk before DMT, which decides."""
    escalation = raise_escalation(co_ordinator(), risk, "It grows.", NOW)
    due_on = DUE if kind is DecisionKind.CONFIRM else None
    record_decision(member(), escalation, DecisionTaken(kind, "Seen.", due_on=due_on), risk.revision, NOW)


def test_an_escalation_goes_to_the_line_director_and_says_why(risk: Risk) -> None:
    decided(risk)
    said = text(told("escalation_raised")["Dora Director"])
    assert "1 risk whose owner’s post is vacant came before the Directorate Management Team" in said
    assert "The post that owns the risk, Head of Provision, is vacant. Until somebody holds it, you may do its" in said
    assert "because the post that owns the risk, Head of Provision, is vacant and its line leads to you." in said


def test_a_decision_goes_to_the_line_director_and_says_why(risk: Risk) -> None:
    decided(risk)
    assert set(told("decision_made")) == {"Dora Director"}
    assert "Answer by completing a review by 1 May 2017" in text(told("decision_made")["Dora Director"])


def test_a_withdrawal_goes_to_the_line_director(vacant: Post) -> None:
    link = linked_indicator()
    link.risk.owner_post = vacant
    publish(link, "70")
    wrong = db.session.scalars(select(Result).where(Result.printed == "70")).one()
    correct_result(OFFICER, link.risk.register_id, wrong, "79", "final", "Two were left out.", NOW + timedelta(days=1))
    said = text(told("escalation_withdrawn")["Dora Director"])
    assert "1 risk whose owner’s post is vacant is no longer before" in said


@pytest.mark.parametrize("answer", [Answer.ACCEPT, Answer.DECLINE])
def test_an_answer_of_the_corporate_register_goes_to_the_line_director(risk: Risk, answer: Answer) -> None:
    make.corporate_register()
    decided(risk, DecisionKind.REFER)
    row = db.session.scalars(select(Referral)).one()
    manager = holder(make.PostFactory(bringing=("corporate_coordinator",)), Role.CORPORATE_COORDINATOR)
    give_answer(manager, row, answer, "Seen by all.", risk.revision, NOW)
    assert told("referral_answered")["Dora Director"].facts["audience"] == "owner"
    text(told("referral_answered")["Dora Director"])


def test_the_answer_to_a_proposal_goes_to_who_owns_the_risk_when_the_proposer_has_left(risk: Risk) -> None:
    proposer = make.PersonFactory(active=False)
    tell_of_answer(co_ordinator(), risk, proposer.id, "sent back", "Say what may happen.", NOW)
    assert set(told("proposal_answered")) == {"Dora Director"}
    assert "Who proposed it has left." in text(told("proposal_answered")["Dora Director"])


def test_who_owns_a_risk_and_stands_above_another_is_told_of_both_in_one_message(risk: Risk, director: Person) -> None:
    own = make.RiskFactory(owner_post=director_post(director), title="Their own")
    rows = [raise_escalation(co_ordinator(), one, "It grows.", NOW) for one in (risk, own)]
    (message,) = [
        one
        for one in tell_of_escalations([Raised(row, ("It grows.",)) for row in rows], NOW + timedelta(minutes=1))
        if one.person_id == director.id
    ]
    said = text(message)
    assert "2 risks that you own or answer for came before" in said
    assert said.count("is vacant. Until somebody holds it") == 1


def director_post(director: Person) -> Post:
    """The post that the director holds."""
    return db.session.scalars(select(Post).where(Post.title == "Director of Planning")).one()


def acting(person: Person) -> Actor:
    """Who somebody is when signed in."""
    found = session_of(person.id, make.TODAY)
    assert found is not None
    return Actor(found.person_id, found.name, found.roles, frozenset(found.posts), found.deputises)


def test_the_line_director_of_a_vacant_post_may_do_the_owners_work_and_nothing_else_of_it(
    director: Person, risk: Risk, vacant: Post
) -> None:
    actor = acting(director)
    assert vacant.id in actor.posts
    assert actor.deputises[vacant.id] == "Head of Provision"
    assert actor.may(Permission.REVIEW_RISK)
    assert actor.may(Permission.RECORD_CONTRACT)
    assert not actor.may(Permission.READ_AUDIT)  # an auditor's, which the post brings as well
    complete_review(actor, risk, NO_CHANGE, risk.revision, NOW)
    sentence = db.session.scalars(select(AuditEvent.sentence).where(AuditEvent.verb == "reviewed")).one()
    assert sentence.endswith("Done as deputy for the Head of Provision.")


def test_whoever_holds_the_post_or_stands_in_for_it_ends_that(director: Person, vacant: Post, risk: Risk) -> None:
    made: list[Callable[[], object]] = [
        lambda: make.HoldingFactory(post=vacant),
        lambda: make.HoldingFactory(post=vacant, deputy=True),
        lambda: make.HoldingFactory(post=vacant.line_post),
    ]
    for one in made:
        with db.session.begin_nested() as undone:
            one()
            db.session.flush()
            actor = acting(director)
            assert vacant.id not in actor.posts
            with pytest.raises(NotPermitted):
                complete_review(actor, risk, NO_CHANGE, risk.revision, NOW)
            undone.rollback()
    make.HoldingFactory(post=vacant, from_on=date(2016, 1, 1), until_on=date(2017, 4, 2))
    make.HoldingFactory(post=vacant, person=make.PersonFactory(active=False))
    assert vacant.id in acting(director).posts


def test_nobody_else_may_do_the_work_of_a_vacant_post(risk: Risk, vacant: Post) -> None:
    beside = make.PersonFactory(holding=make.PostFactory(owning=True))
    assert vacant.id not in acting(beside).posts
    with pytest.raises(NotPermitted):
        complete_review(acting(beside), risk, NO_CHANGE, risk.revision, NOW)


def test_where_nobody_is_above_the_co_ordinator_is_told_and_asked_to_have_the_post_filled() -> None:
    lone = make.PostFactory(title="Head of Provision", owning=True)
    risk = make.RiskFactory(owner_post=lone)
    cora = make.PersonFactory(name="Cora", holding=make.PostFactory(coordinating=True))
    raise_escalation(acting(cora), risk, "It grows.", NOW)
    assert set(told("escalation_raised")) == {"Cora"}
    assert lone.id not in acting(cora).posts
    said = text(told("escalation_raised")["Cora"])
    assert "Head of Provision, is vacant. An administrator can enter who holds it." in said
    assert "is vacant and nobody is above, so that the risk co-ordinator is told." in said
    assert "you may do its work" not in said


def test_a_circle_of_vacant_posts_ends(director: Person, vacant: Post) -> None:
    further = make.PostFactory(title="Further", owning=True, line_post=vacant)
    between = vacant.line_post
    assert between is not None
    between.line_post = further
    db.session.flush()
    assert vacant.id not in acting(director).posts
    between.line_post = director_post(director)
    db.session.flush()
    assert {vacant.id, further.id} <= acting(director).posts


def test_the_reminder_asks_the_line_director_for_the_review_itself(risk: Risk) -> None:
    risk.review_due_on = make.TODAY + timedelta(days=3)
    db.session.flush()
    remind(NOW, make.TODAY)
    (waiting,) = digests.ready(NOW)
    assert digests.put_digest(waiting, NOW)
    db.session.flush()
    message = db.session.scalars(select(Message)).one()
    facts = digests.write_digest(message, NOW)
    assert facts is not None
    ((group,), (notice,)) = facts["groups"], db.session.scalars(select(Notice)).all()
    (item,) = group["items"]
    assert (group["heading"], item["do"], item["page"]) == ("To do", f"Review {risk.reference}", ["review", risk.id])
    assert notice.person.name == "Dora Director"
    assert item["why"] == (
        "You are told because the post that owns the risk, Head of Provision, is vacant."
        " Until somebody holds it, you may do its work."
    )
    assert "Please see that it is done." not in item["detail"]


def test_a_notice_about_an_escalation_goes_to_the_line_director_too(vacant: Post) -> None:
    link = linked_indicator()
    link.risk.owner_post = vacant
    publish(link, "75")
    publish(link, "70", month=1, year=2017)
    notice = db.session.scalars(select(Notice)).one()
    assert (notice.kind, notice.person.name) == ("escalation joined", "Dora Director")
    assert notice.facts["why"] == (
        "You are told because the post that owns the risk, Head of Provision, is vacant."
        " Until somebody holds it, you may do its work."
    )


def test_a_risk_handed_over_to_a_vacant_post_is_told_to_those_to_whom_its_line_leads(vacant: Post) -> None:
    risk = make.RiskFactory(reference__number=7, owner_post=make.PostFactory(title="Head of SEN", owning=True))
    hand_over_risk(co_ordinator(), risk, vacant.id, "It fits there.", risk.revision, NOW)
    (notice,) = db.session.scalars(select(Notice))
    assert (notice.person.name, notice.kind) == ("Dora Director", "handed over")
    assert notice.facts["what"] == "CYPE 07 was handed over to a vacant post"
    assert notice.facts["why"] == (
        "You are told because the Head of SEN handed it over to the post Head of Provision, which is vacant. "
        "Until somebody holds it, you may do its work."
    )
    assert no_longer(notice, NOW.date()) == ""
    make.PersonFactory(name="New Head", holding=vacant)
    assert no_longer(notice, NOW.date()) == "Somebody holds the post by now."


def test_with_nobody_above_the_co_ordinator_is_told_of_the_risk_unless_it_was_their_own_doing() -> None:
    keeper = co_ordinator()
    make.PersonFactory(name="Cora Other", holding=make.PostFactory(coordinating=True))
    risk, lone = make.RiskFactory(), make.PostFactory(title="Head of Nothing", owning=True)
    hand_over_risk(keeper, risk, lone.id, "It fits there.", risk.revision, NOW)
    (notice,) = db.session.scalars(select(Notice))
    assert notice.person.name == "Cora Other"
    assert notice.facts["why"].endswith("which is vacant. An administrator can enter who holds it.")
