"""The sentences of messages that depend on a fact: kept here once, since text and HTML both say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskreg.domain.escalation import rating_moved
from riskreg.domain.lifecycle import DecisionKind
from riskreg.domain.referrals import Answer
from riskreg.domain.sentences import day

NEXT_STEPS = {
    DecisionKind.CONFIRM: "Assess the risk again{by}.",
    DecisionKind.REFER: "You have nothing to do now: the corporate register answers next.",
    DecisionKind.RETURN: "Supply what is missing{by}.",
    DecisionKind.DECLINE: "You have nothing to do: the rating is again the one that you gave.",
    DecisionKind.DEFER: "You have nothing to do now: DMT looks at it again{on}.",
    DecisionKind.DE_ESCALATE: "You have nothing to do: the risk is no longer before DMT.",
    DecisionKind.CLOSE: "You have nothing to do: the risk has left the register, and its reference stays its own.",
}


def next_step(decision: str, due_on: str | None, deferred_to: str | None) -> str:
    """What a decision asks of the owner, and by when. Raises ValueError for a decision that DMT cannot take."""
    by = f" by {day(date.fromisoformat(due_on))}" if due_on else ""
    on = f" on {day(date.fromisoformat(deferred_to))}" if deferred_to else ""
    return NEXT_STEPS[DecisionKind(decision)].format(by=by, on=on)


def return_of(rag_before: str, rag_after: str) -> str:
    """How a withdrawn escalation leaves a rating: “returns from RED to AMBER”, or “stays RED” as the owner gave it."""
    return f"stays {rag_after}" if rag_before == rag_after else f"returns from {rag_before} to {rag_after}"


def why_escalated(audience: str) -> str:
    """Why an escalation, or its withdrawal, is told to this person."""
    if audience == "dmt":
        return "You get this message because you are on the Directorate Management Team (DMT)."
    return "You get this message because you hold the post that owns the risk, or are its deputy."


def decide_when(meeting_on: str | None) -> str:
    """By when DMT is asked to decide on what came before it."""
    if meeting_on is None:
        return "then decide at the next meeting of DMT; no meeting is planned yet"
    return f"then decide, at the meeting of DMT on {day(date.fromisoformat(meeting_on))} at the latest"


def raised_to(rag_before: str, rag_after: str) -> str:
    """What an escalation did to a rating: “escalated to RED”, or “escalated, stays RED”."""
    return f"escalated, stays {rag_after}" if rag_before == rag_after else f"escalated to {rag_after}"


def digest_counts(groups: Sequence[Mapping[str, Any]]) -> str:
    """How much a digest holds, by heading: “2 late, 3 to do”."""
    return ", ".join(f"{len(group['items'])} {group['heading'].lower()}" for group in groups)


def by_when(item: Mapping[str, Any]) -> str:
    """By when an item of a digest is to be done, as a sentence; empty for one that has no day."""
    if not item["by"]:
        return f"{item['when'][:1].upper()}{item['when'][1:]}." if item["when"] else ""
    on = f"By {day(date.fromisoformat(item['by']))}"
    return f"{on}, {item['when']}." if item["when"] else f"{on}."


ANSWERED = {
    Answer.ACCEPT: "accepted in the corporate register as {corporate}",
    Answer.DECLINE: "declined by the corporate register",
    Answer.HAND_BACK: "handed back by the corporate register",
}


def answered(answer: str, corporate: str | None) -> str:
    """What the corporate register answered. Raises ValueError for an answer that it cannot give."""
    return ANSWERED[Answer(answer)].format(corporate=corporate)


def after_answer(answer: str, audience: str) -> str:
    """What an answer of the corporate register asks of the owner or of a DMT member."""
    if answer == Answer.ACCEPT:
        rest = "The directorate keeps managing the risk: reviews, actions and rating go on as before."
        return f"You have nothing more to do than before. {rest}"
    if audience == "dmt":
        return "Decide again: the risk is before DMT, with this reason on its page."
    return "You have nothing to do now: the risk is before DMT again, which decides."


def why_answered(audience: str) -> str:
    """Why an answer of the corporate register came to this person."""
    if audience == "dmt":
        return "You get this message because you are on the Directorate Management Team (DMT), which referred the risk."
    return "You get this message because you hold the post that owns the risk, or are its deputy."


PROPOSAL_STEPS = {
    "approved": "You have nothing to do: the risk is in the register, and its owner reviews it from now on.",
    "sent back": "Supply what is missing, then propose it again.",
    "discarded": "You have nothing to do. Its reference stays its own.",
}


def after_proposal(answer: str) -> str:
    """What the answer to a proposal asks of who proposed it. Raises KeyError for no such answer."""
    return PROPOSAL_STEPS[answer]


WORDS: Mapping[str, Any] = {
    "answered": answered,
    "after_answer": after_answer,
    "why_answered": why_answered,
    "after_proposal": after_proposal,
    "next_step": next_step,
    "movement": rating_moved,
    "return_of": return_of,
    "raised_to": raised_to,
    "decide_when": decide_when,
    "why_escalated": why_escalated,
    "digest_counts": digest_counts,
    "by_when": by_when,
}
