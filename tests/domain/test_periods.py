"""How periods are named, whose target they are judged against, and when a result is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from riskreg.domain.periods import Basis, period_name, target_year_of
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
