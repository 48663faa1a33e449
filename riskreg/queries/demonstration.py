"""The people of the demonstration, for its sign-in page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.models import Holding, Person, PostRole
from riskreg.queries.people import held_on

# The role that tells most about a person comes first; everyone is listed once, under it.
TELLING = (
    Role.DMT_MEMBER,
    Role.RISK_OWNER,
    Role.PERFORMANCE_OFFICER,
    Role.CONTRACT_MANAGER,
    Role.ACTION_OWNER,
    Role.COORDINATOR,
    Role.CORPORATE_COORDINATOR,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One person to sign in as."""

    person_id: int
    name: str


def people_by_role(day: date) -> list[tuple[Role, list[Choice]]]:
    """Return the demonstration's people under their most telling role on the day, by one query."""
    roles: dict[tuple[int, str], set[str]] = {}
    rows = db.session.execute(
        select(Person.id, Person.name, PostRole.role)
        .join(Holding, and_(Holding.person_id == Person.id, held_on(day)))
        .join(PostRole, PostRole.post_id == Holding.post_id)
        .where(Person.demonstration, Person.active)
        .order_by(Person.id)
    )
    for person_id, name, role in rows:
        roles.setdefault((person_id, name), set()).add(role)
    groups: dict[Role, list[Choice]] = {role: [] for role in TELLING}
    for (person_id, name), held in roles.items():
        groups[next(role for role in TELLING if role in held)].append(Choice(person_id, name))
    return [(role, people) for role, people in groups.items() if people]
