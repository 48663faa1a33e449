"""The owner's Monday morning by keyboard alone: from the sign-in page to a saved update."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import SIZES

FURTHEST = 150


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words; it must show that it has the focus."""
    for _ in range(FURTHEST):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => { const one = document.activeElement;"
            " const label = one.labels && one.labels.length ? one.labels[0].innerText : '';"
            " const style = getComputedStyle(one);"
            " return {text: (one.innerText || label || one.value || '').trim(),"
            " shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none'} }"
        )
        if found["text"].startswith(words):
            assert found["shown"], f"the focus on “{words}” cannot be seen"
            return
    raise AssertionError(f"“{words}” cannot be reached by keyboard on {page.url}")


def test_an_action_is_updated_by_keyboard_alone(browser: Browser, address: str, size: str) -> None:
    page = browser.new_context(viewport=SIZES[size]).new_page()
    page.goto(f"{address}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    tab_to(page, "Head of Early Years and Childcare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    page.goto(f"{address}/search?q=cype20")
    tab_to(page, "Update")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Say how far it is")).to_be_visible()
    tab_to(page, "What")
    page.keyboard.type("Letters went to every family that is eligible.")
    tab_to(page, "Not started")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Save the update")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Letters went to every family").first).to_be_visible()
    page.context.close()
