"""A review left half way and finished, decisions read, and escalations noted together, in a browser and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

PERSON = Callable[[str], Keyboard]
OWNER, DIRECTOR = "Head of Early Years and Childcare", "Corporate Director, Children, Young People and Education"
SAID = "What has changed, or why nothing has"


def test_a_review_is_left_half_way_and_finished_later(person: PERSON) -> None:
    owner = person(OWNER)
    owner.follow(re.compile("^Review CYPE 20"))
    owner.fill(SAID, "Take-up is watched.")
    owner.press("Save and finish later")
    owner.see("Your answers are kept. Finish the review by 17 April 2017.")
    owner.open("/")
    owner.follow(re.compile(r"Review CYPE 20 \(begun"))
    owner.see("You began this review on")
    expect(owner.page.get_by_label(SAID)).to_have_value("Take-up is watched.")
    owner.press("Start again")
    expect(owner.page.get_by_label(SAID)).to_have_value("")
    finish(owner)


def finish(owner: Keyboard) -> None:
    """Answer every question in one sitting, the rating last; what is left out is asked for."""
    owner.press("Complete the review")
    expect(owner.page.get_by_role("alert")).to_contain_text("Say whether the controls are working.")
    for question in ("Is the risk still described right?", "Are the controls working?", "Are the actions on track?"):
        owner.tick("Yes", within=question)
    owner.tick("Something has changed")
    owner.fill(SAID, "Two more nurseries offer places.")
    owner.tick("Assess it anew, by likelihood and impact")
    owner.choose("Likelihood", "3")
    owner.choose("Impact", "3")
    owner.press("Complete the review")
    owner.see("Two more nurseries offer places.")


def test_dmt_notes_what_is_ticked_and_the_owner_reads_what_it_decided(person: PERSON) -> None:
    member = person(DIRECTOR)
    member.open("/queue")
    for reference in ("CYPE 01", "CYPE 20"):
        member.tick(f"Note {reference}")
    member.press("Note the ticked ones")
    expect(member.page.get_by_role("alert")).to_be_visible()
    member.fill("Remark", "Seen, to be decided in May.")
    member.press("Note the ticked ones")
    member.see("Nothing is decided by that.")
    expect(member.page.get_by_text("Seen, to be decided in May.")).to_have_count(2)
    member.follow("Decide on CYPE 20")
    member.tick("Decline")
    member.fill("Reason for the decision", "It is in hand.")
    member.press("Record the decision")

    owner = person(OWNER)
    owner.see("Decline: It is in hand.")
    owner.press("Mark these as read")
    owner.see("The decisions are marked as read.")
    owner.see_none("Decline: It is in hand.")


def test_two_members_cannot_decide_the_same_twice(person: PERSON) -> None:
    first, second = person(DIRECTOR), person("Director of Planning and Access")
    for member in (first, second):
        member.open("/queue")
        member.follow("Decide on CYPE 20")
        member.tick("Decline")
        member.fill("Reason for the decision", f"Said {member is first}.")
    first.press("Record the decision")
    second.press("Record the decision")
    second.see("Said False.")
    expect(second.page.get_by_role("alert")).to_be_visible()
    second.see("Said True.")


def test_a_deputy_acts_in_the_owners_place_and_history_says_so(person: PERSON) -> None:
    deputy = person("Deputy Head of School Improvement")
    deputy.see("for the Head of School Improvement")
    deputy.open("/search?q=cype+01")
    deputy.follow("Record the response")
    deputy.tick("Treat")
    deputy.fill("Why is this the response?", "Support goes on.")
    deputy.press("Record the response")
    auditor = person("Auditor")
    auditor.open("/search?q=cype+01")
    auditor.follow("Timeline")
    auditor.see("Done as deputy for the Head of School Improvement.")


def test_the_earlier_texts_of_a_risk_are_read(person: PERSON) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/risks/1/edit")
    keeper.fill("Event", "Places run out.")
    keeper.fill("Why does the text change?", "To be plain.")
    keeper.press("Save the text")
    keeper.follow("Earlier texts")
    expect(keeper.page.locator("ins").filter(has_text="run out").first).to_be_visible()
