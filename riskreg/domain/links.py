"""What a link between a risk and an indicator or a contract must hold, and how it is read out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import RiskStatus
from riskreg.domain.sentences import day
from riskreg.domain.signals import Heeds

LINKABLE = (RiskStatus.DRAFT, RiskStatus.PROPOSED, RiskStatus.OPEN)
LINKED_ALREADY = "The risk is linked to it already. Change that link instead."
OF_INDICATOR = {
    Heeds.ANY: "any slip",
    Heeds.RED: "RED results only",
    Heeds.WATCH: "nothing: it is only watched",
}
OF_CONTRACT = {
    Heeds.ANY: "every milestone that reaches DMT",
    Heeds.RED: "every milestone that reaches DMT",
    Heeds.WATCH: "nothing: it is only watched",
}


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """Why something bears on a risk, what of it the risk heeds, and the last day on which that is to hold, if known."""

    reason: str
    heeds: Heeds
    until_on: date | None = None


def heeds_words(heeds: Heeds | str, *, about_indicator: bool) -> str:
    """What a link heeds, after “heeds”: any slip."""
    return (OF_INDICATOR if about_indicator else OF_CONTRACT)[Heeds(heeds)]


def check_linkable(status: RiskStatus) -> None:
    """Only a risk that is in the register, or on its way into it, is linked. Raises RuleBroken."""
    if status not in LINKABLE:
        raise RuleBroken(f"The risk is {status}; its links stay as they are.")


def check_terms(terms: LinkTerms, today: date) -> LinkTerms:
    """Return the terms without space around the reason. Raises RuleBroken naming the field."""
    reason = check_reason(terms.reason, "Say why it bears on the risk.")
    if terms.until_on is not None and terms.until_on < today:
        raise RuleBroken("The last day of the link must be today or later.", "until_on")
    return LinkTerms(reason, terms.heeds, terms.until_on)


def until_words(until_on: date | None) -> str:
    """Until when a link holds, before a full stop; nothing when no day is set."""
    return f", until {day(until_on)}" if until_on else ""
