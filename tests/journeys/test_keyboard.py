"""The owner's Monday morning: from the sign-in page to a saved update, two pages away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import SIZES
from tests.journeys.keyboard import Keyboard


@pytest.fixture
def stranger(browser: Browser, address: str, size: str) -> Keyboard:
    """Somebody who has followed the link of an e-mail and is not signed in."""
    page = browser.new_context(viewport=SIZES[size]).new_page()
    page.goto(f"{address}/actions/19")
    return Keyboard(page)


def test_an_action_is_updated_from_the_link_of_an_e_mail(stranger: Keyboard) -> None:
    page = stranger.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to main content"
    stranger.press("Head of Early Years and Childcare")
    expect(page.get_by_role("heading", name="Say how far it is")).to_be_visible()
    stranger.fill("What has been done since the last update?", "Letters went to every family that is eligible.")
    stranger.tick("In progress")
    stranger.press("Save the update")
    stranger.see("Letters went to every family")
    page.context.close()


def test_the_sign_in_page_is_come_back_to(person: Callable[[str], Keyboard]) -> None:
    auditor = person("Auditor")
    auditor.press("Sign out")
    auditor.heading("Sign in")
