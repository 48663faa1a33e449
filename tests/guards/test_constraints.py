"""What the database itself refuses, on both: each rule that a page or service says first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Message, Reminder, SignalRow
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app")
NOW, TODAY = make.NOW, make.TODAY


def link_to_one_thing_twice() -> None:
    link = make.LinkFactory(indicator=make.IndicatorFactory())
    make.LinkFactory(risk=link.risk, indicator=link.indicator)


def link_to_nothing() -> None:
    make.LinkFactory()


def link_to_two_things() -> None:
    make.LinkFactory(indicator=make.IndicatorFactory(), contract=make.ContractFactory())


def reference_given_twice() -> None:
    reference = make.ReferenceFactory()
    make.ReferenceFactory(register=reference.register, number=reference.number)


def two_current_results_of_a_period() -> None:
    result = make.ResultFactory()
    make.ResultFactory(indicator=result.indicator, revision=2)


def two_holders_of_a_post() -> None:
    post = make.PostFactory()
    make.HoldingFactory(post=post)
    make.HoldingFactory(post=post)


def escalation(risk_id: int) -> Escalation:
    row = Escalation(
        risk_id=risk_id, status="awaiting DMT", rag_before="AMBER", rag_after="RED", policy_version=1,
        opened_on=TODAY, opened_at=NOW, waiting_since=NOW,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def two_live_escalations_of_a_risk() -> None:
    risk = make.RiskFactory()
    escalation(risk.id)
    escalation(risk.id)


def decision_without_a_reason() -> None:
    live = escalation(make.RiskFactory().id)
    person = make.PersonFactory()
    db.session.add(
        Decision(
            escalation_id=live.id,
            kind="decline",
            reason="",
            person_id=person.id,
            decided_on=TODAY,
            decided_at=NOW,
            seen_revision=1,
            seen={},
        )
    )
    db.session.flush()


def one_fact_standing_twice() -> None:
    indicator = make.IndicatorFactory()
    for _ in range(2):
        db.session.add(
            SignalRow(
                indicator_id=indicator.id,
                kind="red",
                fact="annual:2016-12-31",
                severity=2,
                reaches=3,
                sentence="RED.",
                since=TODAY,
                found_on=TODAY,
                found_at=NOW,
                policy_version=1,
            )
        )
        db.session.flush()


def message(person_id: int) -> Message:
    row = Message(
        kind="decision_made", subject_key="decision:1", person_id=person_id, period="once", facts={},
        created_at=NOW, next_attempt_at=NOW,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def one_message_twice() -> None:
    person = make.PersonFactory()
    message(person.id)
    message(person.id)


def own_score_above_five() -> None:
    make.RiskFactory(own_likelihood=6, own_impact=5)


def own_score_by_half() -> None:
    make.RiskFactory(own_likelihood=3)


def one_reminder_twice() -> None:
    risk, person = make.RiskFactory(), make.PersonFactory()
    sent = message(person.id)
    for _ in range(2):
        about = {"risk_id": risk.id, "person_id": person.id, "message_id": sent.id}
        db.session.add(Reminder(stage="0", due_on=TODAY, **about))
        db.session.flush()


@pytest.mark.parametrize(
    "wrong",
    [
        link_to_one_thing_twice, link_to_nothing, link_to_two_things, reference_given_twice,
        two_current_results_of_a_period, two_holders_of_a_post, two_live_escalations_of_a_risk,
        decision_without_a_reason, one_fact_standing_twice, one_message_twice, one_reminder_twice,
        own_score_above_five, own_score_by_half,
    ],
    ids=lambda wrong: wrong.__name__,
)  # fmt: skip
def test_the_database_refuses(wrong: Callable[[], None]) -> None:
    with pytest.raises(IntegrityError):
        wrong()
    db.session.rollback()
