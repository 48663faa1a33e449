"""Publishing the result of one indicator, and correcting one."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.links import heeds_in_short
from riskreg.extensions import db
from riskreg.models import Indicator, Result
from riskreg.queries.indicator import linked_risks, target_lines
from riskreg.services.results import ResultEntry, correction_of, current_result
from riskreg.web.access import needs
from riskreg.web.indicators.forms import CorrectForm, PublishForm
from riskreg.web.indicators.room import blueprint, known_indicator
from riskreg.web.indicators.stepping import publish_or_show
from riskreg.web.indicators.wording import what_it_did
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent


@blueprint.route("/indicators/<id:indicator_id>/publish", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def publish(indicator_id: int) -> ResponseReturnValue:
    """Publish the result of a period that has none yet, after showing what that does."""
    found = known_indicator(indicator_id)
    form = PublishForm()
    form.offer_targets(target_lines(indicator_id), found.unit, clock.today())
    form.offer_bases(found.basis)
    if is_sent(form):
        entry = ResultEntry(
            indicator_id=indicator_id,
            value=form.value.data,
            period=form.period.data,
            period_end=form.period_end.data,
            target_year=int(form.target_year.data),
            status=form.status.data,
            note=form.note.data,
            basis=form.basis.data,
        )
        there = url_for("indicators.indicator", indicator_id=indicator_id)
        answer = publish_or_show(form, [entry], what_it_did, there, there)
        if answer is not None:
            return answer
    return page(
        "indicators/publish.html",
        form=form,
        indicator=found,
        published=_published(found, form),
        risks=linked_risks(indicator_id),
        heeds_in_short=heeds_in_short,
    )


def _published(found: Indicator, form: PublishForm) -> Result | None:
    """The result that the period has already, if it has one."""
    period_end = form.period_end.data
    return current_result(found.id, form.basis.data or found.basis, period_end) if period_end else None


@blueprint.route("/results/<id:result_id>/correct", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def correct(result_id: int) -> ResponseReturnValue:
    """Correct a published result, after showing what that does; the old figure is kept."""
    result = db.session.get(Result, result_id)
    if result is None:
        raise NotFound(f"There is no result {result_id}. Find the indicator, then correct its result there.")
    form = CorrectForm(data={"value": _as_typed(result), "status": result.status})
    if not form.is_submitted() and not result.current:
        return _to_the_present(result)
    if is_sent(form):
        entry = correction_of(result, form.value.data, form.status.data, form.reason.data)
        there = url_for("indicators.indicator", indicator_id=result.indicator_id)
        answer = publish_or_show(form, [entry], what_it_did, there, there)
        if answer is not None:
            return answer
    return page("indicators/correct.html", form=form, result=result, indicator=result.indicator)


def _to_the_present(result: Result) -> ResponseReturnValue:
    """Lead from a figure that was corrected to the one that stands now."""
    present = current_result(result.indicator_id, result.basis, result.period_end)
    flash("That figure was corrected already. This is the one that stands now.", "important")
    if present is None:
        return redirect(url_for("indicators.indicator", indicator_id=result.indicator_id))
    return redirect(url_for("indicators.correct", result_id=present.id))


def _as_typed(result: Result) -> str:
    return "" if result.value is None else f"{result.value:f}"
