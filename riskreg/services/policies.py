"""The policy of a register: a draft is prepared, tried over the past, and adopted as a version from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from riskreg.domain.access import Permission
from riskreg.domain.dates import day_of
from riskreg.domain.errors import ChangedMeanwhile, RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.policy import Policy, in_force
from riskreg.domain.policy_setting import as_data, changed_rules, check_policy, check_valid_from
from riskreg.domain.sentences import day, plural
from riskreg.extensions import db
from riskreg.models import AuditEvent, PolicyDraft, PolicyVersion
from riskreg.queries.policies import versions_of
from riskreg.queries.replay import Replayed, replay
from riskreg.services.actors import SYSTEM, Actor
from riskreg.services.audit import record
from riskreg.services.consequences import digest_of, require_as_shown
from riskreg.services.locking import lock_register
from riskreg.services.settling import settle_reviews

CHANGED = "The draft has changed since you opened this page. Read what it says now. Nothing was saved."
NO_DRAFT = "There is no draft of the policy."
NOTHING_NEW = "The draft says what the policy says already. Change a rule first."
TOOK_EFFECT = "took effect"
# What the day of the next review follows; the other rules hold for what is judged and told from their day on.
CADENCES = {"review_months_red", "review_months_amber", "review_months_green", "escalated_review_days"}


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft says, and what it would have raised; the same before and after, with the same digest."""

    rules: dict[str, Any]
    valid_from: date
    reason: str
    replayed: Replayed

    @property
    def digest(self) -> str:
        """What adopting is given to show that this was seen."""
        return digest_of(self)


def draft_of(register_id: int) -> PolicyDraft | None:
    """The draft that somebody prepares for a register, if there is one."""
    return db.session.get(PolicyDraft, register_id)


def draft_as_policy(draft: PolicyDraft) -> Policy:
    """A draft as the rules read it, with the number that it would have as a version."""
    return Policy.from_data(max(versions_of(draft.register_id)) + 1, draft.valid_from, draft.rules)


def held_before(register_id: int, policy: Policy) -> Policy:
    """The version that a draft would take the place of on its day."""
    versions = versions_of(register_id)
    return in_force(versions.values(), policy.valid_from) or versions[min(versions)]


def save_draft(
    actor: Actor, register_id: int, policy: Policy, reason: str, seen_revision: int, now: datetime
) -> PolicyDraft:
    """Keep a draft of the policy; nothing is judged by it. `seen_revision` is 0 where there was no draft.

    Raises NotPermitted, ChangedMeanwhile, and RowsBroken or RuleBroken naming the fields.
    """
    actor.require(Permission.SET_POLICY)
    draft = _locked(register_id, seen_revision)
    check_policy(policy)
    versions = versions_of(register_id)
    check_valid_from(policy.valid_from, day_of(now), max(one.valid_from for one in versions.values()))
    said = check_reason(reason, "Say why the policy is to change.")
    draft = draft or PolicyDraft(register_id=register_id)
    draft.rules, draft.valid_from, draft.reason = as_data(policy), policy.valid_from, said
    draft.revision, draft.saved_at, draft.saved_by = _next_revision(register_id), now, _person(actor)
    db.session.add(draft)
    text = f"A draft of the policy was saved, to hold from {day(policy.valid_from)}: {said}"
    record(actor, "drafted", _subject(register_id), text, now=now)
    return draft


def discard_draft(actor: Actor, register_id: int, seen_revision: int, now: datetime) -> None:
    """Do away with the draft. Raises NotPermitted, ChangedMeanwhile, and RuleBroken where there is none."""
    actor.require(Permission.SET_POLICY)
    draft = _required(register_id, seen_revision)
    text = f"The draft of the policy was discarded. It was: {draft.reason}"
    record(actor, "discarded", _subject(register_id), text, now=now, rules=draft.rules)
    db.session.delete(draft)
    db.session.flush()


