"""Messages that could not wait and yet had to: right before they leave, each is looked at again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.mail.sending import TemporaryFailure
from riskreg.models import Escalation, Holding, Message, Person, Post, Referral, Risk
from riskreg.queries.mail import history
from riskreg.queries.own_messages import not_sent
from riskreg.services import posting
from riskreg.services.actors import Actor
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.marking import mark_let_go
from riskreg.services.notices import Raised, tell_of_escalations, tell_of_withdrawals
from riskreg.services.outbox import let_be, send_again
from riskreg.services.posting import send_due
from riskreg.services.referrals import give_answer
from tests import factories as make
from tests.services.keepers import coordinator, holder, owner_of
from tests.services.test_posting import CrashError
from tests.services.test_posting import Post as MailServer
from tests.web.before_dmt import escalated
from tests.web.browsing import words
from tests.web.test_preferences import window_of

NOW = make.NOW
LATER = NOW + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def owner() -> Post:
    """The post that owns the risks, held by Ann Owner."""
    post: Post = make.PostFactory(owning=True, title="Head of Provision")
    make.PersonFactory(name="Ann Owner", holding=post)
    return post


@pytest.fixture
def member() -> Actor:
    """The one member of DMT."""
    post = make.PostFactory(on_dmt=True)
    make.PersonFactory(name="Mia Member", holding=post)
    return holder(post, Role.DMT_MEMBER)


def raised(post: Post, number: int = 1) -> list[Escalation]:
    """Risks of a post that come before DMT in one go, told and committed."""
    rows = [escalated(risk=make.RiskFactory(owner_post=post, effective_rag="RED"), reason="") for _ in range(number)]
    tell_of_escalations([Raised(row, (f"Reason of {row.risk.reference}.",)) for row in rows], NOW)
    db.session.commit()
    return rows


def decide(member: Actor, escalation: Escalation, kind: DecisionKind = DecisionKind.CONFIRM) -> None:
    """DMT decides, and it is committed."""
    due_on = date(2017, 4, 28) if kind is DecisionKind.CONFIRM else None
    taken = DecisionTaken(kind, "Seen.", due_on=due_on)
    record_decision(member, escalation, taken, escalation.risk.revision, NOW)
    db.session.commit()


def hand_over(risk: Risk, name: str) -> Person:
    """Give a risk to the post of somebody else."""
    person: Person = make.PersonFactory(name=name)
    risk.owner_post = make.PostFactory(owning=True, title=f"Post of {name}")
    make.HoldingFactory(person=person, post=risk.owner_post)
    db.session.commit()
    return person


def to(name: str, kind: str = "escalation_raised") -> list[Message]:
    """The messages of a kind to somebody, the oldest first."""
    same = select(Message).join(Person, Person.id == Message.person_id).where(Person.name == name, Message.kind == kind)
    return list(db.session.scalars(same.order_by(Message.id).execution_options(populate_existing=True)))


def ends(name: str, kind: str = "escalation_raised") -> list[tuple[str, str]]:
    """How the messages of a kind to somebody stand, and why."""
    return [(one.state, one.last_error) for one in to(name, kind)]


def send(now: datetime = LATER) -> None:
    """Send everything that is due."""
    send_due(now, deliver=MailServer())


def test_what_dmt_decided_meanwhile_is_not_told_as_waiting_for_it(owner: Post, member: Actor) -> None:
    (row,) = raised(owner)
    decide(member, row)
    send()
    for name in ("Ann Owner", "Mia Member"):
        assert ends(name) == [("dropped", "DMT has decided on it meanwhile: confirmed.")]
        (event,) = history(to(name)[0])
        assert event.sentence.endswith("is dropped. DMT has decided on it meanwhile: confirmed.")
    assert ends("Ann Owner", "decision_made") == [("sent", "")]


def test_what_was_withdrawn_meanwhile_is_not_told_and_its_withdrawal_is(owner: Post, member: Actor) -> None:
    (row,) = raised(owner)
    row.status, row.ended_at, row.ended_why = "withdrawn", LATER, "A return was late."
    row.risk.effective_rag = "AMBER"
    tell_of_withdrawals([row], {row.risk_id: "RED"}, NOW)
    db.session.commit()
    send()
    assert ends("Ann Owner") == [("dropped", "The escalation was withdrawn meanwhile.")]
    assert ends("Ann Owner", "escalation_withdrawn") == [("sent", "")]


def test_of_several_risks_those_that_no_longer_hold_are_left_out(owner: Post, member: Actor) -> None:
    first, second, third = raised(owner, 3)
    decide(member, first)
    decide(member, third, DecisionKind.DECLINE)
    send()
    (message,) = to("Ann Owner")
    assert message.state == "sent"
    assert f"Reason of {second.risk.reference}." in message.text
    for gone in (first, third):
        assert f"Reason of {gone.risk.reference}." not in message.text
    assert message.subject.startswith(f"{second.risk.reference} escalated to RED")
    why = [f"{first.risk.reference}: DMT has decided on it meanwhile: confirmed."]
    why.append(f"{third.risk.reference}: DMT has decided on it meanwhile: declined.")
    assert message.facts["left_out"] == why
    (event,) = history(message)
    assert (event.verb, event.sentence) == ("left out", f"Left out of message {message.id}. {' '.join(why)}")


def test_a_risk_that_is_somebody_elses_by_now_is_told_to_that_person_with_the_same_facts(owner: Post) -> None:
    (row,) = raised(owner)
    before = to("Ann Owner")[0].facts
    hand_over(row.risk, "Ben Next")
    send()
    send()
    assert ends("Ann Owner") == [("dropped", "By now Ben Next owns the risk and is told instead.")]
    (told,) = to("Ben Next")
    assert (told.state, told.facts, told.period) == ("sent", before, NOW.isoformat())
    assert f"Reason of {row.risk.reference}." in told.text


def test_a_post_that_is_somebody_elses_by_now_is_told_of_its_risks(owner: Post) -> None:
    raised(owner)
    db.session.scalars(select(Holding).where(Holding.post_id == owner.id)).one().until_on = make.TODAY - timedelta(
        days=1
    )
    make.PersonFactory(name="Ben Next", holding=owner)
    db.session.commit()
    send()
    assert ends("Ann Owner") == [("dropped", "By now Ben Next owns the risk and is told instead.")]
    assert ends("Ben Next") == [("sent", "")]


def test_a_post_that_was_left_vacant_is_told_to_its_line_director_who_is_told_so(owner: Post) -> None:
    owner.line_post = make.PostFactory(owning=True)
    make.PersonFactory(name="Dora Director", holding=owner.line_post)
    raised(owner)
    db.session.scalars(select(Person).where(Person.name == "Ann Owner")).one().active = False
    db.session.commit()
    send()
    why = "By now nobody holds the post Head of Provision, and Dora Director is told instead, to whom its line leads."
    assert ends("Ann Owner") == [("dropped", why)]
    (told,) = to("Dora Director")
    assert "The post that owns the risk, Head of Provision, is vacant." in told.text


def test_a_post_that_was_filled_meanwhile_is_told_itself(owner: Post) -> None:
    above = make.PostFactory(owning=True)
    make.PersonFactory(name="Dora Director", holding=above)
    vacant = make.PostFactory(owning=True, line_post=above)
    raised(vacant)
    make.PersonFactory(name="Ben Next", holding=vacant)
    db.session.commit()
    send()
    assert ends("Dora Director") == [("dropped", "By now Ben Next owns the risk and is told instead.")]
    (told,) = to("Ben Next")
    assert (told.state, "vacant" in told.text) == ("sent", False)


def test_nobody_there_to_be_told_is_said(owner: Post) -> None:
    raised(owner)
    db.session.scalars(select(Person).where(Person.name == "Ann Owner")).one().active = False
    db.session.commit()
    send()
    assert ends("Ann Owner") == [("dropped", "By now nobody is there to be told.")]


def test_a_decision_stays_true_and_is_only_told_to_who_owns_the_risk_now(owner: Post, member: Actor) -> None:
    (row,) = raised(owner)
    decide(member, row)
    hand_over(row.risk, "Ben Next")
    decide(member, row, DecisionKind.DE_ESCALATE)
    send()
    assert ends("Ann Owner", "decision_made") == [("dropped", "By now Ben Next owns the risk and is told instead.")]
    first, second = sorted(to("Ben Next", "decision_made"), key=lambda one: one.subject_key)
    assert (first.state, second.state) == ("sent", "sent")
    assert {first.facts["decision"], second.facts["decision"]} == {"confirm", "de-escalate"}


def test_an_answer_of_the_corporate_register_goes_to_who_owns_the_risk_now(owner: Post, member: Actor) -> None:
    make.corporate_register()
    manager = holder(make.PostFactory(bringing=("corporate_coordinator",)), Role.CORPORATE_COORDINATOR)
    (row,) = raised(owner)
    decide(member, row, DecisionKind.REFER)
    referral = db.session.scalars(select(Referral)).one()
    give_answer(manager, referral, Answer.DECLINE, "Not ours.", row.risk.revision, NOW)
    hand_over(row.risk, "Ben Next")
    send()
    assert ends("Ann Owner", "referral_answered")[0][0] == "dropped"
    assert [one.facts["audience"] for one in to("Ben Next", "referral_answered")] == ["owner"]
    assert ends(manager.name, "referral_proposed") == [
        ("dropped", "The referral is no longer to be answered: it is declined.")
    ]


def test_a_member_of_dmt_who_left_is_not_told_and_who_came_is(owner: Post, member: Actor) -> None:
    raised(owner)
    held = db.session.scalars(select(Holding).where(Holding.person_id == member.person_id)).one()
    held.until_on = make.TODAY - timedelta(days=1)
    make.PersonFactory(name="Nell New", holding=held.post)
    db.session.commit()
    send()
    assert ends("Mia Member") == [("dropped", "By now Nell New is told instead.")]
    assert ends("Nell New") == [("sent", "")]


def test_holder_and_deputy_who_both_lose_a_risk_bring_one_message_to_its_owner(owner: Post) -> None:
    make.PersonFactory(name="Dan Deputy", deputising=owner)
    rows = raised(owner, 2)
    ben = hand_over(rows[0].risk, "Ben Next")
    rows[1].risk.owner_post = rows[0].risk.owner_post
    db.session.commit()
    send()
    send()
    counts = db.session.scalar(select(func.count()).where(Message.person_id == ben.id))
    assert counts == 2  # one for each risk
    assert {one.facts["escalations"][0]["id"] for one in to("Ben Next")} == {row.id for row in rows}
    assert ends("Dan Deputy")[0][0] == ends("Ann Owner")[0][0] == "dropped"


def test_who_has_the_same_message_already_gets_no_second_one(owner: Post) -> None:
    make.PersonFactory(name="Dan Deputy", deputising=owner)
    raised(owner, 2)
    db.session.scalars(select(Person).where(Person.name == "Ann Owner")).one().active = False
    db.session.commit()
    send()
    assert ends("Ann Owner")[0][0] == "dropped"
    assert ends("Dan Deputy") == [("sent", "")]


def test_a_risk_that_comes_back_to_its_first_owner_is_told_there_after_all(owner: Post) -> None:
    (row,) = raised(owner)
    down = TemporaryFailure("451 Later", server=True)
    hand_over(row.risk, "Ben Next")
    send_due(LATER, deliver=MailServer(down, down))
    assert [ends(name)[0][0] for name in ("Ann Owner", "Ben Next")] == ["dropped", "waiting"]
    row.risk.owner_post = owner
    db.session.commit()
    send(LATER + timedelta(days=1))
    send(LATER + timedelta(days=1))
    assert ends("Ben Next") == [("dropped", "By now Ann Owner owns the risk and is told instead.")]
    assert max(ends("Ann Owner")) == ("sent", "")
    row.risk.owner_post = db.session.scalars(select(Post).where(Post.title == "Post of Ben Next")).one()
    db.session.commit()
    send(LATER + timedelta(days=2))
    assert [state for state, _ in ends("Ann Owner")].count("sent") == 1


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_sender_killed_while_it_re_aims_tells_the_new_owner_once(
    owner: Post, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    (row,) = raised(owner)
    hand_over(row.risk, "Ben Next")
    real = mark_let_go

    def killed(*known: object) -> bool:
        if moment == "after":
            real(*known)  # type: ignore[arg-type]
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(posting, "mark_let_go", killed)
        with pytest.raises(CrashError):
            send()
    db.session.rollback()
    for hours in (2, 3):
        send(NOW + timedelta(hours=hours))
    assert [ends(name)[0][0] for name in ("Ann Owner", "Ben Next")] == ["dropped", "sent"]
    assert len(to("Ben Next")) == 1


def test_a_message_sent_again_is_looked_at_again_too(owner: Post, member: Actor) -> None:
    (row,) = raised(owner)
    administrator = holder(make.PostFactory(bringing=("administrator",)), Role.ADMINISTRATOR)
    send_due(LATER, deliver=MailServer(TemporaryFailure("451 Later", server=True)))
    for message in (*to("Ann Owner"), *to("Mia Member")):
        if message.state == "waiting":
            send_again(administrator, message, "The server is back.", LATER)
    decide(member, row)
    send(LATER + timedelta(days=1))
    assert ends("Ann Owner")[0] == ("dropped", "DMT has decided on it meanwhile: confirmed.")


def test_a_message_about_a_risk_that_is_still_the_same_leaves_as_it_was(owner: Post, member: Actor) -> None:
    raised(owner, 2)
    before = {name: to(name)[0].facts for name in ("Ann Owner", "Mia Member")}
    send()
    assert {name: to(name)[0].facts for name in before} == before | {
        "Ann Owner": {**before["Ann Owner"], "escalations": to("Ann Owner")[0].facts["escalations"]}
    }
    assert ends("Ann Owner") == ends("Mia Member") == [("sent", "")]


def test_the_pages_say_what_was_not_told_and_why(app: Flask, owner: Post, member: Actor) -> None:
    app.config["RISKREG_TODAY"] = make.TODAY
    first, second = raised(owner, 2)
    decide(member, first)
    (third,) = (raise_escalation(coordinator(), make.RiskFactory(owner_post=owner), "It grows.", NOW),)
    decide(member, third)
    given_up = to("Ann Owner", "decision_made")[0]
    let_be(holder(make.PostFactory(bringing=("administrator",)), Role.ADMINISTRATOR), given_up, "Told by phone.", NOW)
    db.session.commit()
    send()
    ann = db.session.scalars(select(Person).where(Person.name == "Ann Owner")).one()
    (dropped,) = not_sent(ann.id)
    assert dropped.references == (str(third.risk.reference),)
    client = window_of(app, ann)
    text = words(client.get("/messages"))
    assert f"Escalation raised: {third.risk.reference} A message of its own" in text
    assert "DMT has decided on it meanwhile: confirmed." in text
    text = words(client.get(f"/messages/{to('Ann Owner')[0].id}"))
    assert f"Left out when it was sent {first.risk.reference}: DMT has decided on it meanwhile: confirmed." in text
    chris = make.PersonFactory(holding=make.PostFactory(bringing=("administrator",)))
    db.session.commit()
    text = words(window_of(app, chris).get(f"/admin/mail/{to('Ann Owner')[1].id}"))
    assert "Why it was dropped DMT has decided on it meanwhile: confirmed." in text
    assert owner_of(second.risk).person_id == ann.id


def test_a_deputy_is_told_as_a_deputy_and_the_holder_as_the_owner(owner: Post, member: Actor) -> None:
    make.PersonFactory(name="Dee Deputy", deputising=owner)
    (one,) = raised(owner)
    send_due(NOW, deliver=MailServer())
    texts = {
        row.person.name: row.text
        for row in db.session.scalars(select(Message).where(Message.kind == "escalation_raised", Message.text != ""))
    }
    assert "1 risk of the Head of Provision, for whom you deputise, came before" in texts["Dee Deputy"]
    assert "because you are a deputy of the Head of Provision, who owns the risk." in texts["Dee Deputy"]
    assert "1 risk that you own came before" in texts["Ann Owner"]
    assert str(one.risk.reference) in texts["Dee Deputy"]


def test_a_review_that_is_late_by_the_time_the_message_leaves_is_said_to_be(owner: Post) -> None:
    (escalation,) = raised(owner)
    (message,) = to("Ann Owner")
    escalation.risk.review_due_on = NOW.date()
    db.session.commit()
    send_due(LATER, deliver=MailServer(TemporaryFailure("Away.", server=True)))
    assert "late" not in to("Ann Owner")[0].facts["escalations"][0]
    send_due(NOW + timedelta(days=1), deliver=MailServer())
    assert to("Ann Owner")[0].facts["escalations"][0]["late"] is True
    assert f"Review {escalation.risk.reference}, which was due by 3 April 2017" in message.text
