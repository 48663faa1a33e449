"""My work: drafts that one wrote, proposals sent back, and the meetings that the risk co-ordinator looks after."""

from __future__ import annotations

from datetime import date

from flask import Flask

from riskreg import models
from riskreg.extensions import db
from riskreg.services.proposing import propose_risk, send_back, submit_draft
from tests import factories as make
from tests.services.keepers import coordinator, new_risk
from tests.web.before_dmt import signed_in_as
from tests.web.browsing import words
from tests.web.test_work import owner_of


def test_a_draft_and_what_was_sent_back_are_the_work_of_who_wrote_them(app: Flask) -> None:
    clerk = coordinator()
    register = make.RegisterFactory().id
    draft = propose_risk(clerk, register, new_risk(draft=True), make.NOW)
    back = propose_risk(clerk, register, new_risk(), make.NOW)
    send_back(clerk, back, "Say what the consequence is.", back.revision, make.NOW)
    names = f"Finish the draft {draft.reference}", f"{back.reference} was sent back"
    keeper = signed_in_as(app, "coordinator")
    assert "My drafts" not in words(keeper.get("/"))
    person = db.session.get_one(models.Person, clerk.person_id)
    stamp = f"{person.id}:{person.session_stamp}"
    with keeper.session_transaction() as session:
        session["_user_id"] = stamp
    make.HoldingFactory(person=person, post=make.PostFactory(bringing=("coordinator",)))
    db.session.commit()
    text = words(keeper.get("/"))
    assert all(name in text for name in names)
    assert "Sent back: Say what the consequence is." in text
    submit_draft(clerk, back, back.revision, make.NOW)
    db.session.commit()
    assert names[1] not in words(keeper.get("/"))


def test_the_co_ordinator_sees_open_records_and_the_next_meeting_with_its_pack(app: Flask) -> None:
    make.MeetingFactory(held_on=date(2017, 3, 27))
    make.MeetingFactory(held_on=date(2017, 3, 20), state="closed", closed_at=make.NOW)
    coming = make.MeetingFactory(held_on=date(2017, 4, 25))
    make.MeetingFactory(held_on=date(2017, 5, 9))
    keeper = signed_in_as(app, "coordinator")
    text = words(keeper.get("/"))
    assert "1 past meeting whose record is open 0 packs made for the next meeting, of 25 April 2017" in text
    assert "20 March 2017" not in text
    assert "9 May 2017" not in text
    pack = {"as_at": make.TODAY, "made_at": make.NOW, "made_by": make.PersonFactory().id, "content": {}}
    db.session.add(models.Pack(meeting_id=coming.id, **pack))
    db.session.commit()
    assert "1 pack made for the next meeting, of 25 April 2017" in words(keeper.get("/"))
    assert "the next meeting, of" not in words(signed_in_as(app, "dmt_member").get("/"))


def test_who_reads_everything_reads_proposals_and_drafts_without_a_way_to_propose(app: Flask) -> None:
    risk = propose_risk(coordinator(), make.RegisterFactory().id, new_risk(), make.NOW)
    named = f"{risk.reference} {risk.title}"
    reader = signed_in_as(app, "auditor")
    text = words(reader.get("/risks/proposals"))
    assert named in text
    assert "Propose a risk" not in text
    assert "Proposals and drafts" in words(reader.get("/register"))
    assert signed_in_as(app, "contract_manager").get("/risks/proposals").status_code == 403


def tolerated(risk: models.Risk, until: date) -> None:
    """Record that a risk is tolerated until a day."""
    facts = {"reason": "It is small.", "decided_on": make.TODAY, "recorded_at": make.NOW}
    person_id = make.PersonFactory().id
    db.session.add(models.RiskResponse(risk_id=risk.id, kind="tolerate", until_on=until, person_id=person_id, **facts))
    db.session.flush()


def test_the_end_of_a_tolerance_is_the_owners_work_and_said_in_the_review(app: Flask) -> None:
    over, later = (make.RiskFactory(review_due_on=date(2018, 1, 1)) for _ in range(2))
    tolerated(over, make.TODAY)
    tolerated(later, date(2017, 9, 1))
    owner = signed_in_as(app, "risk_owner", post=owner_of(over, later))
    answer = owner.get("/")
    assert f"{over.reference} was tolerated until 3 April 2017: decide again" in words(answer)
    assert f'href="/risks/{over.id}/response"' in answer.text
    assert f"{later.reference} was tolerated" not in words(answer)
    said = "The response now: tolerate until 3 April 2017, from 3 April 2017. It is small. The time for which"
    assert said in words(owner.get(f"/risks/{over.id}/review"))
    text = words(owner.get(f"/risks/{later.id}/review"))
    assert "The response now: tolerate until 1 September 2017" in text
    assert "decide again" not in text
