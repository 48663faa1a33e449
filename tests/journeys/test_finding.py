"""Finding by keyboard: words lead to a list, the list to the place, a reference straight to its risk."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

BOX = "Find a reference or words"


def find(reader: Keyboard, words: str) -> None:
    """Type into the box at the head of the page."""
    reader.fill(BOX, words)
    reader.press("Search")


def test_words_and_references_are_found_from_any_page(person: Callable[[str], Keyboard]) -> None:
    reader = person("Auditor")
    reader.open("/indicators")
    find(reader, "free places")
    reader.heading("free places")
    expect(reader.page.locator("mark").first).to_be_visible()
    assert reader.page.get_by_role("searchbox", name=BOX).input_value() == "free places"
    reader.follow(re.compile(r"^Controls \("))
    expect(reader.page.locator(".app-hits__what").first).to_contain_text("Control")
    find(reader, "cype 20")
    reader.heading("CYPE 20 Insufficient take-up")


def test_the_hint_and_an_empty_list_are_accessible(person: Callable[[str], Keyboard]) -> None:
    reader = person("Auditor")
    for path in ("/search", "/search?q=%22", "/search?q=nothing+has+these+words", "/search?q=CYPE+04"):
        reader.open(path)
