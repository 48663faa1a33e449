"""The sentences of messages that depend on a fact: kept here once, since text and HTML both say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskreg.domain.escalation import rating_moved
from riskreg.domain.lifecycle import DecisionKind
from riskreg.domain.referrals import Answer
from riskreg.domain.sentences import FILLED_BY, MAY_ACT, closed, day, listed, the

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
    by = f" by {_day(due_on)}" if due_on else ""
    on = f" on {_day(deferred_to)}" if deferred_to else ""
    return NEXT_STEPS[DecisionKind(decision)].format(by=by, on=on)


def done(decision: str) -> str:
    """What DMT did: “confirmed”. Raises ValueError for a decision that it cannot take."""
    return DecisionKind(decision).done


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


def next_review(decision: str, review_due_on: str | None, *, late: bool = False) -> str:
    """When the next review is due after a decision that asks nothing of the owner by a day of its own."""
    if review_due_on is None or DecisionKind(decision) in (DecisionKind.CONFIRM, DecisionKind.RETURN):
        return ""
    return _review_due(review_due_on, late=late)


def _review_due(due_on: str, *, late: bool) -> str:
    return (
        f"The review that was due by {_day(due_on)} is late." if late else f"The next review is due by {_day(due_on)}."
    )


def review_by(one: Mapping[str, Any]) -> str:
    """What the link to the review of an escalated risk says: by when, or that the day has passed."""
    by = f"by {_day(one['review_due_on'])}"
    return f"Review {one['reference']}, which was due {by}" if one.get("late") else f"Review {one['reference']} {by}"


def return_of(rag_before: str, rag_after: str) -> str:
    """How a withdrawn escalation leaves a rating: “returns from RED to AMBER”, or “stays RED” as the owner gave it."""
    return f"stays {rag_after}" if rag_before == rag_after else f"returns from {rag_before} to {rag_after}"


FELL_AWAY = {
    DecisionKind.DEFER: "DMT had put it off{on} on {decided}. That falls away.",
    DecisionKind.RETURN: "DMT had returned it to the owner on {decided}. The answer that it asked for is not needed.",
}


def what_falls_away(one: Mapping[str, Any]) -> str:
    """What DMT had decided on an escalation that is withdrawn; it is withdrawn only where DMT had not confirmed it."""
    known = one.get("decided")
    if not known:
        return "DMT had not decided on it."
    on = f" to its meeting of {_day(known['meeting_on'])}" if known["meeting_on"] else ""
    words = FELL_AWAY.get(DecisionKind(known["decision"]), "DMT had decided on {decided}: {decision}. That falls away.")
    return words.format(on=on, decided=_day(known["decided_on"]), decision=done(known["decision"]))


def what_dmt_had_said(one: Mapping[str, Any], audience: str) -> str:
    """What DMT had decided on an escalation that is before it again, and what its owner owes; empty for a new one."""
    known = one.get("again")
    if not known:
        return ""
    said = f"DMT had decided on {_day(known['decided_on'])}: {done(known['decision'])}. {closed(known['reason'])}"
    if not known["due_on"]:
        return said
    if audience == "dmt":
        return f"{said} The owner’s answer, asked for by {_day(known['due_on'])}, has not come yet."
    return f"{said} The answer that it asked for by {_day(known['due_on'])} is still owed: the next review gives it."


def shown(one: Mapping[str, Any]) -> str:
    """What an escalation did to a rating, in a sentence: “raised from AMBER to RED, awaiting DMT”."""
    if one.get("again"):
        return f"{one['rag_after']}, as it was shown already; awaiting DMT again"
    return f"{rating_moved(one['rag_before'], one['rag_after'])}, awaiting DMT"


def whose(risks: Sequence[Mapping[str, Any]]) -> str:
    """Which risks a message to an owner is about: “that you own”, those of whom one deputises for, or of no one."""
    deputy_of = sorted({one["deputy_of"] for one in risks if one.get("deputy_of")})
    if deputy_of and all(one.get("deputy_of") for one in risks):
        return f"of {listed([the(one) for one in deputy_of])}, for whom you deputise,"
    vacant = [bool(one.get("vacant") or one.get("deputy_of")) for one in risks]
    if all(one.get("vacant") for one in risks):
        return "whose owner’s post is vacant"
    return "that you own or answer for" if any(vacant) else "that you own"


def vacancy(vacant: str | None, lone: bool) -> str:
    """That the owner's post is vacant, and what that makes of who is told; empty when somebody holds it."""
    if not vacant:
        return ""
    return f"The post that owns the risk, {vacant}, is vacant. {FILLED_BY if lone else MAY_ACT}"


def why_owner(vacant: Sequence[str | None], deputy_of: Sequence[str | None] = (), *, lone: bool = False) -> str:
    """Why a message to an owner came to this person: as the owner of each risk, a deputy, or for its vacant post.

    `lone`: nobody is above a vacant one, so that the co-ordinators are told.
    """
    posts = sorted({one for one in vacant if one})
    their, are = ("its", "is") if len(posts) == 1 else ("their", "are")
    leads = "nobody is above, so that the risk co-ordinator is told" if lone else f"{their} line leads to you"
    owns = "the post that owns the risk" if len(posts) == 1 else "the posts that own the risks"
    line = f"{owns}, {listed(posts)}, {are} vacant and {leads}"
    owners = sorted({the(one) for one in deputy_of if one})
    whys = []
    if sum(map(bool, vacant)) + sum(map(bool, deputy_of)) < len(vacant):
        whys.append(f"you hold the post that owns {'a' if posts or owners else 'the'} risk")
    if owners:
        whys.append(f"you are a deputy of {listed(owners)}, who {'owns' if len(owners) == 1 else 'own'} the risk")
    if posts:
        whys.append(line)
    return f"You get this message because {', and because '.join(whys)}."


