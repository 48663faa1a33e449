"""A meeting of DMT from its date to its closed record, in a browser; each page on the way is accessible."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

DIRECTOR = "Corporate Director, Children, Young People and Education"


def test_a_meeting_is_set_up_decided_at_and_closed(window: Callable[[str], Page]) -> None:
    page = window("Risk Co-ordinator")
    start = page.url.rstrip("/")
    page.goto(f"{start}/meetings")
    check_accessible(page)
    page.get_by_role("button", name="Set up meetings").click()
    for part, value in (("Day", "3"), ("Month", "4"), ("Year", "2017")):
        page.get_by_role("group", name="Date of the meeting").get_by_label(part).fill(value)
    check_accessible(page)
    page.get_by_role("button", name="Set up", exact=True).click()
    page.get_by_role("link", name="3 April 2017").click()
    page.get_by_role("button", name="Make the agenda").click()
    page.get_by_role("button", name=re.compile("Down.*CYPE 01")).click()
    expect(page.get_by_role("listitem").filter(has_text="CYPE 01").first).to_contain_text("2")
    page.get_by_role("button", name="Make the pack").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("DMT pack for the meeting of 3 April 2017")
    check_accessible(page)
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the register of this pack as a spreadsheet").click()
    assert taken.value.suggested_filename == "CYPE-register-2017-04-03.xlsx"
    page.get_by_role("link", name="Back to the meeting").click()
    at = page.url

    member = window(DIRECTOR)
    member.goto(at)
    decide_by_keyboard(member, "CYPE 20")
    check_accessible(member)

    page.goto(at)
    page.get_by_role("link", name=re.compile("Write a note.*CYPE 01")).click()
    page.get_by_label("Note", exact=True).fill("Comes back in May.")
    check_accessible(page)
    page.get_by_role("button", name="Save the note").click()
    page.get_by_role("button", name="Close the record").click()
    expect(page.get_by_text("The record keeps 1 decision and 1 note.")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Close the record").click()
    expect(page.get_by_text("The record was closed by Risk Co-ordinator")).to_be_visible()
    expect(page.get_by_text("Comes back in May.")).to_be_visible()
    expect(page.get_by_text("Take-up is watched.")).to_be_visible()
    check_accessible(page)


def decide_by_keyboard(page: Page, reference: str) -> None:
    """Decide on an item of the agenda with the keyboard alone; the meeting's date is filled in already."""
    tab_to(page, reference)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Back to the meeting of 3 April 2017")).to_be_visible()
    page.goto(page.url.partition("#")[0])
    tab_to(page, "Confirm")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Reason for the decision")
    page.keyboard.type("Take-up is watched.")
    tab_to(page, "Record the decision")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Take-up is watched.")).to_be_visible()
