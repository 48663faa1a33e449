"""When a reason goes away: it is told, undone where only the register acted, and no person's judgement is lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from flask import Flask, current_app
from sqlalchemy import select, text

from riskreg.domain.access import Role
from riskreg.domain.errors import ChangedMeanwhile
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Escalation, Link, Notice, Result, Risk
from riskreg.queries.escalations import Group, QueueFilter, queued_escalations
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating
from riskreg.services.escalations import record_decision
from riskreg.services.evaluation import Evaluation, evaluate_register
from riskreg.services.publishing import publish_results
from riskreg.services.results import ResultEntry
from riskreg.services.reviews import ReviewAnswers, complete_review
from tests import factories as make
from tests.conftest import BACKENDS
from tests.services.test_evaluation import OFFICER, correct_result, linked_indicator, live, publish

NOW = make.NOW
DUE = date(2017, 4, 20)


def later(days: int) -> datetime:
    """A moment some days on."""
    return NOW + timedelta(days=days)


def decide(link: Link, kind: DecisionKind, now: datetime, reason: str = "Seen.") -> Escalation:
    """Let DMT decide on the live escalation of the link's risk."""
    escalation = live(link)
    assert escalation is not None
    member = Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())
    due = DUE if kind in (DecisionKind.CONFIRM, DecisionKind.RETURN) else None
    record_decision(member, escalation, DecisionTaken(kind, reason, due_on=due), link.risk.revision, now)
    return escalation


def correct(period: str, value: str, now: datetime) -> Evaluation:
    """Correct the current result of a period."""
    result = db.session.scalars(select(Result).where(Result.current, Result.period == period)).one()
    register = db.session.scalars(select(Risk.register_id)).first()
    assert register is not None
    return correct_result(OFFICER, register, result, value, "final", "Counted again.", now).evaluation


def verbs(link: Link) -> list[str]:
    """What the history of the risk says, in order."""
    found = select(AuditEvent.verb).where(AuditEvent.risk_id == link.risk_id).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


