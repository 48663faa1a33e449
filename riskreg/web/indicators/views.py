"""The scorecard, one indicator, and publishing or correcting a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from riskreg import clock
from riskreg.charts import sparkline
from riskreg.domain.access import Permission
from riskreg.extensions import db
from riskreg.models import Indicator, Result
from riskreg.queries.indicator import indicator_facts, linked_risks, target_lines
from riskreg.queries.indicators import (
    RAG_CHOICES,
    ScorecardFilter,
    group_names,
    groups_shown,
    lateness,
    scorecard,
    years_shown,
)
from riskreg.services.results import ResultEntry, correct_result, current_result, publish_result
from riskreg.web.access import current_actor, needs
from riskreg.web.in_force import present_policy, present_register
from riskreg.web.indicators.drawing import chart_of, floors_of
from riskreg.web.indicators.forms import CorrectForm, PublishForm
from riskreg.web.indicators.wording import WORDS, no_floor, other_years, what_it_did, why_so
from riskreg.web.listing import Pages, address_with, asked, asked_one_of
from riskreg.web.pages import page
from riskreg.web.requests import saving

blueprint = Blueprint("indicators", __name__)

# The whole scorecard of a directorate on one page, in its groups; a longer one is divided.
ROWS = 150


@blueprint.get("/indicators")
@needs(Permission.READ_REGISTER)
def listing() -> ResponseReturnValue:
    """Show the scorecard by service group."""
    today, policy = clock.today(), present_policy()
    names = group_names()
    wanted = ScorecardFilter(
        words=asked("q"),
        group=asked_one_of("group", names),
        rag=asked_one_of("rag", RAG_CHOICES),
        linked=asked("linked") == "1",
        qpr=asked("qpr") == "1",
        stale=asked("stale") == "1",
    )
    groups = groups_shown(wanted, today, policy)
    pages = Pages.asked(sum(group.total for group in groups), ROWS)
    years = years_shown(today)
    rows = scorecard(wanted, today, policy, years, offset=pages.offset, size=pages.size)
    return page(
        "indicators/listing.html",
        wanted=wanted,
        in_force=_in_force(wanted),
        group_choices=[("", "All"), *((name, name) for name in names)],
        rag_choices=[("", "All"), *((rag, rag) for rag in RAG_CHOICES)],
        groups={group.name: group for group in groups},
        sections=[(name, list(part)) for name, part in groupby(rows, key=lambda row: row.group)],
        pages=pages,
        years=years,
        sparkline=sparkline,
    )


def _in_force(wanted: ScorecardFilter) -> Sequence[tuple[str, str]]:
    """The filters in force, each with the address without it."""
    parts = (
        (wanted.words, f"Words: {wanted.words}", "q"),
        (wanted.group, wanted.group, "group"),
        (wanted.rag, f"RAG: {wanted.rag}", "rag"),
        (wanted.linked, "Linked to a risk", "linked"),
        (wanted.qpr, "In the Quarterly Performance Report", "qpr"),
        (wanted.stale, "Next result overdue", "stale"),
    )
    return [(words, address_with(**{name: None})) for present, words, name in parts if present]


@blueprint.get("/indicators/<id:indicator_id>")
@needs(Permission.READ_REGISTER)
def indicator(indicator_id: int) -> ResponseReturnValue:
    """Show one indicator: its chart and figures, the risks it bears on, what it gave."""
    facts, policy = indicator_facts(_known(indicator_id)), present_policy()
    latest, floors = facts.latest, floors_of(facts, policy)
    months = facts.indicator.frequency_months
    return page(
        "indicators/indicator.html",
        facts=facts,
        indicator=facts.indicator,
        latest=latest,
        late=lateness(latest.period_end if latest else None, months, clock.today(), policy),
        floors=floors,
        policy=policy,
        chart=chart_of(facts, floors),
        why=why_so(latest, facts.indicator.unit) if latest else "",
        other_years=other_years(facts.results),
        no_floor=no_floor,
        words=WORDS,
    )


@blueprint.route("/indicators/<id:indicator_id>/publish", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def publish(indicator_id: int) -> ResponseReturnValue:
    """Publish the result of a period that has none yet."""
    found = _known(indicator_id)
    form = PublishForm()
    form.offer_targets(target_lines(indicator_id), clock.today())
    if form.validate_on_submit():
        with saving(form):
            entry = ResultEntry(
                value=form.value.data,
                period=form.period.data,
                period_end=form.period_end.data,
                target_year=int(form.target_year.data),
                status=form.status.data,
                note=form.note.data,
            )
            done = publish_result(current_actor(), present_register().id, found, entry, clock.now())
            flash(what_it_did(done, "Published."))
            return redirect(url_for("indicators.indicator", indicator_id=indicator_id))
    return page(
        "indicators/publish.html",
        form=form,
        indicator=found,
        published=_published(found, form.period_end.data),
        risks=linked_risks(indicator_id),
        words=WORDS,
    )


def _published(found: Indicator, period_end: date | None) -> Result | None:
    """The result that the period has already, if it has one."""
    return current_result(found.id, found.basis, period_end) if period_end else None


@blueprint.route("/results/<id:result_id>/correct", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def correct(result_id: int) -> ResponseReturnValue:
    """Correct a published result; the old figure is kept."""
    result = db.session.get(Result, result_id)
    if result is None:
        raise NotFound(f"There is no result {result_id}. Find the indicator, then correct its result there.")
    form = CorrectForm(data={"value": _as_typed(result), "status": result.status})
    if not form.is_submitted() and not result.current:
        return _to_the_present(result)
    if form.validate_on_submit():
        with saving(form):
            done = correct_result(
                current_actor(),
                present_register().id,
                result,
                form.value.data,
                form.status.data,
                form.reason.data,
                clock.now(),
            )
            flash(what_it_did(done, "Corrected."))
            return redirect(url_for("indicators.indicator", indicator_id=result.indicator_id))
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


def _known(indicator_id: int) -> Indicator:
    found = db.session.get(Indicator, indicator_id)
    if found is None:
        raise NotFound(f"There is no indicator {indicator_id}. The scorecard under Indicators lists all there are.")
    return found
