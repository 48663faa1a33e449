"""Suggestions: by shared words and the service, the rarer the word the better, and never what is linked."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from riskreg.domain.suggesting import Key, Linkable, is_same_service, stems, suggest

PLAN = Path(__file__).parents[2] / "riskreg" / "plan"
WORDS = some.lists(some.sampled_from(["school", "schools", "places", "budget", "transport", "the", "Year"]), max_size=5)


def rows(name: str) -> list[dict[str, str]]:
    """A table of the plan."""
    with (PLAN / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def linkables() -> list[Linkable]:
    """The plan's indicators and contracts."""
    indicators = [
        Linkable(Key("indicator", at), row["code"], row["name"], row["group"])
        for at, row in enumerate(rows("indicators"), 1)
    ]
    return indicators + [
        Linkable(Key("contract", at), row["reference"], row["title"], row["service_area"], row["description"])
        for at, row in enumerate(rows("contracts"), 1)
    ]


def made(*names: str) -> list[Linkable]:
    """Indicators with these names, of no service."""
    return [Linkable(Key("indicator", at), f"K-{at:02d}", name, "") for at, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("reference", "code", "shares", "same_service"),
    [
        ("CYPE 01", "SI-21", {"schools", "category"}, True),
        ("CYPE 02", "INT-36", {"transport", "budgets"}, True),
        ("CYPE 03", "EXT-14", {"placements"}, True),
        ("CYPE 05", "PP-01", {"school", "places"}, False),
        ("CYPE 07", "INT-31", {"home"}, True),
        ("CYPE 18", "SK-05", {"neet"}, True),
        ("CYPE 20", "EXT-03", {"free"}, True),
    ],
)
def test_the_plans_risks_are_shown_what_is_about_the_same(
    reference: str, code: str, shares: set[str], same_service: bool
) -> None:
    risk = next(row for row in rows("risks") if row["reference"] == reference)
    text = " ".join(risk[part] for part in ("title", "cause", "event", "consequence"))
    found = {one.linkable.code: one for one in suggest(text, risk["service"], linkables(), ())}
    assert len(found) == 10
    assert set(found[code].shares) == shares
    assert found[code].same_service is same_service


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("places categories classes boxes", {"place", "category", "class", "box"}),
        ("Place category class box", {"place", "category", "class", "box"}),
        ("status analysis progress", {"status", "analysis", "progress"}),
        ("the percentage of pupils in 2017", set()),
        ("", set()),
    ],
)
def test_a_word_counts_in_the_singular_and_words_that_tell_nothing_do_not(text: str, same: set[str]) -> None:
    assert set(stems(text)) == same


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    found = suggest("Schools lose transport", "", made("School budgets", "School meals", "Transport costs"), ())
    assert [one.linkable.name for one in found] == ["Transport costs", "School budgets", "School meals"]
    assert found[0].shares == ("transport",)


def test_what_measures_a_contract_that_is_linked_comes_first_without_a_shared_word() -> None:
    contract = Linkable(Key("contract", 1), "C-1", "Transport", "Fair Access")
    own = Linkable(Key("indicator", 7), "I-7", "Visits on time", "Elsewhere", measures=contract.key)
    other = replace(own, key=Key("indicator", 8), code="I-8", measures=Key("contract", 2))
    there = [contract, *made("Transport costs"), own, other]
    found = suggest("Schools lose transport", "", there, {contract.key})
    assert [(one.linkable.name, one.measures) for one in found] == [
        ("Visits on time", contract),
        ("Transport costs", None),
    ]
    assert own.key not in {one.linkable.key for one in suggest("Schools lose transport", "", there, ())}


def test_the_same_service_is_enough_and_says_so() -> None:
    one = Linkable(Key("contract", 1), "C-1", "Software", "Fair Access")
    (found,) = suggest("Something else", "Fair Access Service (School Admissions)", [one], ())
    assert (found.shares, found.same_service) == ((), True)


@pytest.mark.parametrize(
    ("here", "there", "same"),
    [
        ("Early Years and Childcare Service", "Early Years & Childcare", True),
        ("Special Educational Needs Assessment and Placement", "SEN Assessment and Placement", True),
        ("Early Years and Childcare Service", "0-25 Early Help Services", False),
        ("Community, Learning and Skills", "Skills and Employability", False),
        ("", "Fair Access", False),
    ],
)
def test_services_are_the_same_when_their_names_mostly_are(here: str, there: str, same: bool) -> None:
    assert is_same_service(set(stems(here)), set(stems(there))) is same


@given(some.lists(WORDS, max_size=15), WORDS, some.randoms(), some.sets(some.integers(1, 15)))
def test_the_order_of_what_there_is_makes_no_difference_and_what_is_linked_never_comes(
    names: list[list[str]], text: list[str], chance: object, linked: set[int]
) -> None:
    there = made(*(" ".join(name) for name in names))
    mixed = list(there)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    keys = {Key("indicator", key) for key in linked}
    found = suggest(" ".join(text), "", there, keys)
    assert found == suggest(" ".join(text), "", mixed, keys)
    assert not keys & {one.linkable.key for one in found}
    assert all(one.shares for one in found)
