"""Recording a contract's route and reviews, and what that does to the risks that depend on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.dates import PartialDate
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RuleBroken
from riskreg.extensions import db
from riskreg.models import Contract, Escalation, Link, SignalRow
from riskreg.services.actors import Actor
from riskreg.services.contracts import ReviewEntry, RouteEntry, preview_route, record_review, record_route
from riskreg.services.evaluation import evaluate_register
from tests import factories as make

NOW = make.NOW
TODAY = make.TODAY

pytestmark = pytest.mark.usefixtures("app")


def manager_of(contract: Contract) -> Actor:
    """Whoever holds the post that manages the contract."""
    holdings = contract.owner_post.holdings
    person = holdings[0].person if holdings else make.PersonFactory(holding=contract.owner_post)
    return Actor(person.id, person.name, frozenset({Role.CONTRACT_MANAGER}), frozenset({contract.owner_post_id}))


@pytest.fixture
def link() -> Link:
    """A risk escalated by a contract that ends in July 2017."""
    made: Link = make.LinkFactory(
        risk=make.RiskFactory(), contract=make.ContractFactory(running_out=True, extensions=1, extension_months=12)
    )
    evaluate_register(made.risk.register_id, NOW)
    return made


def route(link: Link, entry: RouteEntry, actor: Actor | None = None, seen: int | None = None) -> None:
    """Record a route on the link's contract."""
    contract = link.contract
    assert contract is not None
    revision = contract.revision if seen is None else seen
    record_route(actor or manager_of(contract), link.risk.register_id, contract, entry, revision, NOW)


APPROVED = RouteEntry(RouteKind.REPROCURE, RouteStage.APPROVED, TODAY, "Approved by the Cabinet Member.")


def test_an_approved_route_proposes_de_escalation(link: Link) -> None:
    route(link, APPROVED)
    escalation = db.session.scalars(select(Escalation)).one()
    assert (escalation.status, bool(escalation.proposal)) == ("awaiting DMT", True)
    assert link.risk.effective_rag == "RED"


def test_a_route_that_had_been_approved_before_withdraws_the_escalation(link: Link) -> None:
    """It was only recorded late: the signal never was."""
    late = RouteEntry(RouteKind.REPROCURE, RouteStage.APPROVED, TODAY - timedelta(days=30), "Approved in March.")
    route(link, late)
    assert db.session.scalars(select(Escalation.status)).one() == "withdrawn"
    assert link.risk.effective_rag == "AMBER"


def test_a_route_that_is_only_decided_is_not_enough_for_dmt(link: Link) -> None:
    route(link, RouteEntry(RouteKind.REPROCURE, RouteStage.DECIDED, TODAY, "We shall go to the market."))
    assert db.session.scalars(select(SignalRow.state)).one() == "stands"


def test_an_awarded_extension_moves_the_end(link: Link) -> None:
    route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended by a year.", "2018-07"))
    assert link.contract is not None
    assert str(link.contract.facts().current_end) == "July 2018"


def test_no_more_extensions_are_awarded_than_the_terms_allow(link: Link) -> None:
    route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended by a year.", "2018-07"))
    with pytest.raises(RuleBroken, match="1 extension is allowed, and 1 was awarded already") as refused:
        route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "And another year.", "2019-07"))
    assert refused.value.field == "stage"
    route(link, RouteEntry(RouteKind.EXTEND, RouteStage.APPROVED, TODAY, "To be agreed."))


@pytest.mark.parametrize(
    ("end", "months", "last", "beyond", "latest"),
    [
        ("2017-07", 12, "2018-07-31", "2018-08-01", "31 July 2018"),
        ("2017-07", 12, "2018-07", "2018-08", "31 July 2018"),
        ("2017-07", 12, "2018", "2019", "31 July 2018"),
        ("2018-02-28", 1, "2018-03-31", "2018-04-01", "31 March 2018"),
        ("2019-11-30", 3, "2020-02-29", "2020-03-01", "29 February 2020"),
        ("2017-05-15", 1, "2017-06-15", "2017-06-16", "15 June 2017"),
        ("2017", 6, "2018-06", "2018-07", "30 June 2018"),
    ],
)
def test_an_extension_is_awarded_for_as_long_as_the_terms_say_at_most(
    link: Link, end: str, months: int, last: str, beyond: str, latest: str
) -> None:
    contract = link.contract
    assert contract is not None
    contract.end, contract.extension_months = end, months
    with pytest.raises(RuleBroken, match=f"the new end is {latest} at the latest: enter a longer one") as refused:
        route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended.", beyond))
    assert (refused.value.field, contract.routes) == ("new_end", [])
    route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended.", last))
    assert contract.facts().current_end == PartialDate(last)


