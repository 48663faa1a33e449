"""The policy that a register goes by on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from riskreg.domain.policy import Policy
from riskreg.extensions import db
from riskreg.models import Person, PolicyVersion, Register
from riskreg.queries.register import DIRECTORATE


class NoPolicyError(LookupError):
    """The register had no policy on that day: nothing can be judged, and no number is made up instead."""


def versions_of(register_id: int) -> dict[int, Policy]:
    """Return every version of a register's policy by its number, by one query."""
    rows = db.session.scalars(select(PolicyVersion).where(PolicyVersion.register_id == register_id))
    return {row.version: row.as_policy() for row in rows}


@dataclass(frozen=True, slots=True)
class VersionTold:
    """A version of the policy: why it was adopted, when and by whom; the first one came with the register."""

    policy: Policy
    reason: str
    adopted_at: datetime | None
    adopted_by: str | None


def versions_told(register_id: int) -> list[VersionTold]:
    """Return every version of a register's policy, the oldest first, by one query."""
    rows = db.session.execute(
        select(PolicyVersion, Person.name)
        .outerjoin(Person, Person.id == PolicyVersion.adopted_by)
        .where(PolicyVersion.register_id == register_id)
        .order_by(PolicyVersion.version)
    )
    return [VersionTold(row.as_policy(), row.reason, row.adopted_at, name) for row, name in rows]


# Built once and not for every message: building a statement takes longer than running it.
_LATEST = (
    select(PolicyVersion)
    .where(PolicyVersion.valid_from <= bindparam("day"))
    .order_by(PolicyVersion.valid_from.desc(), PolicyVersion.version.desc())
    .limit(1)
)
_OF_REGISTER = _LATEST.where(PolicyVersion.register_id == bindparam("register_id"))
_SHOWN = _LATEST.where(PolicyVersion.register_id == DIRECTORATE.with_only_columns(Register.id).scalar_subquery())
_IN_FORCE = (
    select(Register.id, Register.prefix)
    .where(Register.policies.any(PolicyVersion.valid_from <= bindparam("day")))
    .order_by(Register.id)
)


def policy_on(register_id: int, day: date) -> Policy:
    """Return the latest version valid on the day, by one query. Raises NoPolicyError when there was none yet."""
    version = db.session.scalar(_OF_REGISTER, {"register_id": register_id, "day": day})
    if version is None:
        raise NoPolicyError(f"Register {register_id} has no policy on {day:%Y-%m-%d}.")
    return version.as_policy()


def policy_shown(day: date) -> Policy | None:
    """Return the policy of the register that the pages show, by one query; None where nothing is loaded yet."""
    version = db.session.scalar(_SHOWN, {"day": day})
    return version.as_policy() if version else None


def registers_in_force(day: date) -> list[tuple[int, str]]:
    """Return id and prefix of every register that has a policy on the day, by one query; others rest."""
    return [(register_id, prefix) for register_id, prefix in db.session.execute(_IN_FORCE, {"day": day})]