def try_draft(register_id: int, since: date, now: datetime) -> Trial:
    """Return what the draft would have raised from a day on. It stores nothing. Raises RuleBroken without a draft."""
    draft = draft_of(register_id)
    if draft is None:
        raise RuleBroken(NO_DRAFT)
    policy = draft_as_policy(draft)
    return Trial(
        as_data(policy),
        draft.valid_from,
        draft.reason,
        replay(register_id, versions_of(register_id), policy, since, now),
    )


def adopt_draft(
    actor: Actor, register_id: int, since: date, seen_revision: int, now: datetime, *, shown: str | None
) -> PolicyVersion:
    """Make the draft a version of the policy. `shown` is the digest of its replay from `since` that the person saw.

    Results that were judged keep their judgement; days of review follow from the day on which the version holds.
    Raises NotPermitted, ChangedMeanwhile, and RuleBroken.
    """
    actor.require(Permission.SET_POLICY)
    draft, today = _required(register_id, seen_revision), day_of(now)
    versions = versions_of(register_id)
    check_valid_from(draft.valid_from, today, max(one.valid_from for one in versions.values()))
    policy = draft_as_policy(draft)
    if not changed_rules(held_before(register_id, policy), policy):
        raise RuleBroken(NOTHING_NEW)
    require_as_shown(try_draft(register_id, since, now), shown)
    version = PolicyVersion(
        register_id=register_id,
        version=policy.version,
        valid_from=draft.valid_from,
        rules=draft.rules,
        reason=draft.reason,
        adopted_at=now,
        adopted_by=_person(actor),
    )
    db.session.add(version)
    db.session.delete(draft)
    text = (
        f"Version {version.version} of the policy was adopted, to hold from {day(version.valid_from)}: {draft.reason}"
    )
    record(actor, "adopted", _subject(register_id), text, now=now, version=version.version)
    take_effect(register_id, now)
    return version


def take_effect(register_id: int, now: datetime) -> int:
    """Let the version that holds today move the days of review, and return of how many risks it did.

    A version takes effect once, on its day or as soon after as this runs. Running again finds nothing to do.
    """
    versions = versions_of(register_id)
    policy = in_force(versions.values(), day_of(now))
    before = versions[_in_effect(register_id) or min(versions)]
    if policy is None or policy.version == before.version:
        return 0
    lock_register(register_id)
    moved = settle_reviews(register_id, policy) if CADENCES & set(changed_rules(before, policy)) else 0
    said = f"The next review of {plural(moved, 'risk')} moves to another day." if moved else "No review moves."
    text = f"Version {policy.version} of the policy holds from now on. {said}"
    record(SYSTEM, TOOK_EFFECT, _subject(register_id), text, now=now, version=policy.version)
    return moved


def _in_effect(register_id: int) -> int | None:
    """The version that took effect last; None while the first one holds."""
    told = select(AuditEvent.detail).where(AuditEvent.subject == _subject(register_id), AuditEvent.verb == TOOK_EFFECT)
    detail = db.session.scalar(told.order_by(AuditEvent.id.desc()).limit(1))
    return detail["version"] if detail else None


def _locked(register_id: int, seen_revision: int) -> PolicyDraft | None:
    """Hold the register and return its draft. Raises ChangedMeanwhile unless it is the one that was seen."""
    lock_register(register_id)
    draft = draft_of(register_id)
    if (draft.revision if draft else 0) != seen_revision:
        raise ChangedMeanwhile(CHANGED)
    return draft


def _required(register_id: int, seen_revision: int) -> PolicyDraft:
    lock_register(register_id)
    if draft_of(register_id) is None:
        raise RuleBroken(NO_DRAFT)
    draft = _locked(register_id, seen_revision)
    assert draft is not None  # noqa: S101 - it was there a moment ago, and the register is held
    return draft


def _next_revision(register_id: int) -> int:
    """A number that no draft of the register had before: one more than everything that was done to its policy."""
    done = select(func.count()).select_from(AuditEvent).where(AuditEvent.subject == _subject(register_id))
    return (db.session.scalar(done) or 0) + 1


def _person(actor: Actor) -> int:
    assert actor.person_id is not None  # noqa: S101 - whoever may set the policy is somebody
    return actor.person_id


def _subject(register_id: int) -> str:
    return f"policy:{register_id}"
