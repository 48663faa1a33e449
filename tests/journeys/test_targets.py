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
    officer.follow("national figure of 2017")
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
    for value in ("many", 99):
        _upload(officer, "/indicators/targets", path, "Targets", {"G3": value})
        if value == "many":
            officer.see("14 rows can be taken in")
            officer.see("“many” is not a number")
            check_accessible(page)
    officer.see("15 rows can be taken in")
    officer.fill("Why the targets are set so", WHY)
    officer.press("See what it does")
    officer.heading("Before you save")
    officer.press("Save")
    officer.see("1 change saved.")
    check_accessible(page)


def _upload(officer: Keyboard, where: str, path: Path, sheet: str, typed: dict[str, object]) -> None:
    """Type into the cells of a workbook, and upload it."""
    book = load_workbook(path)
    for address, value in typed.items():
        book[sheet][address] = value
    book.save(path)
    officer.open(where)
    officer.page.get_by_label("Spreadsheet").set_input_files(path)
    officer.press("Upload")


def test_national_figures_of_a_year_are_set_by_a_workbook(person: Callable[[str], Keyboard], tmp_path: Path) -> None:
    officer = person("Performance Officer")
    page, path = officer.page, tmp_path / "national.xlsx"
    officer.open("/indicators")
    officer.press("National figures by spreadsheet")
    officer.heading("National figures by spreadsheet")
    check_accessible(page)
    officer.choose("Year", "2017")
    officer.choose("Service group", "SEND")
    officer.tab_to(page.get_by_role("button", name="Download the workbook"))
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    coming.value.save_as(path)
    _upload(officer, "/indicators/national", path, "National figures", {"G2": 70, "I2": 68, "G3": "N/A"})
    officer.see("“N/A” is not a figure. Leave the cell empty if there is none.")
    check_accessible(page)
    officer.fill("Where the figures come from, or why they change", "First release of the DfE.")
    officer.press("See what it does")
    officer.see("1 row cannot be taken in as it is.")
    officer.tick("Leave out 1 row with a problem and take in 2 rows")
    officer.press("See what it does")
    officer.heading("Before you save")
    officer.press("Save")
    officer.see("1 change saved.")
