"""Giving out the references of a register: each number once, whatever becomes of what holds it."""

from __future__ import annotations

from sqlalchemy import func, select

from riskreg.extensions import db
from riskreg.models import Reference


def next_reference(register_id: int) -> Reference:
    """Give the next number after every one that was ever given in the register; the caller holds its lock.

    A gap is never filled: where a list brought CYPE 99 in, some other register has given the numbers before it.
    """
    highest = db.session.scalar(select(func.max(Reference.number)).where(Reference.register_id == register_id)) or 0
    reference = Reference(register_id=register_id, number=highest + 1)
    db.session.add(reference)
    db.session.flush()
    return reference
