"""Notices of what becomes of an escalation that was told already: these wait for a digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.notices import NoticeKind
from riskreg.domain.sentences import FILLED_BY, MAY_ACT, the
from riskreg.models import Escalation, Referral, Risk
from riskreg.queries.meetings import next_meeting
from riskreg.queries.people import people_with_role
from riskreg.queries.staff import Owners, Staff
from riskreg.services.actors import Actor
from riskreg.services.notices import Raised
from riskreg.services.reversal import Went
from riskreg.services.telling import tell_of_event

STANDS_AGAIN = "A reason for the escalation of {} stands again"
AS_DMT = "You are told as a member of DMT."
WHAT = {
    NoticeKind.JOINED: "A new reason for the escalation of {}",
    NoticeKind.REASON_WENT: "One reason less for the escalation of {}",
    NoticeKind.PROPOSED: "{} is proposed to DMT for de-escalation",
    NoticeKind.ANSWERED: "The owner of {} has answered DMT",
    NoticeKind.REFERRAL_ENDED: "{} is no longer referred to the corporate register",
}


# What asks DMT to decide.
ASKS = (NoticeKind.PROPOSED, NoticeKind.ANSWERED)
OWNING = ("owner", "deputy", "line", "lone")  # as the owner; a deputy; above a vacant post; above one with nobody above


@dataclass(frozen=True, slots=True)
class Heard:
    """That people hear of a risk in their next digests, all as its owner or all as members of DMT."""

    kind: NoticeKind
    people: tuple[int, ...]
    audience: str
    reference: str


@dataclass(frozen=True, slots=True)
class News:
    """What is told of an escalation: the facts that are its own."""

    escalation: Escalation
    facts: Mapping[str, Any]


def tell_of_joined(joining: Sequence[Raised], now: datetime) -> list[Heard]:
    """Tell the owner and the members of DMT that a further signal joined an escalation, or that one stands again."""
    news = []
    for one in joining:
        again = {"what": STANDS_AGAIN.format(one.escalation.risk.reference)} if one.again else {}
        news.append(News(one.escalation, {"detail": list(one.sentences), **again}))
    return _tell(NoticeKind.JOINED, news, now)


def tell_of_went(went: Sequence[Went], now: datetime) -> list[Heard]:
    """Tell the owner and the members of DMT which reasons an escalation lost that stands all the same.

    Where it was withdrawn, or its end is proposed, they are told of that instead.
    """
    lost: dict[int, list[Went]] = {}
    for one in went:
        if one.escalation.is_live and not one.escalation.proposal:
            lost.setdefault(one.escalation.id, []).append(one)
    news = [
        News(some[0].escalation, {"went": [[one.signal_id, one.sentence] for one in some]}) for some in lost.values()
    ]
    return _tell(NoticeKind.REASON_WENT, news, now)


def tell_of_proposed(proposed: Sequence[Escalation], now: datetime) -> list[Heard]:
    """Tell the owner and the members of DMT that the register proposes to end an escalation."""
    return _tell(NoticeKind.PROPOSED, [News(one, {"detail": [one.proposal]}) for one in proposed], now)


def tell_of_answer(actor: Actor, escalation: Escalation, said: str, now: datetime) -> None:
    """Tell the members of DMT what the owner answered to what they had asked for; not whoever wrote it."""
    _tell(NoticeKind.ANSWERED, [News(escalation, {"detail": [said]})], now, but=actor.person_id)


def tell_of_referral_end(actor: Actor, referral: Referral, now: datetime) -> None:
    """Tell the owner, the members of DMT and who answers for the corporate register that DMT took a risk back.

    Whoever recorded that decision is not told of it.
    """
    held = [f"Its reference there, {referral.reference}, stays used."] if referral.reference else []
    facts = {"ended": [referral.ended_why, *held], "referral_id": referral.id}
    corporate = [one.person_id for one in people_with_role(Role.CORPORATE_COORDINATOR, day_of(now))]
    _tell(NoticeKind.REFERRAL_ENDED, [News(referral.escalation, facts)], now, corporate=corporate, but=actor.person_id)


def _tell(
    kind: NoticeKind,
    news: Sequence[News],
    now: datetime,
    *,
    corporate: Collection[int] = (),
    but: int | None = None,
) -> list[Heard]:
    """Tell the owner, DMT and those who answer for the corporate register, each once; nobody who is `but`."""
    if not news:
        return []
    today = day_of(now)
    staff = Staff(today, {one.escalation.risk.owner_post_id for one in news})
    members = [one.person_id for one in staff.with_role(Role.DMT_MEMBER)]
    meeting = next_meeting(news[0].escalation.risk.register_id, today)
    by = meeting.held_on if meeting else None
    heard = []
    for one in news:
        told: set[int | None] = {but}
        for audience, people in (
            *(() if kind is NoticeKind.ANSWERED else _owning(staff.owners(one.escalation.risk.owner_post_id))),
            ("dmt", members),
            ("corporate", corporate),
        ):
            heard += _told(kind, one, audience, [key for key in people if key not in told], by, now)
            told.update(people)
    return heard


def _owning(owners: Owners) -> list[tuple[str, list[int]]]:
    """Those told as the owner, as a deputy, or instead of them while the post is vacant."""
    if owners.vacant:
        return [("lone" if owners.lone else "line", [one.person_id for one in owners.people])]
    return [
        (audience, [one.person_id for one in owners.people if one.deputy is deputy])
        for audience, deputy in (("owner", False), ("deputy", True))
    ]


def _told(
    kind: NoticeKind, news: News, audience: str, people: Sequence[int], by: date | None, now: datetime
) -> list[Heard]:
    """Note it for each of an audience. The risk's revision tells one piece of news from the next."""
    if not people:
        return []
    escalation = news.escalation
    risk = escalation.risk
    decides = audience == "dmt" and kind in ASKS
    see = ("See the referral", ["referral", news.facts["referral_id"]]) if audience == "corporate" else None
    facts = {
        "what": WHAT[kind].format(risk.reference),
        "title": risk.title,
        "rag": risk.effective_rag,
        "do": see[0] if see else f"Decide on {risk.reference}" if decides else "See the escalation",
        "by": by.isoformat() if decides and by else None,
        "why": _why(risk, audience),
        "page": see[1] if see else ["escalation", escalation.id],
        "risk_id": risk.id,
        "escalation_id": escalation.id,
        **news.facts,
    }
    tell_of_event(kind, f"escalation:{escalation.id}.{risk.revision}", people, facts, now)
    return [Heard(kind, tuple(people), "owner" if audience in OWNING else audience, str(risk.reference))]


def _why(risk: Risk, audience: str) -> str:
    if audience == "dmt":
        return AS_DMT
    if audience == "corporate":
        return "You are told because you answer for the corporate register."
    if audience in ("line", "lone"):
        acts = FILLED_BY if audience == "lone" else MAY_ACT
        return f"You are told because the post that owns the risk, {risk.owner_post.title}, is vacant. {acts}"
    owner = the(risk.owner_post.title)
    return f"You are told as {'a deputy of ' if audience == 'deputy' else ''}{owner}, who owns the risk."
