"""Choosing the sheet and the columns of somebody's spreadsheet, and keeping the choice for next time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg.extensions import db
from riskreg.models import SavedMapping
from tests.exchange.books import book
from tests.guards.test_markup import elements
from tests.web.before_dmt import counted
from tests.web.browsing import post, problems, words
from tests.web.sheets import kept
from tests.web.test_upload_results import send

ENDS = ["31", "3", "2017"]


def page_of(client: FlaskClient, content: bytes, name: str = "results.xlsx") -> str:
    """Upload a file and return the page on which its columns are chosen."""
    where: str = send(client, content, name, ends=ENDS).location
    assert "/columns?" in where
    return where


def chosen(text: str) -> dict[str, str]:
    """What is chosen on the page, by the name of the wanted column."""
    found = {}
    for name, body in re.findall(r'<select[^>]*name="(column_\d+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        option = re.search(r'value="([^"]*)"[^>]*selected', body)
        label = re.search(rf'for="{name}">\s*(.*?)\s*</label>', text, re.DOTALL)
        if option and option[1] and label:
            found[label[1].removesuffix(" (optional)")] = option[1]
    return found


def two_sheets(opened: Any) -> None:
    """Add a sheet with headings that are known, lower down."""
    sheet = opened.create_sheet("Figures")
    for row in (["CYPE"], [], ["Ref", "KPI", "Outturn"], ["EY-05", "Places", 90]):
        sheet.append(row)


def test_the_sheet_and_the_columns_with_known_headings_are_suggested(officer: FlaskClient) -> None:
    path = page_of(officer, book(["Read me"], name="Cover", change=two_sheets))
    text = officer.get(path).text
    assert chosen(text) == {"Code": "A", "Indicator": "B", "Result": "C"}
    said = words(officer.get(path))
    assert "The first rows of the sheet Figures" in said
    assert "3 , which names the columns Ref KPI Outturn" in said
    assert elements(text)


def test_another_sheet_and_row_can_be_looked_at_and_the_period_goes_along(officer: FlaskClient) -> None:
    path = page_of(officer, book(["x", "y"], ["EY-05", 90], name="Cover", change=two_sheets))
    answer = officer.get(f"{path}&sheet=1&row=0")
    assert chosen(answer.text) == {}
    assert "No row with headings that we know was found in this sheet." in words(answer)
    assert answer.text.count('type="hidden" name="ends"') == 3
    there = post(officer, f"{path}&sheet=1&row=0", column_0="A", column_2="B").location
    assert "ends=31&ends=3&ends=2017" in there
    assert "1 row can be published. 1 row has a problem." in words(officer.get(there))
    assert chosen(officer.get(path).text) == {"Code": "A", "Result": "B"}


@pytest.mark.parametrize("query", ["sheet=99", "row=999999", "sheet=x&row=y", "kept=77", "sheet=2&row=2"])
def test_an_odd_address_shows_a_sheet_all_the_same(officer: FlaskClient, query: str) -> None:
    path = page_of(officer, book(["x", "y"], ["EY-05", 90], change=two_sheets))
    assert officer.get(f"{path}&{query}").status_code == 200


def test_choices_are_kept_by_name_and_offered_first_when_they_fit(officer: FlaskClient) -> None:
    ofsted = book(["Setting", "Share"], ["EY-05", 90])
    path = page_of(officer, ofsted)
    post(officer, path, column_0="A", column_2="B", keep_as="Ofsted monthly")
    again = page_of(officer, book(["Setting", "Share"], ["EY-08", 91]))
    text = words(officer.get(again))
    assert "The choices kept as “Ofsted monthly” are filled in below." in text
    assert chosen(officer.get(again).text) == {"Code": "A", "Result": "B"}
    other = page_of(officer, book(["Share", "Setting"], [90, "EY-05"]))
    text = words(officer.get(other))
    assert "does not fit this file as it is" in text
    assert "are filled in below" not in text


def test_choices_that_are_kept_can_be_forgotten(officer: FlaskClient) -> None:
    path = page_of(officer, book(["Setting", "Share"], ["EY-05", 90]))
    post(officer, path, column_0="A", column_2="B", keep_as="Ofsted monthly")
    saved = db.session.scalars(select(SavedMapping.id)).one()
    db.session.rollback()
    assert "Forget “Ofsted monthly”" in words(officer.get(path))
    answer = post(officer, path, forget=saved)
    assert answer.status_code == 302
    assert "Forget" not in words(officer.get(path))
    assert post(officer, path, forget="x").status_code == 302


def test_what_is_wrong_is_said_and_what_was_chosen_stays(officer: FlaskClient) -> None:
    path = page_of(officer, book(["Setting", "Share"], ["EY-05", 90]))
    answer = post(officer, path, column_0="A", keep_as="x" * 81)
    assert answer.status_code == 422
    assert problems(answer) == ["The name must be 80 characters or fewer. You typed 81."]
    assert chosen(answer.text) == {"Code": "A"}
    refused = post(officer, path, column_0="A", column_2="ZZZ")
    assert problems(refused) == ["Choose one of the answers in the list."]
    assert kept() == 1


def test_a_wide_sheet_of_many_choices_is_asked_as_often_as_a_small_one(officer: FlaskClient) -> None:
    path = page_of(officer, book(["Setting", "Share"], ["EY-05", 90]))
    with counted() as one:
        officer.get(path)
    for number in range(5):
        post(officer, path, column_0="A", column_2="B", keep_as=f"Choice {number}")
    wide = page_of(officer, book([f"Heading {number}" for number in range(200)], ["x"] * 200))
    with counted() as many:
        answer = officer.get(wide)
    assert len(one) == len(many) <= 8
    assert "Heading 199" in answer.text
