"""Linking a risk by keyboard: found, seen, made and ended; the same from the indicator's side."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.journeys.keyboard import Keyboard

PERSON = Callable[[str], Keyboard]


def test_an_indicator_is_linked_with_open_eyes_and_ended_again(person: PERSON) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/search?q=cype+05")
    keeper.follow("Link an indicator or a contract")
    keeper.see("Found by the words that the risk and the indicator or contract share")
    keeper.see("Shares: ")
    keeper.fill("Words or code of an indicator or a contract", "SK-05")
    keeper.press("Find")
    keeper.follow(re.compile("^SK-05 "))
    keeper.press("See what it does")
    keeper.see("Say why it bears on the risk.")
    keeper.fill("Why does it bear on the risk?", "It shows whether places suffice.")
    keeper.press("See what it does")
    keeper.see("1 risk comes before DMT")
    keeper.press("Link it")
    keeper.see("The indicator is linked.")
    keeper.follow(re.compile("^End the link to Percentage of Year 12-13"))
    keeper.fill("Why does the link end?", "It was a mistake.")
    keeper.press("See what it does")
    keeper.press("End the link")
    keeper.see("Why it ended: It was a mistake.")


def test_a_risk_is_linked_from_the_side_of_a_contract(person: PERSON) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/contracts/5")
    keeper.follow("The risks behind it as a picture, links that were, and linking a risk")
    keeper.press("Link a risk")
    keeper.follow("CYPE 10 Non-integrated data information systems")
    keeper.tick("Watch only")
    keeper.fill("Why does it bear on the risk?", "It runs on the same data.")
    keeper.press("See what it does")
    keeper.see("No escalation changes.")
    keeper.press("Link it")
    keeper.see("The contract is linked.")