@pytest.mark.usefixtures("app")
class TestReversal:
    """On one risk and one indicator."""

    def test_an_owner_who_assesses_lower_takes_nothing_off_the_queue(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        post = link.risk.owner_post
        owner = Actor(make.PersonFactory(holding=post).id, "Owner", frozenset({Role.RISK_OWNER}), frozenset({post.id}))
        answers = ReviewAnswers(True, True, True, True, "All is well.", current=Rating(1, 1))
        complete_review(owner, link.risk, answers, link.risk.revision, NOW)
        assert (link.risk.own_rag, link.risk.effective_rag) == ("GREEN", "RED")

    def test_a_recovery_that_was_wrong_escalates_again_though_dmt_had_de_escalated(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        decide(link, DecisionKind.CONFIRM, later(1))
        publish(link, "79", month=1, year=2017, now=later(2))
        decide(link, DecisionKind.DE_ESCALATE, later(3), "It has recovered.")
        assert link.risk.effective_rag == "AMBER"
        evaluation = correct("January 2017", "51", later(4))
        assert len(evaluation.raised) == 1
        assert link.risk.effective_rag == "RED"

    def test_a_reason_that_goes_is_told_on_the_risk_and_an_older_page_is_refused(self) -> None:
        link = linked_indicator()
        publish(link, "75")
        publish(link, "60", month=1, year=2017)
        escalation, seen = live(link), link.risk.revision
        correct("January 2017", "76", later(1))
        assert escalation is not None
        assert escalation.status == "awaiting DMT"
        assert verbs(link)[-1] == "withdrawn"
        member = Actor(make.PersonFactory().id, "Director", frozenset({Role.DMT_MEMBER}), frozenset())
        with pytest.raises(ChangedMeanwhile):
            record_decision(member, escalation, DecisionTaken(DecisionKind.DECLINE, "Both are bad."), seen, later(1))

    def test_where_dmt_has_confirmed_nothing_is_said_to_be_withdrawn(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        escalation = decide(link, DecisionKind.CONFIRM, later(1))
        correct("December 2016", "79", later(2))
        assert escalation.status == "confirmed"
        said = "By the figures and dates as they now stand, the reason was not there when it was found. The figure for"
        assert escalation.proposal.startswith(said)
        told = select(AuditEvent.sentence).where(AuditEvent.risk_id == link.risk_id).order_by(AuditEvent.id.desc())
        assert db.session.scalars(told.limit(1)).one() == f"De-escalation is proposed to DMT. {escalation.proposal}"

    def test_dmt_may_keep_an_escalation_whose_reason_has_recovered(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        publish(link, "79", month=1, year=2017, now=later(1))
        escalation = decide(link, DecisionKind.RETURN, later(2), "Why did it fall at all?")
        for days in (3, 4, 5):
            assert evaluate_register(link.risk.register_id, later(days)) == Evaluation()
        assert (escalation.status, escalation.proposal) == ("returned to owner", "")

    def test_wrong_news_put_right_leaves_the_decision_as_it_was(self) -> None:
        link = linked_indicator()
        publish(link, "75")
        escalation = decide(link, DecisionKind.RETURN, later(1), "Say what you will do.")
        publish(link, "7", month=1, year=2017, now=later(2))
        assert escalation.status == "awaiting DMT"
        correct("January 2017", "76", later(3))
        assert (escalation.status, escalation.due_on) == ("returned to owner", DUE)
        assert verbs(link)[-2:] == ["withdrawn", "put back"]

    def test_what_recovered_and_slips_back_is_told_as_a_new_signal(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        publish(link, "79", month=1, year=2017)
        correct("January 2017", "71", later(1))
        escalation = live(link)
        assert escalation is not None
        assert escalation.proposal == ""
        states = sorted(one.signal.state for one in escalation.evidence)
        assert states == ["overtaken", "stands"]

    def test_a_recovery_that_was_wrong_is_withdrawn_with_its_figure_and_the_reason_stands_once(self) -> None:
        link = linked_indicator()
        make.PersonFactory(holding=link.risk.owner_post)
        publish(link, "70")
        publish(link, "79", month=1, year=2017)
        proposed = live(link)
        assert proposed is not None
        assert proposed.proposal
        evaluation = correct("January 2017", "75", later(1))
        old, new = (one.signal for one in proposed.evidence)
        assert (old.sentence, old.state, new.state) == (new.sentence, "overtaken", "stands")
        assert old.ended_at == NOW
        assert old.ended_why.startswith("It has recovered: 79% (January 2017) is GREEN")
        assert old.ended_why.endswith(
            "That it had gone is withdrawn: the reason stands again. "
            "The figure for January 2017 was corrected from 79% to 75%: Counted again."
        )
        assert (proposed.proposal, evaluation.joining[0].again, evaluation.kept) == ("", True, [proposed])
        (queued,) = queued_escalations(Group.DECIDE, QueueFilter(), NOW.date(), limit=9, offset=0)
        assert [one.sentence for one in queued.reasons] == [new.sentence]
        said = list(db.session.scalars(select(AuditEvent.sentence).order_by(AuditEvent.id.desc()).limit(2)))
        assert said[0].startswith("A reason of the escalation stands again. ")
        assert said[0].endswith(f"Said of it since: {old.ended_why}")
        assert said[1] == "De-escalation is no longer proposed: a reason for the escalation stands again."
        notices = db.session.scalars(select(Notice).where(Notice.kind == "escalation joined")).all()
        reference = link.risk.reference
        assert {one.facts["what"] for one in notices} == {f"A reason for the escalation of {reference} stands again"}

    def test_a_new_reason_lets_a_proposal_fall_and_the_history_says_so(self) -> None:
        link = linked_indicator()
        publish(link, "70")
        publish(link, "79", month=1, year=2017)
        publish(link, "60", month=2, year=2017, now=later(1))
        assert verbs(link)[-2:] == ["keep", "joined"]
        said = db.session.scalars(select(AuditEvent.sentence).where(AuditEvent.verb == "keep")).one()
        assert said == "De-escalation is no longer proposed: a further reason stands."


def in_a_thread(app: Flask, work: Callable[[], object]) -> tuple[Thread, list[BaseException]]:
    """Run work on a connection of its own, and commit it."""
    faults: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            try:
                db.session.execute(text("SET LOCAL lock_timeout = '20s'"))
                work()
                db.session.commit()
            except BaseException as error:  # noqa: BLE001 - told to the test, which fails on it
                faults.append(error)

    thread = Thread(target=run)
    thread.start()
    return thread, faults


def until_someone_waits(seconds: float = 10) -> None:
    """Ask PostgreSQL until another connection waits for a lock."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with db.engine.connect() as other:
            waiting = other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        if waiting:
            return
    raise AssertionError("nobody waited for the register")


@pytest.mark.parametrize("backend", BACKENDS[1:], indirect=True)
def test_two_results_published_at_once_make_one_escalation_with_both(app: Flask) -> None:
    first = linked_indicator()
    second = make.LinkFactory(risk=first.risk, indicator=linked_indicator().indicator)
    ids = (first.risk.register_id, second.indicator_id)
    db.session.commit()
    publish(first, "70")

    def publish_the_other() -> None:
        link = db.session.scalars(select(Link).where(Link.indicator_id == ids[1], Link.risk_id == first_risk)).one()
        assert link.indicator_id is not None
        entry = ResultEntry(link.indicator_id, "70", "December 2016", date(2016, 12, 28), 2017)
        publish_results(OFFICER, ids[0], [entry], NOW)

    first_risk = first.risk_id
    thread, faults = in_a_thread(current_app._get_current_object(), publish_the_other)  # type: ignore[attr-defined]
    until_someone_waits()
    db.session.commit()
    thread.join()
    assert faults == []
    db.session.expire_all()
    escalation = db.session.scalars(select(Escalation).where(Escalation.risk_id == first_risk)).one()
    assert len(escalation.evidence) == 2
