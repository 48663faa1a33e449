"""One writer at a time on a register: what a use case reads of it stays true until it has written.

Evaluating, deciding, reviewing and updating look at each other's rows (is an escalation live, what has DMT seen, which
revision is the risk at). A lock on the register's row at the head of each spares them every other thought about order.
SQLite has one writer anyway, from the beginning of its transaction.
"""

from __future__ import annotations

from sqlalchemy import select

from riskreg.domain.errors import ChangedMeanwhile
from riskreg.extensions import db
from riskreg.models import Register, Risk

CHANGED = "The risk has changed since you opened this page. Read what changed, then decide again. Nothing was saved."


def lock_register(register_id: int) -> None:
    """Hold the register until the end of the transaction, and read anew whatever was read of it before."""
    db.session.flush()
    if db.engine.dialect.name == "sqlite":
        return
    db.session.execute(select(Register.id).where(Register.id == register_id).with_for_update()).one()
    db.session.expire_all()


def lock_risk(risk: Risk, seen_revision: int) -> None:
    """Hold the risk's register, and refuse when the risk changed since it was seen.

    Raises ChangedMeanwhile; the caller shows what changed, from the audit trail after `seen_revision`.
    """
    lock_register(risk.register_id)
    if risk.revision != seen_revision:
        raise ChangedMeanwhile(CHANGED)
