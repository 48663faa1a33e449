"""DMT refers a risk, the corporate register accepts one and declines another, and both sides see it, by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard

DIRECTOR = "Corporate Director, Children, Young People and Education"
OWNER = "Head of Early Years and Childcare"


def test_a_risk_goes_to_the_corporate_register(person: Callable[[str], Keyboard]) -> None:
    member = person(DIRECTOR)
    for reference in ("CYPE 20", "CYPE 03"):
        refer(member, reference)

    manager = person("Corporate Risk Manager")
    manager.follow(re.compile("^2 referrals"))
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Corporate register")
    answer(manager, "CYPE 20", "Accept", "The council watches it with others.")
    manager.see("CYPE 20 was accepted as CRR 01.")
    manager.open("/corporate")
    answer(manager, "CYPE 03", "Decline", "One contract only.")
    manager.see("CYPE 03 was declined. It is before DMT again.")
    for group in ("accepted", "earlier"):
        manager.open(f"/corporate?group={group}")

    member.open("/queue")
    member.see("declined by the corporate register, awaiting DMT")
    member.see("One contract only.")
    owner = person(OWNER)
    owner.see("Accepted in the corporate register as CRR 01 on 3 April 2017")
    owner.follow(re.compile("^CYPE 20 Insufficient take-up"))
    owner.heading("The corporate register", exact=True)
    owner.follow("See CRR 01")
    expect(owner.page.get_by_role("heading", name="Hand the risk back")).to_have_count(0)


def refer(member: Keyboard, reference: str) -> None:
    """Decide to refer a risk, from the queue."""
    member.open("/queue")
    member.follow(f"Decide on {reference}")
    member.tick("Refer to the corporate register")
    member.fill("Reason for the decision", "It concerns the whole council.")
    member.press("Record the decision")
    member.see(f"{reference}: “refer to the corporate register” was recorded.")


def answer(manager: Keyboard, reference: str, choice: str, said: str) -> None:
    """Answer on a referral, from the list."""
    manager.follow(f"Answer on {reference}")
    manager.heading("Answer for the corporate register")
    manager.tick(choice)
    manager.fill("What it takes on, or why it declines", said)
    manager.press("Record the answer")
