"""The corporate register: what DMT referred to it, the answer, and how both sides see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.referrals import give_answer
from tests import factories as make
from tests.services.keepers import holder, owner_of
from tests.web.before_dmt import counted, fresh, signed_in_as
from tests.web.browsing import post, problems, token, words

REFER = DecisionTaken(DecisionKind.REFER, "It concerns the whole council.")
ANSWERS = "corporate_coordinator"
SAID = "The council watches it with others."


@pytest.fixture
def member(app: Flask) -> Actor:
    """A DMT member of a register that has a corporate register above it."""
    make.corporate_register()
    return holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)


def referred(member: Actor, **facts: object) -> models.Referral:
    """A risk that its owner put before DMT and DMT referred."""
    risk = make.RiskFactory(**facts)
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", make.NOW)
    record_decision(member, escalation, REFER, risk.revision, make.NOW)
    return db.session.scalars(select(models.Referral).where(models.Referral.escalation_id == escalation.id)).one()


def answered(row: models.Referral, *answers: Answer, said: str = SAID) -> models.Referral:
    """What the corporate register answered."""
    manager = Actor(make.PersonFactory(name="The manager").id, "The manager", frozenset({Role(ANSWERS)}), frozenset())
    for answer in answers:
        give_answer(manager, row, answer, said, row.escalation.risk.revision, make.NOW)
    return row


def browser_of(app: Flask, actor: Actor) -> FlaskClient:
    """A browser in which somebody who is there already is signed in."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{actor.person_id}:1"
    return client


def state(referral_id: int) -> tuple[str, int]:
    """Where a referral stands as it is saved, and how many references the corporate register gave."""
    fresh()
    given = (
        select(func.count()).select_from(models.Reference).join(models.Register).where(models.Register.prefix == "CRR")
    )
    found = db.session.get_one(models.Referral, referral_id).state, db.session.scalar(given) or 0
    fresh()
    return found


def test_the_page_lists_what_is_to_answer_accepted_and_earlier(app: Flask, member: Actor) -> None:
    referred(member, title="A waiting risk")
    answered(referred(member, title="An accepted risk"), Answer.ACCEPT)
    answered(referred(member, title="A declined risk"), Answer.DECLINE)
    answered(referred(member, title="A returned risk"), Answer.ACCEPT, Answer.HAND_BACK)
    reader = signed_in_as(app, ANSWERS)
    page = words(reader.get("/corporate"))
    assert "1 To answer 1 Accepted 2 Declined or ended" in page
    assert "A waiting risk AMBER → raised to RED has waited for an answer since 3 April 2017, 09:30 (today)" in page
    assert "Why DMT referred it It concerns the whole council." in page
    page = words(reader.get("/corporate?group=accepted"))
    assert "Accepted in the corporate register as CRR 01 on 3 April 2017 by The manager: The council watches" in page
    page = words(reader.get("/corporate?group=earlier"))
    assert "Declined by the corporate register on 3 April 2017 by The manager: The council watches" in page
    assert "No longer in the corporate register since 3 April 2017. Handed back by The manager: The council" in page


def test_an_empty_page_and_a_register_without_a_parent_say_so(app: Flask) -> None:
    reader = signed_in_as(app, "auditor")
    page = words(reader.get("/corporate"))
    assert "No corporate register stands above this one, so that no risk can be referred to it." in page
    assert "No referral waits for an answer." in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/corporate?group=nonsense", 200),
        ("/corporate?page=9", 404),
        ("/corporate?page=x", 404),
        ("/corporate/99", 404),
        ("/corporate/99999999999999999999", 404),
    ],
)
def test_an_address_that_leads_nowhere_is_said_to(app: Flask, path: str, status: int) -> None:
    assert signed_in_as(app, "auditor").get(path).status_code == status


def test_the_list_asks_as_much_for_one_referral_as_for_many(app: Flask, member: Actor) -> None:
    referred(member)
    reader = signed_in_as(app, ANSWERS)
    reader.get("/corporate")
    with counted() as one:
        reader.get("/corporate")
    for _ in range(5):
        referred(member)
    db.session.commit()
    with counted() as many:
        reader.get("/corporate")
    assert len(one) == len(many) <= 9


