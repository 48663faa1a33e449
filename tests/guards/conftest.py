"""Every page of the application, and someone of each role to ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from riskreg import clock
from riskreg.domain.access import Role
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.models import (
    Action,
    AgendaItem,
    Contract,
    Control,
    Escalation,
    Evidence,
    EvidenceContent,
    Indicator,
    Link,
    Meeting,
    Message,
    Pack,
    Person,
    Post,
    Referral,
    Register,
    Result,
    Risk,
)
from riskreg.queries.committee import committee_content
from riskreg.queries.packs import pack_content
from riskreg.services.actors import Actor
from riskreg.services.escalations import record_decision
from riskreg.services.schedulers import note_scheduler
from tests import factories as make


@pytest.fixture
def example(plan_app: Flask) -> dict[str, Any]:
    """A value for each part of an address that varies, from the shipped plan."""

    def first(table: Any) -> int:
        key: int | None = db.session.scalar(select(table.id).order_by(table.id).limit(1))
        return key or 1

    register = db.session.get_one(Register, first(Register))
    meeting = make.MeetingFactory(register=register)
    make.AgendaItemFactory(meeting=meeting)
    content = pack_content(register, make.TODAY, None, make.TODAY)
    made: dict[str, Any] = {"as_at": make.TODAY, "made_at": make.NOW, "made_by": first(Person)}
    db.session.add(Pack(meeting=meeting, content=content, **made))
    committee = committee_content(register, make.TODAY, make.TODAY)
    report = Pack(kind="committee", since=make.TODAY, content=committee, **made)
    db.session.add(report)
    escalation = db.session.get_one(Escalation, first(Escalation))
    member = Actor(first(Person), "Director", frozenset({Role.DMT_MEMBER}), frozenset())
    refer = DecisionTaken(DecisionKind.REFER, "It concerns the whole council.")
    record_decision(member, escalation, refer, escalation.risk.revision, make.NOW)
    kept = Evidence(
        risk_id=first(Risk), name="report.pdf", media_type="application/pdf", size=5, sha256="", description="Places.",
        added_at=make.NOW, person_id=first(Person),
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    db.session.add(EvidenceContent(evidence_id=kept.id, content=b"%PDF-"))
    # A scheduler leads and no message is overdue: /ready has nothing to complain of, at whatever hour.
    note_scheduler("this one", "here", clock.now(), leads=True)
    db.session.execute(update(Message).values(created_at=clock.now(), next_attempt_at=clock.now()))
    db.session.commit()
    return {
        "meeting_id": first(Meeting),
        "item_id": first(AgendaItem),
        "pack_id": first(Pack),
        "report_id": report.id,
        "kind": "xlsx",
        "risk_id": first(Risk),
        "action_id": first(Action),
        "control_id": first(Control),
        "evidence_id": first(Evidence),
        "escalation_id": first(Escalation),
        "referral_id": first(Referral),
        "indicator_id": first(Indicator),
        "result_id": first(Result),
        "contract_id": first(Contract),
        "link_id": first(Link),
        "post_id": first(Post),
        "message_id": first(Message),
        "person_id": first(Person),
        "name": "risks",
        "token": "not-a-token",
        "filename": "vendor/riskreg.css",
        "year": 2018,
        "upload_id": 1,
    }


@pytest.fixture
def signed_in_as(plan_app: Flask) -> Callable[[str], FlaskClient]:
    """A client signed in as someone whose only post brings one role, and no other."""

    def sign_in(role: str) -> FlaskClient:
        person = make.PersonFactory(holding=make.PostFactory(bringing=(role,)))
        db.session.commit()
        client = plan_app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = f"{person.id}:{person.session_stamp}"
            session["_fresh"] = True
        return client

    return sign_in
