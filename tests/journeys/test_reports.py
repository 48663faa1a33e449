"""A risk is marked exempt, by keyboard alone, and the report to the Cabinet Committee is made without it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

TITLE = "SEN Transport budget savings"
DIRECTOR = "Corporate Director, Children, Young People and Education"


def test_a_report_leaves_out_what_is_exempt(window: Callable[[str], Page]) -> None:
    page = window("Risk Co-ordinator")
    start = page.url.rstrip("/")
    page.goto(f"{start}/search?q=cype02")
    tab_to(page, "Mark it exempt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mark this risk exempt")
    check_accessible(page)
    mark_by_keyboard(page)
    expect(page.get_by_text("by paragraph 3: Prices are being negotiated.").first).to_be_visible()
    check_accessible(page)

    page.goto(f"{start}/meetings")
    tab_to(page, "Reports")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Make a report")).to_be_visible()
    check_accessible(page)
    tab_to(page, "Make the report")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Report to the Cabinet Committee")
    expect(page.get_by_text("1 risk is not shown because it is exempt (paragraph 3 of")).to_be_visible()
    expect(page.get_by_text(TITLE)).to_have_count(0)
    expect(page.get_by_text("12 open risks.")).to_be_visible()
    check_accessible(page)
    tab_to(page, "12 open risks.")
    page.keyboard.press("Enter")
    assert page.url.endswith("#register")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Download the register of this report as a spreadsheet").click()
    assert taken.value.suggested_filename == "CYPE-committee-register-2017-04-03.xlsx"

    reader = window(DIRECTOR)
    reader.goto(f"{start}/reports")
    expect(reader.get_by_role("button", name="Make the report")).to_have_count(0)
    reader.get_by_role("link", name="1 April 2017 to 3 April 2017").click()
    expect(reader.get_by_text(TITLE)).to_have_count(0)


def mark_by_keyboard(page: Page) -> None:
    """Be refused without a reason, then choose the third paragraph and say why."""
    tab_to(page, "Paragraph 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Mark it exempt")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Say in a sentence why it is exempt.")).to_be_visible()
    expect(page.get_by_label("Paragraph 3")).to_be_checked()
    check_accessible(page)
    tab_to(page, "Why is it exempt?")
    page.keyboard.type("Prices are being negotiated.")
    tab_to(page, "Mark it exempt")
    page.keyboard.press("Enter")
