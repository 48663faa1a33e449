"""What happened is told to those whom it concerns, once, and not when it is overtaken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.mail.sending import OutcomeUnknown, PermanentFailure, Sent
from riskreg.models import Holding, Message, Notice, Person, Post, Risk
from riskreg.services import digests
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import hand_over_risk
from riskreg.services.outbox import queue_message, send_again
from riskreg.services.packs import make_pack
from riskreg.services.people import hand_over_post, set_deputy
from riskreg.services.posting import send_due
from tests import factories as make

NOW = datetime(2017, 4, 24, 6, 0, tzinfo=make.NOW.tzinfo)  # a Monday, 07:00 in London
LATER = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def keeper() -> Actor:
    person = make.PersonFactory(name="Keeper", holding=make.PostFactory(coordinating=True, title="Risk Co-ordinator"))
    return Actor(person.id, person.name, frozenset({Role.COORDINATOR, Role.ADMINISTRATOR}), frozenset())


def held(title: str, name: str) -> Post:
    post: Post = make.PostFactory(title=title, owning=True)
    make.PersonFactory(name=name, holding=post)
    return post


def digest_of(name: str, now: datetime) -> list[str]:
    """What the items of a person's next digest are about; empty when there is none."""
    for one in digests.ready(now):
        digests.put_digest(one, now)
    query = select(Message).join(Message.person).where(Person.name == name, Message.kind == "digest")
    message = db.session.scalars(query.order_by(Message.id.desc())).first()
    told = digests.write_digest(message, now) if message else None
    db.session.commit()
    return [item["what"] for group in (told or {"groups": []})["groups"] for item in group["items"]]


def why_not() -> list[str]:
    return list(db.session.scalars(select(Notice.ended_why).where(Notice.state == "dropped").order_by(Notice.id)))


def given(risk: Risk, post: Post, keeper: Actor, now: datetime = NOW) -> None:
    hand_over_risk(keeper, risk, post.id, "She knows the field.", risk.revision, now)
    db.session.commit()


def test_who_is_handed_a_risk_is_told(keeper: Actor) -> None:
    risk = make.RiskFactory(owner_post=held("Head of SEN", "Sal"), reference__number=3)
    post = held("Head of Early Years", "Hal")
    make.PersonFactory(name="Dee", deputising=post)
    given(risk, post, keeper)
    assert digest_of("Hal", NOW) == digest_of("Dee", NOW) == ["CYPE 03 is yours now"]
    assert digest_of("Sal", NOW) == []
    why = {one.person.name: one.facts["why"] for one in db.session.scalars(select(Notice))}
    assert why == {
        "Hal": "You are told as the Head of Early Years, to whom the Head of SEN handed it over.",
        "Dee": "You are told as a deputy of the Head of Early Years, to whom the Head of SEN handed it over.",
    }


@pytest.mark.parametrize(
    ("due_on", "said"),
    [
        (date(2017, 4, 24), "Its next review is due on 24 April 2017."),
        (date(2017, 4, 23), "Its review is late: it was due on 23 April 2017."),
    ],
)
def test_whoever_takes_a_risk_over_hears_whether_its_review_is_late(keeper: Actor, due_on: date, said: str) -> None:
    risk = make.RiskFactory(owner_post=held("Head of SEN", "Sal"), review_due_on=due_on)
    given(risk, held("Head of Early Years", "Hal"), keeper)
    (notice,) = db.session.scalars(select(Notice))
    assert notice.facts["detail"] == ["She knows the field.", said]


def test_a_risk_that_was_handed_on_meanwhile_is_not_told(keeper: Actor) -> None:
    sen, early = held("Head of SEN", "Sal"), held("Head of Early Years", "Hal")
    risk = make.RiskFactory(owner_post=sen, reference__number=3)
    given(risk, early, keeper)
    given(risk, sen, keeper)
    assert digest_of("Hal", NOW) == []
    assert digest_of("Sal", NOW) == ["CYPE 03 is yours now"]
    assert why_not() == ["It was handed on meanwhile."]


def test_nobody_is_told_of_what_they_did_themselves(keeper: Actor) -> None:
    own = make.PostFactory(title="Own", owning=True)
    db.session.add(Holding(post=own, person=db.session.get_one(Person, keeper.person_id), from_on=date(2016, 1, 1)))
    given(make.RiskFactory(reference__number=3), own, keeper)
    assert db.session.scalars(select(Notice)).all() == []


def test_a_new_holder_and_a_deputy_are_told_of_their_post(keeper: Actor) -> None:
    post = held("Head of SEN", "Sal")
    hand_over_post(keeper, post, make.PersonFactory(name="New"), NOW.date(), NOW)
    set_deputy(keeper, post, make.PersonFactory(name="Dep"), NOW.date(), NOW)
    db.session.commit()
    assert digest_of("New", NOW) == ["You hold the post Head of SEN"]
    assert digest_of("Dep", NOW) == ["You deputise for the Head of SEN"]


def test_a_post_that_went_to_another_person_meanwhile_is_not_told(keeper: Actor) -> None:
    post = held("Head of SEN", "Sal")
    hand_over_post(keeper, post, make.PersonFactory(name="New"), NOW.date(), NOW)
    hand_over_post(keeper, post, make.PersonFactory(name="Newer"), LATER.date(), NOW)
    db.session.commit()
    assert digest_of("New", LATER) == []
    assert digest_of("Newer", LATER) == ["You hold the post Head of SEN"]


def test_dmt_is_told_of_the_newest_pack_until_the_day_of_the_meeting(keeper: Actor) -> None:
    make.PersonFactory(name="Member", holding=make.PostFactory(on_dmt=True))
    meeting = make.MeetingFactory(held_on=date(2017, 4, 26))
    db.session.commit()
    for _ in range(2):
        make_pack(keeper, meeting, NOW)
    db.session.commit()
    assert digest_of("Member", NOW) == ["The pack for DMT on 26 April 2017"]
    assert why_not() == ["A newer pack was made."]


