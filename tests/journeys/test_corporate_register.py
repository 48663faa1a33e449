"""DMT refers a risk, the corporate register accepts one and declines another, and both sides see it, in a browser."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.conftest import check_accessible
from tests.journeys.test_keyboard import tab_to

DIRECTOR = "Corporate Director, Children, Young People and Education"
OWNER = "Head of Early Years and Childcare"


def test_a_risk_goes_to_the_corporate_register_by_keyboard_alone(window: Callable[[str], Page]) -> None:
    member = window(DIRECTOR)
    start = member.url.rstrip("/")
    for reference in ("CYPE 20", "CYPE 03"):
        refer(member, start, reference)

    manager = window("Corporate Risk Manager")
    check_accessible(manager)
    tab_to(manager, "2")
    manager.keyboard.press("Enter")
    expect(manager.get_by_role("heading", level=1)).to_have_text("Corporate register")
    check_accessible(manager)
    answer(manager, "CYPE 20", "Accept", downs=0, said="The council watches it with others.")
    expect(manager.get_by_text("CYPE 20 was accepted as CRR 01.")).to_be_visible()
    check_accessible(manager)
    manager.goto(f"{start}/corporate")
    answer(manager, "CYPE 03", "Accept", downs=1, said="One contract only.")
    expect(manager.get_by_text("CYPE 03 was declined. It is before DMT again.")).to_be_visible()
    check_accessible(manager)
    for group in ("accepted", "earlier"):
        manager.goto(f"{start}/corporate?group={group}")
        check_accessible(manager)

    member.goto(f"{start}/queue")
    expect(member.get_by_text("declined by the corporate register, awaiting DMT")).to_be_visible()
    expect(member.get_by_text("One contract only.")).to_be_visible()
    check_accessible(member)
    owner = window(OWNER)
    expect(owner.get_by_text("Accepted in the corporate register as CRR 01 on 3 April 2017")).to_be_visible()
    owner.get_by_role("link", name="CYPE 20 Insufficient take-up").first.click()
    expect(owner.get_by_role("heading", name="The corporate register", exact=True)).to_be_visible()
    check_accessible(owner)
    owner.get_by_role("link", name="See CRR 01").click()
    expect(owner.get_by_role("heading", name="Hand the risk back")).to_have_count(0)
    check_accessible(owner)


def refer(page: Page, start: str, reference: str) -> None:
    """Decide to refer a risk, from the queue, with the keyboard."""
    page.goto(f"{start}/queue")
    tab_to(page, f"Decide on {reference}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Decide for DMT")).to_be_visible()
    page.goto(page.url.partition("#")[0])
    tab_to(page, "Confirm")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Reason for the decision")
    page.keyboard.type("It concerns the whole council.")
    tab_to(page, "Record the decision")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{reference}: “refer to the corporate register” was recorded.")).to_be_visible()


def answer(page: Page, reference: str, first: str, *, downs: int, said: str) -> None:
    """Answer on a referral, from the list, with the keyboard; `downs` from the first radio button."""
    tab_to(page, f"Answer on {reference}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Answer for the corporate register")).to_be_visible()
    check_accessible(page)
    page.goto(page.url.partition("#")[0])
    tab_to(page, first)
    page.keyboard.press("Space")
    for _ in range(downs):
        page.keyboard.press("ArrowDown")
    tab_to(page, "What it takes on, or why it declines")
    page.keyboard.type(said)
    tab_to(page, "Record the answer")
    page.keyboard.press("Enter")
