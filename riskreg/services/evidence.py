"""Evidence: a file added to a risk, one of its actions or escalations, and taken away again with a reason."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from riskreg.domain.access import Permission, holds, require
from riskreg.domain.errors import RuleBroken
from riskreg.domain.evidence import check_size, kind_named, kind_words, read_name, size_words
from riskreg.domain.keeping import check_reason
from riskreg.exchange.evidence_files import check_content
from riskreg.extensions import db
from riskreg.models import Action, Escalation, Evidence, EvidenceContent, Risk
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.keeping import require_open
from riskreg.services.locking import lock_register

GONE = "This file has been removed already."


@dataclass(frozen=True, slots=True)
class Place:
    """What a file bears on: a risk, or one of its actions or escalations."""

    risk: Risk
    action: Action | None = None
    escalation: Escalation | None = None

    @property
    def subject(self) -> str:
        """The place as the audit trail names it."""
        if self.action:
            return f"action:{self.action.id}"
        return f"escalation:{self.escalation.id}" if self.escalation else f"risk:{self.risk.id}"

    @property
    def words(self) -> str:
        """The place within a sentence of the risk's history; empty for the risk itself."""
        if self.action:
            return f" to the action “{self.action.text.rstrip('.')}”"
        return " to the escalation" if self.escalation else ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. `size` is what was sent in bytes, of which no more than the limit is in `content`."""

    name: str
    content: bytes
    size: int


def place_of(evidence: Evidence) -> Place:
    """Return where a file was added."""
    return Place(evidence.risk, evidence.action, evidence.escalation)


def may_add(actor: Actor, place: Place) -> bool:
    """Whether the person may add a file there, while the risk is open.

    The risk's owner and the co-ordinator may everywhere, an action's owner there, DMT on an escalation.
    """
    if not actor.may(Permission.ADD_EVIDENCE):
        return False
    return (
        actor.may(Permission.KEEP_REGISTER)
        or holds(actor.posts, place.risk.owner_post_id, place.action.owner_post_id if place.action else None)
        or (place.escalation is not None and actor.may(Permission.DECIDE))
    )


def require_adder(actor: Actor, place: Place) -> None:
    """Raise NotPermitted unless the person may add a file there, naming who may."""
    who = f"the owner of the risk, the {place.risk.owner_post.title}, or the co-ordinator"
    if place.action and place.action.owner_post_id != place.risk.owner_post_id:
        who = f"the owner of the action, the {place.action.owner_post.title}, {who}"
    elif place.escalation:
        who = f"a member of the Directorate Management Team (DMT), {who}"
    require(may_add(actor, place), f"Only {who} may add evidence here.")


def may_remove(actor: Actor, person_id: int) -> bool:
    """Whether the person may remove a file that `person_id` added: it is theirs, or they keep the register."""
    return actor.may(Permission.KEEP_REGISTER) or (actor.may(Permission.ADD_EVIDENCE) and actor.person_id == person_id)


def check_file(upload: Upload) -> tuple[str, str]:
    """Return a file's name as it is kept and the media type it is sent as. Raises RuleBroken naming the field."""
    name = read_name(upload.name)
    kind = kind_named(name)
    check_size(name, upload.size)
    return name, check_content(name, kind, upload.content)


def add_evidence(actor: Actor, place: Place, upload: Upload, shows: str, now: datetime) -> Evidence:
    """Keep a file that bears on an open risk. `shows` is what it shows, in a sentence.

    Others may have changed the risk meanwhile: a file adds to it and contradicts nothing, and would have to be chosen
    and sent again. Raises NotPermitted, and RuleBroken naming the field.
    """
    require_adder(actor, place)
    name, media_type = check_file(upload)
    description = check_reason(shows, "Say what the file shows.", "description")
    lock_register(place.risk.register_id)
    require_open(place.risk)
    sha256 = hashlib.sha256(upload.content).hexdigest()
    _check_new(place, sha256)
    row = Evidence(
        risk=place.risk,
        action=place.action,
        escalation=place.escalation,
        name=name,
        media_type=media_type,
        size=upload.size,
        sha256=sha256,
        description=description,
        added_at=now,
        person_id=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(EvidenceContent(evidence_id=row.id, content=upload.content))
    what = f"“{name}” ({kind_words(name)}, {size_words(row.size)})"
    sentence = f"Evidence added{place.words}: {what}. It shows: {description}"
    record(actor, "added evidence", place.subject, sentence, now=now, risk=place.risk, evidence=row.id)
    return row


def _check_new(place: Place, sha256: str) -> None:
    """Raise RuleBroken where the same content is kept at the same place already."""
    same = db.session.scalar(
        select(Evidence.name)
        .where(
            Evidence.risk_id == place.risk.id,
            Evidence.action_id == (place.action.id if place.action else None),
            Evidence.escalation_id == (place.escalation.id if place.escalation else None),
            Evidence.sha256 == sha256,
            Evidence.removed_at.is_(None),
        )
        .limit(1)
    )
    if same is not None:
        raise RuleBroken(f"This file is here already, as “{same}”.", "file")


def remove_evidence(actor: Actor, evidence: Evidence, reason: str, now: datetime) -> None:
    """Delete the content of a file that should not be here; what it was, and why it went, stays.

    Also on a risk that is closed. Raises NotPermitted, and RuleBroken naming the field.
    """
    require_remover(actor, evidence)
    lock_register(evidence.risk.register_id)
    check_kept(evidence)
    evidence.removed_why = check_reason(reason, "Say why the file is removed.")
    evidence.removed_at, evidence.removed_by = now, actor.person_id
    db.session.execute(delete(EvidenceContent).where(EvidenceContent.evidence_id == evidence.id))
    place = place_of(evidence)
    sentence = f"Evidence removed: “{evidence.name}” ({kind_words(evidence.name)}): {evidence.removed_why}"
    record(actor, "removed evidence", place.subject, sentence, now=now, risk=place.risk, evidence=evidence.id)


def require_remover(actor: Actor, evidence: Evidence) -> None:
    """Raise NotPermitted unless the person added the file or keeps the register."""
    who = f"Only {evidence.person.name}, who added it, or the co-ordinator may remove this file."
    require(may_remove(actor, evidence.person_id), who)


def check_kept(evidence: Evidence) -> None:
    """Raise RuleBroken when the file has been removed."""
    if evidence.removed_at is not None:
        raise RuleBroken(GONE)