def test_a_pack_does_not_wait_for_a_weekly_digest(keeper: Actor) -> None:
    member = make.PersonFactory(name="Member", holding=make.PostFactory(on_dmt=True))
    member.rhythm, member.rhythm_weekday = "weekly", 4
    make_pack(keeper, make.MeetingFactory(held_on=date(2017, 4, 26)), NOW)
    db.session.commit()
    assert digest_of("Member", NOW) == ["The pack for DMT on 26 April 2017"]


def test_a_pack_whose_meeting_has_passed_is_not_told(keeper: Actor) -> None:
    make.PersonFactory(name="Member", holding=make.PostFactory(on_dmt=True))
    make_pack(keeper, make.MeetingFactory(held_on=date(2017, 4, 24)), NOW)
    db.session.commit()
    assert digest_of("Member", LATER) == []
    assert why_not() == ["The day of the meeting has passed."]


def refused(message: EmailMessage, started: object) -> PermanentFailure:
    return PermanentFailure("550 No such user")


def test_administrators_are_told_of_a_message_that_failed(keeper: Actor) -> None:
    make.PersonFactory(name="Admin", holding=make.PostFactory(bringing=("administrator",)))
    message = queue_message("job_failed", "job:x", make.PersonFactory(name="Lost").id, "1", {}, NOW)
    assert message is not None
    message.kind, message.facts = "account_invitation", {}
    db.session.commit()
    send_due(NOW, deliver=refused)
    assert digest_of("Admin", NOW) == ["A message to Lost did not arrive"]


def lost(message: EmailMessage, started: Callable[[], None]) -> OutcomeUnknown:
    started()
    return OutcomeUnknown("The connection was lost while the message was being sent.")


def test_of_a_message_of_which_nobody_knows_administrators_are_told_just_that(keeper: Actor) -> None:
    make.PersonFactory(name="Admin", holding=make.PostFactory(bringing=("administrator",)))
    queue_message("account_invitation", "x", make.PersonFactory(name="Lost").id, "1", {}, NOW)
    message = db.session.scalars(select(Message)).one()
    message.kind, message.facts = "test_message", {"asked_by": "Admin"}
    db.session.commit()
    send_due(NOW, deliver=lost)
    told = db.session.scalars(select(Notice)).one()
    assert told.facts["what"] == "Nobody knows whether a message to Lost arrived"
    assert told.facts["do"] == "Ask, then send it again or let it be"
    assert told.facts["why"] == "You are told as an administrator."
    message = db.session.scalars(select(Message)).one()
    assert message.state == "unknown"
    send_again(keeper, message, "It did not arrive.", NOW)
    db.session.commit()
    send_due(NOW, deliver=refused)
    assert digest_of("Admin", NOW) == ["A message to Lost did not arrive"]  # as it is by now


def test_an_administrator_whose_own_address_fails_is_not_told_for_ever(keeper: Actor) -> None:
    admin = make.PersonFactory(name="Admin", holding=make.PostFactory(bringing=("administrator",)))
    admin.rhythm = "at once"
    queue_message("account_invitation", "x", make.PersonFactory(name="Lost").id, "1", {}, NOW)
    db.session.commit()
    for _ in range(5):
        send_due(NOW, deliver=refused)
        for one in digests.ready(NOW):
            digests.put_digest(one, NOW)
        db.session.commit()
    assert sorted(db.session.execute(select(Message.kind, Message.state)).all()) == [
        ("account_invitation", "failed"),
        ("digest", "failed"),
    ]


def test_a_failure_that_was_settled_meanwhile_is_not_told(keeper: Actor) -> None:
    make.PersonFactory(name="Admin", holding=make.PostFactory(bringing=("administrator",)))
    message = queue_message("account_invitation", "x", make.PersonFactory(name="Lost").id, "1", {}, NOW)
    db.session.commit()
    assert message is not None
    send_due(NOW, deliver=refused)
    db.session.refresh(message)
    assert message.state == "failed"
    send_again(keeper, message, "The address was mended.", NOW)
    assert digest_of("Admin", NOW) == []
    assert why_not() == ["It was settled meanwhile."]


@pytest.mark.parametrize(("subject", "path"), [("indicator:4", "/indicators/4"), ("contract:4", "/contracts/4")])
def test_a_mention_leads_to_where_it_was_written(keeper: Actor, subject: str, path: str) -> None:
    held("Head of SEN", "Sal Sen")
    record(keeper, "commented", subject, "Ask @Sal Sen.", now=NOW)
    db.session.commit()
    assert digest_of("Sal Sen", NOW) == ["Keeper mentions you"]
    send_due(NOW, deliver=taken)
    message = db.session.scalars(select(Message).where(Message.kind == "digest")).one()
    assert (message.state, message.last_error) == ("sent", "")
    assert f"{path}\n" in message.text


def taken(message: EmailMessage, started: Callable[[], None]) -> Sent:
    started()
    return Sent()


def test_who_is_mentioned_by_name_or_by_post_is_told_once(keeper: Actor) -> None:
    held("Head of SEN", "Sal Sen")
    risk = make.RiskFactory(reference__number=3)
    record(keeper, "reviewed", "review:1", "Ask @Sal Sen, the @Head of SEN, and me, @Keeper.", now=NOW, risk=risk)
    db.session.commit()
    assert digest_of("Sal Sen", NOW) == ["Keeper mentions you about CYPE 03"]
    assert {notice.person.name for notice in db.session.scalars(select(Notice))} == {"Sal Sen"}
