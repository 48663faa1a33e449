"""Notices of what evaluating does to an escalation that is before DMT already: these wait for a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.notices import NoticeKind
from riskreg.models import Escalation, Risk
from riskreg.queries.meetings import next_meeting
from riskreg.queries.people import holders_of_posts, people_with_role
from riskreg.services.notices import Raised
from riskreg.services.telling import tell_of_event

WHAT = {
    NoticeKind.JOINED: "One more reason for the escalation of {}",
    NoticeKind.PROPOSED: "{} is proposed to DMT for de-escalation",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """That people hear of a risk in their next digests, all as its owner or all as members of DMT."""

    kind: NoticeKind
    people: tuple[int, ...]
    audience: str
    reference: str


def tell_of_joined(joining: Sequence[Raised], now: datetime) -> list[Heard]:
    """Tell the owner and the members of DMT that a further signal joined an escalation."""
    return _tell(NoticeKind.JOINED, [(one.escalation, one.sentences) for one in joining], now)


def tell_of_proposed(proposed: Sequence[Escalation], now: datetime) -> list[Heard]:
    """Tell the owner and the members of DMT that the register proposes to end an escalation."""
    return _tell(NoticeKind.PROPOSED, [(one, (one.proposal,)) for one in proposed], now)


def _tell(kind: NoticeKind, news: Sequence[tuple[Escalation, tuple[str, ...]]], now: datetime) -> list[Heard]:
    if not news:
        return []
    today = day_of(now)
    owners = holders_of_posts({escalation.risk.owner_post_id for escalation, _ in news}, today)
    members = [one.person_id for one in people_with_role(Role.DMT_MEMBER, today)]
    meeting = next_meeting(news[0][0].risk.register_id, today)
    by = meeting.held_on if meeting else None
    return [
        heard
        for escalation, sentences in news
        for heard in _told(
            kind,
            escalation,
            sentences,
            [one.person_id for one in owners.get(escalation.risk.owner_post_id, ())],
            members,
            by,
            now,
        )
    ]


def _told(
    kind: NoticeKind,
    escalation: Escalation,
    sentences: tuple[str, ...],
    owners: Collection[int],
    members: Collection[int],
    by: date | None,
    now: datetime,
) -> Iterator[Heard]:
    """Note it for each: who is both is told as the owner. The risk's revision tells one piece of news from the next."""
    risk = escalation.risk
    asks = kind is NoticeKind.PROPOSED
    facts = {
        "what": WHAT[kind].format(risk.reference),
        "title": risk.title,
        "rag": risk.effective_rag,
        "detail": list(sentences),
        "page": ["escalation", escalation.id],
        "risk_id": risk.id,
        "escalation_id": escalation.id,
    }
    for audience, people in (("owner", owners), ("dmt", [one for one in members if one not in owners])):
        decides = audience == "dmt" and asks
        ways = {
            "do": f"Decide on {risk.reference}" if decides else "See the escalation",
            "by": by.isoformat() if decides and by else None,
            "why": _why(risk, audience),
        }
        tell_of_event(kind, f"escalation:{escalation.id}.{risk.revision}", people, facts | ways, now)
        if people:
            yield Heard(kind, tuple(people), audience, str(risk.reference))


def _why(risk: Risk, audience: str) -> str:
    if audience == "dmt":
        return "You are told as member of DMT."
    return f"You are told as {risk.owner_post.title}, who owns the risk, or as the deputy."
