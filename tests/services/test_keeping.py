"""Keeping an open risk: its text, ratings, response, owner, and its end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.keeping import ResponseKind
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.models import Assessment, AuditEvent, Link, Post, Risk, RiskResponse, RiskVersion, Service
from riskreg.queries.keeping import merged_into
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, assess_risk
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.keeping import Response, close_risk, edit_risk, hand_over_risk, reopen_risk, respond
from riskreg.services.merging import merge_risk
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make
from tests.services.keepers import coordinator, holder, owner_of, words
from tests.services.test_escalations import member

NOW, TODAY = make.NOW, make.TODAY
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def risk() -> Risk:
    """An open AMBER risk."""
    made: Risk = make.RiskFactory(title="Too few places")
    return made


def edit(actor: Actor, risk: Risk, **changed: object) -> None:
    """Change the text of a risk with a reason."""
    edit_risk(actor, risk, words(**changed), "Said better.", risk.revision, NOW)


def test_the_text_changes_and_what_it_said_before_is_kept(risk: Risk) -> None:
    edit(owner_of(risk), risk, title=" Far too few places ", cause="Births rose.")
    edit(coordinator(), risk, title="Far too few places", cause="Births rise again.")
    assert (risk.title, risk.cause) == ("Far too few places", "Births rise again.")
    versions = db.session.scalars(select(RiskVersion).order_by(RiskVersion.version)).all()
    assert [(one.title, one.cause, one.change_reason) for one in versions] == [
        ("Far too few places", "Births rose.", "Said better."),
        ("Far too few places", "Births rise again.", "Said better."),
    ]
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.detail["old"], event.detail["new"]) == ({"cause": "Births rose."}, {"cause": "Births rise again."})


def test_a_risk_that_moves_to_a_service_says_so_by_name(risk: Risk) -> None:
    edit(owner_of(risk), risk)
    service = Service(division_id=risk.division_id, name="School Places", source_line="")
    db.session.add(service)
    db.session.flush()
    edit(owner_of(risk), risk, service_id=service.id)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.sentence == "Changed: division and service. Said better."
    place = risk.division.name
    assert (event.detail["old"], event.detail["new"]) == ({"place": place}, {"place": f"{place}, School Places"})


def test_of_two_who_edit_at_once_the_second_is_told(risk: Risk) -> None:
    seen = risk.revision
    edit(owner_of(risk), risk)
    with pytest.raises(ChangedMeanwhile):
        edit_risk(coordinator(), risk, words(title="Other"), "Mine.", seen, NOW)
    assert risk.title == "Too few places"


def test_a_text_is_changed_by_whom_it_should_be_with_a_reason(risk: Risk) -> None:
    with pytest.raises(NotPermitted, match="or the co-ordinator"):
        edit(holder(make.PostFactory(owning=True)), risk)
    with pytest.raises(RuleBroken, match="Say why the text changes"):
        edit_risk(owner_of(risk), risk, words(title="Other"), " ", risk.revision, NOW)
    edit(owner_of(risk), risk)
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        edit(owner_of(risk), risk)


def test_the_owner_assesses_between_two_reviews_and_the_next_one_follows_the_rating(risk: Risk) -> None:
    assess_risk(owner_of(risk), risk, Rating(4, 5, "It got worse."), Rating(2, 3), risk.revision, NOW)
    assert (risk.own_rag, risk.effective_rag, risk.review_due_on) == ("RED", "RED", date(2017, 5, 3))
    ratings = db.session.scalars(select(Assessment).order_by(Assessment.id)).all()
    assert [(one.kind, one.rag) for one in ratings] == [("current", "AMBER"), ("current", "RED"), ("target", "GREEN")]


@pytest.mark.parametrize(
    ("current", "target", "field"),
    [
        (None, None, "likelihood"),
        (Rating(3, 3, ""), None, "rationale"),
        (Rating(0, 3, "So."), None, "likelihood"),
        (Rating(3, 3, "So."), Rating(4, 3, " "), "target_rationale"),
        (None, Rating(5, 5, ""), "target_rationale"),
    ],
)
def test_a_rating_that_makes_no_sense_is_refused(
    risk: Risk, current: Rating | None, target: Rating | None, field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        assess_risk(owner_of(risk), risk, current, target, risk.revision, NOW)
    assert refused.value.field == field


def test_only_the_owner_assesses(risk: Risk) -> None:
    for actor in (coordinator(), holder(make.PostFactory(owning=True))):
        with pytest.raises(NotPermitted):
            assess_risk(actor, risk, Rating(1, 1, "So."), None, risk.revision, NOW)


def test_each_response_is_added_to_those_before(risk: Risk) -> None:
    respond(owner_of(risk), risk, Response(ResponseKind.TREAT, "We build.", TODAY), risk.revision, NOW)
    until = Response(ResponseKind.TOLERATE, "Too dear.", TODAY, TODAY + DAY)
    respond(coordinator(), risk, until, risk.revision, NOW)
    rows = db.session.scalars(select(RiskResponse).order_by(RiskResponse.id)).all()
    assert [(one.kind, one.until_on) for one in rows] == [("treat", None), ("tolerate", TODAY + DAY)]


def test_a_risk_that_is_tolerated_is_reviewed_by_the_end_of_that(risk: Risk) -> None:
    owner = owner_of(risk)
    respond(owner, risk, Response(ResponseKind.TOLERATE, "Too dear.", TODAY, date(2017, 5, 1)), risk.revision, NOW)
    assert risk.review_due_on == date(2017, 5, 1)
    answers = ReviewAnswers(True, True, True, changed=False, note="Still too dear.")
    complete_review(owner, risk, answers, risk.revision, NOW + 30 * DAY)
    assert risk.review_due_on == date(2017, 8, 3)
    respond(owner, risk, Response(ResponseKind.TREAT, "We build.", TODAY), risk.revision, NOW + 31 * DAY)
    assert risk.review_due_on == date(2017, 8, 3)


@pytest.mark.parametrize(
    ("response", "field"),
    [
        (Response(ResponseKind.TOLERATE, "So.", TODAY), "until_on"),
        (Response(ResponseKind.TREAT, " ", TODAY), "reason"),
        (Response(ResponseKind.TREAT, "So.", TODAY + DAY), "decided_on"),
        (Response(ResponseKind.TREAT, "So.", TODAY - DAY), "decided_on"),
    ],
)
def test_a_response_that_makes_no_sense_is_refused(risk: Risk, response: Response, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        respond(owner_of(risk), risk, response, risk.revision, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(("kind", "until_on"), [("tolerate", None), ("treat", TODAY), ("ignore", None)])
def test_the_database_refuses_such_a_response_too(risk: Risk, kind: str, until_on: date | None) -> None:
    row = RiskResponse(
        risk_id=risk.id, kind=kind, until_on=until_on, reason="So.", decided_on=TODAY, recorded_at=NOW,
        person_id=make.PersonFactory().id,
    )  # fmt: skip
    db.session.add(row)
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_risk_that_is_handed_over_is_the_new_posts(risk: Risk) -> None:
    other: Post = make.PostFactory(owning=True)
    before = owner_of(risk)
    hand_over_risk(coordinator(), risk, other.id, "It moved.", risk.revision, NOW)
    edit(holder(other), risk)
    with pytest.raises(NotPermitted):
        edit(before, risk, title="Mine")
    owners = db.session.scalars(select(RiskVersion.owner_post_id)).all()
    assert owners == [other.id, other.id]


def test_a_risk_is_handed_over_to_another_post_that_can_own_it_and_by_the_coordinator(risk: Risk) -> None:
    with pytest.raises(RuleBroken, match="owns the risk already"):
        hand_over_risk(coordinator(), risk, risk.owner_post_id, "So.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="can own a risk"):
        hand_over_risk(coordinator(), risk, make.PostFactory().id, "So.", risk.revision, NOW)
    with pytest.raises(NotPermitted):
        hand_over_risk(owner_of(risk), risk, make.PostFactory(owning=True).id, "So.", risk.revision, NOW)


def test_a_risk_is_closed_and_reopened_under_its_reference(risk: Risk) -> None:
    number = risk.reference.number
    close_risk(coordinator(), risk, "It is gone.", risk.revision, NOW)
    assert (risk.status, risk.closed_on, risk.closing_reason) == ("closed", TODAY, "It is gone.")
    with pytest.raises(RuleBroken, match="only an open risk"):
        edit(owner_of(risk), risk)
    reopen_risk(coordinator(), risk, "It is back.", risk.revision, NOW + 60 * DAY)
    assert (risk.status, risk.closed_on, risk.reference.number) == ("open", None, number)
    assert risk.review_due_on == date(2017, 9, 2)
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.detail["old"] == {"closed_on": "2017-04-03", "reason": "It is gone."}


def test_a_risk_with_open_actions_is_not_closed_and_they_are_named(risk: Risk) -> None:
    make.ActionFactory(risk=risk, text="Ask the schools.")
    make.ActionFactory(risk=risk, text="Count the places.", status="in progress")
    make.ActionFactory(risk=risk, text="Build.", status="done", progress=100)
    with pytest.raises(RuleBroken, match="“Ask the schools” and “Count the places”"):
        close_risk(coordinator(), risk, "It is gone.", risk.revision, NOW)
    assert risk.status == "open"


def test_what_is_before_dmt_is_decided_first(risk: Risk) -> None:
    other = make.RiskFactory()
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)
    with pytest.raises(RuleBroken, match="must de-escalate it first"):
        close_risk(coordinator(), risk, "It is gone.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="must de-escalate it first"):
        merge_risk(coordinator(), risk, other, "It is the same.", risk.revision, NOW)
    record_decision(member(), escalation, DecisionTaken(DecisionKind.DECLINE, "No."), risk.revision, NOW)
    close_risk(coordinator(), risk, "It is gone.", risk.revision, NOW)
    assert risk.status == "closed"


def test_only_the_coordinator_closes_and_reopens_each_with_a_reason(risk: Risk) -> None:
    with pytest.raises(NotPermitted):
        close_risk(owner_of(risk), risk, "It is gone.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="Say why the risk is closed"):
        close_risk(coordinator(), risk, " ", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="cannot be changed by “reopen”"):
        reopen_risk(coordinator(), risk, "It is back.", risk.revision, NOW)


def test_a_merged_risk_points_to_the_other_which_goes_on_with_what_is_of_use(risk: Risk) -> None:
    other: Risk = make.RiskFactory()
    action = make.ActionFactory(risk=risk, text="Ask the schools.", progress=40, status="in progress")
    link = make.LinkFactory(risk=risk, indicator=make.IndicatorFactory())
    make.LinkFactory(risk=other, indicator=link.indicator)
    make.LinkFactory(risk=risk, contract=make.ContractFactory())
    merge_risk(coordinator(), risk, other, "It is the same.", risk.revision, NOW)
    kin = merged_into(risk.id)
    assert kin is not None
    assert (risk.status, kin.risk_id, kin.reference) == ("merged", other.id, str(other.reference))
    assert (action.status, action.updates[0].text) == ("cancelled", f"Goes on under {other.reference}.")
    links = db.session.scalars(select(Link).where(Link.risk_id == other.id)).all()
    assert len(links) == 2
    verbs = select(AuditEvent.verb).where(AuditEvent.risk_id == other.id)
    assert db.session.scalars(verbs).all() == ["took in"]
    with pytest.raises(RuleBroken, match="cannot be changed by “reopen”"):
        reopen_risk(coordinator(), risk, "It is back.", risk.revision, NOW)


def test_a_risk_goes_into_another_open_one_only(risk: Risk) -> None:
    with pytest.raises(RuleBroken, match="into itself"):
        merge_risk(coordinator(), risk, risk, "So.", risk.revision, NOW)
    with pytest.raises(RuleBroken, match="That risk is closed"):
        merge_risk(coordinator(), risk, make.RiskFactory(closed=True), "So.", risk.revision, NOW)
    with pytest.raises(NotPermitted):
        merge_risk(owner_of(risk), risk, make.RiskFactory(), "So.", risk.revision, NOW)


def test_the_database_holds_a_merged_risk_to_the_one_it_went_into(risk: Risk) -> None:
    risk.status = "merged"
    with pytest.raises(IntegrityError):
        db.session.flush()
