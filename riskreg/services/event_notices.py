"""Notices of things that happened: who is told, in what words, and whether it is still worth telling later."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.access import Role
from riskreg.domain.dates import day_of
from riskreg.domain.lifecycle import LIVE, EscalationStatus
from riskreg.domain.mentions import mentioned
from riskreg.domain.notices import NoticeKind
from riskreg.domain.sentences import FILLED_BY, MAY_ACT, closed, day, the
from riskreg.extensions import db
from riskreg.models import AuditEvent, Escalation, Holding, Message, Notice, Pack, Risk
from riskreg.models.outbox import LOST
from riskreg.queries.people import names_to_mention, people_with_role
from riskreg.queries.staff import Owners, Staff
from riskreg.services.actors import Actor
from riskreg.services.lost_mail import words_of_lost
from riskreg.services.still_standing import ENDED, check_reason_went, check_referral_ended
from riskreg.services.telling import tell_of_event

MENTIONS = "@"
PAGES = {"indicator": "indicator", "contract": "contract"}  # the kinds of subject that have a page of their own


def tell_of_hand_over(actor: Actor, risk: Risk, before: str, reason: str, now: datetime) -> None:
    """Tell who holds the post to which a risk was handed over; nobody is told of what they did themselves.

    While nobody holds it, those are told to whom its line leads.
    """
    owner = risk.owner_post
    owners = Staff(day_of(now), [owner.id]).owners(owner.id)
    facts = {
        "what": f"{risk.reference} {'was handed over to a vacant post' if owners.vacant else 'is yours now'}",
        "title": risk.title,
        "rag": risk.effective_rag,
        "detail": [closed(reason), _review_of(risk, day_of(now))],
        "do": f"See {risk.reference}",
        "page": ["risk", risk.id],
        "risk_id": risk.id,
        "post_id": owner.id,
        "vacant": owners.vacant,
    }
    for one in owners.people:
        if one.person_id != actor.person_id:
            why = _why_handed_over(owner.title, before, owners, deputy=one.deputy)
            thing = f"risk:{risk.id}.{risk.revision}"
            tell_of_event(NoticeKind.HANDED_OVER, thing, [one.person_id], {**facts, "why": why}, now)


def _review_of(risk: Risk, today: date) -> str:
    on = day(risk.review_due_on)
    return (
        f"Its review is late: it was due on {on}." if risk.review_due_on < today else f"Its next review is due on {on}."
    )


def _why_handed_over(owner: str, before: str, owners: Owners, *, deputy: bool) -> str:
    if owners.vacant:
        acts = FILLED_BY if owners.lone else MAY_ACT
        return f"You are told because {the(before)} handed it over to the post {owner}, which is vacant. {acts}"
    as_what = f"{'a deputy of ' if deputy else ''}{the(owner)}"
    return f"You are told as {as_what}, to whom {the(before)} handed it over."


def tell_of_post(actor: Actor, holding: Holding, now: datetime) -> None:
    """Tell a person who was given a post, or made its deputy, from when it is theirs."""
    if holding.person_id == actor.person_id:
        return
    post = holding.post
    facts = {
        "what": f"You deputise for {the(post.title)}" if holding.deputy else f"You hold the post {post.title}",
        "title": "",
        "why": f"You are told because the work of this post is yours from {day(holding.from_on)}.",
        "detail": ["Its risks, actions and contracts are under “My work” from that day."],
        "do": "See what there is to do",
        "page": ["sign_in", ""],
        "post_id": post.id,
    }
    tell_of_event(NoticeKind.HANDED_OVER, f"holding:{holding.id}", [holding.person_id], facts, now)


def tell_of_pack(actor: Actor, pack: Pack, now: datetime) -> None:
    """Tell the members of DMT that the pack for a meeting is there."""
    meeting = pack.meeting
    if meeting is None:
        return
    facts = {
        "what": f"The pack for DMT on {day(meeting.held_on)}",
        "title": meeting.title,
        "by": meeting.held_on.isoformat(),
        "why": "You are told as a member of DMT.",
        "detail": ["It holds what waits for a decision, and what moved since the meeting before."],
        "do": "Read the pack",
        "page": ["pack", pack.id],
        "pack_id": pack.id,
    }
    members = people_with_role(Role.DMT_MEMBER, day_of(now))
    people = [one.person_id for one in members if one.person_id != actor.person_id]
    tell_of_event(NoticeKind.PACK, f"pack:{pack.id}", people, facts, now)


def tell_of_failed_mail(message: Message, state: str, error: str, now: datetime) -> None:
    """Tell the administrators of a message that will not arrive, or of which nobody knows whether it did.

    `state` is its state by now, since the row may have been read before. They are not told of a digest that told of
    such messages only: where an administrator's own address fails, each would bring the next for ever. It stands on
    the page of the messages like any other.
    """
    told = select(Notice.kind).where(Notice.message_id == message.id, Notice.state == "told").distinct()
    if list(db.session.scalars(told)) == [NoticeKind.MAIL_FAILED]:
        return
    facts = {
        **words_of_lost(message, state, error),
        "title": "",
        "why": "You are told as an administrator.",
        "page": ["message", message.id],
        "message_id": message.id,
    }
    people = [one.person_id for one in people_with_role(Role.ADMINISTRATOR, day_of(now))]
    tell_of_event(NoticeKind.MAIL_FAILED, f"message:{message.id}", people, facts, now)


def tell_of_mentions(actor: Actor, event: AuditEvent, risk: Risk | None, now: datetime) -> None:
    """Tell everybody who is mentioned in what was written, by name or as the holder of a post.

    What one act writes down in several places, such as a merge under both risks, is told once.
    """
    kind, _, key = event.subject.partition(":")
    if risk is None and kind not in PAGES:
        return
    people = _mentioned(event.sentence, day_of(now)) - {actor.person_id}
    people -= _told_by_this_act(people, event.sentence, now)
    facts = {
        "what": f"{actor.name} mentions you" + (f" about {risk.reference}" if risk else ""),
        "title": risk.title if risk else "",
        "rag": risk.effective_rag if risk else None,
        "why": "You are told because your name, or a post that you hold, stands behind an @.",
        "detail": [event.sentence],
        "do": f"See {risk.reference}" if risk else "See where it was written",
        "page": ["risk", risk.id] if risk else [PAGES[kind], int(key)],
        "risk_id": risk.id if risk else None,
    }
    tell_of_event(NoticeKind.MENTION, f"event:{event.id}", sorted(people), facts, now)


def _told_by_this_act(people: Collection[int], sentence: str, now: datetime) -> set[int]:
    """Return which people were told at this very moment of the same words, from the first mention on; by one query."""
    words = sentence.partition(MENTIONS)[2]
    made = select(Notice.person_id, Notice.facts).where(Notice.state == "waiting", Notice.person_id.in_(people))
    made = made.where(Notice.kind == NoticeKind.MENTION, Notice.created_at == now)
    return {key for key, facts in db.session.execute(made) if facts["detail"][0].partition(MENTIONS)[2] == words}


def _mentioned(text: str, today: date) -> set[int]:
    """Return the active people whose name, or whose post's title, is mentioned; by two queries."""
    named = names_to_mention(today)
    found = set(mentioned(text, [name for name, _ in named]))
    return {person_id for name, person_id in named if name in found}


