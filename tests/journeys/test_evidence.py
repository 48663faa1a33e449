"""A file as evidence, by keyboard: chosen, described, found in the list, downloaded, and removed with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.exchange import files
from tests.journeys.keyboard import Keyboard

LONG = (
    "a-report-on-the-number-of-places-in-all-the-schools-of-the-county-with-every-figure-since-2010-and-a-forecast.pdf"
)


def choose_file(person: Keyboard, path: Path, content: bytes) -> None:
    """Choose a file: the dialog belongs to the computer, so the browser is handed the file itself."""
    path.write_bytes(content)
    person.page.get_by_label("File").set_input_files(path)


def test_a_file_is_added_downloaded_and_removed(person: Callable[[str], Keyboard], tmp_path: Path) -> None:
    keeper = person("Risk Co-ordinator")
    page = keeper.page
    keeper.open("/risks/1")
    keeper.follow("Add evidence")
    keeper.heading("Add evidence to the risk")
    keeper.see("Do not upload files that name children or families")
    keeper.fill("What does it show?", "How many places there are.")
    keeper.press("Add the file")
    expect(page.get_by_role("link", name="Choose a file.")).to_be_visible()
    choose_file(keeper, tmp_path / "large.pdf", files.PDF + b"\0" * 11 * 1024 * 1024)
    keeper.press("Add the file")
    expect(page.get_by_role("link", name="“large.pdf” is larger than 10 MB.")).to_be_visible()
    expect(page.get_by_label("What does it show?")).to_have_value("How many places there are.")
    choose_file(keeper, tmp_path / LONG, files.PDF)
    keeper.press("Add the file")
    keeper.see("is added as evidence.")
    coming = keeper.download(re.compile(f"^Download {LONG}"))
    assert coming.suggested_filename == LONG
    assert Path(coming.path()).read_bytes() == files.PDF
    keeper.follow(re.compile("^Remove"))
    keeper.heading(f"Remove “{LONG}”")
    keeper.fill("Why is it removed?", "It names a child.")
    keeper.press("Remove the file")
    keeper.see("is removed. That it was here")
    keeper.see("It names a child.")
    expect(page.get_by_role("link", name=f"Download {LONG}")).to_have_count(0)
