"""Who hears that an escalation lost a reason or a referral ended, in what words, and when that is no longer true."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.lifecycle import DecisionKind, DecisionTaken
from riskreg.domain.links import LinkTerms
from riskreg.domain.notices import NoticeKind
from riskreg.domain.referrals import Answer
from riskreg.extensions import db
from riskreg.jobs import run_job
from riskreg.models import Escalation, Link, Message, Notice, Person, Referral, Risk
from riskreg.services.actors import Actor
from riskreg.services.consequences import Effect, Letter, effects_of
from riskreg.services.escalations import raise_escalation, record_decision
from riskreg.services.event_notices import no_longer
from riskreg.services.links import add_link, change_link, end_link
from riskreg.services.still_standing import facts_now, what_stands
from tests import factories as make
from tests.services.keepers import holder, owner_of
from tests.services.test_digests import live as put_digests
from tests.services.test_digests import sent
from tests.services.test_evaluation import linked_indicator, live, publish
from tests.services.test_referrals import CONFIRM, LATEST, REFER, answered, referred
from tests.services.test_reversal import correct, decide, later

pytestmark = pytest.mark.usefixtures("app")
WENT, ENDED = NoticeKind.REASON_WENT, NoticeKind.REFERRAL_ENDED


@pytest.fixture
def link() -> Link:
    """A risk of Owner before DMT, on which Member sits, for two reasons: December and January."""
    found = linked_indicator()
    make.PersonFactory(name="Owner", holding=found.risk.owner_post)
    make.PersonFactory(name="Member", holding=make.PostFactory(on_dmt=True))
    publish(found, "75")
    publish(found, "60", month=1, year=2017)
    return found


def told(kind: NoticeKind) -> dict[str, Notice]:
    """The notices of a kind by whose they are."""
    rows = select(Person.name, Notice).join(Notice.person).where(Notice.kind == kind).order_by(Notice.id)
    return dict(db.session.execute(rows.execution_options(populate_existing=True)).all())


def of(link: Link) -> Escalation:
    found = live(link)
    assert found is not None
    return found


def standing(link: Link) -> str:
    """What the signals say that still stand."""
    return " ".join(one.signal.sentence for one in of(link).evidence if one.signal.state == "stands")


def detail(notice: Notice) -> list[str]:
    found: list[str] = facts_now(notice)["detail"]
    return found


def test_the_owner_and_dmt_hear_what_fell_away_and_what_still_stands(link: Link) -> None:
    evaluation = correct("January 2017", "76", later(1))
    notices, reference = told(WENT), str(link.risk.reference)
    assert set(notices) == {"Owner", "Member"}
    facts = facts_now(notices["Owner"])
    assert (facts["what"], facts["do"]) == (f"One reason less for the escalation of {reference}", "See the escalation")
    assert facts["page"] == ["escalation", of(link).id]
    went, stands = facts["detail"]
    assert went.startswith("A reason was withdrawn. It said: ")
    assert "The figure for January 2017 was corrected from 60% to 76%: Counted again." in went
    assert "December 2016" in standing(link)
    assert stands == f"What still stands: {standing(link)}"
    assert facts_now(notices["Member"])["why"] == "You are told as a member of DMT."
    effects = effects_of(evaluation)
    assert [one.effect for one in effects.risks] == [Effect.REASON_WENT]
    assert effects.letters == ()
    assert effects.heard == (
        Letter("Member", "reason went", "dmt", (reference,)),
        Letter("Owner", "reason went", "owner", (reference,)),
    )


def test_it_comes_with_the_next_digest_and_not_at_once(link: Link) -> None:
    put_digests(later(1))
    sent(later(1))
    correct("January 2017", "76", later(1))
    db.session.commit()
    assert sent(later(1)) == {}
    put_digests(later(2))
    texts = sent(later(2))
    assert set(texts) == {"Owner", "Member"}
    for text in texts.values():
        assert f"One reason less for the escalation of {link.risk.reference}" in text
        assert "A reason was withdrawn." in text
        assert "What still stands: " in text


def test_what_still_stands_is_found_when_the_digest_leaves(link: Link) -> None:
    correct("January 2017", "76", later(1))
    before = standing(link)
    publish(link, "59", month=2, year=2017, now=later(2))
    notice = told(WENT)["Owner"]
    assert detail(notice)[-1] == f"What still stands: {standing(link)}"
    assert standing(link).startswith(before)
    assert len(standing(link)) > len(before)


def test_of_an_end_they_hear_only_that(link: Link) -> None:
    publish(link, "79", month=2, year=2017, now=later(1))
    assert told(WENT) == {}
    assert set(told(NoticeKind.PROPOSED)) == {"Owner", "Member"}


def test_of_a_withdrawal_they_hear_only_that() -> None:
    link = linked_indicator()
    make.PersonFactory(name="Owner", holding=link.risk.owner_post)
    publish(link, "75")
    correct("December 2016", "78", later(1))
    assert live(link) is None
    assert list(db.session.scalars(select(Message.kind).order_by(Message.id))) == [
        "escalation_raised",
        "escalation_withdrawn",
    ]
    assert told(WENT) == {}


def test_wrong_news_that_brought_it_back_is_told_with_the_decision_that_stands() -> None:
    link = linked_indicator()
    make.PersonFactory(name="Owner", holding=link.risk.owner_post)
    publish(link, "75")
    decide(link, DecisionKind.RETURN, later(1), "Say what you will do.")
    publish(link, "7", month=1, year=2017, now=later(2))
    correct("January 2017", "76", later(3))
    _, stands = detail(told(WENT)["Owner"])
    assert stands == f"What still stands: {standing(link)} DMT decided on 4 April 2017: returned to the owner."


def test_what_a_person_put_before_dmt_stands_when_its_signals_are_gone() -> None:
    link = linked_indicator()
    make.PersonFactory(name="Olu Owner", holding=link.risk.owner_post)
    raise_escalation(owner_of(link.risk), link.risk, "The provider may withdraw", later(0))
    publish(link, "60", now=later(1))
    correct("December 2016", "78", later(2))
    _, stands = detail(told(WENT)["Olu Owner"])
    assert stands == "What still stands: Olu Owner put it before DMT: The provider may withdraw."


def test_a_reason_that_no_link_heeds_any_more_is_not_among_what_stands(link: Link) -> None:
    correct("January 2017", "76", later(1))
    escalation = of(link)
    keeper = holder(make.PostFactory(coordinating=True), Role.COORDINATOR)
    end_link(keeper, link, "It no longer bears on it.", link.risk.revision, later(2))
    assert standing(link)
    assert what_stands(escalation) == "What still stands: it is before DMT, which has not decided."


@pytest.fixture
def contract_link(link: Link) -> Link:
    """A second link of the risk, to a contract that is a further reason."""
    contract = make.ContractFactory(title="Nurseries", end="2017-06-30")
    terms = LinkTerms("It rests on it.", Heeds.ANY)
    add_link(owner_of(link.risk), link.risk, contract, terms, link.risk.revision, later(1))
    return db.session.scalars(select(Link).where(Link.contract_id == contract.id)).one()


def test_a_link_that_ends_or_heeds_less_is_told_while_other_reasons_stand(link: Link, contract_link: Link) -> None:
    risk = link.risk
    watch = LinkTerms(contract_link.reason, Heeds.WATCH)
    outcome = change_link(owner_of(risk), contract_link, watch, "A hint only.", risk.revision, later(2))
    assert [one.effect for one in outcome.effects.risks] == [Effect.REASON_WENT]
    assert {(one.person, one.kind) for one in outcome.effects.heard} == {
        ("Owner", "reason went"), ("Member", "reason went"),
    }  # fmt: skip
    went, stands = detail(told(WENT)["Owner"])
    assert went.startswith("A reason no longer counts. It said: Nurseries: it ends on 30 June 2017")
    assert went.endswith("The link to “Nurseries” no longer heeds this: A hint only.")
    assert "Nurseries" not in stands
    end_link(owner_of(risk), contract_link, "No longer.", risk.revision, later(3))
    assert db.session.scalar(select(func.count()).where(Notice.kind == WENT)) == len(("Owner", "Member"))


def test_a_link_that_runs_out_is_told_and_again_heeded_is_not(link: Link, contract_link: Link) -> None:
    contract_link.until_on = later(1).date()
    contract = contract_link.contract
    db.session.commit()
    assert run_job("evaluate", later(2)).ok
    notice = told(WENT)["Member"]
    assert "The link to “Nurseries” was ended: It was to hold until " in detail(notice)[0]
    assert no_longer(notice, make.TODAY) == ""
    assert run_job("evaluate", later(3)).ok
    assert db.session.scalar(select(func.count()).where(Notice.kind == WENT)) == len(("Owner", "Member"))
    assert contract is not None
    terms = LinkTerms("It rests on it.", Heeds.ANY)
    add_link(owner_of(link.risk), link.risk, contract, terms, link.risk.revision, later(4))
    assert no_longer(notice, make.TODAY) == "It stands again."


def test_the_last_reason_that_is_let_go_is_told_as_the_proposal_only(link: Link) -> None:
    end_link(owner_of(link.risk), link, "No longer.", link.risk.revision, later(1))
    assert told(WENT) == {}
    assert set(told(NoticeKind.PROPOSED)) == {"Owner", "Member"}


def test_it_is_dropped_once_the_escalation_has_ended(link: Link) -> None:
    correct("January 2017", "76", later(1))
    decide(link, DecisionKind.DECLINE, later(2))
    assert no_longer(told(WENT)["Owner"], make.TODAY) == "It does not stand any more."


def test_it_is_dropped_once_the_end_is_proposed(link: Link) -> None:
    correct("January 2017", "76", later(1))
    publish(link, "79", month=2, year=2017, now=later(2))
    assert no_longer(told(WENT)["Owner"], make.TODAY) == "The end of the escalation was proposed meanwhile."


def test_it_is_dropped_once_the_same_stands_again(link: Link) -> None:
    correct("January 2017", "76", later(1))
    notice = told(WENT)["Owner"]
    assert no_longer(notice, make.TODAY) == ""
    correct("January 2017", "60", later(2))
    db.session.expire_all()
    assert no_longer(notice, make.TODAY) == "It stands again."
    assert "Owner" in told(NoticeKind.JOINED)


def test_only_what_is_gone_still_is_told(link: Link) -> None:
    """Of two reasons that fell away in one go, one stands again by the time at which the digest leaves."""
    publish(link, "59", month=2, year=2017)
    notice = told(NoticeKind.JOINED)["Owner"]
    signals = [one.signal for one in of(link).evidence]
    notice.kind, notice.facts = WENT, {**notice.facts, "went": [[one.id, one.fact] for one in signals[1:]]}
    signals[1].state = "recovered"
    db.session.flush()
    assert detail(notice)[:-1] == [signals[1].fact]
    assert no_longer(notice, make.TODAY) == ""


@pytest.fixture
def member() -> Actor:
    return holder(make.PostFactory(on_dmt=True), Role.DMT_MEMBER)


@pytest.fixture
def manager() -> Actor:
    """Who answers for the corporate register above."""
    make.corporate_register()
    return holder(make.PostFactory(bringing=("corporate_coordinator",)), Role.CORPORATE_COORDINATOR)


def taken_back(member: Actor, referral: Referral, decision: DecisionTaken) -> Risk:
    """Let a member of DMT decide otherwise than to refer the risk."""
    risk = referral.escalation.risk
    record_decision(member, referral.escalation, decision, risk.revision, LATEST)
    return risk


def test_the_end_of_a_referral_is_told_to_all_who_knew_of_it_but_who_recorded_it(manager: Actor, member: Actor) -> None:
    make.PersonFactory(name="Other member", holding=make.PostFactory(on_dmt=True))
    row = referred(member)
    answered(manager, row, Answer.ACCEPT)
    risk = taken_back(member, row, CONFIRM)
    notices, owner = told(ENDED), owner_of(risk).name
    assert set(notices) == {owner, "Other member", manager.name}
    asked = notices[manager.name].facts
    assert asked["what"] == f"{risk.reference} is no longer referred to the corporate register"
    assert (asked["why"], asked["page"]) == (
        "You are told because you answer for the corporate register.",
        ["referral", row.id],
    )
    assert notices[owner].facts["page"] == ["escalation", row.escalation_id]
    stands = f"What still stands: {owner} put it before DMT: The provider may withdraw. DMT decided on 5 April 2017:"
    for notice in notices.values():
        assert detail(notice) == [
            "DMT decided: confirm. We keep it.",
            "Its reference there, CRR 01, stays used.",
            f"{stands} confirmed.",
        ]


def test_a_referral_that_ends_with_its_escalation_says_so(manager: Actor, member: Actor) -> None:
    row = referred(member)
    taken_back(member, row, DecisionTaken(DecisionKind.CLOSE, "It is over."))
    notice = told(ENDED)[manager.name]
    assert detail(notice) == ["DMT decided: close the risk. It is over.", "The escalation has ended."]
    assert no_longer(notice, make.TODAY) == ""


def test_a_risk_that_was_referred_anew_meanwhile_is_not_told(manager: Actor, member: Actor) -> None:
    row = referred(member)
    risk = taken_back(member, row, DecisionTaken(DecisionKind.RETURN, "Figures?", due_on=date(2017, 5, 1)))
    record_decision(member, row.escalation, REFER, risk.revision, LATEST + timedelta(days=1))
    assert {no_longer(one, make.TODAY) for one in told(ENDED).values()} == {"It was referred anew meanwhile."}


def test_who_switched_it_off_is_not_told(link: Link) -> None:
    people: Any = select(Person).where(Person.name == "Member")
    db.session.scalars(people).one().switched_off = ["reason went"]
    evaluation = correct("January 2017", "76", later(1))
    assert [one.person for one in effects_of(evaluation).heard] == ["Owner"]
