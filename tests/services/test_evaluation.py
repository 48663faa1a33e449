"""Evaluating the register: what slips, turns RED or runs out of road reaches DMT; what never was goes away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import AuditEvent, Escalation, EscalationSignal, Link, Message, Result, Risk, SignalRow
from riskreg.services.actors import Actor
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.publishing import Published, publish_results
from riskreg.services.results import ResultEntry, correction_of
from tests import factories as make

NOW = make.NOW
OFFICER = Actor(None, "Performance officer", frozenset({Role.PERFORMANCE_OFFICER}), frozenset())

pytestmark = pytest.mark.usefixtures("app")


def linked_indicator(heeds: str = "any", **results: object) -> Link:
    """A risk on an indicator at 74 against 74, with targets of 78 to come."""
    indicator = make.IndicatorFactory(name="Take-up by two year olds")
    make.TargetFactory(indicator=indicator, year=2016, value=Decimal(74))
    make.TargetFactory(indicator=indicator, year=2017, value=Decimal(78))
    make.ResultFactory(indicator=indicator, opening_position=True)
    link: Link = make.LinkFactory(risk=make.RiskFactory(), indicator=indicator, heeds=heeds)
    return link


def publish(link: Link, value: str, month: int = 12, year: int = 2016, now: datetime = NOW) -> Evaluation:
    """Publish a result for a month, judged against the target of 2017."""
    ends = date(year, month, 28)
    assert link.indicator_id is not None
    entry = ResultEntry(link.indicator_id, value, f"{ends:%B %Y}", ends, 2017)
    return publish_results(OFFICER, link.risk.register_id, [entry], now).evaluation


def correct_result(
    actor: Actor, register_id: int, result: Result, value: str, status: str, reason: str, now: datetime
) -> Published:
    """Publish a correction of a result."""
    return publish_results(actor, register_id, [correction_of(result, value, status, reason)], now)


def live(link: Link) -> Escalation | None:
    """The escalation of the link's risk that has not ended."""
    return db.session.scalar(
        select(Escalation).where(Escalation.risk_id == link.risk_id, Escalation.ended_at.is_(None))
    )


def test_an_opening_position_raises_nothing() -> None:
    """The owner's published rating already knew the 2016 figures."""
    link = linked_indicator()
    evaluation = evaluate_register(link.risk.register_id, NOW)
    assert evaluation.raised == []
    assert link.risk.effective_rag == "AMBER"


def test_a_slip_escalates_the_risk_one_step_with_the_reason_written_out() -> None:
    """The example of the design: from 74 against 74 to 70 against 78."""
    link = linked_indicator()
    evaluation = publish(link, "70")
    escalation = live(link)
    assert escalation is not None
    assert (escalation.rag_before, escalation.rag_after) == ("AMBER", "RED")
    assert (link.risk.own_rag, link.risk.effective_rag) == ("AMBER", "RED")
    sentence = evaluation.raised[0].sentences[0]
    for words in ("Take-up by two year olds", "74%", "70%", "GREEN", "RED", "78%", "70.2%", "assumed"):
        assert words in sentence


def test_evaluating_again_changes_nothing() -> None:
    """Whatever is evaluated, however often: the same rows as after the first time."""
    link = linked_indicator()
    publish(link, "70")
    tables = (SignalRow, Escalation, EscalationSignal, AuditEvent, Message)
    before = [db.session.scalar(select(func.count()).select_from(table)) for table in tables]
    for days in (0, 1, 400):
        evaluation = evaluate_register(link.risk.register_id, NOW + timedelta(days=days))
        assert evaluation == Evaluation()
    assert [db.session.scalar(select(func.count()).select_from(table)) for table in tables] == before


def test_a_risk_that_is_red_stays_red_and_still_comes_before_dmt() -> None:
    """There is no step above RED."""
    link = linked_indicator()
    link.risk.own_rag = link.risk.effective_rag = "RED"
    publish(link, "70")
    escalation = live(link)
    assert escalation is not None
    assert escalation.rag_after == "RED"
    told = db.session.scalars(select(AuditEvent.sentence).where(AuditEvent.verb == "escalated")).one()
    assert told.startswith("Escalated automatically: stays RED, awaiting DMT.")


@pytest.mark.parametrize(
    ("heeds", "value", "escalates"),
    [("any", "75", True), ("red", "75", False), ("red", "70", True), ("watch", "70", False), ("any", "78", False)],
)
def test_a_link_says_what_it_heeds(heeds: str, value: str, escalates: bool) -> None:
    """75 against 78 is AMBER, 70 is RED, 78 is GREEN."""
    link = linked_indicator(heeds=heeds)
    publish(link, value)
    assert (live(link) is not None) is escalates


def test_a_second_signal_joins_the_escalation_that_is_open() -> None:
    """One escalation a risk, with all its signals."""
    link = linked_indicator()
    publish(link, "75")
    evaluation = publish(link, "70", month=1, year=2017)
    assert (len(evaluation.raised), evaluation.joined) == (0, 1)
    assert db.session.scalar(select(func.count()).select_from(Escalation)) == 1
    escalation = live(link)
    assert escalation is not None
    assert len(escalation.evidence) == 2


