"""The targets and national figures of one indicator: what is in force, what was, and setting them."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from riskreg import clock
from riskreg.domain.access import Permission
from riskreg.domain.target_setting import target_words
from riskreg.domain.targets import TargetKind
from riskreg.queries.indicator import national_lines, target_lines
from riskreg.queries.targets import benchmark_of, past_figures, past_targets, target_of
from riskreg.services.benchmarks import BenchmarkEntry, preview_benchmarks, set_benchmarks
from riskreg.services.judging import as_target
from riskreg.services.rejudging import SettingOutcome
from riskreg.services.targets import TargetEntry, preview_targets, set_targets
from riskreg.services.year_shares import require_signs_of_benchmark, require_signs_of_target
from riskreg.web.access import current_actor, needs
from riskreg.web.in_force import present_register
from riskreg.web.indicators.drawing import target_on
from riskreg.web.indicators.room import known_indicator
from riskreg.web.pages import page
from riskreg.web.stepping import is_sent
from riskreg.web.targets import national_workbook, workbook
from riskreg.web.targets.forms import NationalForm, TargetForm
from riskreg.web.targets.room import blueprint, known_year
from riskreg.web.targets.stepping import set_or_show

__all__ = ["blueprint", "national_workbook", "workbook"]
YEARS_AHEAD = 5


@blueprint.get("/indicators/<id:indicator_id>/targets")
@needs(Permission.READ_REGISTER)
def listing(indicator_id: int) -> ResponseReturnValue:
    """Show the targets and national figures of an indicator by year, and what they were before."""
    found, today = known_indicator(indicator_id), clock.today()
    targets = {line.year: line for line in target_lines(indicator_id)}
    national = {line.year: line for line in national_lines(indicator_id)}
    ahead = range(today.year, today.year + YEARS_AHEAD + 1)
    return page(
        "targets/listing.html",
        indicator=found,
        years=sorted({*targets, *national, *ahead}),
        targets=targets,
        national=national,
        words={year: target_words(target_on(line), found.unit) for year, line in targets.items()},
        past_targets=[(one, target_words(one.target, found.unit)) for one in past_targets(indicator_id)],
        past_figures=past_figures(indicator_id),
    )


@blueprint.route("/indicators/<id:indicator_id>/targets/<int:year>", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def target(indicator_id: int, year: int) -> ResponseReturnValue:
    """Set the target of a year, after showing what that does."""
    found, row = known_indicator(indicator_id), target_of(indicator_id, known_year(year))
    form = TargetForm.of(as_target(row) if row else None, row.revision if row else None)
    form.offer_kinds(found.polarity)
    back = url_for("targets.listing", indicator_id=indicator_id)
    if is_sent(form):
        actor, register_id, now = current_actor(), present_register().id, clock.now()
        reason = form.reason.data
        entry = TargetEntry(
            indicator_id, year, form.kind.data, form.value.data or "", form.floor.data or "",
            form.green_tolerance.data or "", form.amber_tolerance.data or "", revision=form.seen,
        )  # fmt: skip

        def look() -> SettingOutcome:
            outcome = preview_targets(actor, register_id, [entry], reason, now)
            require_signs_of_target(entry)
            return outcome

        answer = set_or_show(
            form,
            look,
            lambda shown: set_targets(actor, register_id, [entry], reason, now, shown=shown),
            back,
            back,
        )
        if answer is not None:
            return answer
    present = target_of(indicator_id, year)
    return page(
        "targets/target.html",
        form=form,
        indicator=found,
        year=year,
        present=target_words(as_target(present), found.unit) if present else "",
        close=found.polarity == "close",
    )


@blueprint.route("/indicators/<id:indicator_id>/national/<int:year>", methods=["GET", "POST"])
@needs(Permission.PUBLISH_RESULT)
def national(indicator_id: int, year: int) -> ResponseReturnValue:
    """Set the national figure of a year and that of the statistical neighbours, after showing what that does."""
    found = known_indicator(indicator_id)
    form = NationalForm.of(benchmark_of(indicator_id, known_year(year)))
    back = url_for("targets.listing", indicator_id=indicator_id)
    if is_sent(form):
        actor, register_id, now = current_actor(), present_register().id, clock.now()
        reason = form.reason.data
        entry = BenchmarkEntry(
            indicator_id, year, form.value.data or "", form.neighbours.data or "", form.comparable.data, form.seen
        )

        def look() -> SettingOutcome:
            outcome = preview_benchmarks(actor, register_id, [entry], reason, now)
            require_signs_of_benchmark(entry)
            return outcome

        answer = set_or_show(
            form,
            look,
            lambda shown: set_benchmarks(actor, register_id, [entry], reason, now, shown=shown),
            back,
            back,
        )
        if answer is not None:
            return answer
    waits = target_of(indicator_id, year)
    by_average = waits is not None and waits.kind in (TargetKind.NATIONAL, TargetKind.NATIONAL_PLUS)
    return page("targets/national.html", form=form, indicator=found, year=year, by_average=by_average)