def why_escalated(audience: str, risks: Sequence[Mapping[str, Any]] = ()) -> str:
    """Why an escalation, or its withdrawal, is told to this person."""
    if audience == "dmt":
        return "You get this message because you are on the Directorate Management Team (DMT)."
    vacant, deputy_of = ([one.get(name) for one in risks] for name in ("vacant", "deputy_of"))
    return why_owner(vacant, deputy_of, lone=any(one.get("lone") for one in risks))


def decide_when(meeting_on: str | None) -> str:
    """By when DMT is asked to decide on what came before it."""
    if meeting_on is None:
        return "then decide at the next meeting of DMT; no meeting is planned yet"
    return f"then decide, at the meeting of DMT on {_day(meeting_on)} at the latest"


def raised_to(one: Mapping[str, Any]) -> str:
    """What an escalation did to a rating: “escalated to RED”, “escalated, stays RED”, or that it is there again."""
    if one.get("again"):
        return f"before DMT again, {one['rag_after']}"
    before, after = one["rag_before"], one["rag_after"]
    return f"escalated, stays {after}" if before == after else f"escalated to {after}"


def came(risks: Sequence[Mapping[str, Any]]) -> str:
    """How risks came before DMT: “again”, when DMT had decided on each of them; else nothing."""
    return " again" if all(one.get("again") for one in risks) else ""


def digest_counts(groups: Sequence[Mapping[str, Any]]) -> str:
    """How much a digest holds, by heading: “2 late, 3 to do”."""
    return ", ".join(f"{len(group['items']) + group['more']} {group['heading'].lower()}" for group in groups)


def by_when(item: Mapping[str, Any]) -> str:
    """By when an item of a digest is to be done, as a sentence; empty for one that has no day."""
    if not item["by"]:
        return f"{item['when'][:1].upper()}{item['when'][1:]}." if item["when"] else ""
    on = f"By {_day(item['by'])}"
    return f"{on}, {item['when']}." if item["when"] else f"{on}."


ANSWERED = {
    Answer.ACCEPT: "accepted in the corporate register as {corporate}",
    Answer.DECLINE: "declined by the corporate register",
    Answer.HAND_BACK: "handed back by the corporate register",
}


def answered(answer: str, corporate: str | None) -> str:
    """What the corporate register answered. Raises ValueError for an answer that it cannot give."""
    return ANSWERED[Answer(answer)].format(corporate=corporate)


def after_answer(answer: str, audience: str, review_due_on: str | None = None, *, late: bool = False) -> str:
    """What an answer of the corporate register asks of the owner or of a DMT member."""
    if answer == Answer.ACCEPT:
        rest = "The directorate keeps managing the risk: reviews, actions and rating go on as before."
        return f"You have nothing more to do than before. {rest}"
    if audience == "dmt":
        return "Decide again: the risk is before DMT, with this reason on its page."
    if review_due_on is None:
        return "You have nothing to do now: the risk is before DMT again, which decides."
    return f"The risk is before DMT again, which decides. {_review_due(review_due_on, late=late)}"


def why_answered(audience: str, vacant: str | None = None, deputy_of: str | None = None, *, lone: bool = False) -> str:
    """Why an answer of the corporate register came to this person."""
    if audience == "dmt":
        return "You get this message because you are on the Directorate Management Team (DMT), which referred the risk."
    return why_owner([vacant], [deputy_of], lone=lone)


def why_proposal(audience: str, vacant: str | None = None, deputy_of: str | None = None, *, lone: bool = False) -> str:
    """Why the answer to a proposal came to this person: who proposed the risk, or its owner when that person left."""
    if audience == "owner":
        return f"{why_owner([vacant], [deputy_of], lone=lone)} Who proposed it has left."
    return "You get this message because you proposed the risk."


PROPOSAL_STEPS = {
    "approved": "You have nothing to do: the risk is in the register, and its owner reviews it from now on.",
    "sent back": "Supply what is missing, then propose it again.",
    "discarded": "You have nothing to do. Its reference stays its own.",
}


def after_proposal(answer: str) -> str:
    """What the answer to a proposal asks of who proposed it. Raises KeyError for no such answer."""
    return PROPOSAL_STEPS[answer]


WORDS: Mapping[str, Any] = {
    "came": came,
    "done": done,
    "next_review": next_review,
    "review_by": review_by,
    "shown": shown,
    "vacancy": vacancy,
    "what_dmt_had_said": what_dmt_had_said,
    "what_falls_away": what_falls_away,
    "whose": whose,
    "why_owner": why_owner,
    "why_proposal": why_proposal,
    "answered": answered,
    "after_answer": after_answer,
    "why_answered": why_answered,
    "after_proposal": after_proposal,
    "next_step": next_step,
    "return_of": return_of,
    "raised_to": raised_to,
    "decide_when": decide_when,
    "why_escalated": why_escalated,
    "digest_counts": digest_counts,
    "by_when": by_when,
}
