"""Links: made, changed and ended with a reason; what stands is heard at once, and what was stays to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.links import LinkTerms
from riskreg.domain.signals import Reach, heeded
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.models import AuditEvent, Escalation, EscalationSignal, Indicator, Link, LinkPast, Risk, SignalRow
from riskreg.queries.as_at import end_of
from riskreg.queries.heeding import is_heeded
from riskreg.queries.links import links_at
from riskreg.services.actors import Actor
from riskreg.services.consequences import tried
from riskreg.services.escalations import record_decision
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.links import LinkOutcome, add_link, change_link, end_link
from riskreg.services.merging import merge_risk
from tests import factories as make
from tests.services.keepers import coordinator, holder, owner_of
from tests.services.test_evaluation import linked_indicator, live, publish
from tests.services.test_reversal import decide, later

pytestmark = pytest.mark.usefixtures("app")
NOW = make.NOW
TERMS = LinkTerms("It counts what the risk fears.", Heeds.ANY)


def slipped() -> Indicator:
    """An indicator that is RED, heard by one risk already."""
    link = linked_indicator()
    publish(link, "70")
    assert link.indicator is not None
    return link.indicator


def add(risk: Risk, indicator: Indicator, terms: LinkTerms = TERMS, now: datetime = NOW) -> LinkOutcome:
    """Let the owner link a risk to an indicator."""
    return add_link(owner_of(risk), risk, indicator, terms, risk.revision, now)


def end(link: Link, why: str = "It was a mistake.", now: datetime = NOW) -> LinkOutcome:
    """Let the owner end a link."""
    return end_link(owner_of(link.risk), link, why, link.risk.revision, now)


def only_link(risk: Risk) -> Link:
    """The one link of a risk."""
    return db.session.scalars(select(Link).where(Link.risk_id == risk.id)).one()


def pasts(risk: Risk) -> list[LinkPast]:
    """The links of a risk that were, the oldest first."""
    return list(db.session.scalars(select(LinkPast).where(LinkPast.risk_id == risk.id).order_by(LinkPast.id)))


def history(risk: Risk) -> list[str]:
    """What the history of a risk says, the oldest first."""
    found = select(AuditEvent.sentence).where(AuditEvent.risk_id == risk.id).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


def test_a_new_link_puts_the_risk_before_dmt_when_a_signal_stands() -> None:
    indicator, risk = slipped(), make.RiskFactory()
    outcome = add(risk, indicator)
    link = only_link(risk)
    assert (link.from_on, link.reason, link.assumed) == (make.TODAY, TERMS.reason, False)
    assert [(one.effect, one.risk_id, one.before, one.after) for one in outcome.effects.risks] == [
        ("escalated", risk.id, "AMBER", "RED")
    ]
    assert history(risk)[0].startswith(f"Linked to {indicator.code} {indicator.name}: {TERMS.reason} The risk heeds")
    assert evaluate_register(risk.register_id, later(1)) == Evaluation()


def test_what_was_typed_without_a_full_stop_gets_one_before_the_next_sentence() -> None:
    indicator, risk = slipped(), make.RiskFactory()
    add(risk, indicator, replace(TERMS, reason="This is the tender"))
    assert "This is the tender. The risk heeds" in history(risk)[0]


@pytest.mark.parametrize(("heeds", "count"), [(Heeds.ANY, 1), (Heeds.RED, 1), (Heeds.WATCH, 0)])
def test_a_new_link_heeds_what_it_says(heeds: Heeds, count: int) -> None:
    indicator, risk = slipped(), make.RiskFactory()
    assert len(add(risk, indicator, LinkTerms("Because.", heeds)).effects.risks) == count


def test_trying_a_link_leaves_nothing_and_making_it_does_what_was_shown() -> None:
    indicator, risk = slipped(), make.RiskFactory()
    actor, revision = owner_of(risk), risk.revision
    shown = tried(lambda: add_link(actor, risk, indicator, TERMS, revision, NOW))
    assert db.session.scalar(select(Link.id).where(Link.risk_id == risk.id)) is None
    assert risk.effective_rag == "AMBER"
    assert add_link(actor, risk, indicator, TERMS, revision, NOW, shown=shown.digest) == shown


def test_an_outcome_that_is_not_the_one_shown_is_refused() -> None:
    indicator, risk = slipped(), make.RiskFactory()
    with pytest.raises(ChangedMeanwhile, match="What this does has changed"):
        add_link(owner_of(risk), risk, indicator, TERMS, risk.revision, NOW, shown="something else")


def test_a_link_is_refused_when_the_risk_changed_meanwhile() -> None:
    risk = make.RiskFactory()
    with pytest.raises(ChangedMeanwhile, match="The risk has changed"):
        add_link(owner_of(risk), risk, make.IndicatorFactory(), TERMS, risk.revision - 1, NOW)


def closed_risk() -> Risk:
    """A risk that left the register."""
    risk: Risk = make.RiskFactory(closed=True)
    return risk


@pytest.mark.parametrize(
    ("terms", "risk", "sentence", "field"),
    [
        (LinkTerms(" ", Heeds.ANY), make.RiskFactory, "Say why it bears on the risk.", "reason"),
        (LinkTerms("So.", Heeds.ANY, date(2017, 4, 2)), make.RiskFactory, "must be today or later", "until_on"),
        (TERMS, closed_risk, "The risk is closed", None),
    ],
)
def test_what_is_wrong_with_a_link_is_said(
    terms: LinkTerms, risk: Callable[[], Risk], sentence: str, field: str | None
) -> None:
    with pytest.raises(RuleBroken, match=sentence) as refused:
        add(risk(), make.IndicatorFactory(), terms)
    assert refused.value.field == field


def test_a_risk_is_linked_once_to_the_same_thing_and_the_database_holds_to_that() -> None:
    risk, indicator = make.RiskFactory(), make.IndicatorFactory()
    add(risk, indicator)
    with pytest.raises(RuleBroken, match="linked to it already"):
        add(risk, indicator)
    with pytest.raises(IntegrityError):
        make.LinkFactory(risk=risk, indicator=indicator)


def test_a_closed_contract_is_not_linked() -> None:
    risk, contract = make.RiskFactory(), make.ContractFactory(closed_on=make.TODAY, closed_why="It ended.")
    with pytest.raises(RuleBroken, match="The contract was closed on 3 April 2017"):
        add_link(owner_of(risk), risk, contract, TERMS, risk.revision, NOW)


def test_a_contract_without_a_route_puts_the_risk_before_dmt() -> None:
    risk, contract = make.RiskFactory(), make.ContractFactory(end="2017-06-30")
    outcome = add_link(owner_of(risk), risk, contract, TERMS, risk.revision, NOW)
    assert [one.effect for one in outcome.effects.risks] == ["escalated"]


@pytest.mark.parametrize("role", [Role.PERFORMANCE_OFFICER, Role.CONTRACT_MANAGER, Role.DMT_MEMBER, Role.RISK_OWNER])
def test_only_who_keeps_the_risk_links_it(role: Role) -> None:
    risk = make.RiskFactory()
    actor = holder(make.PostFactory(owning=True), role)
    with pytest.raises(NotPermitted):
        add_link(actor, risk, make.IndicatorFactory(), TERMS, risk.revision, NOW)
    add_link(coordinator(), risk, make.IndicatorFactory(), TERMS, risk.revision, NOW)


def test_a_proposal_is_linked_before_it_is_approved_and_escalates_nothing_yet() -> None:
    indicator, risk = slipped(), make.RiskFactory(status="proposed")
    assert add(risk, indicator).effects.risks == ()


def test_a_change_keeps_the_link_as_it_was() -> None:
    link = linked_indicator()
    link.assumed, risk = True, link.risk
    actor, terms = owner_of(risk), LinkTerms("It shows it.", Heeds.WATCH, date(2017, 6, 30))
    change_link(actor, link, terms, "It is only a hint.", risk.revision, NOW)
    assert (link.reason, link.heeds, link.until_on, link.assumed) == ("It shows it.", "watch", date(2017, 6, 30), False)
    (past,) = pasts(risk)
    assert (past.reason, past.heeds, past.from_on, past.ended_on) == (
        "The one shows the other.",
        "any",
        None,
        make.TODAY,
    )
    assert (past.ended_why, past.person_id) == ("It is only a hint.", actor.person_id)
    assert "It is only a hint. The risk heeds nothing: it is only watched, until 30 June 2017." in history(risk)[-1]


def test_a_change_keeps_the_first_day_unless_another_is_said() -> None:
    link = linked_indicator()
    actor = owner_of(link.risk)
    link.from_on = date(2017, 1, 1)
    change_link(actor, link, LinkTerms(link.reason, Heeds.WATCH), "It is a hint.", link.risk.revision, NOW)
    assert link.from_on == date(2017, 1, 1)
    terms = LinkTerms(link.reason, Heeds.WATCH, from_on=date(2016, 9, 1))
    change_link(actor, link, terms, "It was before that.", link.risk.revision, NOW)
    assert link.from_on == date(2016, 9, 1)
    assert [one.from_on for one in pasts(link.risk)] == [date(2017, 1, 1)] * 2
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        change_link(actor, link, terms, "Why not.", link.risk.revision, NOW)


def test_a_change_needs_a_reason_and_something_that_changes() -> None:
    link = linked_indicator()
    actor, same = owner_of(link.risk), LinkTerms(link.reason, Heeds.ANY)
    with pytest.raises(RuleBroken, match="Nothing was changed"):
        change_link(actor, link, same, "Why not.", link.risk.revision, NOW)
    with pytest.raises(RuleBroken, match="Say why the link changes") as refused:
        change_link(actor, link, TERMS, "", link.risk.revision, NOW)
    assert refused.value.field == "why"


def test_an_ended_link_stays_to_be_read() -> None:
    link = linked_indicator()
    risk = link.risk
    assert end(link).effects.risks == ()
    assert db.session.scalar(select(Link.id).where(Link.risk_id == risk.id)) is None
    assert [(past.ended_on, past.ended_why) for past in pasts(risk)] == [(make.TODAY, "It was a mistake.")]
    assert history(risk)[-1].endswith("It was a mistake.")


def test_a_link_ends_with_a_reason() -> None:
    with pytest.raises(RuleBroken, match="Say why the link ends"):
        end(linked_indicator(), " ")


class TestAnEscalationWhoseLinkEnds:
    """The signals stay in it as evidence; de-escalation is proposed and never done."""

    def test_de_escalation_is_proposed_with_the_reason(self) -> None:
        link = linked_indicator()
        risk = link.risk
        publish(link, "70")
        escalation = live(link)
        assert escalation is not None
        outcome = end(link, "It does not bear on it.")
        assert [one.effect for one in outcome.effects.risks] == ["proposed"]
        assert escalation.status == "awaiting DMT"
        assert escalation.proposal == "The link to “Take-up by two year olds” was ended: It does not bear on it."
        assert risk.effective_rag == "RED"
        assert [one.signal.state for one in escalation.evidence] == ["stands"]

    def test_evaluating_again_changes_nothing(self) -> None:
        link = linked_indicator()
        risk = link.risk
        publish(link, "70")
        end(link)
        for days in (0, 1, 30):
            assert evaluate_register(risk.register_id, later(days)) == Evaluation()

    def test_a_link_that_heeds_it_no_longer_is_as_good_as_ended(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        terms = LinkTerms(link.reason, Heeds.WATCH)
        outcome = change_link(owner_of(link.risk), link, terms, "Only a hint.", link.risk.revision, NOW)
        assert [one.sentences for one in outcome.effects.risks] == [
            ("The link to “Take-up by two year olds” no longer heeds this: Only a hint.",)
        ]

    def test_a_link_made_again_takes_the_proposal_back_and_escalates_nothing_twice(self) -> None:
        link = linked_indicator()
        risk, indicator = link.risk, link.indicator
        publish(link, "70")
        end(link)
        assert indicator is not None
        outcome = add(risk, indicator, now=later(1))
        assert [one.effect for one in outcome.effects.risks] == ["kept"]

    def test_a_reason_without_a_full_stop_gets_one(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        (effect,) = end(link, why="It was a mistake").effects.risks
        assert effect.sentences == ("The link to “Take-up by two year olds” was ended: It was a mistake.",)

    def test_another_link_that_is_heeded_keeps_it(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        contract = make.ContractFactory(end="2017-06-30")
        add_link(owner_of(link.risk), link.risk, contract, TERMS, link.risk.revision, NOW)
        (effect,) = end(link).effects.risks
        (said,) = effect.sentences
        assert (effect.effect, effect.before, effect.after) == ("a reason went", "RED", "RED")
        assert said.startswith("A reason no longer counts. It said: Take-up by two year olds: ")
        assert said.endswith("The link to “Take-up by two year olds” was ended: It was a mistake.")

    def test_dmt_takes_its_own_no_for_an_answer(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        risk = link.risk
        escalation = decide(link, DecisionKind.CONFIRM, later(1))
        end(link, now=later(2))
        assert escalation.proposal
        actor = Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())
        back = DecisionTaken(DecisionKind.RETURN, "It bears on it all the same.", due_on=date(2017, 4, 20))
        record_decision(actor, escalation, back, risk.revision, later(3))
        assert evaluate_register(risk.register_id, later(4)) == Evaluation()
        assert (escalation.status, escalation.proposal) == ("returned to owner", "")

    def test_what_dmt_settled_does_not_come_back_with_a_new_link(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        risk, indicator = link.risk, link.indicator
        decide(link, DecisionKind.DECLINE, later(1))
        end(link, now=later(2))
        assert indicator is not None
        assert add(risk, indicator, now=later(3)).effects.risks == ()


@pytest.mark.parametrize("heeds", list(Heeds))
@pytest.mark.parametrize("about_indicator", [True, False])
@pytest.mark.parametrize("severity", [0, 1, 2])
@pytest.mark.parametrize("reaches", [Reach.MANAGER, Reach.DMT])
def test_the_database_is_asked_what_the_rule_says(
    heeds: Heeds, about_indicator: bool, severity: int, reaches: Reach
) -> None:
    subject = {"indicator": make.IndicatorFactory()} if about_indicator else {"contract": make.ContractFactory()}
    link = make.LinkFactory(heeds=heeds, **subject)
    signal = SignalRow(
        kind="red", fact="a", severity=severity, reaches=int(reaches), sentence="So.", since=make.TODAY,
        found_on=make.TODAY, found_at=NOW, policy_version=1, **subject,
    )  # fmt: skip
    escalation = Escalation(
        risk=link.risk, rag_before="AMBER", rag_after="RED", policy_version=1, opened_on=make.TODAY, opened_at=NOW,
        waiting_since=NOW,
    )  # fmt: skip
    db.session.add_all([signal, escalation])
    db.session.flush()
    held = EscalationSignal(
        escalation_id=escalation.id, signal_id=signal.id, risk_id=link.risk_id, joined_at=NOW, link_reason=""
    )
    db.session.add(held)
    db.session.flush()
    asked = select(is_heeded()).select_from(EscalationSignal).join(SignalRow)
    rule = heeded(heeds, about_indicator=about_indicator, severity=severity, reaches=reaches)
    assert bool(db.session.scalar(asked)) is rule


def test_a_link_ends_by_itself_after_its_last_day_and_a_second_run_changes_nothing() -> None:
    link = linked_indicator()
    risk, link.until_on = link.risk, date(2017, 4, 4)
    publish(link, "70")
    db.session.commit()
    run_job("evaluate", NOW + timedelta(days=1))
    assert pasts(risk) == []
    assert "1 de-escalation proposed" in run_job("evaluate", NOW + timedelta(days=2)).outcome
    (past,) = pasts(risk)
    assert (past.ended_on, past.ended_why, past.person_id) == (
        date(2017, 4, 4), "It was to hold until 4 April 2017.", None,
    )  # fmt: skip
    before = history(risk)
    run_job("evaluate", NOW + timedelta(days=2, hours=1))
    assert (len(pasts(risk)), history(risk)) == (1, before)


def test_the_links_of_a_past_day_are_read_from_both_tables() -> None:
    link = linked_indicator()
    risk = link.risk
    terms = LinkTerms("It shows it.", Heeds.WATCH)
    change_link(owner_of(risk), link, terms, "Only a hint.", risk.revision, later(10))
    end(link, now=later(20))

    def linked_on(days: int) -> list[int]:
        until = make.TODAY + timedelta(days=days)
        then = links_at(until, end_of(until))
        return list(db.session.scalars(select(then.c.risk_id)))

    assert [linked_on(days) for days in (0, 9, 10, 19)] == [[risk.id]] * 4
    assert linked_on(20) == []


def test_a_first_day_in_the_past_changes_nothing_about_what_was_in_force_then() -> None:
    indicator, risk = make.IndicatorFactory(), make.RiskFactory()
    add(risk, indicator, LinkTerms("It counts.", Heeds.WATCH, from_on=date(2016, 9, 1)))
    end(only_link(risk), now=later(10))
    then = links_at(date(2017, 3, 31), end_of(date(2017, 3, 31)))
    assert db.session.scalars(select(then.c.risk_id)).all() == []
    then = links_at(make.TODAY, end_of(make.TODAY))
    assert db.session.scalars(select(then.c.risk_id)).all() == [risk.id]


def test_a_link_that_goes_on_under_another_risk_keeps_its_last_day() -> None:
    link, into = linked_indicator(), make.RiskFactory()
    link.until_on = date(2017, 6, 30)
    merge_risk(coordinator(), link.risk, into, "They are one.", link.risk.revision, NOW)
    carried = only_link(into)
    assert (carried.from_on, carried.until_on) == (make.TODAY, date(2017, 6, 30))
