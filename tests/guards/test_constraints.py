"""What the database itself refuses, on both: each rule that a page or service says first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from riskreg.extensions import db
from riskreg.models import Decision, Escalation, Message, Notice, SignalRow
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


def a_notice(**values: object) -> None:
    about = {"kind": "review", "thing": "risk:1", "stage": "0", "due_on": TODAY, "created_at": make.NOW}
    db.session.add(Notice(**{**about, **values}))
    db.session.flush()


def one_notice_twice() -> None:
    person = make.PersonFactory()
    for _ in range(2):
        a_notice(person_id=person.id)


def a_notice_dropped_without_a_reason() -> None:
    a_notice(person_id=make.PersonFactory().id, state="dropped")


def a_rhythm_that_is_none() -> None:
    make.PersonFactory(rhythm="yearly")


def a_digest_on_a_saturday() -> None:
    make.PersonFactory(rhythm="weekly", rhythm_weekday=5)


@pytest.mark.parametrize(
    "wrong",
    [
        link_to_one_thing_twice, link_to_nothing, link_to_two_things, reference_given_twice,
        two_current_results_of_a_period, two_holders_of_a_post, two_live_escalations_of_a_risk,
        decision_without_a_reason, one_fact_standing_twice, one_message_twice, one_notice_twice,
        a_notice_dropped_without_a_reason, a_rhythm_that_is_none, a_digest_on_a_saturday,
        own_score_above_five, own_score_by_half,
    ],
    ids=lambda wrong: wrong.__name__,
)  # fmt: skip
def test_the_database_refuses(wrong: Callable[[], None]) -> None:
    with pytest.raises(IntegrityError):
        wrong()
    db.session.rollback()