def test_a_corrected_result_withdraws_the_escalation_that_only_the_wrong_figure_raised() -> None:
    """The signal never was: the rating returns, and both figures are kept."""
    link = linked_indicator()
    publish(link, "70")
    wrong = db.session.scalars(select(Result).where(Result.printed == "70")).one()
    done = correct_result(
        OFFICER, link.risk.register_id, wrong, "79", "final", "Two settings were left out.", NOW + timedelta(days=1)
    )
    assert [one.status for one in done.evaluation.withdrawn] == ["withdrawn"]
    assert live(link) is None
    assert link.risk.effective_rag == "AMBER"
    assert db.session.scalars(select(Result.printed).order_by(Result.id)).all() == ["74", "70", "79"]
    signal = db.session.scalars(select(SignalRow)).one()
    assert (signal.state, bool(signal.ended_why)) == ("withdrawn", True)


def test_a_wrong_correction_put_right_escalates_again() -> None:
    """What was withdrawn undecided does not count as seen."""
    link = linked_indicator()
    register = link.risk.register_id
    publish(link, "70")
    for value, expected in (("79", None), ("70", "RED")):
        current = db.session.scalars(select(Result).where(Result.current, Result.opening.is_(False))).one()
        correct_result(OFFICER, register, current, value, "final", "Checked again.", NOW)
        assert (live(link).rag_after if live(link) else None) == expected  # type: ignore[union-attr]


def test_a_milder_correction_keeps_the_escalation_with_the_new_sentence() -> None:
    """RED becomes AMBER, still worse than GREEN before: it stays, and says so."""
    link = linked_indicator()
    publish(link, "70")
    wrong = db.session.scalars(select(Result).where(Result.printed == "70")).one()
    done = correct_result(OFFICER, link.risk.register_id, wrong, "75", "final", "Late returns.", NOW)
    escalation = live(link)
    assert escalation is not None
    assert (done.evaluation.raised, done.evaluation.withdrawn) == ([], [])
    assert sorted(one.signal.state for one in escalation.evidence) == ["overtaken", "stands"]


def test_a_result_that_recovers_proposes_de_escalation_and_ends_nothing() -> None:
    """Only a person ends it; the proposal says what has recovered."""
    link = linked_indicator()
    publish(link, "70")
    evaluation = publish(link, "79", month=2, year=2017, now=NOW + timedelta(days=1))
    escalation = live(link)
    assert escalation is not None
    assert evaluation.proposed == [escalation]
    assert "79%" in escalation.proposal
    assert link.risk.effective_rag == "RED"


def test_a_closed_risk_is_not_escalated() -> None:
    """Only open risks come before DMT."""
    link = linked_indicator()
    link.risk.status = "closed"
    publish(link, "70")
    assert live(link) is None


def test_the_owner_and_each_dmt_member_get_one_message_however_many_risks() -> None:
    """Two risks on one indicator: the owner of both hears once, the member hears once."""
    link = linked_indicator()
    owner = make.PersonFactory(holding=link.risk.owner_post)
    member = make.PersonFactory(holding=make.PostFactory(on_dmt=True))
    make.LinkFactory(risk=make.RiskFactory(owner_post=link.risk.owner_post), indicator=link.indicator)
    publish(link, "70")
    messages = db.session.scalars(select(Message).order_by(Message.person_id)).all()
    assert [(message.person_id, len(message.facts["escalations"])) for message in messages] == [
        (owner.id, 2), (member.id, 2),
    ]  # fmt: skip


def contract_link(**about: object) -> Link:
    """A risk on a contract."""
    link: Link = make.LinkFactory(risk=make.RiskFactory(), contract=make.ContractFactory(**about))
    return link


@pytest.mark.parametrize(
    ("day", "escalates"),
    [(date(2017, 1, 30), False), (date(2017, 1, 31), True), (date(2017, 8, 1), True)],
)
def test_a_contract_without_an_approved_route_reaches_dmt_six_months_before_its_end(day: date, escalates: bool) -> None:
    """July 2017 counts from its last day."""
    make.RegisterFactory().policies[0].valid_from = date(2016, 1, 1)
    link = contract_link(running_out=True)
    evaluate_register(link.risk.register_id, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert (live(link) is not None) is escalates


def test_a_contract_that_comes_nearer_to_its_end_is_a_worse_fact() -> None:
    """No approved route at six months, no award at three: the second joins, the first is overtaken."""
    link = contract_link(running_out=True)
    evaluate_register(link.risk.register_id, NOW)
    evaluation = evaluate_register(link.risk.register_id, NOW + timedelta(days=30))
    assert evaluation.joined == 1
    assert [row.state for row in db.session.scalars(select(SignalRow).order_by(SignalRow.id))] == [
        "overtaken",
        "stands",
    ]


def test_words_that_are_no_date_give_no_signal() -> None:
    """Open ended stays open ended."""
    link = contract_link(undated=True)
    assert evaluate_register(link.risk.register_id, NOW + timedelta(days=4000)).raised == []


def test_the_shipped_risks_are_evaluated_as_the_plan_has_them(plan_app: Flask) -> None:
    """As at 3 April 2017: the queue holds what a slip, a RED result or a milestone puts there, and nothing else."""
    rows = db.session.scalars(select(Escalation).order_by(Escalation.risk_id)).all()
    assert [str(row.risk.reference) for row in rows] == ["CYPE 01", "CYPE 03", "CYPE 18", "CYPE 20"]
    take_up = rows[-1]
    sentence = take_up.evidence[0].signal.sentence
    for words in ("from 74%", "to 70%", "GREEN", "RED", "78%", "70.2%", "assumed"):
        assert words in sentence
    assert evaluate_register(1, NOW) == Evaluation()
    risks = dict(db.session.execute(select(Risk.effective_rag, func.count()).group_by(Risk.effective_rag)).all())
    assert risks == {"RED": 8, "AMBER": 5}
