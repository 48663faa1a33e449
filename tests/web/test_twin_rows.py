"""A thing that stands in several rows of a file: all of them are refused, whatever else is wrong with any of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import Benchmark
from tests.exchange.books import book
from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.sheets import choose, filled_in
from tests.web.test_bad_results import HEADINGS, rows_page, said_of
from tests.web.test_contract_keeping import COORDINATOR, contract, through
from tests.web.test_contract_upload import WHY, send
from tests.web.test_targets_workbook import uploaded

EY = "The indicator is there for the period to 31 March 2017 in"


@pytest.mark.parametrize(
    "fault",
    [
        ["EY-05", None, "N/A"],
        ["EY-05", None, "=1+1"],
        ["EY-05", None, 80, "draft"],
        ["EY-05", None, 190],
        [None, "Percentage of eligible children taking up FF2 place (as measured by DfE snapshot)", "about 9"],
    ],
)
def test_a_result_whose_twin_has_another_fault_is_refused(officer: FlaskClient, fault: list[Any]) -> None:
    text = said_of(officer, fault, ["EY-08", None, 88], ["EY-05", None, 90])
    assert f"{EY} row 4 too." in text
    assert f"{EY} row 2 too." in text
    assert "1 row can be published. 2 rows have a problem." in text


def test_a_twin_of_another_period_or_basis_is_none(officer: FlaskClient) -> None:
    rows: list[list[Any]] = [["EY-05", None, "N/A", None, "30/11/2016"], ["EY-05", None, 91, None, "31/1/2017"]]
    text = words(officer.get(rows_page(officer, book(HEADINGS, *rows), ends="")))
    assert "1 row can be published. 1 row has a problem." in text


def test_of_very_many_rows_the_first_is_named_and_how_many_more(officer: FlaskClient) -> None:
    text = said_of(officer, *[["EY-05", None, 90]] * 200)
    assert f"{EY} row 3 and 198 more rows too." in text
    assert f"{EY} row 2 and 198 more rows too." in text
    assert "200 rows have a problem." in text


def test_of_four_rows_each_names_the_three_others(officer: FlaskClient) -> None:
    assert f"{EY} row 2, row 3 and row 5 too." in said_of(officer, *[["EY-05", None, 90]] * 4)


def contracts_with(client: FlaskClient, **cells: dict[str, Any]) -> str:
    """Send our workbook of contracts with other cells, and return the page of its rows."""
    content = client.get("/contracts/contracts.xlsx").data
    return send(client, filled_in(content, {code.replace("_", "-"): one for code, one in cells.items()}, "Contracts"))


def test_a_contract_whose_twin_has_another_fault_is_not_overwritten(client: FlaskClient) -> None:
    sign_in_as(client, COORDINATOR)
    was = contract("INT-01").title
    there = contracts_with(client, INT_01={"Value in total": "N/A"}, INT_14={"Reference": "INT-01"})
    text = words(client.get(there))
    rows = re.findall(r"Contracts, row (\d+) \S+ \(Reference\) This contract stands in row (\d+) too\.", text)
    assert len(rows) == 2
    assert rows[0] == rows[1][::-1]
    assert "“N/A” is not a figure." in text
    assert "2 rows have a problem" in text
    through(client, there, **WHY, leave_out="y")
    assert contract("INT-01").title == was


def test_both_rows_of_a_contract_are_refused(client: FlaskClient) -> None:
    sign_in_as(client, COORDINATOR)
    there = contracts_with(client, EXT_08={"Reference": "EXT-09"}, EXT_09={"Tier": 2})
    text = words(client.get(there))
    assert "Contracts, row 75 A (Reference) This contract stands in row 76 too." in text
    assert "Contracts, row 76 A (Reference) This contract stands in row 75 too." in text
    assert "2 rows have a problem" in text
    assert "2 rows cannot be taken in as they are" in problems(post(client, there, **WHY))[0]


def test_a_new_reference_in_two_rows_is_refused_in_both(client: FlaskClient) -> None:
    sign_in_as(client, COORDINATOR)
    there = contracts_with(client, EXT_08={"Reference": "EXT-90"}, EXT_09={"Reference": "ext-90"})
    text = words(client.get(there))
    assert "row 75 A (Reference) This contract stands in row 76 too." in text
    assert "row 76 A (Reference) This contract stands in row 75 too." in text
    assert "belongs to another contract" not in text


def test_a_target_whose_twin_cannot_be_read_is_refused(officer: FlaskClient) -> None:
    there = uploaded(officer, ("EY-02", 2017, "Target", "=1+1"), ("EY-02", 2018, "Year", 2017))
    text = words(officer.get(there))
    assert "Targets, row 7 G (Target) The cell holds a formula" in text
    assert "Targets, row 8 F (Year) The target of 2017 is there in row 7 too." in text


def test_a_national_figure_whose_twin_has_another_fault_is_refused(officer: FlaskClient) -> None:
    content = "Code,Year,National figure,Comparable,Statistical neighbours,State\n{}".format(
        "EY-05,2017,about 70,yes,,\nEY-05,2017,68,yes,,\nEY-06,2017,69,yes,,\n"
    )
    answer = choose(officer, "/indicators/national", content.encode(), "national.csv")
    text = words(officer.get(answer.location))
    assert "row 2 C (National figure) “about 70” is not a figure." in text
    assert "row 3 B (Year) The national figure of 2017 is there in row 2 too." in text
    fresh()
    assert db.session.scalar(select(Benchmark).where(Benchmark.note == "Why")) is None
