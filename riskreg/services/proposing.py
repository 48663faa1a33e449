"""A risk enters the register: drafted, proposed, and approved or sent back by the co-ordinator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from riskreg.domain.access import Permission, Role, holds, require
from riskreg.domain.dates import day_of
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import RiskStatus, change_risk
from riskreg.domain.reviews import next_review_due
from riskreg.domain.scoring import rag_of_score, score
from riskreg.extensions import db
from riskreg.models import AuditEvent, PostRole, Risk, RiskVersion, Service
from riskreg.queries.policies import policy_on
from riskreg.services.actors import Actor
from riskreg.services.assessing import Rating, record_ratings
from riskreg.services.audit import record
from riskreg.services.locking import lock_register, lock_risk
from riskreg.services.notices import tell_of_answer
from riskreg.services.references import next_reference
from riskreg.services.settling import settle
from riskreg.services.versions import add_version

PROPOSED = "Proposed for the register."
DRAFTED = "Written as a draft."
NO_WRITER = "Only who wrote this draft, its owner or the co-ordinator may propose it."
TEXTS = ("title", "cause", "event", "consequence", "category", "objective")


@dataclass(frozen=True, slots=True)
class RiskText:
    """What is written of a risk. `service_id` is None when it belongs to the whole division."""

    title: str
    cause: str
    event: str
    consequence: str
    category: str
    objective: str
    division_id: int
    service_id: int | None = None

    def as_columns(self) -> dict[str, Any]:
        """The text as the table of risks holds it, without space around it."""
        held = {name: getattr(self, name) for name in ("division_id", "service_id")}
        return {name: getattr(self, name).strip() for name in TEXTS} | held


@dataclass(frozen=True, slots=True)
class NewRisk:
    """A risk as it was entered, with its owner and first assessment. `draft`: it is not proposed yet."""

    text: RiskText
    owner_post_id: int
    current: Rating
    target: Rating | None = None
    draft: bool = False


def propose_risk(actor: Actor, register_id: int, new: NewRisk, now: datetime) -> Risk:
    """Enter a new risk under the next reference that was never given, as a draft or proposed.

    Raises NotPermitted, and RuleBroken naming the field. Two at once get two references: the register is held, and the
    database refuses a number twice.
    """
    actor.require(Permission.PROPOSE_RISK)
    lock_register(register_id)
    check_text(new.text)
    check_owning(new.owner_post_id)
    today = day_of(now)
    policy = policy_on(register_id, today)
    rag = rag_of_score(score(new.current.likelihood, new.current.impact), policy)
    risk = Risk(
        register_id=register_id,
        reference=next_reference(register_id),
        status=RiskStatus.DRAFT if new.draft else RiskStatus.PROPOSED,
        owner_post_id=new.owner_post_id,
        own_rag=rag,
        own_likelihood=new.current.likelihood,
        own_impact=new.current.impact,
        effective_rag=rag,
        review_counted_from=today,
        review_due_on=next_review_due(today, rag, policy),
        revision=0,
        recorded_at=now,
        **new.text.as_columns(),
    )
    db.session.add(risk)
    db.session.flush()
    add_version(actor, risk, now, DRAFTED if new.draft else PROPOSED)
    verb = "drafted" if new.draft else "proposed"
    record(actor, verb, f"risk:{risk.id}", f"{risk.reference} was {verb}.", now=now, risk=risk)
    record_ratings(actor, risk, new.current, new.target, policy, now)
    return risk


def check_text(text: RiskText, *, needs_event: bool = True) -> None:
    """Ask for a title, an event and a service of the same division. Raises RuleBroken naming the field.

    A risk that came without an event, as some of the Business Plan did, can be changed elsewhere and stay without one.
    """
    check_reason(text.title, "Enter a title.", "title")
    if needs_event:
        check_reason(text.event, "Say what may happen.", "event")
    if text.service_id is not None:
        service = db.session.get(Service, text.service_id)
        if service is None or service.division_id != text.division_id:
            raise RuleBroken("That service does not belong to that division.", "place")


def check_owning(post_id: int) -> None:
    """Only a post that makes its holder a risk owner can own a risk. Raises RuleBroken."""
    found = select(PostRole.post_id).where(PostRole.post_id == post_id, PostRole.role == Role.RISK_OWNER)
    if db.session.scalar(found) is None:
        raise RuleBroken("Choose a post that can own a risk.", "owner")


def wrote_first(risk_id: int) -> int | None:
    """Return the id of the person who entered a risk, by one query; None when the register did."""
    first = select(RiskVersion.person_id).where(RiskVersion.risk_id == risk_id).order_by(RiskVersion.version)
    return db.session.scalar(first.limit(1))


def proposer_of(risk_id: int) -> int | None:
    """Return the id of the person who proposed a risk last, or else entered it, by at most two queries."""
    proposed = select(AuditEvent.person_id).where(AuditEvent.risk_id == risk_id, AuditEvent.verb == "proposed")
    return db.session.scalar(proposed.order_by(AuditEvent.id.desc()).limit(1)) or wrote_first(risk_id)


def is_writer(actor: Actor, risk: Risk) -> bool:
    """Whether the person may write at a risk that is not open yet: who entered it, its owner, the co-ordinator."""
    if actor.may(Permission.KEEP_REGISTER) or holds(actor.posts, risk.owner_post_id):
        return actor.may(Permission.PROPOSE_RISK)
    return actor.may(Permission.PROPOSE_RISK) and wrote_first(risk.id) == actor.person_id


def submit_draft(actor: Actor, risk: Risk, seen_revision: int, now: datetime) -> None:
    """Propose a draft, anew or for the first time. Raises NotPermitted, RuleBroken and ChangedMeanwhile."""
    actor.require(Permission.PROPOSE_RISK)
    require(is_writer(actor, risk), NO_WRITER)
    lock_risk(risk, seen_revision)
    risk.status = change_risk(RiskStatus(risk.status), "propose")
    add_version(actor, risk, now, PROPOSED)
    record(actor, "proposed", f"risk:{risk.id}", f"{risk.reference} was proposed.", now=now, risk=risk)


def approve_risk(actor: Actor, risk: Risk, note: str, seen_revision: int, now: datetime) -> None:
    """Let a proposed risk into the register: it is open, and its first review counts from today.

    Its proposer is told. Raises NotPermitted, RuleBroken and ChangedMeanwhile.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    risk.status = change_risk(RiskStatus(risk.status), "approve")
    risk.review_counted_from = day_of(now)
    settle(risk, policy_on(risk.register_id, day_of(now)), None)
    add_version(actor, risk, now, note.strip() or "Approved.")
    text = f"Approved; the risk is open.{f' {note.strip()}' if note.strip() else ''}"
    record(actor, "approved", f"risk:{risk.id}", text, now=now, risk=risk)
    tell_of_answer(actor, risk, proposer_of(risk.id), "approved", note.strip(), now)


def send_back(actor: Actor, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Send a proposed risk back to its writer, who is told what is missing by e-mail and on its page.

    Raises NotPermitted, RuleBroken and ChangedMeanwhile.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    said = check_reason(reason, "Say what is missing.")
    risk.status = change_risk(RiskStatus(risk.status), "send back")
    add_version(actor, risk, now, said)
    record(actor, "sent back", f"risk:{risk.id}", f"Sent back: {said}", now=now, risk=risk)
    tell_of_answer(actor, risk, proposer_of(risk.id), "sent back", said, now)
