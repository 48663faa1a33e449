"""Keeping an open risk: its text, its response, who owns it, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import ResponseKind, check_happened, check_leaving, check_reason, check_response
from riskreg.domain.lifecycle import BEFORE_APPROVAL, OPEN_ACTIONS, RiskStatus, change_risk
from riskreg.domain.sentences import day, listed
from riskreg.extensions import db
from riskreg.models import Action, Post, Risk, RiskResponse
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.event_notices import tell_of_hand_over
from riskreg.services.locking import lock_risk
from riskreg.services.proposing import RiskText, check_owning, check_text, is_writer
from riskreg.services.review_drafts import drop_drafts
from riskreg.services.settling import live_escalation, settle
from riskreg.services.versions import add_version


def require_keeper(actor: Actor, risk: Risk) -> None:
    """Raise NotPermitted unless the person owns the risk or keeps the register."""
    actor.require(Permission.KEEP_RISK)
    may = actor.may(Permission.KEEP_REGISTER) or holds(actor.posts, risk.owner_post_id)
    require(may, f"Only its owner, the {risk.owner_post.title}, or the co-ordinator may change this risk.")


def require_open(risk: Risk) -> None:
    """Raise RuleBroken unless the risk is open."""
    if risk.status != RiskStatus.OPEN:
        raise RuleBroken(f"The risk is {risk.status}; only an open risk can be changed so.")


def edit_risk(actor: Actor, risk: Risk, text: RiskText, reason: str, seen_revision: int, now: datetime) -> None:
    """Change the words of a risk; what it said before stays as a version.

    An open risk is changed by its owner or the co-ordinator, a draft or proposal by who wrote it as well.
    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    before_approval = risk.status in BEFORE_APPROVAL
    if not (before_approval and is_writer(actor, risk)):
        require_keeper(actor, risk)
    lock_risk(risk, seen_revision)
    if not before_approval:
        require_open(risk)
    said = check_reason(reason, "Say why the text changes.")
    written = write_text(risk, text)
    if not written.names:
        raise RuleBroken("Nothing was changed.")
    add_version(actor, risk, now, said)
    record(
        actor, "edited", f"risk:{risk.id}", f"Changed: {listed(written.names)}. {said}", now=now, risk=risk,
        old=written.old, new=written.new,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """What was changed of a risk: its names in words, and what each held before and holds now."""

    names: list[str]
    old: dict[str, str]
    new: dict[str, str]


def write_text(risk: Risk, text: RiskText) -> Written:
    """Set the words of a risk and where it belongs, and return what changed. Raises RuleBroken naming the field."""
    check_text(text, needs_event=bool(risk.event))
    new = text.as_columns()
    before, place = {name: getattr(risk, name) for name in new}, _place(risk)
    changed = [name for name, value in new.items() if value != before[name]]
    for name in changed:
        setattr(risk, name, new[name])
    words = [name for name in changed if not name.endswith("_id")]
    written = Written(words, *({name: values[name] for name in words} for values in (before, new)))
    if len(words) < len(changed):
        db.session.flush()
        db.session.refresh(risk, ["division", "service"])
        written.names.append("division and service")
        written.old["place"], written.new["place"] = place, _place(risk)
    return written


def _place(risk: Risk) -> str:
    """Where a risk belongs, in words."""
    return f"{risk.division.name}, {risk.service.name}" if risk.service else risk.division.name


@dataclass(frozen=True, slots=True)
class Response:
    """What is done about a risk, since when, and until when it is tolerated."""

    kind: ResponseKind
    reason: str
    decided_on: date
    until_on: date | None = None


def respond(actor: Actor, risk: Risk, response: Response, seen_revision: int, now: datetime) -> RiskResponse:
    """Record the response to a risk; the earlier ones stay. A risk that is tolerated is reviewed by the end of that.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    require_keeper(actor, risk)
    lock_risk(risk, seen_revision)
    require_open(risk)
    today = day_of(now)
    check_response(response.kind, response.until_on, today)
    check_happened(response.decided_on, today, day_of(risk.recorded_at), "The date of the response", "decided_on")
    row = RiskResponse(
        risk_id=risk.id,
        kind=response.kind,
        until_on=response.until_on,
        reason=check_reason(response.reason, "Say why this is the response."),
        decided_on=response.decided_on,
        recorded_at=now,
        person_id=actor.person_id,
    )
    db.session.add(row)
    settle(risk, policy_on(risk.register_id, today), live_escalation(risk.id))
    until = f" until {day(row.until_on)}" if row.until_on else ""
    text = f"Response from {day(row.decided_on)}: {row.kind}{until}. {row.reason}"
    record(actor, "responded", f"response:{row.id}", text, now=now, risk=risk)
    return row


def hand_over_risk(actor: Actor, risk: Risk, post_id: int, reason: str, seen_revision: int, now: datetime) -> None:
    """Give a risk to another post; whoever holds it owns the risk from now on.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    require_open(risk)
    check_owning(post_id)
    if post_id == risk.owner_post_id:
        raise RuleBroken("That post owns the risk already. Choose another one.", "owner")
    said = check_reason(reason, "Say why the risk changes hands.")
    before, after = risk.owner_post, db.session.get_one(Post, post_id)
    risk.owner_post, risk.assumed = after, False  # whose it is was decided by a person now
    drop_drafts(risk.id)
    db.session.flush()
    add_version(actor, risk, now, said)
    text = f"Handed over from the {before.title} to the {after.title}. {said}"
    old, new = {"owner": before.title}, {"owner": after.title}
    record(actor, "handed over", f"risk:{risk.id}", text, now=now, risk=risk, old=old, new=new)
    tell_of_hand_over(actor, risk, before.title, said, now)


def open_actions(risk_id: int) -> Sequence[Action]:
    """Return what is still to be done about a risk, by one query."""
    found = select(Action).where(Action.risk_id == risk_id, Action.status.in_(OPEN_ACTIONS))
    return db.session.scalars(found.order_by(Action.id)).all()


def check_closing(risk: Risk) -> RiskStatus:
    """Return the status that closing leads to. Raises RuleBroken for what stands in the way, naming open actions."""
    status = change_risk(RiskStatus(risk.status), "close")
    waiting = [one.text for one in open_actions(risk.id)]
    check_leaving(escalated=live_escalation(risk.id) is not None, open_actions=waiting)
    return status


def leave_register(actor: Actor, risk: Risk, status: RiskStatus, reason: str, now: datetime) -> None:
    """Let a risk end today in this status and for this reason; nobody goes on with a review of it."""
    risk.status, risk.closed_on, risk.closing_reason = status, day_of(now), reason
    drop_drafts(risk.id)
    add_version(actor, risk, now, reason)


def close_risk(actor: Actor, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Take a risk out of the register, with the reason; its reference stays its own.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the actions that are still open.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    status = check_closing(risk)
    said = check_reason(reason, "Say why the risk is closed.")
    leave_register(actor, risk, status, said, now)
    record(actor, "closed", f"risk:{risk.id}", f"Closed: {said}", now=now, risk=risk)


def reopen_risk(actor: Actor, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Bring a closed risk back under its reference; its next review counts from today.

    Raises NotPermitted, ChangedMeanwhile and RuleBroken.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    status = change_risk(RiskStatus(risk.status), "reopen", was_open=not risk.was_discarded)
    said = check_reason(reason, "Say why the risk is reopened.")
    closed = {"closed_on": risk.closed_on.isoformat() if risk.closed_on else None, "reason": risk.closing_reason}
    risk.status, risk.closed_on, risk.closing_reason = status, None, ""
    risk.review_counted_from = day_of(now)
    settle(risk, policy_on(risk.register_id, day_of(now)), live_escalation(risk.id))
    add_version(actor, risk, now, said)
    record(actor, "reopened", f"risk:{risk.id}", f"Reopened: {said}", now=now, risk=risk, old=closed)
