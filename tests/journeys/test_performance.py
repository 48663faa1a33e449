"""The performance of a contract by keyboard: an indicator added, its target, a result, and the link that escalates."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.journeys.keyboard import Keyboard, check_accessible

CONTRACT = "/contracts?q=EXT-08"
TITLE = "Teaching contract for low incidence needs; cost of qualified teacher"


def test_a_contract_is_measured_and_the_risk_that_relies_on_it_heeds_it(person: Callable[[str], Keyboard]) -> None:
    officer = person("Performance Officer")
    _added(officer)
    _published(officer)
    keeper = person("Risk Co-ordinator")
    keeper.open("/contracts?performance=RED")
    keeper.follow(TITLE)
    keeper.see("CYPE 03 does not heed it.")
    check_accessible(keeper.page)
    keeper.follow(re.compile("^Link it to CYPE 03"))
    keeper.see("on which the risk relies.")
    keeper.press("See what it does")
    keeper.press("Link it")
    keeper.see("The indicator is linked.")
    keeper.open(CONTRACT)
    keeper.follow(TITLE)
    keeper.see("CYPE 03 heeds any slip")
    check_accessible(keeper.page)


def _added(officer: Keyboard) -> None:
    officer.open(CONTRACT)
    officer.follow(TITLE)
    officer.see("No indicator measures this contract.")
    officer.follow("Add an indicator of this contract")
    check_accessible(officer.page)
    officer.fill("Name", "Sessions delivered")
    officer.choose("Service group", "SEND")
    officer.fill("Where its figures come from", "The provider's return")
    officer.tick("Per cent")
    officer.fill("Decimals", "many")
    officer.tick("Higher is better")
    officer.choose("What a result is measured over", "Quarter")
    officer.choose("How often a result is published", "Every 3 months")
    officer.tick("Yes")
    officer.press("Add the indicator")
    officer.see("The decimals must be a whole number from 0 to 3.")
    check_accessible(officer.page)
    officer.fill("Decimals", "0")
    officer.press("Add the indicator")
    officer.see("IND-01 is added. Set its target, then publish its results.")


def _published(officer: Keyboard) -> None:
    officer.follow("Set targets and national figures, and what they were before")
    officer.follow("Target of 2017")
    officer.fill("Figure", "90")
    officer.fill("Why it is set so", "It is in the contract.")
    officer.press("See what it does")
    officer.press("Save")
    officer.open("/indicators?q=IND-01")
    officer.follow("Sessions delivered")
    officer.press("Publish a result")
    officer.fill("Result", "60")
    officer.fill("Period", "Quarter to March 2017")
    officer.fill_day("Last day of the period", 31, 3, 2017)
    officer.tick("Final")
    officer.press("See what it does")
    officer.press("Publish")
    officer.see("Measures the contract EXT-08")
    officer.follow("Change the indicator")
    officer.fill("Name", "Sessions delivered of those agreed")
    officer.fill("Why does it change?", "It says what it counts.")
    officer.press("Save the changes")
    officer.see("The indicator is changed.")
    check_accessible(officer.page)
    officer.follow("End the indicator")
    check_accessible(officer.page)
