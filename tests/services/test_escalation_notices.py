"""Who hears of an escalation that is before DMT already, and when DMT is asked to decide."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import Link, Message, Notice, Person
from riskreg.services.consequences import Letter, effects_of
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.event_notices import no_longer
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make
from tests.services.keepers import holder, owner_of
from tests.services.test_evaluation import NOW, linked_indicator, live, publish

MEETING = date(2017, 4, 25)
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def link() -> Link:
    """A risk of Owner before DMT, on which Member sits."""
    found = linked_indicator()
    make.PersonFactory(name="Owner", holding=found.risk.owner_post)
    make.PersonFactory(name="Member", holding=make.PostFactory(on_dmt=True))
    publish(found, "75")
    return found


def told(kind: NoticeKind) -> list[tuple[str, dict[str, object]]]:
    """Who is told of it, in the order of their names, with the facts."""
    rows = select(Person.name, Notice.facts).join(Person, Person.id == Notice.person_id).where(Notice.kind == kind)
    return [(name, facts) for name, facts in db.session.execute(rows.order_by(Person.name, Notice.id))]


def test_one_more_reason_is_noted_for_the_owner_and_each_member_of_dmt(link: Link) -> None:
    evaluation = publish(link, "70", month=1, year=2017)
    member, owner = told(NoticeKind.JOINED)
    assert (member[0], owner[0]) == ("Member", "Owner")
    risk = link.risk
    assert owner[1]["what"] == f"A new reason for the escalation of {risk.reference}"
    assert owner[1]["why"] == f"You are told as the {risk.owner_post.title}, who owns the risk."
    assert member[1]["why"] == "You are told as a member of DMT."
    assert owner[1]["detail"] == list(evaluation.joining[0].sentences)
    assert effects_of(evaluation).heard == (
        Letter("Member", "escalation joined", "dmt", (str(risk.reference),)),
        Letter("Owner", "escalation joined", "owner", (str(risk.reference),)),
    )


def test_two_reasons_on_one_day_are_two_pieces_of_news(link: Link) -> None:
    publish(link, "70", month=1, year=2017)
    publish(link, "60", month=2, year=2017)
    assert [name for name, _ in told(NoticeKind.JOINED)] == ["Member", "Member", "Owner", "Owner"]


def test_a_proposal_asks_dmt_to_decide_at_its_next_meeting(link: Link) -> None:
    make.MeetingFactory(register=link.risk.register, held_on=MEETING)
    publish(link, "79", month=2, year=2017)
    (_, member), (_, owner) = told(NoticeKind.PROPOSED)
    assert (member["do"], member["by"]) == (f"Decide on {link.risk.reference}", "2017-04-25")
    assert (owner["do"], owner["by"]) == ("See the escalation", None)
    assert told(NoticeKind.JOINED) == []


def test_who_is_owner_and_on_dmt_is_told_once_as_the_owner(link: Link) -> None:
    make.HoldingFactory(
        person=db.session.scalars(select(Person).where(Person.name == "Member")).one(),
        post=link.risk.owner_post,
        deputy=True,
    )
    publish(link, "79", month=2, year=2017)
    assert [(name, facts["do"]) for name, facts in told(NoticeKind.PROPOSED)] == [
        ("Member", "See the escalation"),
        ("Owner", "See the escalation"),
    ]


def test_who_switched_it_off_is_not_said_to_hear_of_it(link: Link) -> None:
    person = db.session.scalars(select(Person).where(Person.name == "Member")).one()
    person.switched_off = ["de-escalation proposed"]
    evaluation = publish(link, "79", month=2, year=2017)
    assert [one.person for one in effects_of(evaluation).heard] == ["Owner"]


def test_what_does_not_stand_any_more_is_not_told(link: Link) -> None:
    publish(link, "79", month=2, year=2017)
    notice = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.PROPOSED)).first()
    assert notice is not None
    assert no_longer(notice, make.TODAY) == ""
    publish(link, "60", month=3, year=2017, now=NOW + timedelta(days=1))
    assert no_longer(notice, make.TODAY) == "It does not stand any more."


@pytest.mark.parametrize(("held_on", "said"), [(MEETING, "2017-04-25"), (make.TODAY - timedelta(days=1), None)])
def test_the_mail_to_dmt_knows_the_next_meeting(held_on: date, said: str | None) -> None:
    found = linked_indicator()
    make.PersonFactory(holding=make.PostFactory(on_dmt=True))
    make.MeetingFactory(register=found.risk.register, held_on=held_on)
    publish(found, "70")
    assert live(found)
    assert db.session.scalars(select(Message)).one().facts["meeting_on"] == said


def test_dmt_hears_that_the_owner_has_answered_until_it_decides_anew() -> None:
    """Not the owner, who wrote it."""
    risk = make.RiskFactory()
    make.MeetingFactory(register=risk.register, held_on=MEETING)
    make.PersonFactory(name="Colleague", holding=make.PostFactory(on_dmt=True))
    owner, dmt = owner_of(risk), holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)
    escalation = raise_escalation(owner, risk, "The provider may withdraw.", NOW)
    asked = DecisionTaken(DecisionKind.RETURN, "Which schools?", due_on=MEETING)
    record_decision(dmt, escalation, asked, risk.revision, NOW)
    assert told(NoticeKind.ANSWERED) == []
    answers = ReviewAnswers(True, True, True, False, "Three schools in Dover.")
    complete_review(owner, risk, answers, risk.revision, NOW + timedelta(days=1))
    assert {name for name, _ in told(NoticeKind.ANSWERED)} == {"Colleague", dmt.name}
    _, facts = told(NoticeKind.ANSWERED)[0]
    assert facts["what"] == f"The owner of {risk.reference} has answered DMT"
    assert (facts["detail"], facts["by"]) == (["Three schools in Dover."], "2017-04-25")
    assert facts["do"] == f"Decide on {risk.reference}"
    notice = db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.ANSWERED)).first()
    assert notice is not None
    assert no_longer(notice, make.TODAY) == ""
    record_decision(dmt, escalation, asked, risk.revision, NOW + timedelta(days=2))
    assert no_longer(notice, make.TODAY) == "DMT decided on it meanwhile."
