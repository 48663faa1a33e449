"""A risk from its proposal to its end, by keyboard, in the browsers of its owner and of the co-ordinator."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

PERSON = Callable[[str], Keyboard]
OWNER, COORDINATOR = "Head of Early Years and Childcare", "Risk Co-ordinator"
TITLE = "Nurseries may leave the scheme"


def propose(owner: Keyboard) -> None:
    """Propose a risk from the register; what is forgotten at first is asked for."""
    owner.open("/register")
    owner.follow("Propose a risk")
    owner.press("Save")
    expect(owner.page.get_by_role("link", name="Choose the likelihood.")).to_be_visible()
    owner.fill("Title", TITLE)
    owner.fill("Event", "Nurseries leave.")
    owner.choose("Division and service", "Quality and Standards")
    owner.choose("Owner", OWNER)
    owner.choose("Likelihood", "3")
    owner.choose("Impact", "4")
    owner.fill("Why this rating?", "Two have said so.")
    owner.press("Save")
    owner.see("CYPE 24 is proposed")


def answer(keeper: Keyboard, choice: str, missing: str = "") -> None:
    """Answer on the proposal, from the list of proposals."""
    keeper.open("/risks/proposals")
    keeper.follow(f"CYPE 24 {TITLE}")
    keeper.follow("Approve it or send it back")
    keeper.tick(choice)
    if missing:
        keeper.fill("What is missing", missing)
    keeper.press("Save your answer")


def add_action(owner: Keyboard, text: str) -> None:
    """Add an action to the risk on the page, due on 30 June."""
    owner.follow("Add an action")
    owner.fill("What is to be done?", text)
    owner.choose("Owner", OWNER)
    owner.fill_day("Due date", 30, 6, 2017)
    owner.press("Add the action")


def test_a_proposal_is_sent_back_mended_and_approved(person: PERSON) -> None:
    owner, keeper = person(OWNER), person(COORDINATOR)
    propose(owner)
    answer(keeper, "Send it back", "The cause is missing.")
    owner.open("/search?q=cype+24")
    owner.see("The cause is missing.")
    owner.follow("Edit it")
    owner.fill("Cause", "The hourly rate is low.")
    owner.choose("Impact", "5")
    owner.fill("Why does the draft change?", "The cause was asked for.")
    owner.press("Save the draft")
    owner.press("Propose this draft")
    answer(keeper, "Approve it")
    owner.open("/search?q=cype+24")
    owner.see("The hourly rate is low.")
    owner.follow("Earlier texts")
    owner.see("The cause was asked for.")


def test_a_risk_is_kept_by_its_owner(person: PERSON) -> None:
    owner = person(OWNER)
    owner.open("/search?q=cype+20")
    owner.follow("Assess it outside a review")
    owner.choose("Likelihood", "4")
    owner.choose("Impact", "3")
    owner.fill("Why this rating?", "Take-up fell twice.")
    owner.choose("Target likelihood", "5")
    owner.choose("Target impact", "5")
    owner.press("Record the assessment")
    expect(owner.page.get_by_role("alert")).to_contain_text("target")
    owner.choose("Target likelihood", "2")
    owner.choose("Target impact", "3")
    owner.press("Record the assessment")
    owner.see("Take-up fell twice.")
    owner.follow("Record the response")
    owner.tick("Tolerate")
    owner.fill("Why is this the response?", "Nothing more can be done this year.")
    owner.press("Record the response")
    expect(owner.page.get_by_role("alert")).to_contain_text("Enter the date until which")
    owner.fill_day("Tolerated until", 1, 9, 2017)
    owner.press("Record the response")
    owner.see("Nothing more can be done this year.")


def test_a_control_is_added_tested_and_ended_and_a_finished_action_becomes_one(person: PERSON) -> None:
    owner = person(OWNER)
    owner.open("/search?q=cype+20")
    owner.follow("Add a control")
    owner.fill("Control", "A list of eligible families.")
    owner.choose("Owner", OWNER)
    owner.press("Add the control")
    owner.see("A list of eligible families.")
    add_action(owner, "Write to every family.")
    owner.follow(re.compile("Update.*Write to every family"))
    owner.fill(re.compile("What has been done"), "All letters went out.")
    owner.tick("Done")
    owner.press("Save the update")
    owner.follow(re.compile("(See|Update).*Write to every family"))
    owner.follow("Let this finished action become a control")
    owner.press(re.compile("control"))
    owner.see("Write to every family.")
    owner.follow(re.compile("End.*A list of eligible families"))
    owner.fill("Why is the control no longer in place?", "The list moved to the council's system.")
    owner.press(re.compile("^End"))
    owner.unfold("Controls that have ended")
    owner.see("The list moved to the council's system.")


def test_a_risk_is_handed_over_closed_reopened_and_merged(person: PERSON) -> None:
    owner, keeper = person(OWNER), person(COORDINATOR)
    propose(owner)
    answer(keeper, "Approve it")
    owner.open("/search?q=cype+24")
    add_action(owner, "Ask the nurseries.")
    keeper.reload()
    keeper.follow("Close it")
    keeper.see("Actions are still open: “Ask the nurseries”")
    owner.follow(re.compile("Update.*Ask the nurseries"))
    owner.fill(re.compile("What has been done"), "They will stay.")
    owner.tick("Done")
    owner.press("Save the update")
    keeper.open("/search?q=cype+24")
    keeper.follow("Hand it over to another post")
    keeper.choose("New owner", "Head of Fair Access")
    keeper.fill("Why does the risk change hands?", "Admissions look after it.")
    keeper.press(re.compile("^Hand over"))
    keeper.see("Admissions look after it.")
    keeper.follow("Close it")
    keeper.fill("Why is the risk closed?", "The nurseries stay.")
    keeper.press(re.compile("^Close"))
    keeper.see("The nurseries stay.")
    keeper.follow("Reopen it")
    keeper.fill("Why is the risk reopened?", "One has left after all.")
    keeper.press(re.compile("^Reopen"))
    merge(keeper)


def merge(keeper: Keyboard) -> None:
    """Merge the risk on the page: into itself it cannot be, into another it can."""
    keeper.follow("Merge it into another risk")
    keeper.fill("Reference of the other risk", "cype 24")
    keeper.fill("Why are the two one risk?", "They are the same.")
    keeper.press("Merge")
    keeper.see("A risk cannot be merged into itself.")
    keeper.fill("Reference of the other risk", "2")
    keeper.press("Merge")
    keeper.see("This risk was merged on 3 April 2017 into")


def test_two_who_edit_one_text_lose_nothing(person: PERSON) -> None:
    owner, keeper = person(OWNER), person(COORDINATOR)
    for one in (owner, keeper):
        one.open("/search?q=20")
        one.follow("Edit the text")
    owner.fill("Cause", "The forms are long.")
    owner.fill("Why does the text change?", "The cause was missing.")
    owner.press("Save the text")
    keeper.fill("Cause", "Few families know.")
    keeper.fill("Why does the text change?", "We asked them.")
    keeper.press("Save the text")
    row = keeper.page.get_by_role("row").filter(has_text="Cause")
    expect(row).to_contain_text("The forms are long.")
    expect(row).to_contain_text("Few families know.")
    keeper.fill("Cause", "The forms are long, and few families know.")
    keeper.press("Save the text")
    keeper.see("The forms are long, and few families know.")
