"""Importing somebody's list of risks by keyboard: uploaded, mapped, looked at, with a bad row left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

LIST = """Risk No.*,Risk Title,Current Risk Rating,Target Risk Rating,Direction of Travel since previous year
CRR0030,Safeguarding in a county whose districts differ,20 (High),15,↔
CRR0031,Money from the government,Medium,Low,↓
CRR0032,Not rated yet,TBC,TBC,↑
"""


def test_a_published_summary_is_imported(person: Callable[[str], Keyboard], tmp_path: Path) -> None:
    file = tmp_path / "summary.csv"
    file.write_text(LIST, encoding="utf-8")
    keeper = person("Risk Co-ordinator")
    keeper.open("/register")
    keeper.follow("Import risks")
    keeper.page.get_by_label("Spreadsheet").set_input_files(file)
    keeper.press("Upload")
    expect(keeper.page.get_by_label("Rating", exact=True)).to_have_value("C")
    keeper.press("Continue")
    expect(keeper.page.get_by_label("“Medium” means")).to_have_value("AMBER")
    keeper.choose("Who owns risks whose owner is not known here?", "Director")
    keeper.press("See what it does")
    keeper.see("There is no rating: give likelihood and impact, a score or a RAG.")
    keeper.see("“Medium” was read as AMBER.")
    keeper.press("Import 2 risks")
    keeper.see("1 row has a problem. Mend the file")
    keeper.tick("Leave out the rows with a problem")
    keeper.press("Import 2 risks")
    keeper.see("2 risks were imported.")
