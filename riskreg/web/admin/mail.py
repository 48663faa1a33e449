"""What the outbox could not send."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.extensions import db
from riskreg.models import Message
from riskreg.queries.mail import ACCOUNT_KINDS, STATES, history, last_trouble, messages, outbox_counts
from riskreg.services.bounces import CAME_BACK
from riskreg.services.outbox import STATE_WORDS, UNSETTLED, let_be, send_again
from riskreg.web.access import current_actor, needs
from riskreg.web.admin.forms import MessageForm
from riskreg.web.admin.room import blueprint
from riskreg.web.admin.trail import done
from riskreg.web.admin.wording import MESSAGE_KINDS
from riskreg.web.listing import Pages, asked_one_of
from riskreg.web.pages import page
from riskreg.web.requests import saving


@blueprint.get("/admin/mail")
@needs(Permission.MANAGE_MAIL)
def mail() -> ResponseReturnValue:
    """Show how the outbox stands, and the messages that have not gone."""
    outbox, state = outbox_counts(), asked_one_of("state", STATES)
    pages = Pages.asked(outbox.counts[state] if state else outbox.unsent)
    return page(
        "admin/mail.html",
        outbox=outbox,
        last_trouble=last_trouble(),
        state=state,
        state_words=STATE_WORDS,
        kind_words=MESSAGE_KINDS,
        pages=pages,
        lines=messages(state, offset=pages.offset, size=pages.size),
    )


@blueprint.route("/admin/mail/<id:message_id>", methods=["GET", "POST"])
@needs(Permission.MANAGE_MAIL)
def message(message_id: int) -> ResponseReturnValue:
    """Show one message; one that did not go can be sent again or dropped."""
    found = db.session.get(Message, message_id)
    if found is None:
        raise NotFound(f"There is no message {message_id}. The list under Mail has them all.")
    form = MessageForm()
    if form.validate_on_submit():
        with saving(form):
            again = form.what.data == "again"
            settle = send_again if again else let_be
            settle(current_actor(), found, form.reason.data, clock.now())
            flash(
                "The message is sent again." if again else "The message is dropped: nothing tries to send it any more."
            )
            return redirect(url_for("admin.mail"))
    return page(
        "admin/message.html",
        form=form,
        message=found,
        events=history(found),
        came_back=CAME_BACK,
        done=done,
        state_words=STATE_WORDS,
        kind_words=MESSAGE_KINDS,
        unsettled=found.state in UNSETTLED,
        secret=found.kind.startswith(ACCOUNT_KINDS),
    )