def test_a_risk_is_accepted_and_both_sides_see_it(app: Flask, member: Actor) -> None:
    row = referred(member)
    risk, number = row.escalation.risk, row.id
    risk_id, escalation_id = risk.id, row.escalation_id
    manager, owner = signed_in_as(app, ANSWERS), browser_of(app, owner_of(risk))
    assert "1 referral to answer" in words(manager.get("/"))
    seen = risk.revision
    answer = post(manager, f"/corporate/{number}/answer", kind="accept", said=SAID, revision=seen)
    assert (answer.status_code, answer.location) == (302, f"/corporate/{number}")
    page = words(manager.get(answer.location))
    assert "was accepted as CRR 01. The directorate keeps managing it. The owner and DMT are told by e-mail." in page
    assert state(number) == ("accepted", 1)
    accepted = "Accepted in the corporate register as CRR 01 on 3 April 2017 by Person"
    for path in (f"/risks/{risk_id}", f"/escalations/{escalation_id}", "/queue?group=corporate", "/"):
        assert accepted in words(owner.get(path)), path
    assert "accepted in the corporate register" in words(owner.get("/register"))
    for typed in ("CRR 01", "crr1"):
        assert owner.get("/search", query_string={"q": typed}).location == f"/corporate/{number}"
    assert "0 referrals to answer" in words(manager.get("/"))


def test_a_declined_risk_is_before_dmt_with_the_reason(app: Flask, member: Actor) -> None:
    row = referred(member)
    number, seen, escalation_id = row.id, row.escalation.risk.revision, row.escalation_id
    manager = signed_in_as(app, ANSWERS)
    post(manager, f"/corporate/{number}/answer", kind="decline", said="Only schools are touched.", revision=seen)
    assert state(number) == ("declined", 0)
    reader = signed_in_as(app, "dmt_member")
    for path in ("/queue", f"/escalations/{escalation_id}"):
        page = words(reader.get(path))
        assert "declined by the corporate register, awaiting DMT" in page
        assert "Only schools are touched." in page
    assert "Refer to the corporate register" in words(reader.get(f"/escalations/{escalation_id}"))


