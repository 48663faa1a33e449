"""A meeting of DMT from its date to its closed record, by keyboard; each page on the way is accessible."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

DIRECTOR = "Corporate Director, Children, Young People and Education"


def test_a_meeting_is_set_up_decided_at_and_closed(person: Callable[[str], Keyboard]) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/meetings")
    keeper.press("Set up meetings")
    keeper.press("Set up")
    expect(keeper.page.get_by_role("alert")).to_contain_text("Enter the date of the meeting")
    keeper.fill_day("Date of the meeting", 3, 4, 2017)
    keeper.press("Set up")
    keeper.follow(re.compile("^3 April 2017"))
    keeper.press("Make the agenda")
    keeper.press(re.compile("Down.*CYPE 01"))
    expect(keeper.page.get_by_role("listitem").filter(has_text="CYPE 01").first).to_contain_text("2")
    keeper.press("Make the pack")
    expect(keeper.page.get_by_role("heading", level=1)).to_have_text("DMT pack for the meeting of 3 April 2017")
    name = keeper.download("Download the register of this pack as a spreadsheet").suggested_filename
    assert name == "CYPE-register-2017-04-03.xlsx"
    keeper.follow("Back to the meeting")
    at = "/" + keeper.page.url.split("/", 3)[3]
    decide(person(DIRECTOR), at)
    keeper.open(at)
    keeper.follow(re.compile("Write a note.*CYPE 01"))
    keeper.fill("Note", "Comes back in May.")
    keeper.press("Save the note")
    keeper.press("Close the record")
    keeper.see("The record keeps 1 decision and 1 note.")
    keeper.press("Close the record")
    keeper.see("The record was closed by Risk Co-ordinator")
    keeper.see("Comes back in May.")
    keeper.see("Take-up is watched.")


def decide(member: Keyboard, at: str) -> None:
    """Decide on an item of the agenda; the meeting's date is filled in already."""
    member.open(at)
    member.follow(re.compile("^CYPE 20"))
    expect(member.page.get_by_role("link", name="Back to the meeting of 3 April 2017")).to_be_visible()
    member.tick("Decline")
    member.fill("Reason for the decision", "Take-up is watched.")
    member.press("Record the decision")
    member.see("Take-up is watched.")
