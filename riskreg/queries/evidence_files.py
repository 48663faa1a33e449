"""The files kept as evidence: lists of them, which never read what is in them, and one to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import aliased, joinedload

from riskreg.domain.evidence import kind_words, size_words
from riskreg.extensions import db
from riskreg.models import Evidence, EvidenceContent, Person

Rows = Select[*tuple[Any, ...]]
KEY: Any = bindparam("key")
Remover = aliased(Person)


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A file as a page lists it. `removed_by` and `removed_why` are empty while it is kept."""

    id: int
    name: str
    size: int
    description: str
    added_at: datetime
    person_id: int
    action_id: int | None
    escalation_id: int | None
    removed_at: datetime | None
    removed_why: str
    by: str
    removed_by: str | None

    @property
    def kind(self) -> str:
        """What kind of file it is."""
        return kind_words(self.name)

    @property
    def size_words(self) -> str:
        """How large it is."""
        return size_words(self.size)


# Built once and not for every page: building a statement takes longer than running it.
_LINES: Rows = (
    select(Evidence.id, Evidence.name, Evidence.size, Evidence.description, Evidence.added_at, Evidence.person_id)
    .add_columns(Evidence.action_id, Evidence.escalation_id, Evidence.removed_at, Evidence.removed_why)
    .add_columns(Person.name.label("by"), Remover.name.label("removed_by"))
    .join(Person, Person.id == Evidence.person_id)
    .outerjoin(Remover, Remover.id == Evidence.removed_by)
    .order_by(Evidence.id.desc())
)
_OF_RISK = _LINES.where(Evidence.risk_id == KEY)
_OF_ACTION = _LINES.where(Evidence.action_id == KEY)
_OF_ESCALATION = _LINES.where(Evidence.escalation_id == KEY)


def evidence_of_risk(risk_id: int) -> Sequence[EvidenceLine]:
    """Return the files of a risk and of everything under it, the newest first, by one query."""
    return _read(_OF_RISK, risk_id)


def evidence_of_action(action_id: int) -> Sequence[EvidenceLine]:
    """Return the files of an action, the newest first, by one query."""
    return _read(_OF_ACTION, action_id)


def evidence_of_escalation(escalation_id: int) -> Sequence[EvidenceLine]:
    """Return the files of an escalation, the newest first, by one query."""
    return _read(_OF_ESCALATION, escalation_id)


def _read(lines: Rows, key: int) -> list[EvidenceLine]:
    return [EvidenceLine(*row) for row in db.session.execute(lines, {"key": key})]


def evidence_row(evidence_id: int) -> Evidence | None:
    """Return a file with its place and who added it, without its content, by one query; None when there is none."""
    return db.session.scalar(
        select(Evidence)
        .where(Evidence.id == evidence_id)
        .options(
            joinedload(Evidence.risk, innerjoin=True),
            joinedload(Evidence.action),
            joinedload(Evidence.escalation),
            joinedload(Evidence.person, innerjoin=True),
        )
    )


def content_of(evidence_id: int) -> bytes | None:
    """Return what is in a file, by one query; None once it has been removed."""
    return db.session.scalar(select(EvidenceContent.content).where(EvidenceContent.evidence_id == evidence_id))


def remover_of(evidence: Evidence) -> str:
    """Return the name of who removed a file, by one query."""
    return db.session.scalar(select(Person.name).where(Person.id == evidence.removed_by)) or ""
