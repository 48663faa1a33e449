"""Another policy, by keyboard: drafted, put right, replayed over the past, adopted, and found among the versions."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.keyboard import Keyboard

FIRST, SECOND = (f"Late action, {step} reminder: told besides the owner" for step in ("first", "second"))
FLOOR = "A floor standard that is not known, in per cent"


def test_a_policy_is_drafted_replayed_and_adopted(person: Callable[[str], Keyboard]) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/policy")
    keeper.follow("Begin a draft of another policy")
    keeper.fill(FLOOR, "a quarter")
    keeper.fill("Why the policy is to change", "DMT declines what only just misses a floor that was assumed.")
    keeper.press("Save and replay over the past")
    keeper.see("must be from 0 to 100, with four decimals at most")
    keeper.fill(FLOOR, "25")
    keeper.press("Save and replay over the past")
    keeper.heading("The draft replayed over the past")
    keeper.heading("Not raised by the draft")
    keeper.see("What a replay cannot know")
    keeper.press("Adopt the draft")
    keeper.see("Version 2 of the policy was adopted. It holds from 4 April 2017.")
    keeper.see("DMT declines what only just misses a floor that was assumed.")
    keeper.follow("Back to the policy")
    keeper.see("Version 2 is adopted and holds from 4 April 2017.")


def test_who_is_told_and_what_a_new_link_heeds_is_set_and_changes_no_past(person: Callable[[str], Keyboard]) -> None:
    keeper = person("Risk Co-ordinator")
    keeper.open("/policy/draft")
    keeper.fill("Why the policy is to change", "DMT wants to hear of actions at once.")
    keeper.tick("DMT", within=FIRST)
    keeper.tick("RED only", within="New link to an indicator: what it heeds")
    keeper.press("Save and replay over the past")
    keeper.see("The second reminder of a late action must also tell whom the first one tells: DMT.")
    keeper.tick("DMT", within=SECOND)
    keeper.press("Save and replay over the past")
    keeper.see("The draft changes nothing that decides what is put before DMT, so the past stays as it was.")
    keeper.press("Adopt the draft")
    keeper.see("New link to an indicator: what it heeds")
    keeper.see("the line director, the co-ordinator and DMT")
