"""The reads behind the list of contracts: what the database says of an end is what the rules say of it."""

from __future__ import annotations

from datetime import date

import pytest

from riskreg import models
from riskreg.domain.contracts import ContractFacts, Route, RouteKind, RouteStage
from riskreg.domain.dates import PartialDate, add_months
from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.queries.contract import dated_points
from riskreg.queries.contract_filters import ContractFilter, Ends
from riskreg.queries.contracts import choices, kind_sizes, listed_contracts
from riskreg.queries.policies import policy_on
from tests import factories as make

pytestmark = pytest.mark.usefixtures("app")
WRITTEN = ["", "2017", "2018", "2016", *(f"{year}-{month:02d}" for year in (2017, 2018) for month in range(1, 13))]
WRITTEN += [
    "2017-03-31",
    "2017-04-02",
    "2017-04-03",
    "2017-04-30",
    "2018-02-28",
    "2018-04-03",
    "2018-04-04",
    "2018-12-31",
]


@pytest.fixture
def policy() -> Policy:
    """The policy of the register."""
    return policy_on(make.RegisterFactory().id, make.TODAY)


def ends_of(asked: ContractFilter, today: date, policy: Policy) -> set[str]:
    """The ends, as they were stored, of the contracts that a filter leaves."""
    return {row.title for row in listed_contracts(asked, today, policy, limit=999, offset=0)}


@pytest.mark.parametrize("today", ["2017-04-03", "2017-03-31", "2017-04-01", "2017-12-31", "2018-01-01", "2018-02-28"])
def test_an_end_of_any_precision_is_judged_as_the_rules_judge_it(today: str, policy: Policy) -> None:
    day = date.fromisoformat(today)
    for text in WRITTEN:
        make.ContractFactory(title=text or "none", end=text)
    last = {text: PartialDate(text).last_day for text in WRITTEN if text}
    soon = add_months(day, max(policy.no_route_months))
    assert ends_of(ContractFilter(ends=Ends.PAST), day, policy) == {text for text, end in last.items() if end < day}
    assert ends_of(ContractFilter(ends=Ends.SOON), day, policy) == {
        text for text, end in last.items() if day <= end <= soon
    }
    assert ends_of(ContractFilter(ends=Ends.UNKNOWN), day, policy) == {"none"}


def test_an_extension_that_was_awarded_moves_the_end(policy: Policy) -> None:
    found = make.ContractFactory(end="2017-03", title="Extended")
    who = make.PersonFactory().id
    for stage, new_end in ((3, "2017-09"), (3, "2019"), (1, "")):
        db.session.add(
            models.ContractRoute(
                contract_id=found.id, kind="extend", stage=stage, on=make.TODAY, new_end=new_end, note="Agreed.",
                recorded_at=make.NOW, person_id=who,
            )
        )  # fmt: skip
    db.session.flush()
    for ends in (Ends.PAST, Ends.SOON, Ends.UNKNOWN):
        assert ends_of(ContractFilter(ends=ends), make.TODAY, policy) == set()
    row = listed_contracts(ContractFilter(), make.TODAY, policy, limit=9, offset=0)[0]
    assert (row.end, row.end_known) == ("2019", True)


def test_the_sizes_count_every_kind_whatever_kind_is_asked_for(policy: Policy) -> None:
    make.ContractFactory(kind="internal", service_area="HeadStart")
    make.ContractFactory.create_batch(2)
    sizes = {"external": 2, "internal": 1, "commissioning": 0}
    assert kind_sizes(ContractFilter(kind="internal"), make.TODAY, policy) == sizes
    assert kind_sizes(ContractFilter(area="HeadStart"), make.TODAY, policy) == {**sizes, "external": 0}
    assert choices().areas == ["Fair Access", "HeadStart"]


def test_a_closed_contract_has_no_milestone_ahead(policy: Policy) -> None:
    make.ContractFactory(closed_on=make.TODAY, closed_why="It ended.")
    assert listed_contracts(ContractFilter(), make.TODAY, policy, limit=9, offset=0) == []
    closed = ContractFilter(closed=True)
    assert listed_contracts(closed, make.TODAY, policy, limit=9, offset=0)[0].next_milestone is None


def test_a_route_to_the_end_makes_an_award_needless(policy: Policy) -> None:
    ending = Route(RouteKind.END, RouteStage.APPROVED, make.TODAY)
    facts = ContractFacts("It", PartialDate("2018-03"), PartialDate("2017-03"), routes=(ending,))
    assert [(one.name, one.state) for one in dated_points(facts, policy, make.TODAY)] == [
        ("Review", "passed"),
        ("Route decided", "recorded"),
        ("Route approved", "recorded"),
        ("Award or extension", "not needed"),
        ("End", "next"),
    ]
