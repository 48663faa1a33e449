"""Finding by keyboard alone: words lead to a list, the list to the place, a reference straight to its risk."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to


def test_words_and_references_are_found_from_any_page(window: Callable[[str], Page]) -> None:
    page = window("Auditor")
    start = page.url.rstrip("/")
    page.goto(f"{start}/indicators")
    tab_to(page, "Find a reference or words")
    page.keyboard.type("free places")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="free places", exact=False).first).to_be_visible()
    expect(page.locator("mark").first).to_be_visible()
    assert page.get_by_role("searchbox", name="Find a reference or words").input_value() == "free places"
    check_accessible(page)
    tab_to(page, "Controls (")
    page.keyboard.press("Enter")
    expect(page.locator(".app-hits__what").first).to_contain_text("Control")
    check_accessible(page)
    tab_to(page, "Find a reference or words")
    page.keyboard.press("Control+A")
    page.keyboard.type("cype 20")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="CYPE 20 Insufficient take-up")).to_be_visible()


def test_the_hint_and_an_empty_list_are_accessible(window: Callable[[str], Page]) -> None:
    page = window("Auditor")
    start = page.url.rstrip("/")
    for path in ("/search", "/search?q=%22", "/search?q=nothing+has+these+words", "/search?q=CYPE+04"):
        page.goto(start + path)
        check_accessible(page)
