"""The policy as stored, and what the rulebook may import."""

from __future__ import annotations

import ast
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import riskreg.domain
from riskreg.domain.choices import Heeds, Told
from riskreg.domain.policy import BEFORE_THE_RULE, Policy, of_tier

DOMAIN = Path(str(riskreg.domain.__file__)).parent
MODULES = sorted(DOMAIN.glob("*.py"))


def test_the_shipped_policy_has_the_numbers_of_the_design(policy: Policy) -> None:
    assert (policy.amber_from_score, policy.red_from_score) == (8, 16)
    assert policy.likelihood_words == ("very unlikely", "unlikely", "possible", "likely", "very likely")
    assert policy.impact_words == ("minor", "moderate", "significant", "serious", "major")
    assert policy.floor_share == Decimal("0.1")
    assert policy.worsening_moves == 2
    overdue = (policy.review_overdue_days_manager, policy.review_overdue_days_head, policy.review_overdue_days_dmt)
    assert overdue == (1, 30, 60)
    assert (policy.no_route_months, policy.no_approved_route_months, policy.no_award_months) == (
        (12, 12, 12),
        (6, 6, 6),
        (3, 3, 3),
    )
    assert policy.extension_notice_days == 90
    assert policy.no_provider_months == 12
    assert (policy.review_months_red, policy.review_months_amber, policy.review_months_green) == (1, 3, 6)
    assert policy.reminder_days_before == (14, 3, 0)
    assert (policy.late_days_line_director, policy.late_days_coordinator) == (7, 14)
    line, both = (Told.LINE_DIRECTOR,), (Told.LINE_DIRECTOR, Told.COORDINATOR)
    assert (policy.late_review_told_first, policy.late_review_told_second) == (line, (*both, Told.DMT))
    assert (policy.late_action_told_first, policy.late_action_told_second) == (line, both)
    assert (policy.new_indicator_link_heeds, policy.new_contract_link_heeds) == (Heeds.ANY, Heeds.ANY)


def test_shares_are_decimal_so_that_no_binary_fraction_judges(policy: Policy) -> None:
    shares = (policy.floor_share, policy.close_green_share, policy.close_amber_share)
    assert all(isinstance(share, Decimal) for share in shares)


def test_a_policy_remembers_its_version_and_its_day(rules: dict[str, object]) -> None:
    policy = Policy.from_data(7, date(2018, 4, 1), rules)
    assert (policy.version, policy.valid_from) == (7, date(2018, 4, 1))


def test_a_version_from_before_there_were_tiers_holds_for_all_of_them(rules: dict[str, object]) -> None:
    older = {name: value for name, value in rules.items() if name != "extension_notice_days"} | {"no_route_months": 18}
    policy = Policy.from_data(1, date(2017, 4, 1), older)
    assert (policy.no_route_months, policy.extension_notice_days) == ((18, 18, 18), 0)


def test_a_version_from_before_it_said_who_is_told_tells_and_links_as_it_did_then(
    rules: dict[str, object], policy: Policy
) -> None:
    older = {name: value for name, value in rules.items() if name not in BEFORE_THE_RULE}
    assert len(older) == len(rules) - 7
    before = Policy.from_data(1, date(2017, 4, 1), older)
    assert before == Policy.from_data(1, date(2017, 4, 1), {**rules, "extension_notice_days": 0})


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ([], ()),
        (["DMT", "line director"], (Told.LINE_DIRECTOR, Told.DMT)),
        (["co-ordinator", "co-ordinator"], (Told.COORDINATOR,)),
        (["line director", "co-ordinator", "DMT"], (Told.LINE_DIRECTOR, Told.COORDINATOR, Told.DMT)),
    ],
)
def test_who_is_told_is_read_in_one_order_each_once(
    rules: dict[str, object], stored: list[str], told: tuple[Told, ...]
) -> None:
    assert (
        Policy.from_data(1, date(2017, 4, 1), {**rules, "late_action_told_second": stored}).late_action_told_second
        == told
    )


@pytest.mark.parametrize("stored", ["DMT", ["the mayor"], ["owner"], ["performance officer"], [3], [["DMT"]], None, {}])
def test_nobody_else_can_be_told(rules: dict[str, object], stored: object) -> None:
    with pytest.raises(ValueError, match="policy rule late_review_told_first does not list some of line director, co-"):
        Policy.from_data(1, date(2017, 4, 1), {**rules, "late_review_told_first": stored})


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("new_indicator_link_heeds", "everything"),
        ("new_indicator_link_heeds", ""),
        ("new_indicator_link_heeds", ["any"]),
        ("new_contract_link_heeds", "red"),
        ("new_contract_link_heeds", None),
    ],
)
def test_a_new_link_heeds_only_what_a_link_can(rules: dict[str, object], name: str, stored: object) -> None:
    with pytest.raises(ValueError, match=f"policy rule {name} is none of any, "):
        Policy.from_data(1, date(2017, 4, 1), {**rules, name: stored})


def test_a_contract_without_a_tier_counts_as_tier_two() -> None:
    assert [of_tier((18, 12, 9), tier) for tier in (1, 2, 3, None)] == [18, 12, 9, 12]


def test_a_rule_by_tier_has_a_number_for_each(rules: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no_award_months has not one number for each of the three tiers"):
        Policy.from_data(1, date(2017, 4, 1), {**rules, "no_award_months": [3, 2]})


def test_a_missing_rule_is_named(rules: dict[str, object]) -> None:
    fewer = {name: value for name, value in rules.items() if name != "floor_share"}
    with pytest.raises(ValueError, match="policy rules missing or unknown: floor_share"):
        Policy.from_data(1, date(2017, 4, 1), fewer)


def test_an_unknown_rule_is_named(rules: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="policy rules missing or unknown: mood"):
        Policy.from_data(1, date(2017, 4, 1), {**rules, "mood": 3})


def test_no_rule_has_a_default_that_nobody_could_see() -> None:
    with pytest.raises(ValueError, match=r"amber_from_score, .*worsening_moves"):
        Policy.from_data(1, date(2017, 4, 1), {})


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_rulebook_imports_the_standard_library_and_itself_only(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names = [str(node.module)]
        else:
            continue
        for name in names:
            inside = name.partition(".")[0] in sys.stdlib_module_names or name.startswith("riskreg.domain.")
            assert inside, f"{module.name}:{node.lineno} imports {name}"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_the_rulebook_reads_no_clock(module: Path) -> None:
    calls = {node.attr for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert not calls & {"today", "now", "utcnow", "time", "monotonic"}
