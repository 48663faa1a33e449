"""A risk is marked exempt, by keyboard, and the report to the Cabinet Committee is made without it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

TITLE = "SEN Transport budget savings"
DIRECTOR = "Corporate Director, Children, Young People and Education"


def test_a_report_leaves_out_what_is_exempt(person: Callable[[str], Keyboard]) -> None:
    keeper = person("Risk Co-ordinator")
    mark_exempt(keeper)
    keeper.open("/meetings")
    keeper.follow("Reports")
    keeper.heading("Make a report")
    keeper.press("Make the report")
    expect(keeper.page.get_by_role("heading", level=1)).to_contain_text("Report to the Cabinet Committee")
    keeper.see("1 risk is not shown because it is exempt (paragraph 3 of")
    keeper.see_none(TITLE)
    keeper.tab_to(keeper.page.get_by_role("link", name="12 open risks."))
    keeper.page.keyboard.press("Enter")
    assert keeper.page.url.endswith("#register")
    name = keeper.download("Download the register of this report as a spreadsheet").suggested_filename
    assert name == "CYPE-committee-register-2017-04-03.xlsx"

    reader = person(DIRECTOR)
    reader.open("/reports")
    expect(reader.page.get_by_role("button", name="Make the report")).to_have_count(0)
    reader.follow("1 April 2017 to 3 April 2017")
    reader.see_none(TITLE)


def mark_exempt(keeper: Keyboard) -> None:
    """Be refused without a reason, then say why."""
    keeper.open("/search?q=cype02")
    keeper.follow("Mark it exempt")
    expect(keeper.page.get_by_role("heading", level=1)).to_contain_text("Mark this risk exempt")
    keeper.tick("Paragraph 3")
    keeper.press("Mark it exempt")
    expect(keeper.page.get_by_role("link", name="Say why it is exempt.")).to_be_visible()
    expect(keeper.page.get_by_label("Paragraph 3")).to_be_checked()
    keeper.fill("Why is it exempt?", "Prices are being negotiated.")
    keeper.press("Mark it exempt")
    keeper.see("by paragraph 3: Prices are being negotiated.")
