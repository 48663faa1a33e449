"""A file as evidence, by keyboard: chosen, described, found in the list, downloaded, and removed with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.exchange import files
from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

LONG = (
    "a-report-on-the-number-of-places-in-all-the-schools-of-the-county-with-every-figure-since-2010-and-a-forecast.pdf"
)


def press(page: Page, words: str) -> None:
    """Go to a link or a button by keyboard and use it."""
    tab_to(page, words)
    page.keyboard.press("Enter")


def test_a_file_is_added_downloaded_and_removed(window: Callable[[str], Page], tmp_path: Path) -> None:
    page = window("Risk Co-ordinator")
    page.goto(page.url.partition("/work")[0].rstrip("/") + "/risks/1")
    press(page, "Add evidence")
    expect(page.get_by_role("heading", name="Add evidence to the risk")).to_be_visible()
    expect(page.get_by_text("Do not upload files that name children or families")).to_be_visible()
    check_accessible(page)
    tab_to(page, "What does it show?")
    page.keyboard.type("How many places there are.")
    press(page, "Add the file")
    expect(page.get_by_role("link", name="Choose a file.")).to_be_visible()
    check_accessible(page)
    large = tmp_path / "large.pdf"
    large.write_bytes(files.PDF + b"\0" * 11 * 1024 * 1024)
    page.get_by_label("File").set_input_files(large)
    press(page, "Add the file")
    expect(page.get_by_role("link", name="“large.pdf” is larger than 10 MB.")).to_be_visible()
    expect(page.get_by_label("What does it show?")).to_have_value("How many places there are.")
    small = tmp_path / LONG
    small.write_bytes(files.PDF)
    page.get_by_label("File").set_input_files(small)
    press(page, "Add the file")
    expect(page.get_by_text("is added as evidence.")).to_be_visible()
    check_accessible(page)
    with page.expect_download() as coming:
        press(page, f"Download {LONG}")
    assert coming.value.suggested_filename == LONG
    assert Path(coming.value.path()).read_bytes() == files.PDF
    press(page, "Remove")
    expect(page.get_by_role("heading", name=f"Remove “{LONG}”")).to_be_visible()
    check_accessible(page)
    tab_to(page, "Why is it removed?")
    page.keyboard.type("It names a child.")
    press(page, "Remove the file")
    expect(page.get_by_text("is removed. That it was here")).to_be_visible()
    expect(page.get_by_text("It names a child.").first).to_be_visible()
    expect(page.get_by_role("link", name=f"Download {LONG}")).to_have_count(0)
    check_accessible(page)
