"""What the pages of this room call their parts."""

from __future__ import annotations

from riskreg.domain.signals import SignalKind
from riskreg.queries.change_parts import Part
from riskreg.queries.dashboard import Age
from riskreg.queries.linked_signals import LinkedTo

PARTS: dict[Part, str] = {
    Part.NEW: "New risks",
    Part.CLOSED: "Closed or merged",
    Part.REOPENED: "Reopened",
    Part.OWNER: "Handed over to another owner",
    Part.OWN_WORSE: "Own rating worse",
    Part.OWN_BETTER: "Own rating better",
    Part.OWN_SCORE: "Own score changed, not its rating",
    Part.SHOWN_WORSE: "Rating shown worse",
    Part.SHOWN_BETTER: "Rating shown better",
    Part.TARGET: "New targets",
    Part.RESPONSE: "New responses",
    Part.EDITED: "Texts edited",
    Part.OPENED: "Escalations opened",
    Part.BACK: "Brought back before DMT",
    Part.ENDED: "Escalations ended",
    Part.DECIDED: "Decisions of DMT",
    Part.ANSWERED: "Answers of the corporate register",
    Part.REVIEWED: "Reviews done",
}
AGES: dict[Age, str] = {
    Age.NOT_LATE: "Not overdue",
    Age.WEEKS: "Up to 2 weeks overdue",
    Age.MONTHS: "Up to 2 months overdue",
    Age.LONGER: "Longer overdue",
}
LINKED: dict[LinkedTo, str] = {
    LinkedTo.INDICATOR: "linked to an indicator",
    LinkedTo.INDICATOR_SIGNAL: "linked to an indicator with a signal that stands",
    LinkedTo.CONTRACT: "linked to a contract",
    LinkedTo.CONTRACT_SIGNAL: "linked to a contract with a signal that stands",
}
SIGNALS: dict[SignalKind, str] = {
    SignalKind.SLIPPED: "Slipped to a worse RAG",
    SignalKind.RED: "RED, and not a slip",
    SignalKind.WORSENING: "Worsening and not GREEN",
    SignalKind.REVIEW_OVERDUE: "Review overdue",
    SignalKind.NO_ROUTE: "No route decided",
    SignalKind.NO_APPROVED_ROUTE: "No approved route",
    SignalKind.NO_AWARD: "No award or extension",
    SignalKind.ENDED: "Ended and still relied on",
    SignalKind.NO_PROVIDER: "No provider",
    SignalKind.EXTENSION_NOTICE: "Notice of an extension due",
}


def quarter_words(quarter: str) -> str:
    """Say a quarter as far as it is known: January to March 2018, or 2018 without its quarter."""
    if not quarter:
        return "No date known"
    year, _, number = quarter.partition("-")
    months = {"1": "January to March", "2": "April to June", "3": "July to September", "4": "October to December"}
    return f"{months[number]} {year}" if number else f"{year}, month not known"
