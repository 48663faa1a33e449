"""A review left half way and finished, decisions read, and escalations noted together, in a browser and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

OWNER, DIRECTOR = "Head of Early Years and Childcare", "Corporate Director, Children, Young People and Education"


def test_a_review_is_left_half_way_and_finished_later(window: Callable[[str], Page]) -> None:
    page = window(OWNER)
    start = page.url.rstrip("/")
    page.get_by_role("link", name=re.compile("^Review CYPE 20")).click()
    review = page.url
    tab_to(page, "What has changed")
    page.keyboard.type("Take-up is watched.")
    tab_to(page, "Save and finish later")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your answers are kept. Finish the review by 17 April 2017.")).to_be_visible()
    page.goto(start)
    expect(page.get_by_role("link", name=re.compile(r"Review CYPE 20 \(begun"))).to_be_visible()
    check_accessible(page)
    page.goto(review)
    expect(page.get_by_text("You began this review on")).to_be_visible()
    expect(page.get_by_label("What has changed")).to_have_value("Take-up is watched.")
    check_accessible(page)
    tab_to(page, "Start again")
    page.keyboard.press("Enter")
    expect(page.get_by_label("What has changed")).to_have_value("")


def test_dmt_notes_what_is_ticked_and_the_owner_reads_what_it_decided(window: Callable[[str], Page]) -> None:
    member = window(DIRECTOR)
    start = member.url.rstrip("/")
    member.goto(f"{start}/queue")
    check_accessible(member)
    for reference in ("CYPE 01", "CYPE 20"):
        tab_to(member, f"Note {reference}")
        member.keyboard.press("Space")
    tab_to(member, "Remark")
    member.keyboard.type("Seen, to be decided in May.")
    tab_to(member, "Note the ticked ones")
    member.keyboard.press("Enter")
    expect(member.get_by_text("Nothing is decided by that.").first).to_be_visible()
    expect(member.get_by_text("Seen, to be decided in May.")).to_have_count(2)
    check_accessible(member)
    member.get_by_role("link", name="Decide on CYPE 20").click()
    member.get_by_label("Decline", exact=True).check()
    member.get_by_label("Reason for the decision").fill("It is in hand.")
    member.get_by_role("button", name="Record the decision").click()

    owner = window(OWNER)
    expect(owner.get_by_text("Decline: It is in hand.")).to_be_visible()
    check_accessible(owner)
    tab_to(owner, "Mark these as read")
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("The decisions are marked as read.")).to_be_visible()
    expect(owner.get_by_text("Decline: It is in hand.")).to_have_count(0)


def test_the_earlier_texts_of_a_risk_are_read(window: Callable[[str], Page]) -> None:
    page = window("Risk Co-ordinator")
    start = page.url.rstrip("/")
    page.goto(f"{start}/risks/1/edit")
    page.get_by_label("Event").fill("Places run out.")
    page.get_by_label(re.compile("Why")).fill("To be plain.")
    page.get_by_role("button", name="Save the text").click()
    page.get_by_role("link", name="Earlier texts", exact=True).click()
    expect(page.locator("ins").filter(has_text="run out").first).to_be_visible()
    check_accessible(page)
