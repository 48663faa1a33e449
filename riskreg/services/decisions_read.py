"""A person says up to which decision of DMT they have read."""

from __future__ import annotations

from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.extensions import db
from riskreg.models import Decision, DecisionRead
from riskreg.services.actors import Actor
from riskreg.services.locking import lock_register


def read_decisions(actor: Actor, decision_id: int) -> None:
    """Remember the newest decision that the person has read; an older page never takes a newer one back.

    Raises NotPermitted, and RuleBroken for a decision that there is not.
    """
    actor.require(Permission.SEE_OWN_WORK)
    decision = db.session.get(Decision, decision_id)
    if decision is None:
        raise RuleBroken("There is no such decision. Open My work again. Nothing was marked as read.")
    lock_register(decision.escalation.risk.register_id)
    read = db.session.get(DecisionRead, actor.person_id)
    if read is None:
        db.session.add(DecisionRead(person_id=actor.person_id, decision_id=decision_id))
    else:
        read.decision_id = max(read.decision_id, decision_id)
    db.session.flush()
