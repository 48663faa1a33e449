"""A policy lived through the recorded past: by the rules that held it raises what was raised, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from riskreg import models
from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.dates import PartialDate, day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.lifecycle import DECISIONS, DUE_NEEDED, DecisionKind, DecisionTaken, EscalationStatus
from riskreg.domain.links import LinkTerms
from riskreg.domain.past import Rules
from riskreg.domain.policy import Policy
from riskreg.domain.policy_setting import ONLY_AHEAD, as_data, changed_rules
from riskreg.domain.referrals import Answer
from riskreg.domain.replay import Replay, night_of
from riskreg.domain.side_by_side import Difference
from riskreg.extensions import db
from riskreg.queries.past import past_of
from riskreg.queries.policies import versions_of
from riskreg.queries.replay import Replayed, replay
from riskreg.services.actors import Actor
from riskreg.services.contract_closing import Closing, change_state
from riskreg.services.contract_entries import ContractEntry
from riskreg.services.contract_keeping import keep_contracts
from riskreg.services.contracts import ReviewEntry, RouteEntry, record_review, record_route
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.evaluation import evaluate_register
from riskreg.services.keeping import close_risk, reopen_risk
from riskreg.services.links import add_link, change_link, end_link
from riskreg.services.merging import merge_risk
from riskreg.services.publishing import publish_results
from riskreg.services.referrals import give_answer
from riskreg.services.results import ResultEntry, correction_of
from riskreg.services.reviews import ReviewAnswers, complete_review
from riskreg.services.settling import live_escalation
from riskreg.services.versions import add_version
from tests import factories as make

REGISTER = 1


def present(register_id: int, now: datetime) -> Replayed:
    """The policy in force as a draft, over the whole record."""
    versions = versions_of(register_id)
    draft = replace(versions[max(versions)], version=max(versions) + 1)
    return replay(register_id, versions, draft, date(2017, 1, 1), now)


def cases(run: Replay, until: datetime) -> list[tuple[Any, ...]]:
    """Every case of a replay: whose, since when, by whom, what it holds, where it stands."""
    return sorted(
        (case.risk_id, day_of(case.opened_at), case.by_person, str(case.status),
         sorted((one.subject, one.signal.kind.value, one.signal.fact, one.state.value) for one in case.evidence),
         day_of(case.ended_at) if case.ended_at else None)
        for case in run.run(until)
    )  # fmt: skip


def recorded() -> list[tuple[Any, ...]]:
    """The same of what is stored."""
    return sorted(
        (row.risk_id, row.opened_on, row.person_id is not None, row.status,
         sorted((subject(one.signal), one.signal.kind, one.signal.fact, one.signal.state) for one in row.evidence),
         day_of(row.ended_at) if row.ended_at else None)
        for row in db.session.query(models.Escalation).all()
    )  # fmt: skip


def subject(row: models.SignalRow) -> str:
    return f"indicator:{row.indicator_id}" if row.indicator_id else f"contract:{row.contract_id}"


def test_the_present_policy_raises_on_the_plan_exactly_what_was_raised(plan_app: Flask) -> None:
    found = present(REGISTER, make.NOW)
    assert found.was == found.would == found.counts[Difference.SAME] > 0
    assert found.unsure == 0
    assert all(one.pair.was and one.pair.would for one in found.lines)
    assert [one.pair.was.sentences for one in found.lines if one.pair.was] == [
        one.pair.would.sentences for one in found.lines if one.pair.would
    ]
    assert cases(Replay(past_of(REGISTER), Rules(versions_of(REGISTER))), make.NOW) == recorded()


def test_what_only_holds_ahead_makes_no_difference_to_the_past(plan_app: Flask) -> None:
    versions = versions_of(REGISTER)
    rules = as_data(versions[1]) | {
        "amber_from_score": 2, "red_from_score": 3, "likelihood_words": list("abcde"), "impact_words": list("abcde"),
        "result_grace_days": 1, "review_months_red": 2, "review_months_amber": 9, "review_months_green": 12,
        "escalated_review_days": 1, "reminder_days_before": [], "late_days_line_director": 1,
        "late_days_coordinator": 2, "late_review_told_first": [], "late_review_told_second": ["co-ordinator"],
        "late_action_told_first": ["DMT"], "late_action_told_second": ["DMT"],
        "new_indicator_link_heeds": "watch", "new_contract_link_heeds": "watch",
    }  # fmt: skip
    draft = Policy.from_data(2, date(2017, 4, 4), rules)
    assert set(changed_rules(versions[1], draft)) == ONLY_AHEAD
    found = replay(REGISTER, versions, draft, date(2017, 1, 1), make.NOW)
    assert found == replace(present(REGISTER, make.NOW))
    assert found.would == found.counts[Difference.SAME] > 0


class History:
    """A small register to which things happen by the services that the pages use."""

    def __init__(self) -> None:
        make.corporate_register()
        self.register = make.RegisterFactory()
        self.post = make.PostFactory(owning=True)
        self.risks = [make.RiskFactory(owner_post=self.post, own_rag=rag) for rag in ("GREEN", "AMBER", "RED")]
        nobody = Actor(None, "", frozenset(), frozenset())
        for risk in self.risks:
            add_version(nobody, risk, make.NOW, "Entered.")
        self.indicators = [make.IndicatorFactory(polarity=which, basis="snapshot") for which in ("higher", "close")]
        for one in self.indicators:
            make.TargetFactory(indicator=one)
            make.ResultFactory(indicator=one, opening_position=True, basis="snapshot")
        self.contracts = [
            make.ContractFactory(
                owner_post=self.post, end=end, review=review, tier=tier, extensions=2, extension_months=13
            )
            for end, review, tier in (("2017-09", "2017-05", 1), ("2017-12-15", "", None))
        ]
        for risk, about in zip(self.risks, (*self.indicators, self.contracts[0]), strict=True):
            kind = "contract" if about is self.contracts[0] else "indicator"
            make.LinkFactory(risk=risk, **{kind: about})
        person = make.PersonFactory()
        self.actor = Actor(person.id, person.name, frozenset(Role), frozenset({self.post.id}))
        self.now = make.NOW
        evaluate_register(self.register.id, self.now)

    def wait(self, days: int) -> None:
        """Let nights pass, in each of which the register is evaluated."""
        for _ in range(days):
            day = day_of(self.now) + timedelta(days=1)
            evaluate_register(self.register.id, night_of(day))
            self.now = night_of(day) + timedelta(hours=7)
        self.now += timedelta(minutes=1)

    def act(self, what: str, first: int, second: int) -> None:
        """Do one thing; what the rules refuse is not done."""
        risk = self.risks[first % 3]
        savepoint = db.session.begin_nested()
        try:
            getattr(self, what)(risk, first, second)
            db.session.flush()
        except RuleBroken:
            savepoint.rollback()
        else:
            savepoint.commit()

    def publish(self, risk: models.Risk, first: int, second: int) -> None:
        end = day_of(self.now) - timedelta(days=first)
        value = str((90, 80, 76, 72, 69, 50)[second % 6])
        entry = ResultEntry(
            self.indicators[first % 2].id, value, f"To {end} 2017", end, 2017, reason="It was wrong.", basis="snapshot"
        )
        publish_results(self.actor, self.register.id, [entry], self.now)

    def correct(self, risk: models.Risk, first: int, second: int) -> None:
        about = self.indicators[first % 2].id
        rows = db.session.query(models.Result).filter_by(indicator_id=about, current=True, opening=False).all()
        if rows:
            row, value = rows[second % len(rows)], str((95, 79, 71, 40)[(first + second) % 4])
            publish_results(self.actor, self.register.id, [correction_of(row, value, "final", "Wrong.")], self.now)

    def escalate(self, risk: models.Risk, first: int, second: int) -> None:
        raise_escalation(self.actor, risk, "It may go wrong.", self.now)

    def decide(self, risk: models.Risk, first: int, second: int) -> None:
        if live := live_escalation(risk.id):
            kinds = list(DECISIONS[EscalationStatus(live.status)])
            kind, today = kinds[second % len(kinds)], day_of(self.now)
            due_on = today if kind in DUE_NEEDED else None
            deferred_to = today + timedelta(days=1) if kind is DecisionKind.DEFER else None
            taken = DecisionTaken(kind, "Seen.", due_on=due_on, deferred_to=deferred_to)
            record_decision(self.actor, live, taken, risk.revision, self.now)

    def review(self, risk: models.Risk, first: int, second: int) -> None:
        answers = ReviewAnswers(True, True, True, False, "Seen.", escalate=second == 5)
        complete_review(self.actor, risk, answers, risk.revision, self.now)

    def route(self, risk: models.Risk, first: int, second: int) -> None:
        contract, stage = self.contracts[first % 2], RouteStage(second % 3 + 1)
        kind = list(RouteKind)[first % 3]
        new_end = "2018-10" if kind is RouteKind.EXTEND and stage is RouteStage.AWARDED else ""
        entry = RouteEntry(kind, stage, day_of(self.now) - timedelta(days=first), "Decided.", new_end)
        record_route(self.actor, self.register.id, contract, entry, contract.revision, self.now)

    def look_at(self, risk: models.Risk, first: int, second: int) -> None:
        contract = self.contracts[first % 2]
        entry = ReviewEntry(day_of(self.now) - timedelta(days=first), "Held.", "2017-08" if second % 2 else "")
        record_review(self.actor, self.register.id, contract, entry, contract.revision, self.now)

    def set_terms(self, risk: models.Risk, first: int, second: int) -> None:
        contract = self.contracts[first % 2]
        what: dict[str, Any] = (
            {"end": PartialDate("2017-07")},
            {"end": PartialDate("2019-03-31"), "review": PartialDate("2017-04")},
            {"tier": 3, "extensions": 2, "notice_months": 4},
            {"provider": "", "needed_from": PartialDate("2017-11")},
            {"provider": "Medway Trust", "title": f"Contract {second}"},
            {"rolling": True, "end": None, "extensions": 0, "notice_months": None},
        )[second % 6]
        entry = ContractEntry(replace(contract.terms(), **what), contract.id, contract.revision)
        keep_contracts(self.actor, self.register.id, [entry], "Better so.", self.now)

    def shut(self, risk: models.Risk, first: int, second: int) -> None:
        contract = self.contracts[first % 2]
        closing = Closing("Over.", relied_on=True)
        change_state(self.actor, self.register.id, contract, closing, contract.revision, self.now)

    def link(self, risk: models.Risk, first: int, second: int) -> None:
        about = [*self.indicators, *self.contracts][second % 4]
        add_link(self.actor, risk, about, LinkTerms("It shows.", list(Heeds)[first % 3]), risk.revision, self.now)

    def change(self, risk: models.Risk, first: int, second: int) -> None:
        links = db.session.query(models.Link).filter_by(risk_id=risk.id).all()
        if links:
            terms = LinkTerms("It shows more.", list(Heeds)[second % 3])
            change_link(self.actor, links[second % len(links)], terms, "Better so.", risk.revision, self.now)

    def unlink(self, risk: models.Risk, first: int, second: int) -> None:
        links = db.session.query(models.Link).filter_by(risk_id=risk.id).all()
        if links:
            end_link(self.actor, links[second % len(links)], "Not so.", risk.revision, self.now)

    def leave(self, risk: models.Risk, first: int, second: int) -> None:
        if risk.status == "open":
            close_risk(self.actor, risk, "Over.", risk.revision, self.now)
        else:
            reopen_risk(self.actor, risk, "Not over.", risk.revision, self.now)

    def merge(self, risk: models.Risk, first: int, second: int) -> None:
        if first == 0:  # seldom, or no risk would be left
            merge_risk(self.actor, risk, self.risks[second % 3], "They are one.", risk.revision, self.now)

    def answer(self, risk: models.Risk, first: int, second: int) -> None:
        row = db.session.query(models.Referral).filter(models.Referral.state.in_(("proposed", "accepted"))).first()
        if row:
            answers = [Answer.HAND_BACK] if row.state == "accepted" else [Answer.ACCEPT, Answer.DECLINE]
            give_answer(self.actor, row, answers[second % len(answers)], "So.", row.escalation.risk.revision, self.now)


DEEDS = ("publish", "correct", "escalate", "decide", "review", "route", "look_at", "link", "change", "unlink", "leave",
         "answer", "merge")  # fmt: skip
ON_CONTRACTS = ("set_terms", "set_terms", "route", "look_at", "link", "decide", "shut")
OFTEN = ("publish", "publish", "correct", "decide", "decide", "decide", "review", *DEEDS)


@pytest.mark.parametrize("seed", range(12))
def test_the_present_policy_raises_again_exactly_what_a_history_raised(app: Flask, seed: int) -> None:
    dice, history = random.Random(seed), History()
    stood = {}
    for _ in range(80):
        history.wait(dice.choice((0, 0, 1, 2, 5)))
        history.act(dice.choice(ON_CONTRACTS if seed >= 8 else OFTEN), dice.randrange(6), dice.randrange(6))
        stood[history.now] = recorded()
    past, versions = past_of(history.register.id), versions_of(history.register.id)
    for rules in (Rules(versions), Rules(versions, replace(versions[1], version=2), date(2017, 1, 1))):
        for moment, stored in stood.items():
            assert cases(Replay(past, rules), moment) == stored, moment
    found = present(history.register.id, history.now)
    assert found.counts[Difference.SAME] == found.was == found.would > 0
    assert found.unsure == 0


def test_what_rests_on_more_by_the_draft_and_would_still_stand_is_not_the_same(app: Flask) -> None:
    history = History()
    history.wait(1)
    risk, (indicator, _) = history.risks[0], history.indicators
    terms = LinkTerms("It provides it.", Heeds.ANY)
    add_link(history.actor, risk, history.contracts[1], terms, risk.revision, history.now)
    for value, why in (("50", ""), ("95", "It was wrong.")):
        period, end = "To 31 March 2017", date(2017, 3, 31)
        entry = ResultEntry(indicator.id, value, period, end, 2017, reason=why, basis="snapshot")
        publish_results(history.actor, history.register.id, [entry], history.now)
        history.wait(1)
    versions = versions_of(history.register.id)
    draft = replace(versions[1], version=2, no_approved_route_months=(9, 9, 9))
    found = replay(history.register.id, versions, draft, date(2017, 1, 1), history.now)
    (line,) = [one for one in found.lines if one.pair.risk_id == risk.id]
    was, would = line.pair.was, line.pair.would
    assert was
    assert would
    assert (line.pair.difference, line.unsure) == (Difference.OTHERWISE, False)
    assert (was.status, would.status) == (EscalationStatus.WITHDRAWN, EscalationStatus.AWAITING)
    assert (len(was.sentences), len(would.sentences)) == (1, 2)


def test_what_wrong_news_had_brought_back_stands_again_where_dmt_had_left_it(app: Flask) -> None:
    history = History()
    indicator, risk = history.indicators[0], history.risks[0]
    stood = {}

    def publish(value: str, corrects: int | None = None) -> None:
        rows = db.session.query(models.Result).filter_by(indicator_id=indicator.id, opening=False, current=True)
        end = (
            rows.order_by(models.Result.id).all()[corrects].period_end if corrects is not None else day_of(history.now)
        )
        entry = ResultEntry(indicator.id, value, f"To {end} 2017", end, 2017, reason="Wrong.", basis="snapshot")
        publish_results(history.actor, history.register.id, [entry], history.now)

    def decide(kind: DecisionKind) -> None:
        live = live_escalation(risk.id)
        assert live
        taken = DecisionTaken(kind, "Seen.", day_of(history.now))
        record_decision(history.actor, live, taken, risk.revision, history.now)

    answers = ReviewAnswers(True, True, True, False, "Seen.")
    deeds: list[Callable[[], object]] = [
        lambda: publish("69"), lambda: decide(DecisionKind.CONFIRM), lambda: publish("60"), lambda: publish("95", 1),
        lambda: publish("55"), lambda: complete_review(history.actor, risk, answers, risk.revision, history.now),
        lambda: publish("96", -1), lambda: publish("97", 0),
    ]  # fmt: skip
    told = []
    for deed in deeds:
        history.wait(1)
        deed()
        stood[history.now] = recorded()
        told += [one[3] for one in stood[history.now] if one[0] == risk.id]
    assert told == ["awaiting DMT", "confirmed", "awaiting DMT", "confirmed", *["awaiting DMT"] * 4]
    past, versions = past_of(history.register.id), versions_of(history.register.id)
    for moment, stored in stood.items():
        assert cases(Replay(past, Rules(versions)), moment) == stored, moment
