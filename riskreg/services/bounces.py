"""Mail that comes back: what a mail server reports of a message that it had taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from riskreg.extensions import db
from riskreg.mail.bounces import DELAYED, FAILED, Bounce, read_bounce
from riskreg.mail.composing import outbox_message_id
from riskreg.models import Message
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from riskreg.services.event_notices import tell_of_failed_mail

CAME_BACK = "came back"
# A report may be faster than the note that the message was sent. One that was sent again, or let go, is left alone.
MAY_COME_BACK = ("started", "sent", "unknown")
NOT_OURS = "This is no report on a message of the outbox; nothing was changed."


def take_bounce(content: bytes, now: datetime) -> str:
    """Take in a report as it arrived by mail; return what was made of it, in a sentence without personal words.

    What came back for good is failed from now on, with the server's words; a delay is noted only.
    """
    bounce = read_bounce(content)
    # The lock is taken with the row, since a report may come twice and a sender may still be at it.
    message = db.session.get(Message, bounce.number, with_for_update=True) if bounce else None
    if bounce is None or message is None or bounce.message_id != outbox_message_id(message.id, message.created_at):
        return NOT_OURS
    if bounce.action == FAILED:
        return _came_back(message, bounce, now)
    if bounce.action == DELAYED:
        return _delayed(message, bounce, now)
    return f"Message {message.id} is reported as {bounce.action}; nothing was changed."


def _came_back(message: Message, bounce: Bounce, now: datetime) -> str:
    failed = db.session.execute(
        update(Message)
        .where(Message.id == message.id, Message.state.in_(MAY_COME_BACK))
        .values(state="failed", last_error=f"Came back: {bounce.words}", lease_until=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if failed is None:
        return f"Message {message.id} came back, but it is {message.state} by now; nothing was changed."
    _note(message, CAME_BACK, f"Message {message.id} came back: {bounce.words}", now)
    tell_of_failed_mail(message, "failed", f"It came back: {bounce.words}", now)
    return f"Message {message.id} came back and counts as failed."


def _delayed(message: Message, bounce: Bounce, now: datetime) -> str:
    words = f"Delayed on the way: {bounce.words}"
    if message.state != "sent" or message.last_error == words:
        return f"Message {message.id} is reported as delayed; nothing was changed."
    message.last_error = words
    _note(message, "was delayed", f"Message {message.id} is delayed on the way: {bounce.words}", now)
    return f"Message {message.id} is delayed on the way, which was noted."


def _note(message: Message, verb: str, sentence: str, now: datetime) -> None:
    record(SYSTEM, verb, f"message:{message.id}", sentence, now=now)
