"""Indicators and contracts that were added by hand, with all that can stand under them, and a risk that uses them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.choices import Heeds
from riskreg.domain.contract_terms import ContractTerms
from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.dates import PartialDate
from riskreg.domain.indicator_terms import IndicatorTerms, Measure
from riskreg.domain.links import LinkTerms
from riskreg.extensions import db
from riskreg.models import Contract, Indicator, Link, Person, Post, Result, Risk
from riskreg.services.actors import Actor
from riskreg.services.benchmarks import BenchmarkEntry, set_benchmarks
from riskreg.services.contract_closing import Closing
from riskreg.services.contract_closing import change_state as close_contract
from riskreg.services.contract_entries import ContractEntry
from riskreg.services.contract_keeping import keep_contracts
from riskreg.services.contracts import ReviewEntry, RouteEntry, record_review, record_route
from riskreg.services.indicator_keeping import add_indicator, change_indicator, change_state, terms_of
from riskreg.services.links import add_link, change_link
from riskreg.services.publishing import publish_results
from riskreg.services.result_comments import comment_on
from riskreg.services.results import ResultEntry, correction_of
from riskreg.services.targets import TargetEntry, set_targets
from tests.factories import NOW, TODAY

AFTER = NOW + timedelta(hours=4, microseconds=815)
SHARE = Measure(unit="percent", decimals=1, polarity="higher", basis="quarter", frequency_months=3)
COUNT = Measure(unit="number", decimals=0, polarity="close", basis="month", frequency_months=1)
REGISTER = 1


def everybody() -> Actor:
    """A person of the demonstration, with every role and post."""
    person = db.session.scalars(select(Person).where(Person.name == "Performance Officer")).one()
    return Actor(person.id, person.name, frozenset(Role), frozenset(db.session.scalars(select(Post.id))))


def minutes(number: int) -> datetime:
    """A moment later."""
    return AFTER + timedelta(minutes=number)


def add_by_hand() -> None:
    """Two contracts and four indicators, used by the first risk of the register."""
    who = everybody()
    contract = _contract(who)
    _closed_contract(who)
    visits = _visits(who, contract)
    _waiting(who)
    _for_information(who)
    _close_to_target(who)
    first = db.session.scalars(select(Risk).where(Risk.status == "open").order_by(Risk.id)).first()
    assert first is not None
    for subject in (visits, contract):
        add_link(who, first, subject, LinkTerms("It rests on it.", Heeds.ANY), first.revision, minutes(40))
    link = db.session.scalars(select(Link).where(Link.indicator_id == visits.id)).one()
    change_link(who, link, LinkTerms("It rests on it wholly.", Heeds.ANY), "Said better", first.revision, minutes(41))
    db.session.commit()


def _keep(who: Actor, entry: ContractEntry, at: datetime) -> Contract:
    return keep_contracts(who, REGISTER, [entry], "=1+1 is why", at).contracts[0]


def _contract(who: Actor) -> Contract:
    owner = db.session.scalars(select(Post.id).order_by(Post.id)).first()
    terms = ContractTerms(
        kind="external", title="=Welfare calls", service_area="Early Help", needed_from=PartialDate("2017-09"),
        value_total=Decimal("18000.50"), value_yearly=Decimal("6000.10"), irrecoverable_vat=Decimal(0),
        start=PartialDate("2015"), end=PartialDate("2018-03"), review=PartialDate("2017-06-30"), tier=1, extensions=2,
        extension_months=12, notice_months=3, procurement_route="Open tender", safeguarding_critical=True,
        provider_is_small=True, owner_post_id=owner,
    )  # fmt: skip
    made = _keep(who, ContractEntry(terms), minutes(0))
    again = replace(made.terms(), provider="Callers Ltd", provider_number="0123")
    _keep(who, ContractEntry(again, made.id, made.revision, TODAY), minutes(1))
    third = replace(again, provider="Better Callers Ltd")
    _keep(who, ContractEntry(third, made.id, made.revision, TODAY), minutes(1))
    stages = ((RouteStage.DECIDED, ""), (RouteStage.APPROVED, ""), (RouteStage.AWARDED, "2019-03"))
    for number, (stage, new_end) in enumerate(stages, 2):
        entry = RouteEntry(RouteKind.EXTEND, stage, TODAY, "By the board", new_end)
        record_route(who, REGISTER, made, entry, made.revision, minutes(number))
    record_review(who, REGISTER, made, ReviewEntry(TODAY, "It goes well", "2017-12"), made.revision, minutes(6))
    return made


def _closed_contract(who: Actor) -> None:
    owner = db.session.scalars(select(Post.id).order_by(Post.id.desc())).first()
    terms = ContractTerms(
        kind="internal", title="Minibus", service_area="SEND", review=PartialDate("2016"), rolling=True,
        provider_is_voluntary=True, owner_post_id=owner,
    )  # fmt: skip
    made = _keep(who, ContractEntry(terms), minutes(7))
    close_contract(who, REGISTER, made, Closing("It has ended."), made.revision, minutes(8))


def _add(who: Actor, measure: Measure, **terms: object) -> Indicator:
    given: dict[str, object] = {"name": "Visits on time", "service_group": "Fair Access", "origin": "The provider"}
    return add_indicator(who, REGISTER, IndicatorTerms(**{**given, **terms}), measure, minutes(10))  # type: ignore[arg-type]


def _publish(who: Actor, one: Indicator, value: str, period: tuple[str, date], at: int) -> Result:
    entry = ResultEntry(one.id, value, *period, 2017, note="As the provider has it")
    return publish_results(who, REGISTER, [entry], minutes(at)).results[0]


def _aim(who: Actor, one: Indicator, at: int, kind: str = "figure", **figures: str) -> None:
    row = next((row for row in one.targets if row.year == 2017), None)
    entry = TargetEntry(one.id, 2017, kind, revision=row.revision if row else None, **figures)
    set_targets(who, REGISTER, [entry], "In the contract", minutes(at))
    db.session.expire(one, ["targets"])


def _visits(who: Actor, contract: Contract) -> Indicator:
    """A target that was changed after a result, national figures likewise, a correction, a final figure, comments."""
    one = _add(who, SHARE, contract_id=contract.id, description="Of all calls,\nas it was agreed")
    _aim(who, one, 11, value="80.0", floor="70")
    set_benchmarks(who, REGISTER, [BenchmarkEntry(one.id, 2017, "75.50", "70")], "Published", minutes(12))
    again = BenchmarkEntry(one.id, 2017, "76", "71.0", comparable=False, revision=0)
    set_benchmarks(who, REGISTER, [again], "Put right", minutes(13))
    before = _publish(who, one, "81", ("Quarter to December 2016", date(2016, 12, 31)), 14)
    comment_on(who, before, "Better than was thought", minutes(15))
    wrong = _publish(who, one, "90", ("Quarter to March 2017", date(2017, 3, 31)), 16)
    comment_on(who, wrong, "=Too good to be true", minutes(17))
    right = correction_of(wrong, "60.0", "provisional", "A month was counted twice")
    found = publish_results(who, REGISTER, [right], minutes(18)).results[0]
    final = replace(correction_of(found, "60.0", "final", ""), note="Audited")
    publish_results(who, REGISTER, [final], minutes(19))
    _aim(who, one, 20, value="60", floor="50.25")
    change_indicator(who, REGISTER, one, replace(terms_of(one), name="Calls made on time"), "Worded better",
                     one.revision, minutes(21))  # fmt: skip
    return one


def _waiting(who: Actor) -> None:
    """A result that waits for a national figure is judged when that is known."""
    one = _add(who, SHARE, name="Calls answered", service_group="New group")
    _aim(who, one, 22, kind="national_plus", value="2")
    _publish(who, one, "50", ("Quarter to March 2017", date(2017, 3, 31)), 23)


def _for_information(who: Actor) -> None:
    """It has no RAG, and it ended."""
    one = _add(who, replace(COUNT, polarity="lower", is_rated=False), name="Calls in all")
    _publish(who, one, "1,200", ("March 2017", date(2017, 3, 31)), 24)
    change_state(who, REGISTER, one, "Nobody asks for it", one.revision, minutes(25))


def _close_to_target(who: Actor) -> None:
    one = _add(who, COUNT, name="Callers")
    _aim(who, one, 26, value="10", green_tolerance="0.5", amber_tolerance="2")
    _aim(who, one, 26, value="10", green_tolerance="0.4", amber_tolerance="2")
    _publish(who, one, "14", ("February 2017", date(2017, 2, 28)), 27)
