"""What the contract register is narrowed to and how it is sorted, and what ends when."""

from __future__ import annotations

from decimal import Decimal

import pytest
from flask import Flask

from riskreg.domain.contract_terms import KIND_OF_SUM_NOT_SAID
from riskreg.domain.policy import Policy
from riskreg.queries.contract_filters import ContractFilter
from riskreg.queries.contract_timeline import quarters
from riskreg.queries.contracts import SORTS, listed_contracts
from tests import factories as make
from tests.web.before_dmt import counted

pytestmark = pytest.mark.usefixtures("contracts")


@pytest.fixture
def contracts(app: Flask) -> None:
    """Four contracts, one of them closed and one that rolls on."""
    make.ContractFactory(
        code="EXT-3", title="a", provider="Zed", end="2017-06", value_total=Decimal("9.50"), tier=1,
        safeguarding_critical=True,
    )  # fmt: skip
    make.ContractFactory(code="EXT-1", title="B", provider="", end="2018-03", value_yearly=Decimal(100), tier=3)
    make.ContractFactory(code="EXT-2", title="c", provider="Able", end="", rolling=True)
    make.ContractFactory(code="EXT-4", title="d", closed_on=make.TODAY, closed_why="It ended.")


@pytest.fixture
def policy() -> Policy:
    """The shipped policy."""
    found: Policy = make.RegisterFactory().policies[0].as_policy()
    return found


def titles(policy: Policy, asked: ContractFilter, sort: str = "title") -> str:
    """The titles of the contracts under a filter, in order."""
    return "".join(row.title for row in listed_contracts(asked, make.TODAY, policy, limit=9, offset=0, sort=sort))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ContractFilter(), "aBc"),
        (ContractFilter(tier="1"), "a"),
        (ContractFilter(tier="2"), ""),
        (ContractFilter(tier="none"), "c"),
        (ContractFilter(critical=True), "a"),
        (ContractFilter(closed=True), "d"),
        (ContractFilter(ends="rolling"), "c"),
        (ContractFilter(ends="unknown"), ""),
        (ContractFilter(ends="3"), "a"),
        (ContractFilter(ends="6"), "a"),
        (ContractFilter(ends="24"), "aB"),
        (ContractFilter(provider="zE"), "a"),
        (ContractFilter(provider="100%"), ""),
    ],
)
def test_the_register_is_narrowed(policy: Policy, asked: ContractFilter, found: str) -> None:
    assert titles(policy, asked) == found


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("code", "Bca"), ("-code", "acB"), ("title", "aBc"), ("-title", "cBa"), ("provider", "caB"),
        ("-provider", "acB"), ("value", "aBc"), ("-value", "Bac"), ("tier", "aBc"), ("-tier", "Bac"),
        ("end", "aBc"), ("-end", "Bac"),
    ],
)  # fmt: skip
def test_the_register_is_sorted_with_what_is_not_known_last(policy: Policy, sort: str, found: str) -> None:
    assert titles(policy, ContractFilter(), sort) == found


def test_every_sort_can_be_asked_for(policy: Policy) -> None:
    for name in SORTS:
        assert len(titles(policy, ContractFilter(), name)) == 3


def test_what_ends_in_a_quarter_is_summed_and_what_rolls_on_or_is_closed_is_not_there() -> None:
    make.ContractFactory(end="2017-04", value_total=None)
    make.ContractFactory(end="2018", value_total=Decimal(5), value_yearly=Decimal(1))
    make.ContractFactory(end="2018-02", value_total=Decimal(7), value_note=f"As printed. {KIND_OF_SUM_NOT_SAID}")
    make.ContractFactory(end="")
    nothing = Decimal(0)
    assert [(one.quarter, one.contracts, one.total, one.yearly, one.unsaid, one.unvalued) for one in quarters()] == [
        ("2017-2", 2, Decimal("9.50"), nothing, nothing, 1),
        ("2018", 1, Decimal(5), nothing, nothing, 0),
        ("2018-1", 2, nothing, Decimal(100), Decimal(7), 0),
        ("", 1, nothing, nothing, nothing, 1),
    ]


def test_the_timeline_asks_two_questions_however_many_contracts_there_are() -> None:
    with counted() as asked:
        quarters()
    make.ContractFactory.create_batch(20)
    with counted() as more:
        quarters()
    assert len(asked) == len(more) == 2
