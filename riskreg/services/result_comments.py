"""What the performance officer says about a result: only added, and kept with the figure it was said of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from riskreg.domain.access import Permission
from riskreg.domain.errors import RuleBroken
from riskreg.domain.keeping import check_reason
from riskreg.domain.sentences import figure
from riskreg.extensions import db
from riskreg.models import Result, ResultComment
from riskreg.services.actors import Actor
from riskreg.services.audit import record
from riskreg.services.result_files import FileRow
from riskreg.services.results import current_result

SUPERSEDED = "This figure has been corrected since. Comment on the one that stands now."


def comment_on(actor: Actor, result: Result, text: str, now: datetime) -> ResultComment:
    """Add a comment to a result. Raises NotPermitted, and RuleBroken naming the field."""
    actor.require(Permission.PUBLISH_RESULT)
    words = check_reason(text, "Enter the comment.", "text")
    if not result.current:
        raise RuleBroken(SUPERSEDED)
    row = ResultComment(result_id=result.id, text=words, at=now, person_id=actor.person_id)
    db.session.add(row)
    value = figure(result.value, result.indicator.unit) if result.value is not None else "no figure"
    sentence = f"Comment on {result.indicator.name}, {result.period} ({value}): {words}"
    record(actor, "commented", f"indicator:{result.indicator_id}", sentence, now=now, result=result.id)
    return row


def take_comments(actor: Actor, rows: Iterable[FileRow], now: datetime) -> None:
    """Add the comments of a file to the results that its rows now have; what is there already is left out."""
    for row in rows:
        entry = row.entry
        result = current_result(entry.indicator_id, entry.basis, entry.period_end) if row.comment else None
        if result is not None and not _is_there(result, row.comment):
            comment_on(actor, result, row.comment, now)


def _is_there(result: Result, text: str) -> bool:
    query = select(ResultComment.id).where(ResultComment.result_id == result.id, ResultComment.text == text.strip())
    return db.session.scalar(query.limit(1)) is not None
