"""The contract register by keyboard: a contract added, an end corrected with open eyes, a provider, a file, closing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.journeys.keyboard import Keyboard
from tests.web.sheets import filled_in

WHY = "The signed contract has come."


def test_the_contract_register_is_kept(person: Callable[[str], Keyboard], tmp_path: Path) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.menu("Contracts")
    keeper.follow("Add a contract")
    keeper.fill("Title", "Careers advice")
    keeper.tick("Externally delivered")
    keeper.fill("Service area", "Skills and Employability")
    keeper.choose("Managed by", "Commissioning Manager")
    keeper.fill("End", "soon")
    keeper.fill("Why?", WHY)
    keeper.press("See what it does")
    keeper.see("“soon” is not a date such as 31 March 2018, March 2018 or 2018.")
    keeper.fill("End", "July 2017")
    keeper.press("See what it does")
    keeper.heading("Before you save")
    keeper.heading("Signals that begin")
    keeper.press("Save")
    keeper.see("EXT-44 is added.")
    _kept(keeper)
    _by_file(keeper, tmp_path)


def _kept(keeper: Keyboard) -> None:
    keeper.follow("What ends when, by quarter")
    keeper.heading("What ends when")
    keeper.open("/contracts?q=EXT-44")
    keeper.follow("Careers advice")
    keeper.follow("Edit the contract")
    keeper.fill("Extensions allowed", "1")
    keeper.fill("Why?", WHY)
    keeper.press("See what it does")
    keeper.see("Say by how many months each extension is.")
    keeper.fill("Months of each extension", "12")
    keeper.fill("Notice of an extension in months", "3")
    keeper.choose("Tier", "Tier 1")
    keeper.press("See what it does")
    keeper.press("Change")
    keeper.press("See what it does")
    keeper.press("Save")
    keeper.see("1 extension of 12 months allowed, 0 used; notice 3 months before the end, by 30 April 2017")
    keeper.heading("Extension notice due")
    keeper.follow("Replace the provider")
    keeper.fill("Provider", "CxK")
    keeper.fill_day("Last day of the present provider", 31, 3, 2017)
    keeper.fill("Why?", WHY)
    keeper.press("See what it does")
    keeper.press("Save")
    keeper.heading(re.compile("None was known, until 31 March 2017"))
    keeper.follow("Close the contract")
    keeper.fill("Why?", "Let us close it.")
    keeper.press("See what it does")
    keeper.see(re.compile("close it after that day"))


def _by_file(keeper: Keyboard, folder: Path) -> None:
    keeper.open("/contracts")
    content = Path(keeper.download("Download every contract as a spreadsheet").path()).read_bytes()
    ours = folder / "contracts.xlsx"
    keeper.follow("take contracts in from a spreadsheet")
    for tier, seen in ((9, "“9” is not a whole number from 1 to 3."), (2, "123 rows can be taken in")):
        ours.write_bytes(filled_in(content, {"EXT-08": {"Tier": tier}}, "Contracts"))
        keeper.open("/contracts/upload")
        keeper.page.get_by_label("Spreadsheet").set_input_files(ours)
        keeper.press("Upload")
        keeper.see(re.compile(seen))
    keeper.fill("Why?", WHY)
    keeper.press("See what it does")
    keeper.see(re.compile("122 contracts stay as they are"))
    keeper.press("Save")
    keeper.see("0 contracts added, 1 contract changed.")
