"""How periods are named, whose target they are judged against, and when a result is asked for."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import riskreg.plan
from riskreg.domain.periods import Basis, misnamed, next_period_end, period_name, target_year_of
from riskreg.domain.periods import is_due as due


@pytest.mark.parametrize(
    ("basis", "name"),
    [
        ("annual", "Year to March 2017"),
        ("quarter", "Quarter to March 2017"),
        ("month", "March 2017"),
        ("term", "Term to March 2017"),
        ("snapshot", "End of March 2017"),
        ("rolling three months", "Three months to March 2017"),
        ("rolling twelve months", "Twelve months to March 2017"),
        ("year to date", "Year to date, March 2017"),
        ("per case", "Per case, March 2017"),
    ],
)
def test_a_period_is_named_by_what_it_is_measured_over(basis: str, name: str) -> None:
    assert period_name(basis, date(2017, 3, 31)) == name


def test_every_basis_has_its_name() -> None:
    assert len({period_name(basis, date(2017, 3, 31)) for basis in Basis}) == len(Basis)


@pytest.mark.parametrize(
    ("ends", "year"), [(date(2017, 8, 31), 2017), (date(2017, 9, 1), 2018), (date(2016, 12, 31), 2017)]
)
def test_a_figure_after_august_belongs_to_the_target_of_the_next_year(ends: date, year: int) -> None:
    assert target_year_of(ends) == year


@pytest.mark.parametrize(
    ("last", "months", "ends", "asked"),
    [
        (date(2016, 3, 31), 12, date(2017, 3, 31), True),
        (date(2016, 3, 31), 12, date(2017, 3, 30), False),
        (date(2017, 2, 28), 1, date(2017, 3, 31), True),
        (date(2016, 12, 31), 3, date(2017, 3, 31), True),
        (date(2016, 12, 31), 12, date(2017, 3, 31), False),
        (date(2014, 6, 30), 12, date(2017, 3, 31), True),
        (None, 12, date(2017, 3, 31), True),
    ],
)
def test_a_result_is_asked_for_once_its_frequency_has_passed(
    last: date | None, months: int, ends: date, asked: bool
) -> None:
    assert due(last, months, ends) is asked


def plan_periods() -> list[tuple[str, date]]:
    """Every period of the plan's results, by name and last day."""
    with Path(riskreg.plan.__path__[0], "results.csv").open(encoding="utf-8") as file:
        return [(line["period"], date.fromisoformat(line["period_end"])) for line in csv.DictReader(file)]


def test_every_name_of_the_plan_fits_its_last_day() -> None:
    assert [misnamed(name, ends) for name, ends in plan_periods() if misnamed(name, ends)] == []


@given(st.sampled_from(Basis), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_name_that_the_register_gives_a_period_fits_its_last_day(basis: Basis, ends: date) -> None:
    assert misnamed(period_name(basis, ends), ends) == ""


@given(st.sampled_from(Basis), *[st.dates(date(2000, 1, 1), date(2099, 12, 31))] * 2)
def test_it_fits_no_day_of_another_month(basis: Basis, ends: date, other: date) -> None:
    same = (ends.year, ends.month) == (other.year, other.month)
    assert bool(misnamed(period_name(basis, ends), other)) is not same


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("2016/17", date(2017, 3, 31)),
        ("2016-17", date(2017, 7, 31)),
        ("2016 - 2017", date(2017, 8, 31)),
        ("Academic year 2015–16", date(2016, 8, 31)),
        ("Autumn term 2016", date(2016, 12, 31)),
        ("Q4 2016/17", date(2017, 3, 31)),
        ("12 months to March 2017", date(2017, 3, 31)),
        ("April 2016 to March 2017", date(2017, 3, 31)),
        ("31/03/2017", date(2017, 3, 31)),
        ("2017-03-31", date(2017, 3, 31)),
        ("Sept. 2016", date(2016, 9, 30)),
        ("March 2017 snapshot", date(2017, 3, 31)),
        ("Year from 1 April 2016", date(2017, 3, 31)),
        ("Entry in September 2016", date(2016, 8, 31)),
        ("2016, published in January 2017", date(2016, 12, 31)),
        ("Marks of 2017", date(2017, 3, 31)),
        ("Decile of 2017", date(2017, 3, 31)),
    ],
)
def test_a_name_that_people_give_a_period_is_left_as_it_is(name: str, ends: date) -> None:
    assert misnamed(name, ends) == ""


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("December 2016", date(2017, 3, 31)),
        ("december 2016", date(2016, 9, 30)),
        ("Year to March 2016", date(2017, 3, 31)),
        ("Quarter to Dec 2016", date(2016, 9, 30)),
        ("2015/16", date(2017, 3, 31)),
        ("2016", date(2017, 3, 31)),
        ("Autumn term 2016", date(2017, 3, 31)),
        ("Entry in September 2016", date(2018, 8, 31)),
        ("From April 2017", date(2016, 3, 31)),
    ],
)
def test_a_name_that_contradicts_the_last_day_is_told_with_both(name: str, ends: date) -> None:
    assert misnamed(name, ends).startswith(f"“{name}” cannot have ended on {ends.day} ")


@pytest.mark.parametrize(
    ("last", "months", "following"),
    [
        (date(2016, 9, 30), 3, date(2016, 12, 31)),
        (date(2016, 8, 31), 12, date(2017, 8, 31)),
        (date(2015, 2, 28), 12, date(2016, 2, 29)),
        (date(2016, 11, 30), 3, date(2017, 2, 28)),
        (date(2016, 12, 15), 3, date(2017, 3, 15)),
        (date(2016, 12, 30), 2, date(2017, 2, 28)),
    ],
)
def test_the_period_that_follows_ends_with_its_month_where_the_one_before_did(
    last: date, months: int, following: date
) -> None:
    assert next_period_end(last, months) == following
