"""The words of these pages: why a message came, what each kind of notice is, and links within a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from riskreg.domain.notices import DIGEST_AT, NoticeKind, Rhythm
from riskreg.mail.wording import why_answered, why_escalated, why_owner, why_proposal
from riskreg.queries.mail import ACCOUNT_KINDS

RHYTHMS = {
    Rhythm.AT_ONCE: ("At once", "As soon as there is something, at any hour of a working day."),
    Rhythm.DAILY: ("Once a working day", f"At {DIGEST_AT:%H:%M}, if there is something."),
    Rhythm.WEEKLY: ("Once a week", f"At {DIGEST_AT:%H:%M} on the day that you choose below, if there is something."),
}
KIND_HINTS = {
    NoticeKind.REVIEW: "Of risks that you own or answer for: before the day, on it, and when a review is late.",
    NoticeKind.ACTION: "Of actions that you own or answer for: before the day, on it, and when one is late.",
    NoticeKind.CONTRACT_REVIEW: "Of contracts that you manage or answer for.",
    NoticeKind.MILESTONE: "A contract comes to its end without a route, an award, a notice or a provider.",
    NoticeKind.RESULT: "For those who publish results.",
    NoticeKind.HANDED_OVER: "Or a post, with the work that comes with it.",
    NoticeKind.JOINED: "Of a risk that is before DMT already: for its owner and for members of DMT.",
    NoticeKind.REASON_WENT: "What fell away and what still stands: for the owner of the risk and for members of DMT.",
    NoticeKind.PROPOSED: "What the register proposes to DMT: for the owner of the risk and for members of DMT.",
    NoticeKind.ANSWERED: "The risk is before DMT again: for members of DMT.",
    NoticeKind.REFERRAL_ENDED: "For the owner of the risk, members of DMT and who answers for the corporate register.",
    NoticeKind.MENTION: "By your name or your post behind an @.",
    NoticeKind.PACK: "For members of DMT.",
    NoticeKind.MAIL_FAILED: "For administrators.",
}
# Messages of their own, which nobody can switch off.
CANNOT_WAIT = (
    "An escalation is raised or withdrawn: to the owner of the risk and to the members of DMT.",
    "DMT decides on a risk that you own.",
    "A risk is referred to the corporate register, or the corporate register answers.",
    "Your account: an invitation, or a new password that somebody asked for.",
    "A risk that you proposed is approved, sent back or discarded.",
    "A job of the register fails: to the administrators.",
)
WHY: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "escalation_raised": lambda facts: why_escalated(facts["for"], facts.get("escalations", ())),
    "escalation_withdrawn": lambda facts: why_escalated(facts["for"], facts.get("escalations", ())),
    "decision_made": lambda facts: why_owner(
        [facts.get("vacant")], [facts.get("deputy_of")], lone=bool(facts.get("lone"))
    ),
    "proposal_answered": lambda facts: why_proposal(
        facts.get("audience", "proposer"), facts.get("vacant"), facts.get("deputy_of"), lone=bool(facts.get("lone"))
    ),
    "referral_proposed": "You answer for the corporate register.",
    "referral_answered": lambda facts: why_answered(
        facts["audience"], facts.get("vacant"), facts.get("deputy_of"), lone=bool(facts.get("lone"))
    ),
    "digest": "It gathers what is yours to do or to know; each thing in it says why.",
    "job_failed": "You are an administrator of the register.",
    "account_invitation": "An administrator of the register added you.",
    "account_reset": "Somebody typed your address on the page that asks for a new password.",
}


def why_it_came(kind: str, facts: Mapping[str, Any]) -> str:
    """Why a message came to this person; empty for a kind that is no longer sent."""
    why = WHY.get(kind, "")
    return why if isinstance(why, str) else why(facts)


def with_links(text: str, kind: str, base_url: str) -> Markup:
    """Return a text in which addresses of this register are links, and no other.

    None in a message about an account: its link was taken out before it was kept.
    """
    if kind.startswith(ACCOUNT_KINDS):
        return escape(text)
    ours = re.compile(re.escape(base_url) + r"/(?:[\w./?=&%#~+-]*[\w/=&%#~+-])?", re.ASCII)
    parts, end = [], 0
    for found in ours.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a class="govuk-link" href="{0}">{0}</a>').format(found[0]))
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])