def test_each_extension_is_awarded_by_itself_from_the_end_before_it(link: Link) -> None:
    contract = link.contract
    assert contract is not None
    contract.extensions = 2
    for new_end, way in (("2019-07", "record each extension by itself"), ("2019-08", "enter a longer one")):
        with pytest.raises(RuleBroken, match=way):
            route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Both at once.", new_end))
    for new_end in ("2018-07", "2019-07"):
        route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "By a year.", new_end))
    assert str(contract.facts().current_end) == "July 2019"


def test_where_the_terms_do_not_say_how_long_an_extension_is_any_later_end_is_taken(link: Link) -> None:
    assert link.contract is not None
    link.contract.extension_months = None
    route(link, RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended.", "2030-09"))


def test_what_recording_does_is_the_same_before_and_after(link: Link) -> None:
    contract = link.contract
    assert contract is not None
    asked = manager_of(contract), link.risk.register_id, contract, APPROVED, contract.revision, NOW
    seen = preview_route(*asked)
    assert contract.routes == []
    done = record_route(*asked, shown=seen.digest)
    assert done.consequences == seen
    assert [one.effect for one in seen.effects.risks] == ["proposed"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended."), "new_end"),
        (RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended.", "2017-06"), "new_end"),
        (RouteEntry(RouteKind.EXTEND, RouteStage.AWARDED, TODAY, "Extended.", "2018-13"), "new_end"),
        (RouteEntry(RouteKind.END, RouteStage.APPROVED, TODAY, "Let it end.", "2018-07"), "new_end"),
        (RouteEntry(RouteKind.END, RouteStage.APPROVED, TODAY + timedelta(days=1), "Tomorrow."), "on"),
        (RouteEntry(RouteKind.END, RouteStage.APPROVED, TODAY, "  "), "note"),
        (RouteEntry(RouteKind.END, RouteStage.AWARDED, TODAY, "Let it end."), "stage"),
    ],
)
def test_a_route_that_makes_no_sense_is_refused_beside_its_field(link: Link, entry: RouteEntry, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        route(link, entry)
    assert refused.value.field == field
    assert link.contract is not None
    assert link.contract.routes == []


def test_another_managers_contract_is_refused(link: Link) -> None:
    with pytest.raises(NotPermitted):
        route(link, APPROVED, actor=manager_of(make.ContractFactory()))


def test_a_contract_that_someone_else_has_changed_is_refused(link: Link) -> None:
    route(link, APPROVED)
    with pytest.raises(ChangedMeanwhile):
        route(link, APPROVED, seen=0)


def test_a_review_answers_the_overdue_one_and_sets_the_next() -> None:
    contract = make.ContractFactory(undated=True, review="2017-01", review_printed="January 2017")
    link = make.LinkFactory(risk=make.RiskFactory(), contract=contract)
    evaluate_register(link.risk.register_id, NOW)
    assert db.session.scalars(select(SignalRow.kind)).one() == "review overdue"
    assert db.session.scalars(select(Escalation.status)).one() == "awaiting DMT"
    entry = ReviewEntry(TODAY, "Performing well.", "2018-01")
    record_review(manager_of(contract), link.risk.register_id, contract, entry, contract.revision, NOW)
    assert db.session.scalars(select(SignalRow.state)).one() == "recovered"
    assert contract.facts().current_review is not None
    assert str(contract.facts().current_review) == "January 2018"


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (ReviewEntry(TODAY + timedelta(days=1), "Tomorrow."), "reviewed_on"),
        (ReviewEntry(TODAY, ""), "note"),
        (ReviewEntry(TODAY, "Done.", "2017-03"), "next_review"),
        (ReviewEntry(TODAY, "Done.", "soon"), "next_review"),
    ],
)
def test_a_review_that_makes_no_sense_is_refused_beside_its_field(entry: ReviewEntry, field: str) -> None:
    register, contract = make.RegisterFactory(), make.ContractFactory()
    assert isinstance(contract, Contract)
    with pytest.raises(RuleBroken) as refused:
        record_review(manager_of(contract), register.id, contract, entry, contract.revision, NOW)
    assert refused.value.field == field


def test_dates_stay_as_the_plan_has_them() -> None:
    assert make.ContractFactory().end == "2018-03"
    assert date(2018, 3, 31) == make.ContractFactory().facts().end.last_day


def test_an_agreement_that_rolls_on_is_not_extended(link: Link) -> None:
    assert link.contract is not None
    link.contract.rolling, link.contract.end = True, ""
    with pytest.raises(RuleBroken) as refused:
        route(link, RouteEntry(RouteKind.EXTEND, RouteStage.DECIDED, TODAY, "Extend it."))
    assert refused.value.field == "kind"


def test_nothing_is_recorded_on_a_closed_contract(link: Link) -> None:
    assert link.contract is not None
    link.contract.closed_on, link.contract.closed_why = TODAY, "It ended."
    with pytest.raises(RuleBroken, match="reopen it first"):
        route(link, APPROVED)
