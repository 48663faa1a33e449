"""Who is mentioned in what is typed about a risk, an indicator or a contract is told; elsewhere nobody is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.links import LinkTerms
from riskreg.domain.notices import NoticeKind
from riskreg.extensions import db
from riskreg.models import Notice, Result, Risk
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.contracts import ReviewEntry, RouteEntry, record_review, record_route
from riskreg.services.controls import ControlText, add_control, change_control, end_control
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.exempting import mark_exempt
from riskreg.services.keeping import close_risk, hand_over_risk
from riskreg.services.links import add_link, change_link, end_link
from riskreg.services.meetings import add_item, cancel_meeting
from riskreg.services.merging import merge_risk
from riskreg.services.noting import note_escalations
from riskreg.services.publishing import publish_results
from riskreg.services.result_comments import comment_on
from riskreg.services.results import correction_of
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.web.keeping.step_forms import ControlForm
from riskreg.web.mentions import MENTIONS
from tests import factories as make

NOW, DAY = make.NOW, make.TODAY
Does = Callable[[Actor], None]
WORDS = "Ask @Ann Bell about it."
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def actor() -> Actor:
    """Somebody who may do all of it."""
    person = make.PersonFactory(name="Keeper", holding=make.PostFactory(coordinating=True))
    make.PersonFactory(name="Ann Bell")
    return Actor(person.id, person.name, frozenset(Role), frozenset())


def told() -> int:
    """How many mentions are noted."""
    return len(db.session.scalars(select(Notice).where(Notice.kind == NoticeKind.MENTION)).all())


def _raised(actor: Actor) -> None:
    raise_escalation(actor, make.RiskFactory(), WORDS, NOW)


def _decided(actor: Actor) -> None:
    risk = make.RiskFactory()
    escalation = raise_escalation(actor, risk, "It is real.", NOW)
    record_decision(actor, escalation, DecisionTaken(DecisionKind.DECLINE, WORDS), risk.revision, NOW)


def _remarked(actor: Actor) -> None:
    risk = make.RiskFactory()
    escalation = raise_escalation(actor, risk, "It is real.", NOW)
    note_escalations(actor, [escalation], {escalation.id: risk.revision}, WORDS, None, NOW)


def _closed(actor: Actor) -> None:
    risk = make.RiskFactory()
    close_risk(actor, risk, WORDS, risk.revision, NOW)


def _handed_over(actor: Actor) -> None:
    risk = make.RiskFactory()
    hand_over_risk(actor, risk, make.PostFactory(owning=True).id, WORDS, risk.revision, NOW)


def _exempt(actor: Actor) -> None:
    risk = make.RiskFactory()
    mark_exempt(actor, risk, risk, 3, WORDS, risk.revision, NOW)


def _control_added(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    add_control(actor, risk, ControlText(WORDS, None, "", None), risk.revision, NOW)


def _control_known_to_work(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    control = add_control(actor, risk, ControlText("A gate.", None, "", None), risk.revision, NOW)
    assert MENTIONS in str(ControlForm.of(risk, control).assurance.description)
    change_control(actor, control, risk, ControlText("A gate.", None, WORDS, None), risk.revision, NOW)


def _control_ended(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    control = add_control(actor, risk, ControlText("A gate.", None, "", None), risk.revision, NOW)
    end_control(actor, control, risk, WORDS, risk.revision, NOW)


def _linked(actor: Actor) -> None:
    risk = make.RiskFactory()
    add_link(actor, risk, make.IndicatorFactory(), LinkTerms(WORDS, Heeds.ANY, None), risk.revision, NOW)


def _link_changed(actor: Actor) -> None:
    link = make.LinkFactory(risk=make.RiskFactory(), indicator=make.IndicatorFactory())
    change_link(actor, link, LinkTerms("It bears.", Heeds.RED, None), WORDS, link.risk.revision, NOW)


def _link_ended(actor: Actor) -> None:
    link = make.LinkFactory(risk=make.RiskFactory(), indicator=make.IndicatorFactory())
    end_link(actor, link, WORDS, link.risk.revision, NOW)


def _commented(actor: Actor) -> None:
    comment_on(actor, make.ResultFactory(indicator=make.IndicatorFactory()), WORDS, NOW)


def _corrected(actor: Actor) -> None:
    result: Result = make.ResultFactory(indicator=make.IndicatorFactory())
    register = make.RegisterFactory()
    publish_results(actor, register.id, [correction_of(result, "71", "final", WORDS)], NOW)


def _route(actor: Actor) -> None:
    contract, register = make.ContractFactory(), make.RegisterFactory()
    entry = RouteEntry(RouteKind.REPROCURE, RouteStage.DECIDED, DAY, WORDS)
    manager = replace(actor, posts=frozenset({contract.owner_post_id}))
    record_route(manager, register.id, contract, entry, contract.revision, NOW)


def _contract_reviewed(actor: Actor) -> None:
    contract, register = make.ContractFactory(), make.RegisterFactory()
    manager = replace(actor, posts=frozenset({contract.owner_post_id}))
    record_review(manager, register.id, contract, ReviewEntry(DAY, WORDS), contract.revision, NOW)


def named(does: Does) -> str:
    """What is done, in words."""
    return does.__name__.strip("_").replace("_", " ")


def _merged(actor: Actor) -> None:
    one: Risk = make.RiskFactory()
    merge_risk(actor, one, make.RiskFactory(register=one.register), WORDS, one.revision, NOW)


def _reviewed_with_a_rating_and_put_before_dmt(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    answers = ReviewAnswers(True, True, True, True, WORDS, escalate=True, current=Rating(3, 4))
    complete_review(replace(actor, posts=frozenset({risk.owner_post_id})), risk, answers, risk.revision, NOW)


NOTED = (
    _raised, _decided, _remarked, _closed, _handed_over, _exempt, _control_added, _control_known_to_work,
    _control_ended, _linked, _link_changed, _link_ended, _commented, _corrected, _route, _contract_reviewed,
    _merged, _reviewed_with_a_rating_and_put_before_dmt,
)  # fmt: skip


@pytest.mark.parametrize("does", NOTED, ids=named)
def test_who_is_mentioned_is_told_wherever_the_form_says_so(actor: Actor, app: Flask, does: Does) -> None:
    with app.test_request_context():
        does(actor)
    assert told() == 1


def test_two_texts_of_one_act_that_mention_somebody_are_both_told(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    answers = ReviewAnswers(True, True, True, True, WORDS, current=Rating(3, 4, "See @Ann Bell."))
    complete_review(replace(actor, posts=frozenset({risk.owner_post_id})), risk, answers, risk.revision, NOW)
    assert told() == len(("the note", "the rationale"))


def _link_reworded(actor: Actor) -> None:
    link = make.LinkFactory(risk=make.RiskFactory(), indicator=make.IndicatorFactory())
    change_link(actor, link, LinkTerms(WORDS, Heeds.ANY, None), "Put better.", link.risk.revision, NOW)


def _assurance_of_a_new_control(actor: Actor) -> None:
    risk: Risk = make.RiskFactory()
    add_control(actor, risk, ControlText("A gate.", None, WORDS, None), risk.revision, NOW)


def _item(actor: Actor) -> None:
    add_item(actor, make.MeetingFactory(held_on=date(2017, 4, 25)), WORDS, NOW)


def _not_held(actor: Actor) -> None:
    cancel_meeting(actor, make.MeetingFactory(held_on=date(2017, 4, 25)), WORDS, NOW)


@pytest.mark.parametrize(
    "does",
    [_link_reworded, _assurance_of_a_new_control, _item, _not_held],
    ids=named,
)
def test_nobody_is_told_where_the_form_does_not_say_so(actor: Actor, does: Does) -> None:
    does(actor)
    assert told() == 0
