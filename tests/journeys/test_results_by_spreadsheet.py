"""Results by spreadsheet, by keyboard: our own workbook, then somebody else's with a faulty row, then a comment."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.exchange.books import book
from tests.journeys.keyboard import Keyboard
from tests.web.sheets import filled_in


def test_a_workbook_is_filled_in_and_another_one_is_understood(
    person: Callable[[str], Keyboard], tmp_path: Path
) -> None:
    officer = person("Performance Officer")
    officer.open("/indicators/publish")
    coming = officer.download("an Excel workbook")
    ours = tmp_path / "ours.xlsx"
    ours.write_bytes(
        filled_in(Path(coming.path()).read_bytes(), {"EY-06": {"Result": 61, "Comment": "Too few staff."}})
    )
    officer.follow("upload a file of results")
    officer.page.get_by_label("Spreadsheet").set_input_files(ours)
    officer.press("Upload")
    officer.see("1 row can be published.")
    officer.press("See what it does")
    officer.heading("Before you publish")
    officer.press("Publish")
    officer.see("1 result published: 1 RED.")
    theirs = tmp_path / "theirs.xlsx"
    theirs.write_bytes(book(["Ofsted, March 2017"], ["Ref", "Share good"], ["EY-08", "60%"], ["EY-09", "N/A"]))
    officer.open("/indicators/upload")
    officer.page.get_by_label("Spreadsheet").set_input_files(theirs)
    officer.fill_day("Last day of the period (optional)", 31, 3, 2017)
    officer.press("Upload")
    officer.heading("Choose the columns")
    officer.choose("Result", "B: Share good")
    officer.fill("Keep these choices for next time (optional)", "Ofsted")
    officer.press("Continue")
    officer.see("“N/A” is not a figure. Leave the cell empty if there is none.")
    officer.press("See what it does")
    officer.see(re.compile("1 row cannot be taken in as it is"))
    officer.tick("Leave out 1 row with a problem and take in 1 row")
    officer.press("See what it does")
    officer.see("1 risk comes before DMT")
    officer.press("Publish")
    officer.follow(re.compile("Add a comment on EY-08"))
    officer.fill("Comment", "A provider closed.")
    officer.press("Add the comment")
    officer.see(re.compile("A provider closed."))
