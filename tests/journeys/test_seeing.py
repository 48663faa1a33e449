"""Seeing the register, by keyboard: numbers lead to their rows, any day can be looked at, a risk has its timeline."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

PERSON = Callable[[str], Keyboard]


def test_the_numbers_of_the_dashboard_lead_to_their_rows(person: PERSON) -> None:
    auditor = person("Auditor")
    auditor.open("/dashboard")
    red = auditor.page.get_by_role("link", name=re.compile(r"^\d+\s+RED"))
    number = int(re.match(r"\d+", red.first.inner_text().strip())[0])  # type: ignore[index] # the name begins with it
    auditor.follow(re.compile(r"^\d+\s+RED"))
    expect(auditor.page.get_by_role("table").get_by_role("row")).to_have_count(number + 1)


def test_the_register_is_seen_as_it_stood_and_what_has_changed_since(person: PERSON) -> None:
    auditor = person("Auditor")
    auditor.open("/register/as-at")
    auditor.fill_day("Date", 31, 2, 2017)
    auditor.press("Show the register")
    expect(auditor.page.get_by_role("alert")).to_be_visible()
    auditor.fill_day("Date", 3, 4, 2017)
    auditor.press("Show the register")
    auditor.see("SEN Transport budget savings")
    assert auditor.download(re.compile("CSV")).suggested_filename.endswith(".csv")
    auditor.open("/register/changes")
    auditor.see("CYPE 20")


@pytest.mark.parametrize("post", ["Performance Officer", "Head of Special Educational Needs Assessment and Placement"])
def test_each_role_has_its_dashboard(person: PERSON, post: str) -> None:
    reader = person(post)
    reader.menu("Dashboard")
    expect(reader.page.get_by_role("heading", level=1)).to_be_visible()


def test_the_timeline_of_a_risk_says_who_and_why(person: PERSON) -> None:
    auditor = person("Auditor")
    auditor.open("/search?q=cype+20")
    auditor.follow("Timeline")
    auditor.see(re.compile("escalated", re.IGNORECASE))
    expect(auditor.page.get_by_role("img").first).to_be_visible()
