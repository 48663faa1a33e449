"""What a link between a risk and an indicator or a contract must hold, and how it is read out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from riskreg.domain.choices import Heeds
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import BEFORE_APPROVAL, RiskStatus
from riskreg.domain.sentences import day

LINKABLE = (*BEFORE_APPROVAL, RiskStatus.OPEN)
LINKED_ALREADY = "The risk is linked to it already. Change that link instead."
# What a link heeds of an indicator; every page and sentence that says it has it from here.
HEEDED = {Heeds.ANY: "any slip", Heeds.RED: "RED only", Heeds.WATCH: "watched only"}
OF_RISK = {Heeds.ANY: "heeds any slip", Heeds.RED: "heeds RED only", Heeds.WATCH: "watches it only"}
WATCHED = "nothing: it is only watched"
MILESTONES = "every milestone that reaches DMT"


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """Why something bears on a risk, what of it the risk heeds, and the last day on which that is to hold, if known.

    `from_on` is the day since which it bears on the risk; None: as it was, or since the day on which it is linked. It
    is a record: what stands is heeded from the moment at which the link is saved.
    """

    reason: str
    heeds: Heeds
    until_on: date | None = None
    from_on: date | None = None


def heeds_words(heeds: Heeds | str, *, about_indicator: bool) -> str:
    """What a link heeds, after “heeds”: any slip."""
    if heeds == Heeds.WATCH:
        return WATCHED
    return HEEDED[Heeds(heeds)] if about_indicator else MILESTONES


def heeds_in_short(heeds: Heeds | str, *, about_indicator: bool) -> str:
    """What a link heeds in a few words, of the indicator or contract: heeds any slip, watched only."""
    if heeds == Heeds.WATCH:
        return HEEDED[Heeds.WATCH]
    return OF_RISK[Heeds(heeds)] if about_indicator else "heeds its milestones"


def heeds_title(heeds: Heeds | str) -> str:
    """What a link heeds, as a choice or a cell has it: Any slip."""
    words = HEEDED[Heeds(heeds)]
    return words[0].upper() + words[1:]


def check_linkable(status: RiskStatus) -> None:
    """Only a risk that is in the register, or on its way into it, is linked. Raises RuleBroken."""
    if status not in LINKABLE:
        raise RuleBroken(f"The risk is {status}; its links stay as they are.")


def check_terms(terms: LinkTerms, today: date) -> LinkTerms:
    """Return the terms without space around the reason. Raises RuleBroken naming the field."""
    reason = check_reason(terms.reason, "Say why it bears on the risk.")
    if terms.from_on is not None and terms.from_on > today:
        raise RuleBroken(
            "The first day of the link must be today or earlier: link it when that day has come.", "from_on"
        )
    if terms.until_on is not None and terms.until_on < today:
        raise RuleBroken("The last day of the link must be today or later.", "until_on")
    return replace(terms, reason=reason)


def until_words(until_on: date | None) -> str:
    """Until when a link holds, before a full stop; nothing when no day is set."""
    return f", until {day(until_on)}" if until_on else ""


def holds_words(from_on: date | None, until_on: date | None) -> str:
    """Since when and until when a link holds, before a full stop; nothing for a day that is not known."""
    since = f", bearing on the risk since {day(from_on)}" if from_on else ""
    return since + until_words(until_on)
