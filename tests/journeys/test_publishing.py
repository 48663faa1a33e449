"""Publishing a period with open eyes, by keyboard: typed, put right, seen, changed and published."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.journeys.keyboard import Keyboard

WRONG = "EY-05: “eighty” is not a number"


def test_a_period_is_published(person: Callable[[str], Keyboard]) -> None:
    officer = person("Performance Officer")
    officer.open("/indicators")
    officer.press("Publish the results of a period")
    officer.choose("Service group", "Early Years")
    officer.tick("Also indicators whose result is not due yet")
    officer.press("Show the table")
    officer.see("Results of the period to 31 March 2017")
    officer.fill(re.compile("Result of EY-05"), "eighty")
    officer.fill(re.compile("Result of EY-08"), "60")
    officer.press("See what it does")
    officer.tab_to(officer.page.get_by_role("link", name=WRONG))
    officer.page.keyboard.press("Enter")
    officer.page.keyboard.press("Control+A")
    officer.page.keyboard.type("80")
    officer.press("See what it does")
    officer.heading("Before you publish")
    officer.see("1 risk comes before DMT")
    officer.press("Change")
    officer.fill(re.compile("Result of EY-08"), "97")
    officer.press("See what it does")
    officer.see_none("1 risk comes before DMT")
    officer.see("1 risk is proposed to DMT for de-escalation")
    officer.press("Publish")
    officer.see("2 results published: 2 GREEN. De-escalation proposed to DMT: CYPE 20.")
    officer.see("2 results of this period are published already.")
