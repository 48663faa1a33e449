"""A draft or a proposal that comes to nothing is discarded with a reason, and may be taken up again as a draft.

It never was in the register, so it has no day on which it left it; its reference stays used.
"""

from __future__ import annotations

from datetime import datetime

from riskreg.domain.access import Permission, require
from riskreg.domain.keeping import check_reason
from riskreg.domain.lifecycle import RiskStatus, change_risk
from riskreg.models import Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.locking import lock_risk
from riskreg.services.notices import tell_of_answer
from riskreg.services.proposing import proposer_of, wrote_first
from riskreg.services.versions import add_version

NOT_YOURS = "Only who wrote this draft or the co-ordinator may discard it or take it up again."
CO_ORDINATOR = "Only the co-ordinator may discard what is proposed."


def may_discard(actor: Actor, risk: Risk) -> bool:
    """Whether the person may discard it or take it up again: the co-ordinator; what is not proposed, its writer too."""
    if actor.may(Permission.KEEP_REGISTER):
        return True
    mine = risk.status != RiskStatus.PROPOSED and actor.may(Permission.PROPOSE_RISK)
    return mine and wrote_first(risk.id) == actor.person_id


def require_discarder(actor: Actor, risk: Risk) -> None:
    """Raise NotPermitted unless the person may discard it or take it up again."""
    require(may_discard(actor, risk), CO_ORDINATOR if risk.status == RiskStatus.PROPOSED else NOT_YOURS)


def discard_risk(actor: Actor, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Discard a draft or a proposal, with the reason. Its proposer is told.

    Raises NotPermitted, RuleBroken and ChangedMeanwhile.
    """
    require_discarder(actor, risk)
    lock_risk(risk, seen_revision)
    status = change_risk(RiskStatus(risk.status), "discard")
    said = check_reason(reason, "Say why it is discarded.")
    to = proposer_of(risk.id)
    risk.status, risk.closing_reason = status, said
    add_version(actor, risk, now, said)
    record(actor, "discarded", f"risk:{risk.id}", f"Discarded before approval: {said}", now=now, risk=risk)
    tell_of_answer(actor, risk, to, "discarded", said, now)


def take_up_risk(actor: Actor, risk: Risk, reason: str, seen_revision: int, now: datetime) -> None:
    """Make a draft again of a risk that was discarded before it was approved, under its own reference.

    Raises NotPermitted, RuleBroken and ChangedMeanwhile.
    """
    require_discarder(actor, risk)
    lock_risk(risk, seen_revision)
    status = change_risk(RiskStatus(risk.status), "take up again", was_open=not risk.was_discarded)
    said = check_reason(reason, "Say why it is taken up again.")
    discarded = {"reason": risk.closing_reason}
    risk.status, risk.closing_reason = status, ""
    add_version(actor, risk, now, said)
    record(actor, "took up again", f"risk:{risk.id}", f"Taken up again: {said}", now=now, risk=risk, old=discarded)
