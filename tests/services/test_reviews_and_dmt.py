"""When the next review is due while DMT has a risk before it, once it has decided, and when the risk comes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.mail.rendering import render
from riskreg.models import Escalation, Link, Message, Risk
from riskreg.queries.policies import policy_on
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.services.settling import settle_reviews
from tests import factories as make
from tests.services.keepers import holder, owner_of
from tests.services.test_evaluation import linked_indicator, live, publish
from tests.web.before_dmt import escalated
from tests.web.browsing import words
from tests.web.test_preferences import window_of

NOW = make.NOW
CADENCE = date(2017, 5, 3)  # a month after 3 April, for what is shown RED
FORTNIGHT = date(2017, 4, 17)
NO_CHANGE = ReviewAnswers(True, True, True, False, "All as it was.")

pytestmark = pytest.mark.usefixtures("app")


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def decide(escalation: Escalation, kind: DecisionKind, **dates: date) -> None:
    """Let DMT decide today, with its dates."""
    member = holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)
    record_decision(member, escalation, DecisionTaken(kind, "Seen.", **dates), escalation.risk.revision, NOW)


def before_dmt() -> Escalation:
    """A risk that its owner put before DMT today."""
    risk = make.RiskFactory()
    return raise_escalation(owner_of(risk), risk, "The provider may withdraw.", NOW)


def due(risk: Risk) -> date:
    """The day of the next review; settling the whole register finds the same."""
    db.session.flush()
    assert settle_reviews(risk.register_id, policy_on(risk.register_id, day_of(NOW))) == 0
    return risk.review_due_on


def test_the_fortnight_of_the_policy_holds_while_dmt_has_not_decided() -> None:
    assert due(before_dmt().risk) == FORTNIGHT


@pytest.mark.parametrize(
    ("kind", "dates", "by"),
    [
        (DecisionKind.CONFIRM, {"due_on": date(2017, 4, 28)}, date(2017, 4, 28)),
        (DecisionKind.CONFIRM, {"due_on": date(2017, 6, 30)}, date(2017, 6, 30)),
        (DecisionKind.RETURN, {"due_on": date(2017, 4, 5)}, date(2017, 4, 5)),
        (DecisionKind.DEFER, {"deferred_to": date(2017, 5, 9)}, CADENCE),
        (DecisionKind.REFER, {}, CADENCE),
        (DecisionKind.DECLINE, {}, date(2017, 7, 3)),
        (DecisionKind.DE_ESCALATE, {}, date(2017, 7, 3)),
    ],
)
def test_once_dmt_has_decided_its_own_date_holds_or_else_the_cadence(
    kind: DecisionKind, dates: dict[str, date], by: date
) -> None:
    make.corporate_register()
    escalation = before_dmt()
    decide(escalation, kind, **dates)
    assert due(escalation.risk) == by
    told = db.session.scalars(select(Message).where(Message.kind == "decision_made")).one()
    assert told.facts["review_due_on"] == by.isoformat()


def confirmed_then_news(by: date, news: int) -> Link:
    """A risk that DMT confirmed on 3 April with an answer by a day, and that comes back by a worse figure later."""
    link = linked_indicator()
    owner_of(link.risk)
    publish(link, "75")
    escalation = live(link)
    assert escalation is not None
    decide(escalation, DecisionKind.CONFIRM, due_on=by)
    publish(link, "70", month=1, year=2017, now=later(news))
    assert escalation.status == "awaiting DMT"
    return link


def test_the_days_count_from_the_day_on_which_it_comes_before_dmt_again() -> None:
    link = confirmed_then_news(date(2017, 4, 20), news=12)
    assert due(link.risk) == date(2017, 4, 29)


def test_it_never_comes_back_with_a_review_in_the_past() -> None:
    link = confirmed_then_news(date(2017, 4, 20), news=27)
    assert due(link.risk) == date(2017, 5, 14)


@pytest.mark.parametrize(
    ("days", "by"),
    [
        (46, date(2017, 6, 2)),  # on 19 May, when a month after the last review had passed
        (80, date(2017, 7, 3)),  # on 22 June, less than a fortnight before its own day
        (120, date(2017, 7, 3)),  # on 1 August: late already, and since its own day
    ],
)
def test_coming_before_dmt_makes_nobody_late_who_was_not(days: int, by: date) -> None:
    risk = make.RiskFactory(review_due_on=date(2017, 7, 3))
    escalation = raise_escalation(owner_of(risk), risk, "The provider may withdraw.", later(days))
    assert due(risk) == by
    told = db.session.scalars(select(Message).where(Message.kind == "escalation_raised")).first()
    assert told is not None
    assert told.facts["escalations"][0]["review_due_on"] == by.isoformat()
    member = holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)
    put_off = DecisionTaken(DecisionKind.DEFER, "Seen.", deferred_to=day_of(later(days + 30)))
    record_decision(member, escalation, put_off, risk.revision, later(days + 1))
    assert due(risk) == by


def test_what_the_owner_reviewed_since_it_came_back_is_not_asked_for_again() -> None:
    link = confirmed_then_news(date(2017, 4, 20), news=12)
    complete_review(owner_of(link.risk), link.risk, NO_CHANGE, link.risk.revision, later(13))
    assert due(link.risk) == date(2017, 5, 16)


def test_an_answer_to_dmt_is_the_review_and_the_next_one_goes_by_the_cadence() -> None:
    escalation = before_dmt()
    decide(escalation, DecisionKind.CONFIRM, due_on=date(2017, 4, 28))
    complete_review(owner_of(escalation.risk), escalation.risk, NO_CHANGE, escalation.risk.revision, later(2))
    assert escalation.status == "awaiting DMT"
    assert due(escalation.risk) == date(2017, 5, 5)


def test_the_message_asks_for_the_review_by_the_day_that_holds_then() -> None:
    confirmed_then_news(date(2017, 4, 20), news=12)
    told = db.session.scalars(select(Message).where(Message.kind == "escalation_raised").order_by(Message.id.desc()))
    (one,) = next(iter(told)).facts["escalations"]
    assert one["review_due_on"] == "2017-04-29"
    assert one["again"]["decision"] == "confirm"
    assert (one["again"]["due_on"], one["again"]["decided_on"]) == ("2017-04-20", "2017-04-03")


def test_an_escalation_that_was_left_deferred_is_settled_with_the_others() -> None:
    escalation = escalated(
        risk=make.RiskFactory(effective_rag="RED", review_due_on=FORTNIGHT), status="deferred to a meeting"
    )
    assert settle_reviews(escalation.risk.register_id, policy_on(escalation.risk.register_id, day_of(NOW))) == 1
    assert escalation.risk.review_due_on == CADENCE


def test_my_work_gives_the_same_date_as_the_message_about_a_deferral(app: Flask) -> None:
    app.config["RISKREG_TODAY"] = make.TODAY
    escalation = before_dmt()
    decide(escalation, DecisionKind.DEFER, deferred_to=date(2017, 5, 9))
    db.session.commit()
    told = db.session.scalars(select(Message).where(Message.kind == "decision_made")).one()
    says = "You have nothing to do now: DMT looks at it again on 9 May 2017. The next review is due by 3 May 2017."
    assert says in " ".join(render(told.kind, told.facts, told.person).text.split())
    assert says in words(window_of(app, told.person).get("/"))
