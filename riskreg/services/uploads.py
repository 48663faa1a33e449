"""Spreadsheets between the steps of taking them in: the file, how its columns are read, and both kept for next time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import randbelow

from sqlalchemy import delete, select

from riskreg.database import LARGEST_ID
from riskreg.domain.errors import RowProblem, RowsBroken, RuleBroken
from riskreg.domain.evidence import read_name
from riskreg.exchange.mapping import ColumnMapping
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.sheets import Workbook
from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.models import SavedMapping, Upload
from riskreg.services.actors import Actor

KEPT_FOR = timedelta(days=1)
MOST_KEPT = 5  # files of one person; the oldest goes when one more comes
LONGEST_NAME = 80


def keep_upload(actor: Actor, purpose: str, name: str, content: bytes, now: datetime) -> Upload:
    """Keep a spreadsheet until it is taken in. Raises RowsBroken with the reasons when it is none or cannot be read."""
    upload = Upload(purpose=purpose, name=read_name(name), content=content, uploaded_at=now, person_id=actor.person_id)
    open_upload(upload)
    upload.id = _new_id()
    own = select(Upload.id).where(Upload.person_id == actor.person_id).order_by(Upload.uploaded_at.desc())
    older = db.session.scalars(own.offset(MOST_KEPT - 1)).all()
    db.session.execute(delete(Upload).where(Upload.id.in_(older)))
    db.session.add(upload)
    db.session.flush()
    return upload


def _new_id() -> int:
    """Draw a number: one that a file had before would lead from an old page to another file."""
    drawn = randbelow(LARGEST_ID) + 1
    return drawn if db.session.get(Upload, drawn) is None else _new_id()


def own_file(actor: Actor, upload_id: int) -> Upload | None:
    """Return a file that the person uploaded; None when it is gone, or somebody else's."""
    found = db.session.get(Upload, upload_id)
    return found if found and found.person_id == actor.person_id else None


def open_upload(upload: Upload) -> Workbook:
    """Return the spreadsheet that a file holds. Raises RowsBroken with the reasons when it cannot be read."""
    try:
        return read_workbook(upload.content, upload.name)
    except BrokenTable as broken:
        raise refused(broken) from None


def refused(broken: BrokenTable) -> RowsBroken:
    """Return what is wrong with a file as a rule that is broken, beside the field `file`."""
    return RowsBroken([RowProblem("", str(one), "file") for one in broken.problems])


def set_columns(upload: Upload, mapping: ColumnMapping) -> None:
    """Keep with the file how its columns are read."""
    upload.mapping = mapping.to_data()
    db.session.flush()


def drop_upload(upload: Upload) -> None:
    """Delete a file that was taken in, or is not wanted any more."""
    db.session.delete(upload)
    db.session.flush()


def drop_old_uploads(now: datetime) -> int:
    """Delete the files that lie about for more than a day, and return how many they were."""
    gone = db.session.execute(delete(Upload).where(Upload.uploaded_at < now - KEPT_FOR).returning(Upload.id))
    return len(gone.all())


def kept_mappings(purpose: str) -> Sequence[SavedMapping]:
    """Return how spreadsheets for a purpose were read before, in the order of their names."""
    return db.session.scalars(
        select(SavedMapping).where(SavedMapping.purpose == purpose).order_by(SavedMapping.name)
    ).all()


def keep_mapping(actor: Actor, purpose: str, name: str, mapping: ColumnMapping, now: datetime) -> SavedMapping:
    """Keep for next time how columns are read; one of the same name and purpose is replaced. Raises RuleBroken."""
    words = " ".join(name.split())
    if not words or len(words) > LONGEST_NAME:
        raise RuleBroken(f"Give the choices a name of at most {LONGEST_NAME} characters.", "keep_as")
    db.session.execute(delete(SavedMapping).where(SavedMapping.purpose == purpose, SavedMapping.name == words))
    row = SavedMapping(purpose=purpose, name=words, mapping=mapping.to_data(), person_id=actor.person_id, saved_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def forget_mapping(purpose: str, mapping_id: int) -> None:
    """Delete choices that were kept; those that are gone already are no matter."""
    db.session.execute(delete(SavedMapping).where(SavedMapping.id == mapping_id, SavedMapping.purpose == purpose))