def no_longer(notice: Notice, today: date) -> str:
    """Return why a notice need not be told any more; empty when it is to be told."""
    check = CHECKS.get(NoticeKind(notice.kind))
    return check(notice, today) if check else ""


def _handed_on(notice: Notice, today: date) -> str:
    facts = notice.facts
    risk = db.session.get(Risk, facts["risk_id"]) if "risk_id" in facts else None
    if risk is not None and risk.owner_post_id != facts["post_id"]:
        return "It was handed on meanwhile."
    if facts.get("vacant"):
        owners = Staff(today, [facts["post_id"]]).owners(facts["post_id"])
        return "" if owners.vacant else "Somebody holds the post by now."
    ends = select(Holding.id).where(Holding.post_id == facts["post_id"], Holding.person_id == notice.person_id)
    still = db.session.scalar(ends.where((Holding.until_on.is_(None)) | (Holding.until_on >= today)).limit(1))
    return "" if still else "The post is another person's meanwhile."


def _outdated(notice: Notice, today: date) -> str:
    pack = db.session.get_one(Pack, notice.facts["pack_id"])
    if pack.meeting is None or pack.meeting.held_on < today:
        return "The day of the meeting has passed."
    newer = select(Pack.id).where(Pack.meeting_id == pack.meeting_id, Pack.id > pack.id).limit(1)
    return "A newer pack was made." if db.session.scalar(newer) else ""


def _settled(notice: Notice, _today: date) -> str:
    message = db.session.get(Message, notice.facts["message_id"])
    return "" if message and message.state in LOST else "It was settled meanwhile."


def _decided(notice: Notice, _today: date) -> str:
    escalation = db.session.get_one(Escalation, notice.facts["escalation_id"])
    live = escalation.status in LIVE
    return "" if live and (escalation.proposal or notice.kind == NoticeKind.JOINED) else ENDED


def _decided_anew(notice: Notice, _today: date) -> str:
    escalation = db.session.get_one(Escalation, notice.facts["escalation_id"])
    return "" if escalation.status == EscalationStatus.AWAITING else "DMT decided on it meanwhile."


CHECKS: Mapping[NoticeKind, Callable[[Notice, date], str]] = {
    NoticeKind.HANDED_OVER: _handed_on,
    NoticeKind.JOINED: _decided,
    NoticeKind.REASON_WENT: check_reason_went,
    NoticeKind.PROPOSED: _decided,
    NoticeKind.ANSWERED: _decided_anew,
    NoticeKind.REFERRAL_ENDED: check_referral_ended,
    NoticeKind.PACK: _outdated,
    NoticeKind.MAIL_FAILED: _settled,
}
