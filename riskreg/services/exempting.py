"""Marking a risk, a control or an action exempt from what is published, and taking that back."""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.access import Permission
from riskreg.domain.exempt import LAW, check_exempt, check_not_exempt, exemption, paragraph_of
from riskreg.domain.keeping import check_reason
from riskreg.models import Action, Control, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_risk

Exemptible = Risk | Control | Action


def mark_exempt(
    actor: Actor, what: Exemptible, risk: Risk, paragraph: int | None, reason: str, seen_revision: int, now: datetime
) -> None:
    """Keep a risk, or a control or an action of it, out of what is published, whatever the status of the risk.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    check_not_exempt(what.exempt_why)
    what.exempt_why = exemption(paragraph, reason)
    text = f"{_named(what)} is exempt by paragraph {paragraph} of {LAW}: {reason.strip()}"
    record(actor, "marked exempt", _subject(what), text, now=now, risk=risk, new=what.exempt_why)


def end_exemption(actor: Actor, what: Exemptible, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Take back that a risk, or a control or an action of it, is exempt: what is published next shows it.

    Raises NotPermitted, ChangedMeanwhile, and RuleBroken naming the field.
    """
    actor.require(Permission.KEEP_REGISTER)
    lock_risk(risk, seen_revision)
    check_exempt(what.exempt_why)
    said = check_reason(reason, "Say why it is no longer exempt.")
    old, what.exempt_why = what.exempt_why, ""
    text = f"{_named(what)} is no longer exempt by paragraph {paragraph_of(old)} of {LAW}: {said}"
    record(actor, "took back exempt", _subject(what), text, now=now, risk=risk, old=old)


def _named(what: Exemptible) -> str:
    if isinstance(what, Risk):
        return "The risk"
    return f"The {'control' if isinstance(what, Control) else 'action'} “{what.text.rstrip('.')}”"


def _subject(what: Exemptible) -> str:
    return f"{what.__tablename__}:{what.id}"
