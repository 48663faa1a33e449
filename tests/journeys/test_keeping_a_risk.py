"""A risk from its proposal to its end, in the browsers of its owner and of the co-ordinator."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

OWNER, COORDINATOR = "Head of Early Years and Childcare", "Risk Co-ordinator"


def press(page: Page, words: str) -> None:
    """Press a button of the form, and look at what comes of it with axe-core."""
    with page.expect_navigation():
        page.get_by_role("button", name=words).click()
    check_accessible(page)


def follow(page: Page, words: str) -> None:
    """Follow a link, and look at the page with axe-core."""
    with page.expect_navigation():
        page.get_by_role("link", name=words, exact=True).click()
    check_accessible(page)


def propose(page: Page) -> None:
    """Propose a risk from the register; what is forgotten at first is asked for."""
    page.goto(page.url.rstrip("/") + "/register")
    follow(page, "Propose a risk")
    press(page, "Save")
    expect(page.get_by_role("link", name="Choose the likelihood.")).to_be_visible()
    page.get_by_label("Title").fill("Nurseries may leave the scheme")
    page.get_by_label("Event").fill("Nurseries leave.")
    page.get_by_label("Division and service").select_option(index=2)
    page.get_by_label("Owner").select_option(label=OWNER)
    page.get_by_label("Likelihood", exact=True).select_option("3")
    page.get_by_label("Impact", exact=True).select_option("4")
    page.get_by_label("Why this rating?").fill("Two have said so.")
    press(page, "Save")
    expect(page.get_by_text("CYPE 24 is proposed")).to_be_visible()


def test_a_risk_is_proposed_approved_kept_and_closed(window: Callable[[str], Page]) -> None:
    owner, keeper = window(OWNER), window(COORDINATOR)
    propose(owner)
    keeper.goto(keeper.url.rstrip("/") + "/risks/proposals")
    check_accessible(keeper)
    follow(keeper, "CYPE 24 Nurseries may leave the scheme")
    follow(keeper, "Approve it or send it back")
    keeper.get_by_label("Approve it").check()
    press(keeper, "Save your answer")
    owner.reload()
    follow(owner, "Add an action")
    owner.get_by_label("What is to be done?").fill("Ask the nurseries.")
    owner.get_by_label("Owner").select_option(label=OWNER)
    for part, words in (("Day", "30"), ("Month", "6"), ("Year", "2017")):
        owner.get_by_label(part, exact=True).fill(words)
    press(owner, "Add the action")
    follow(owner, "Assess it outside a review")
    owner.go_back()
    keeper.reload()
    follow(keeper, "Close it")
    expect(keeper.get_by_text("Actions are still open: “Ask the nurseries”")).to_be_visible()
    keeper.go_back()
    follow(keeper, "Merge it into another risk")
    keeper.get_by_label("Reference of the other risk").fill("cype 24")
    keeper.get_by_label("Why are the two one risk?").fill("They are the same.")
    press(keeper, "Merge")
    expect(keeper.get_by_text("A risk cannot be merged into itself.").first).to_be_visible()
    keeper.get_by_label("Reference of the other risk").fill("2")
    press(keeper, "Merge")
    expect(keeper.get_by_text("This risk was merged on 3 April 2017 into")).to_be_visible()


def test_two_who_edit_one_text_lose_nothing(window: Callable[[str], Page]) -> None:
    owner, keeper = window(OWNER), window(COORDINATOR)
    for page in (owner, keeper):
        page.goto(page.url.rstrip("/") + "/search?q=20")
        follow(page, "Edit the text")
    owner.get_by_label("Cause").fill("The forms are long.")
    owner.get_by_label("Why does the text change?").fill("The cause was missing.")
    press(owner, "Save the text")
    keeper.get_by_label("Cause").fill("Few families know.")
    keeper.get_by_label("Why does the text change?").fill("We asked them.")
    press(keeper, "Save the text")
    row = keeper.get_by_role("row").filter(has_text="Cause")
    expect(row).to_contain_text("The forms are long.")
    expect(row).to_contain_text("Few families know.")
    keeper.get_by_label("Cause").fill("The forms are long, and few families know.")
    press(keeper, "Save the text")
    expect(keeper.get_by_text("The forms are long, and few families know.")).to_be_visible()


def test_a_response_is_recorded_by_keyboard_alone(window: Callable[[str], Page]) -> None:
    page = window(OWNER)
    page.goto(page.url.rstrip("/") + "/search?q=20")
    tab_to(page, "Record the response")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Record the response")).to_be_visible()
    tab_to(page, "Treat")
    page.keyboard.press("Space")
    tab_to(page, "Why is this the response?")
    page.keyboard.type("Letters go to every family.")
    tab_to(page, "Record the response")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Letters go to every family.").first).to_be_visible()
    check_accessible(page)