def test_an_accepted_risk_is_handed_back(app: Flask, member: Actor) -> None:
    row = answered(referred(member), Answer.ACCEPT)
    number, seen = row.id, row.escalation.risk.revision
    manager = signed_in_as(app, ANSWERS)
    page = words(manager.get(f"/corporate/{number}"))
    assert "Its reference CRR 01 stays used." in page
    assert "What does the corporate register answer?" not in page
    answer = post(manager, f"/corporate/{number}/hand-back", said="It has passed for us.", revision=seen)
    assert answer.status_code == 302
    assert state(number) == ("ended", 1)
    assert "Handed back by" in words(manager.get(f"/corporate/{number}"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": "", "said": SAID}, "Choose whether the corporate register accepts the risk."),
        ({"kind": "hand back", "said": SAID}, "Choose whether the corporate register accepts the risk."),
        ({"kind": "accept", "said": " \n"}, "Say what it takes on, or why it declines."),
        ({"kind": "decline", "said": "x" * 20_000}, "must be 4,000 characters or fewer. You typed 20,000."),
        ({"kind": "accept", "said": SAID, "revision": "x"}, "Open the page again"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_saved(
    app: Flask, member: Actor, fields: dict[str, str], sentence: str
) -> None:
    row = referred(member)
    number, seen = row.id, row.escalation.risk.revision
    manager = signed_in_as(app, ANSWERS)
    answer = post(manager, f"/corporate/{number}/answer", **{"revision": seen, **fields})
    assert answer.status_code == 422
    assert any(sentence in one for one in problems(answer)), problems(answer)
    assert fields["said"].strip()[:40] in words(answer)
    assert state(number) == ("proposed", 0)


def test_who_does_not_answer_sees_no_form_and_is_refused(app: Flask, member: Actor) -> None:
    row = referred(member)
    number, seen = row.id, row.escalation.risk.revision
    for role in ("dmt_member", "risk_owner", "coordinator", "auditor", "administrator"):
        reader = signed_in_as(app, role)
        page = reader.get(f"/corporate/{number}")
        assert "Only the co-ordinator of the corporate register answers." in words(page)
        assert "Record the answer" not in page.text
        assert post(reader, f"/corporate/{number}/answer", kind="accept", said=SAID, revision=seen).status_code == 403
        assert post(reader, f"/corporate/{number}/hand-back", said=SAID, revision=seen).status_code == 403
        assert ">Corporate register</a>" not in reader.get("/").text
    assert state(number) == ("proposed", 0)


def test_what_changed_meanwhile_is_shown_and_what_was_typed_is_kept(app: Flask, member: Actor) -> None:
    row = referred(member)
    number, risk = row.id, row.escalation.risk
    seen = risk.revision
    record(SYSTEM, "updated", "action:1", "The action is half done.", now=make.NOW, risk=risk)
    manager = signed_in_as(app, ANSWERS)
    answer = post(manager, f"/corporate/{number}/answer", kind="accept", said=SAID, revision=seen)
    assert answer.status_code == 409
    page = words(answer)
    assert "What changed since you opened this page" in page
    assert "The action is half done." in page
    assert SAID in page
    assert f'name="revision" type="hidden" value="{seen + 1}"' in answer.text
    assert state(number) == ("proposed", 0)
    again = post(manager, f"/corporate/{number}/answer", kind="accept", said=SAID, revision=seen + 1)
    assert again.status_code == 302


def test_a_form_that_no_longer_suits_keeps_what_was_typed(app: Flask, member: Actor) -> None:
    row = referred(member)
    number, seen = row.id, row.escalation.risk.revision
    answered(row, Answer.ACCEPT)
    manager = signed_in_as(app, ANSWERS)
    answer = post(manager, f"/corporate/{number}/answer", kind="decline", said="Not ours.", revision=seen)
    assert answer.status_code == 409
    page = words(answer)
    assert "What you had typed, which was not saved Not ours." in page
    assert "Accepted in the corporate register as CRR 01." in page
    assert "Hand the risk back" in page
    late = post(manager, f"/corporate/{number}/answer", kind="decline", said="Not ours.", revision=seen + 1)
    assert problems(late) == ["A referral that is accepted cannot be answered by “decline”."]
    assert late.status_code == 422
    assert state(number) == ("accepted", 1)


def test_two_who_answer_at_once_give_one_answer(app: Flask, member: Actor) -> None:
    row = referred(member)
    number, seen = row.id, row.escalation.risk.revision
    clients = [signed_in_as(app, ANSWERS) for _ in range(2)]
    tokens = [token(client) for client in clients]
    fresh()
    start = Barrier(2)

    def send(client: FlaskClient, csrf: str, kind: str) -> int:
        start.wait(10)
        sent = {"csrf_token": csrf, "kind": kind, "said": SAID, "revision": seen}
        return client.post(f"/corporate/{number}/answer", data=sent).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(send, clients, tokens, ("accept", "decline")))
    assert sorted(statuses) == [302, 409]
    assert state(number) in (("accepted", 1), ("declined", 0))


def test_refer_is_offered_only_below_a_corporate_register(app: Flask) -> None:
    risk = make.RiskFactory()
    row = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", make.NOW)
    number, seen = row.id, risk.revision
    reader = signed_in_as(app, "dmt_member")
    assert "Refer to the corporate register" not in words(reader.get(f"/escalations/{number}"))
    sent = post(reader, f"/escalations/{number}", kind=DecisionKind.REFER.value, reason="Too big.", revision=seen)
    assert sent.status_code == 422
    assert "No corporate register stands above this one, so that no risk can be referred to it." in problems(sent)


def test_dmt_is_told_that_its_next_decision_ends_the_referral(app: Flask, member: Actor) -> None:
    row = referred(member)
    page = words(signed_in_as(app, "dmt_member").get(f"/escalations/{row.escalation_id}"))
    assert "The escalation ends. The rating returns to the owner’s AMBER. Its referral to the corporate" in page


def test_the_referrals_are_taken_out_as_csv(app: Flask, member: Actor) -> None:
    answered(referred(member), Answer.ACCEPT)
    lines = signed_in_as(app, "auditor").get("/export/referrals.csv").text.splitlines()
    assert len(lines) == 2
    assert ",accepted,CRR 01,RED,2017-04-03 09:30:00," in lines[1]
    assert lines[1].endswith(f",The manager,{SAID},,")
