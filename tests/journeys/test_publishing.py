"""Publishing a period with open eyes, by keyboard alone: typed, put right, seen, changed and published."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to


def press(page: Page, words: str) -> None:
    """Go to a button by Tab, press it, and look at what comes of it with axe-core."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    check_accessible(page)


def type_result(page: Page, code: str, value: str) -> None:
    """Type the result of an indicator."""
    tab_to(page, f"Result of {code}")
    page.keyboard.press("Control+A")
    page.keyboard.type(value)


def test_a_period_is_published_by_keyboard_alone(window: Callable[[str], Page]) -> None:
    page = window("Performance Officer")
    page.goto(page.url.rstrip("/") + "/indicators")
    press(page, "Publish the results of a period")
    page.get_by_label("Service group").focus()
    page.keyboard.press("E")
    page.get_by_label("Also indicators whose result is not due yet").focus()
    page.keyboard.press("Space")
    press(page, "Show the table")
    expect(page.get_by_text("Results asked for to the end of 31 March 2017")).to_be_visible()
    type_result(page, "EY-05", "eighty")
    type_result(page, "EY-08", "60")
    press(page, "See what it does")
    expect(page.get_by_role("link", name="EY-05: “eighty” is not a number")).to_be_visible()
    tab_to(page, "EY-05: “eighty” is not a number")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+A")
    page.keyboard.type("80")
    press(page, "See what it does")
    expect(page.get_by_role("heading", name="Before you publish")).to_be_visible()
    expect(page.get_by_text("1 risk comes before DMT")).to_be_visible()
    press(page, "Change")
    type_result(page, "EY-08", "97")
    press(page, "See what it does")
    expect(page.get_by_text("1 risk comes before DMT")).to_have_count(0)
    expect(page.get_by_text("1 risk is proposed to DMT for de-escalation")).to_be_visible()
    press(page, "Publish")
    expect(page.get_by_text("2 results published: 2 GREEN. De-escalation proposed to DMT: CYPE 20.")).to_be_visible()
    expect(page.get_by_text("2 results of this period are published already.")).to_be_visible()
