"""Adding contracts and changing their terms: what is refused, what is kept, and what it does to risks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.contract_terms import ContractTerms
from riskreg.domain.dates import PartialDate
from riskreg.domain.errors import ChangedMeanwhile, NotPermitted, RowsBroken, RuleBroken
from riskreg.extensions import db
from riskreg.models import AuditEvent, Contract, ContractRoute, Escalation, Link, SignalRow
from riskreg.services.actors import Actor
from riskreg.services.contract_closing import Closing, change_state, preview_state
from riskreg.services.contract_entries import ContractEntry
from riskreg.services.contract_keeping import keep_contracts, preview_contracts
from riskreg.services.evaluation import evaluate_register
from tests import factories as make
from tests.services.test_contracts import manager_of

NOW = make.NOW
WHY = "The provider has sent the signed contract."

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def link() -> Link:
    """A risk escalated by a contract that ends in July 2017."""
    made: Link = make.LinkFactory(risk=make.RiskFactory(), contract=make.ContractFactory(running_out=True))
    evaluate_register(made.risk.register_id, NOW)
    return made


def contract_of(link: Link) -> Contract:
    """The contract of a link."""
    assert link.contract is not None
    return link.contract


def coordinator() -> Actor:
    """The risk co-ordinator, who keeps any contract."""
    person = make.PersonFactory()
    return Actor(person.id, person.name, frozenset({Role.COORDINATOR}), frozenset())


def change(contract: Contract, actor: Actor | None = None, until: date | None = None, **terms: object) -> ContractEntry:
    """Change some terms of a contract, and return the entry."""
    register = make.RegisterFactory()
    entry = ContractEntry(replace(contract.terms(), **terms), contract.id, contract.revision, until)  # type: ignore[arg-type]
    keep_contracts(actor or manager_of(contract), register.id, [entry], WHY, NOW)
    return entry


def terms(**changed: object) -> ContractTerms:
    """The terms of a contract that is new."""
    post = make.PostFactory(bringing=("contract_manager",))
    given = {"kind": "external", "title": "Welfare Call", "service_area": "Early Help", "owner_post_id": post.id}
    return ContractTerms(**{**given, **changed})


def add(entry: ContractTerms) -> Contract:
    """Add a contract as the co-ordinator."""
    register = make.RegisterFactory()
    return keep_contracts(coordinator(), register.id, [ContractEntry(entry)], WHY, NOW).contracts[0]


def test_a_new_contract_gets_the_next_reference_of_its_kind_and_is_evaluated() -> None:
    make.ContractFactory(code="EXT-41")
    found = add(terms(end=PartialDate("2017-07"), value_yearly=Decimal("18000.50"), tier=1))
    assert (found.code, found.end, found.value_yearly, found.provider_known) == (
        "EXT-42", "2017-07", Decimal("18000.50"), False,
    )  # fmt: skip
    assert db.session.scalars(select(SignalRow.kind)).all() == ["no approved route"]
    assert db.session.scalars(select(AuditEvent.sentence)).one() == f"EXT-42 Welfare Call: added. {WHY}"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"service_area": ""}, "service_area"),
        ({"kind": "foreign"}, "kind"),
        ({"owner_post_id": None}, "owner_post_id"),
        ({"code": "EXT 20"}, "code"),
        ({"title": "x" * 301}, "title"),
        ({"tier": 4}, "tier"),
        ({"value_total": Decimal(-1)}, "value_total"),
        ({"start": PartialDate("2018-04"), "end": PartialDate("2018-03")}, "end"),
        ({"start": PartialDate("2018"), "review": PartialDate("2017-12-31")}, "review"),
        ({"rolling": True, "end": PartialDate("2018-03")}, "end"),
        ({"rolling": True, "extensions": 1, "extension_months": 12}, "extensions"),
        ({"extensions": 1}, "extension_months"),
        ({"extension_months": 12}, "extension_months"),
        ({"extensions": -1}, "extensions"),
        ({"extensions": 1, "extension_months": 0}, "extension_months"),
        ({"extensions": 1, "extension_months": 12, "notice_months": -1}, "notice_months"),
        (
            {"start": PartialDate("2017-04-01"), "end": PartialDate("2018-03-31"), "extensions": 1}
            | {"extension_months": 12, "notice_months": 13},
            "notice_months",
        ),
    ],
)
def test_terms_that_make_no_sense_are_refused_beside_their_field(changed: dict[str, object], field: str) -> None:
    with pytest.raises(RowsBroken) as refused:
        add(terms(**changed))
    assert field in [one.field for one in refused.value.problems]
    assert db.session.scalars(select(Contract)).all() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"start": PartialDate("2018"), "end": PartialDate("2018-03")},
        {"start": PartialDate("2018-03-31"), "end": PartialDate("2018-03")},
        {"extensions": 1, "extension_months": 12, "notice_months": 12, "start": PartialDate("2017-04-01")}
        | {"end": PartialDate("2018-03-31")},
        {"rolling": True, "review": PartialDate("2018-03")},
    ],
)
def test_terms_at_the_very_edge_are_taken(changed: dict[str, object]) -> None:
    assert add(terms(**changed)).id


def test_a_reference_is_given_once_whatever_its_letters() -> None:
    make.ContractFactory(code="EXT-41")
    with pytest.raises(RowsBroken, match="The reference ext-41 belongs to another contract"):
        add(terms(code="ext-41"))


def test_two_new_contracts_of_one_reference_are_refused_together() -> None:
    register = make.RegisterFactory()
    entries = [ContractEntry(terms(code="EXT-50"), row="row 2"), ContractEntry(terms(code="EXT-50"), row="row 3")]
    with pytest.raises(RowsBroken) as refused:
        keep_contracts(coordinator(), register.id, entries, WHY, NOW)
    assert [(one.row, one.field) for one in refused.value.problems] == [("row 2", "code"), ("row 3", "code")]


def test_an_end_that_was_wrong_is_put_right_and_the_escalation_is_withdrawn(link: Link) -> None:
    contract = contract_of(link)
    change(contract, end=PartialDate("2019-07"))
    assert db.session.scalars(select(Escalation.status)).one() == "withdrawn"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "changed")).one()
    assert event.sentence == f"{contract.code} {contract.title}: End: July 2017, now July 2019. {WHY}"
    assert event.detail == {"before": {"end": "2017-07"}, "after": {"end": "2019-07"}}


def test_the_consequences_are_the_same_before_and_after_and_nothing_is_left_of_the_first(link: Link) -> None:
    contract, actor = contract_of(link), manager_of(contract_of(link))
    entry = ContractEntry(replace(contract.terms(), rolling=True, end=None), contract.id, contract.revision)
    seen = preview_contracts(actor, link.risk.register_id, [entry], WHY, NOW)
    assert (contract.rolling, contract.end, contract.revision) == (False, "2017-07", 0)
    assert [one.about for one in seen.contracts[0].changes] == ["End", "Rolling agreement"]
    assert [one.effect for one in seen.effects.risks] == ["withdrawn"]
    assert "no route for what follows has been approved" in seen.contracts[0].end[0]
    done = keep_contracts(actor, link.risk.register_id, [entry], WHY, NOW, shown=seen.digest)
    assert done.consequences == seen


def test_an_outcome_that_is_another_by_now_is_not_saved(link: Link) -> None:
    contract = contract_of(link)
    entry = ContractEntry(replace(contract.terms(), tier=1), contract.id)
    with pytest.raises(ChangedMeanwhile):
        keep_contracts(manager_of(contract), link.risk.register_id, [entry], WHY, NOW, shown="another")


def test_a_provider_whose_place_another_takes_is_kept(link: Link) -> None:
    contract = contract_of(link)
    change(contract, until=date(2017, 3, 31), provider="Another provider", provider_number="1234")
    (kept,) = contract.providers
    assert (kept.provider, kept.until_on, kept.note) == ("A provider", date(2017, 3, 31), WHY)
    assert contract.provider == "Another provider"
    assert db.session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id.desc()).limit(1)).one() == (
        "replaced the provider"
    )


def test_a_provider_that_is_found_proposes_de_escalation_for_the_signal_had_been_true() -> None:
    contract = make.ContractFactory(undated=True, provider="TBC", provider_known=False, needed_from="2017-09")
    found = make.LinkFactory(risk=make.RiskFactory(), contract=contract)
    evaluate_register(found.risk.register_id, NOW)
    change(contract, provider="A new provider")
    assert db.session.scalars(select(SignalRow.state)).one() == "recovered"
    escalation = db.session.scalars(select(Escalation)).one()
    assert (escalation.status, bool(escalation.proposal)) == ("awaiting DMT", True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"extensions": 0, "extension_months": None}, "extensions"),
        ({"rolling": True, "end": None, "extensions": 0, "extension_months": None}, "rolling"),
        ({"end": PartialDate("2019-07")}, "end"),
        ({"end": PartialDate("2018-02")}, "end"),
        ({"extension_months": 11}, "extension_months"),
    ],
)
def test_terms_that_contradict_an_awarded_extension_are_refused(changed: dict[str, object], field: str) -> None:
    contract = make.ContractFactory(extensions=1, extension_months=12)
    awarded = {"kind": "extend", "stage": 3, "on": make.TODAY, "new_end": "2019-03", "note": "A year."}
    contract.routes.append(ContractRoute(recorded_at=NOW, person_id=make.PersonFactory().id, **awarded))
    db.session.flush()
    with pytest.raises(RowsBroken) as refused:
        change(contract, None, None, **changed)
    assert field in [one.field for one in refused.value.problems]


def test_another_managers_contract_is_refused(link: Link) -> None:
    with pytest.raises(NotPermitted, match="managed by"):
        change(contract_of(link), actor=manager_of(make.ContractFactory()), tier=1)


def test_a_manager_keeps_to_the_posts_held_and_the_coordinator_moves_contracts(link: Link) -> None:
    contract, other = contract_of(link), make.PostFactory(bringing=("contract_manager",))
    with pytest.raises(RowsBroken, match="only the risk co-ordinator"):
        change(contract, owner_post_id=other.id)
    change(contract, actor=coordinator(), owner_post_id=other.id)
    assert contract.owner_post_id == other.id


def test_what_someone_else_changed_meanwhile_is_not_overwritten(link: Link) -> None:
    contract = contract_of(link)
    entry = ContractEntry(replace(contract.terms(), tier=2), contract.id, contract.revision)
    change(contract, tier=1)
    with pytest.raises(ChangedMeanwhile):
        keep_contracts(manager_of(contract), link.risk.register_id, [entry], WHY, NOW)


def test_without_a_reason_or_a_difference_nothing_is_saved(link: Link) -> None:
    contract = contract_of(link)
    entry = ContractEntry(contract.terms(), contract.id, contract.revision)
    with pytest.raises(RuleBroken, match="Nothing differs"):
        keep_contracts(manager_of(contract), link.risk.register_id, [entry], WHY, NOW)
    with pytest.raises(RuleBroken, match="Say why"):
        keep_contracts(manager_of(contract), link.risk.register_id, [entry], "  ", NOW)


def close(link: Link, closing: Closing) -> None:
    """Close the contract of a link, or reopen it."""
    contract = contract_of(link)
    change_state(coordinator(), link.risk.register_id, contract, closing, contract.revision, NOW)


def ended(heeds: str = "any") -> Link:
    """A risk escalated by a contract that has ended."""
    contract = make.ContractFactory(end="2017-03", end_printed="March 2017")
    made: Link = make.LinkFactory(risk=make.RiskFactory(), contract=contract, heeds=heeds)
    evaluate_register(made.risk.register_id, NOW)
    return made


def test_closing_ends_the_signal_and_proposes_de_escalation() -> None:
    link = ended()
    before = preview_state(
        coordinator(), link.risk.register_id, contract_of(link), Closing("Done.", relied_on=True), 0, NOW
    )
    assert [one.effect for one in before.effects.risks] == ["proposed"]
    close(link, Closing("The families are served by the new one.", relied_on=True))
    contract = contract_of(link)
    assert contract.closed_on == make.TODAY
    assert contract.closed_why == (
        f"The families are served by the new one. Closed although {link.risk.reference} still relies on it."
    )
    assert db.session.scalars(select(SignalRow.state)).one() == "recovered"


def test_a_contract_that_a_risk_relies_on_is_closed_only_knowingly() -> None:
    link = ended()
    with pytest.raises(RuleBroken, match="still relies on it") as refused:
        close(link, Closing("It has ended."))
    assert refused.value.field == "relied_on"
    assert contract_of(link).closed_on is None


def test_a_contract_that_is_only_watched_is_closed_without_more() -> None:
    link = ended(heeds="watch")
    close(link, Closing("It has ended."))
    assert contract_of(link).closed_why == "It has ended."


def test_a_contract_is_not_closed_before_its_end(link: Link) -> None:
    with pytest.raises(RuleBroken, match="close it after that day"):
        close(link, Closing("Let us close it.", relied_on=True))


def test_a_closed_contract_signals_again_once_reopened_and_is_not_changed_before() -> None:
    link = ended()
    close(link, Closing("It has ended.", relied_on=True))
    with pytest.raises(RowsBroken, match="reopen it first"):
        change(contract_of(link), tier=1)
    close(link, Closing("It was the wrong one."))
    assert contract_of(link).closed_on is None
    assert db.session.scalars(select(SignalRow.state).order_by(SignalRow.id.desc()).limit(1)).one() == "stands"
    verbs = db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject.startswith("contract:")))
    assert list(verbs) == ["closed", "reopened"]
