"""A risk from draft to open: its reference, its first rating, and who may do which step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Post, Reference, Risk, RiskVersion
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.keeping import edit_risk
from riskreg.services.proposing import approve_risk, propose_risk, send_back, submit_draft
from tests import factories as make
from tests.services.keepers import coordinator, holder, new_risk, owner_of, words

NOW = make.NOW
LATER = NOW + timedelta(days=7)


def proposed(actor: Actor | None = None, **changed: Any) -> Risk:
    """A risk that somebody proposed."""
    return propose_risk(actor or coordinator(), make.RegisterFactory().id, new_risk(**changed), NOW)


@pytest.mark.usefixtures("app")
def test_a_proposed_risk_has_its_text_rating_version_and_event() -> None:
    actor = coordinator()
    risk = proposed(actor, target=Rating(2, 3))
    assert (risk.status, risk.own_rag, risk.effective_rag) == ("proposed", "AMBER", "AMBER")
    assert (risk.own_likelihood, risk.own_impact) == (3, 4)
    assert (risk.category, risk.objective) == ("Places", "Enough places")
    ratings = db.session.scalars(select(Assessment).order_by(Assessment.id)).all()
    assert [(one.kind, one.likelihood, one.impact) for one in ratings] == [("current", 3, 4), ("target", 2, 3)]
    version = db.session.scalars(select(RiskVersion)).one()
    assert (version.version, version.objective, version.person_id) == (1, "Enough places", actor.person_id)
    assert db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all() == [
        "proposed", "assessed", "assessed",
    ]  # fmt: skip


def test_the_next_new_risk_of_the_plan_is_cype_24(plan_app: Flask) -> None:
    register = db.session.scalars(select(Risk.register_id)).first()
    assert register is not None
    first = propose_risk(coordinator(), register, new_risk(), NOW)
    second = propose_risk(coordinator(), register, new_risk(draft=True), NOW)
    assert (str(first.reference), str(second.reference)) == ("CYPE 24", "CYPE 25")


@pytest.mark.usefixtures("app")
def test_the_database_gives_no_number_twice() -> None:
    risk = proposed()
    db.session.add(Reference(register_id=risk.register_id, number=risk.reference.number))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_two_who_propose_at_once_get_two_references(app: Flask) -> None:
    app.config["LOCK_SECONDS"] = 20
    actor, register_id, entered = coordinator(), make.RegisterFactory().id, new_risk()
    db.session.commit()

    def propose(_: int) -> str:
        with app.app_context():
            risk = propose_risk(actor, register_id, entered, NOW)
            name = str(risk.reference)
            db.session.commit()
            db.session.remove()
            return name

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(propose, range(2))) == ["CYPE 01", "CYPE 02"]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"current": Rating(6, 1, "So.")}, "likelihood"),
        ({"current": Rating(3, 4, " ")}, "rationale"),
        ({"target": Rating(4, 3, "")}, None),
        ({"target": Rating(5, 3, "")}, "target_rationale"),
        ({"target": Rating(5, 5, "")}, "target_rationale"),
    ],
)
def test_a_rating_that_makes_no_sense_is_refused(changed: dict[str, Any], field: str | None) -> None:
    if field is None:
        assert proposed(**changed).status == "proposed"
        return
    with pytest.raises(RuleBroken) as refused:
        proposed(**changed)
    assert refused.value.field == field


@pytest.mark.usefixtures("app")
def test_only_a_post_that_can_own_a_risk_owns_one() -> None:
    with pytest.raises(RuleBroken, match="can own a risk"):
        proposed(owner=make.PostFactory())
    with pytest.raises(RuleBroken, match="Enter a title"):
        proposed(text=words(title=" "))
    with pytest.raises(RuleBroken, match="does not belong to that division"):
        proposed(text=words(service_id=99))


@pytest.mark.usefixtures("app")
def test_who_owns_no_risk_and_keeps_no_register_proposes_none() -> None:
    outsider = Actor(None, "Someone", frozenset(), frozenset())
    with pytest.raises(NotPermitted):
        proposed(outsider)
    assert db.session.scalar(select(func.count()).select_from(Risk)) == 0


@pytest.mark.usefixtures("app")
def test_an_approved_risk_is_open_and_its_first_review_counts_from_that_day() -> None:
    risk = proposed()
    approve_risk(coordinator(), risk, "", risk.revision, LATER)
    assert risk.status == "open"
    assert risk.review_due_on == date(2017, 7, 10)
    with pytest.raises(RuleBroken, match="cannot be changed by “approve”"):
        approve_risk(coordinator(), risk, "", risk.revision, LATER)


@pytest.mark.usefixtures("app")
def test_what_is_sent_back_is_mended_and_proposed_again() -> None:
    writer: Post = make.PostFactory(owning=True)
    author = holder(writer)
    risk = proposed(author)
    with pytest.raises(RuleBroken, match="Say what is missing"):
        send_back(coordinator(), risk, " ", risk.revision, NOW)
    send_back(coordinator(), risk, "Which places?", risk.revision, NOW)
    assert risk.status == "draft"
    edit_risk(author, risk, words(title="Too few school places"), "Asked for.", risk.revision, NOW)
    submit_draft(author, risk, risk.revision, NOW)
    versions = db.session.scalars(select(RiskVersion).order_by(RiskVersion.version)).all()
    assert [(one.status, one.title, one.change_reason) for one in versions] == [
        ("proposed", "Too few places", "Proposed for the register."),
        ("draft", "Too few places", "Which places?"),
        ("draft", "Too few school places", "Asked for."),
        ("proposed", "Too few school places", "Proposed for the register."),
    ]


@pytest.mark.usefixtures("app")
def test_only_the_coordinator_answers_and_only_a_writer_proposes_a_draft() -> None:
    risk = proposed()
    with pytest.raises(NotPermitted):
        approve_risk(owner_of(risk), risk, "", risk.revision, NOW)
    with pytest.raises(NotPermitted):
        send_back(owner_of(risk), risk, "No.", risk.revision, NOW)
    send_back(coordinator(), risk, "More.", risk.revision, NOW)
    with pytest.raises(NotPermitted):
        submit_draft(holder(make.PostFactory(owning=True)), risk, risk.revision, NOW)
    submit_draft(owner_of(risk), risk, risk.revision, NOW)
    assert risk.status == "proposed"


@pytest.mark.usefixtures("app")
def test_an_answer_to_a_state_that_has_changed_is_refused() -> None:
    risk = proposed()
    seen = risk.revision
    send_back(coordinator(), risk, "More.", seen, NOW)
    with pytest.raises(ChangedMeanwhile):
        approve_risk(coordinator(), risk, "", seen, NOW)
