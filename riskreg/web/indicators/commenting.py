"""Comments on results: the results that wait for one, and adding one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.extensions import db
from riskreg.models import Result
from riskreg.queries.result_comments import comments_of, uncommented, uncommented_total
from riskreg.services.result_comments import comment_on
from riskreg.web.access import current_actor, needs
from riskreg.web.indicators.forms import CommentForm
from riskreg.web.indicators.room import blueprint
from riskreg.web.listing import Pages
from riskreg.web.pages import page
from riskreg.web.requests import saving


@blueprint.get("/indicators/comments")
@needs(Permission.READ_REGISTER)
def waiting() -> ResponseReturnValue:
    """List the latest results that are not GREEN and have no comment yet."""
    pages = Pages.asked(uncommented_total())
    return page("indicators/waiting.html", pages=pages, rows=uncommented(pages.offset, pages.size))


@blueprint.route("/results/<id:result_id>/comment", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def comment(result_id: int) -> ResponseReturnValue:
    """Ask for a comment on a result, or add it."""
    result = db.session.get(Result, result_id)
    if result is None:
        raise NotFound(f"There is no result {result_id}. Find the indicator, then comment on its result there.")
    there = url_for("indicators.indicator", indicator_id=result.indicator_id, _anchor="figures")
    form = CommentForm()
    if form.validate_on_submit():
        with saving(form):
            comment_on(current_actor(), result, form.text.data, clock.now())
            flash(f"The comment on {result.period} is added.")
            return redirect(there)
    return page(
        "indicators/comment.html",
        form=form,
        result=result,
        indicator=result.indicator,
        comments=comments_of(result.indicator_id).get(result.id, ()),
        back=there,
    )
