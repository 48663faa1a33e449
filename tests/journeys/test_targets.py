"""Targets by keyboard: one set on its page, several in a workbook, a national figure that was waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook

from tests.journeys.keyboard import Keyboard, check_accessible

WHY = "Agreed by DMT on 3 April 2017."


def test_targets_are_set_with_open_eyes(person: Callable[[str], Keyboard], tmp_path: Path) -> None:
    officer = person("Performance Officer")
    officer.open("/indicators/5")
    officer.follow("Set targets and national figures, and what they were before")
    officer.follow("Target of 2017")
    officer.fill("Figure", "70")
    officer.fill("Floor standard (optional)", "75")
    officer.fill("Why it is set so", WHY)
    officer.press("See what it does")
    officer.see("Higher is better: the floor must not be above the target.")
    officer.fill("Floor standard (optional)", "65")
    officer.press("See what it does")
    officer.heading("Results that keep their rating")
    officer.press("Save")
    officer.see("1 change saved. No escalation changed.")
    officer.see("Target: 78%")
    officer.follow("National figure of 2017")
    officer.fill("National figure (optional)", "68")
    officer.fill("Statistical neighbours (optional)", "66")
    officer.fill("Why it is set so", "First release of the DfE.")
    officer.press("See what it does")
    officer.press("Save")
    officer.see("68%")
    _by_workbook(officer, tmp_path)


def _by_workbook(officer: Keyboard, folder: Path) -> None:
    page = officer.page
    officer.open("/indicators")
    officer.follow("Watch list")
    officer.heading("Watch list")
    officer.follow("Back to the indicators")
    officer.press("Targets by spreadsheet")
    officer.choose("Service group", "SEND")
    officer.tab_to(page.get_by_role("button", name="Download the workbook"))
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    path = folder / "targets.xlsx"
    coming.value.save_as(path)
    for value, seen in (("many", "“many” is not a number"), (99, "1 change saved.")):
        book = load_workbook(path)
        book["Targets"]["G3"] = value
        book.save(path)
        officer.open("/indicators/targets")
        page.get_by_label("Spreadsheet").set_input_files(path)
        officer.press("Upload")
        officer.see("15 rows can be read.")
        officer.fill("Why the targets are set so", WHY)
        officer.press("See what it does")
        if value == 99:
            officer.heading("Before you save")
            officer.press("Save")
        officer.see(seen)
    check_accessible(page)
