"""What a policy may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from riskreg.domain.choices import Heeds, Told
from riskreg.domain.errors import RowsBroken, RuleBroken
from riskreg.domain.policy import Policy
from riskreg.domain.policy_setting import (
    BOUNDS,
    ONLY_AHEAD,
    as_data,
    changed_rules,
    changes_no_past,
    check_policy,
    check_valid_from,
    rule_names,
)

TODAY = date(2017, 4, 3)


def broken(rules: dict[str, Any], **changed: Any) -> list[str | None]:
    with pytest.raises(RowsBroken) as refused:
        check_policy(Policy.from_data(2, TODAY, {**rules, **changed}))
    return [one.field for one in refused.value.problems]


def test_the_shipped_policy_is_fine_and_comes_back_from_what_is_stored(policy: Policy) -> None:
    check_policy(policy)
    assert Policy.from_data(policy.version, policy.valid_from, as_data(policy)) == policy
    assert set(BOUNDS) <= set(rule_names())


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"amber_from_score": 1}, ["amber_from_score"]),
        ({"red_from_score": 26}, ["red_from_score"]),
        ({"amber_from_score": 16}, ["red_from_score"]),
        ({"floor_share": "1.01"}, ["floor_share"]),
        ({"close_green_share": "0.2"}, ["close_amber_share"]),
        ({"worsening_moves": 0}, ["worsening_moves"]),
        ({"no_award_months": [3, 0, 3]}, ["no_award_months_2"]),
        ({"no_route_months": [12, 12, 5]}, ["no_approved_route_months_3"]),
        ({"no_award_months": [7, 3, 3]}, ["no_award_months_1"]),
        ({"review_overdue_days_head": 61}, ["review_overdue_days_dmt"]),
        ({"review_months_red": 4}, ["review_months_amber"]),
        ({"reminder_days_before": [3, 3]}, ["reminder_days_before"]),
        ({"reminder_days_before": [-1]}, ["reminder_days_before"]),
        ({"late_days_line_director": 14}, ["late_days_coordinator"]),
        ({"late_review_told_second": ["co-ordinator", "DMT"]}, ["late_review_told_second"]),
        ({"late_review_told_second": []}, ["late_review_told_second"]),
        ({"late_action_told_first": ["DMT"]}, ["late_action_told_second"]),
        ({"late_action_told_first": ["line director", "co-ordinator", "DMT"]}, ["late_action_told_second"]),
        ({"impact_words": ["a", "", "c", "A", "e"]}, ["impact_words_2", "impact_words_4"]),
        ({"likelihood_words": ["a", "b", "c", "d"]}, ["likelihood_words_1"]),
    ],
    ids=str,
)
def test_what_may_not_be_is_named_with_its_field(
    rules: dict[str, Any], changed: dict[str, Any], fields: list[str]
) -> None:
    assert broken(rules, **changed) == fields


def test_a_policy_without_reminders_is_allowed(rules: dict[str, Any]) -> None:
    check_policy(Policy.from_data(2, TODAY, {**rules, "reminder_days_before": []}))


LATE = ("late_review_told_first", "late_review_told_second", "late_action_told_first", "late_action_told_second")


@pytest.mark.parametrize(
    ("first", "second", "fine"),
    [
        ([], [], True),
        ([], ["DMT"], True),
        (["DMT"], ["DMT"], True),
        (["line director"], ["line director", "DMT"], True),
        (["line director", "co-ordinator", "DMT"], ["line director", "co-ordinator", "DMT"], True),
        (["DMT"], [], False),
        (["co-ordinator"], ["line director", "DMT"], False),
        (["line director", "co-ordinator"], ["co-ordinator"], False),
    ],
)
@pytest.mark.parametrize("kind", ["review", "action"])
def test_the_second_step_tells_at_least_whom_the_first_tells(
    rules: dict[str, Any], kind: str, first: list[str], second: list[str], fine: bool
) -> None:
    steps = {f"late_{kind}_told_first": first, f"late_{kind}_told_second": second}
    if fine:
        check_policy(Policy.from_data(2, TODAY, {**rules, **steps}))
    else:
        assert broken(rules, **steps) == [f"late_{kind}_told_second"]


def test_who_is_left_out_at_the_second_step_is_named(rules: dict[str, Any]) -> None:
    steps = {"late_review_told_first": ["line director", "DMT"], "late_review_told_second": ["co-ordinator"]}
    with pytest.raises(RowsBroken) as refused:
        check_policy(Policy.from_data(2, TODAY, {**rules, **steps}))
    assert [one.sentence for one in refused.value.problems] == [
        "The second reminder of a late review must also tell whom the first one tells: the line director and DMT."
    ]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("new_contract_link_heeds", Heeds.RED, "Choose what a new link heeds."),
        ("late_action_told_second", tuple(Told), "Choose among those who can be told besides the owner."),
    ],
)
def test_what_could_not_be_read_again_is_not_stored(policy: Policy, name: str, value: object, sentence: str) -> None:
    with pytest.raises(RowsBroken) as refused:
        check_policy(replace(policy, **{name: value}))  # type: ignore[arg-type]
    assert [(one.sentence, one.field) for one in refused.value.problems] == [(sentence, name)]


def test_what_is_stored_is_plain_json(policy: Policy) -> None:
    data = as_data(policy)
    assert {type(one) for name in LATE for one in data[name]} == {str}
    assert (type(data["new_indicator_link_heeds"]), data["reminder_days_before"]) == (str, [14, 3, 0])


@pytest.mark.parametrize(
    ("changed", "answer"),
    [
        ({}, True),
        ({"late_review_told_first": []}, True),
        ({"new_indicator_link_heeds": "red", "new_contract_link_heeds": "watch"}, True),
        ({"late_days_line_director": 3, "review_months_red": 2, "red_from_score": 15}, True),
        ({"worsening_moves": 3}, False),
        ({"late_review_told_first": [], "floor_share": "0.2"}, False),
        ({"no_route_months": [18, 12, 12]}, False),
        ({"review_overdue_days_dmt": 90}, False),
    ],
    ids=str,
)
def test_who_is_told_and_what_new_links_heed_change_no_past(
    rules: dict[str, Any], policy: Policy, changed: dict[str, Any], answer: bool
) -> None:
    draft = Policy.from_data(2, TODAY, {**rules, **changed})
    assert changes_no_past([policy], draft) is answer
    other = Policy.from_data(3, TODAY, {**rules, "close_amber_share": "0.2"})
    assert changes_no_past([policy, other], draft) is False
    assert set(rule_names()) > ONLY_AHEAD


def test_versions_are_compared_by_what_they_say_and_not_by_how_it_is_written(rules: dict[str, Any]) -> None:
    one = Policy.from_data(1, TODAY, {**rules, "floor_share": "0.10"})
    other = Policy.from_data(2, TODAY, {**rules, "floor_share": "0.1", "worsening_moves": 3})
    assert other.floor_share == Decimal("0.1")
    assert changed_rules(one, other) == ["worsening_moves"]


def test_a_version_holds_from_today_or_later_and_not_before_another() -> None:
    check_valid_from(TODAY, TODAY, TODAY)
    with pytest.raises(RuleBroken, match="has passed"):
        check_valid_from(date(2017, 4, 2), TODAY, date(2017, 4, 1))
    with pytest.raises(RuleBroken, match="holds from 10 April 2017 is adopted already"):
        check_valid_from(TODAY, TODAY, date(2017, 4, 10))
