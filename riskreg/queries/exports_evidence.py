"""The exports of what risks depend on: indicators, targets with national figures, results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select, union

from riskreg.models import Benchmark, Contract, Indicator, Person, Result, TargetRow
from riskreg.queries.export_columns import (
    DAY,
    FIGURE,
    MOMENT,
    NUMBER,
    RAG,
    YES_NO,
    Export,
    ExportColumn,
)

C = ExportColumn
latest = (
    select(Result.indicator_id, Result.basis, func.max(Result.period_end).label("period_end"))
    .where(Result.current)
    .group_by(Result.indicator_id, Result.basis)
    .subquery()
)


def _indicators(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Indicator)
        .outerjoin(Contract, Contract.id == Indicator.contract_id)
        .outerjoin(latest, (latest.c.indicator_id == Indicator.id) & (latest.c.basis == Indicator.basis))
        .outerjoin(
            Result,
            (Result.indicator_id == Indicator.id)
            & (Result.basis == Indicator.basis)
            & (Result.period_end == latest.c.period_end)
            & Result.current,
        )
        .order_by(Indicator.position, Indicator.id)
    )


INDICATORS = Export(
    "indicators",
    "Every indicator with its latest result, one a row, in the order of the scorecard.",
    (
        C("indicator", Indicator.code, "the indicator's code"),
        C("group", Indicator.service_group, "the service group of the scorecard"),
        C("name", Indicator.name, "what is measured"),
        C("unit", Indicator.unit, "percent, number, points, score or rate"),
        C("decimals", Indicator.decimals, "how many decimals it is published with", NUMBER),
        C("polarity", Indicator.polarity, "which way is better: higher, lower or close to the target"),
        C(
            "polarity_basis",
            Indicator.polarity_basis,
            "whether that is derived from the targets, assumed, or stated by who added it",
        ),
        C("polarity_reason", Indicator.polarity_reason, "why that is believed"),
        C("basis", Indicator.basis, "what period a result covers: annual, snapshot, rolling or year to date"),
        C("frequency_months", Indicator.frequency_months, "how often a result is published", "months"),
        C("latest_period", Result.period, "the period of the latest result"),
        C("latest_period_end", Result.period_end, "the last day of that period", DAY),
        C("latest_value", Result.value, "the latest result", FIGURE),
        C("latest_rag", Result.rag, "how it was rated; empty when it is not rated", RAG),
        C("latest_direction", Result.direction, "better, same or worse than the result before"),
        C("comment", Indicator.comment, "the comment of the scorecard"),
        C("qpr", Indicator.qpr, "the Quarterly Performance Report indicator that it answers to"),
        C("qpr_line", Indicator.qpr_line, "the line of the plan that names that"),
        C("qpr_note", Indicator.qpr_note, "how the two are worded differently"),
        C("line", Indicator.source_line, "the lines of the plan it comes from"),
        C("note", Indicator.note, "what was remarked when it was loaded"),
        C("contract", Contract.code, "the code of the contract that it measures; empty where it measures none"),
        C("description", Indicator.description, "what there is to know of it"),
        C("origin", Indicator.origin, "where its figures come from; empty where the plan has it"),
        C("rated", Indicator.is_rated, "whether it is rated; one for information is not", YES_NO),
        C("ended_on", Indicator.ended_on, "the day it ended; empty while results are asked for", DAY),
        C("ended_why", Indicator.ended_why, "why it ended"),
    ),
    _indicators,
)

years = union(select(TargetRow.indicator_id, TargetRow.year), select(Benchmark.indicator_id, Benchmark.year)).subquery()


def _targets(rows: Select[Any]) -> Select[Any]:
    target_of = (TargetRow.indicator_id == years.c.indicator_id) & (TargetRow.year == years.c.year)
    national_of = (Benchmark.indicator_id == years.c.indicator_id) & (Benchmark.year == years.c.year)
    return (
        rows.select_from(years)
        .join(Indicator, Indicator.id == years.c.indicator_id)
        .outerjoin(TargetRow, target_of)
        .outerjoin(Benchmark, national_of)
        .order_by(Indicator.position, Indicator.id, years.c.year)
    )


TARGETS = Export(
    "targets",
    "Every indicator's target, national figure and neighbours, one year a row, in the order of the scorecard.",
    (
        C("indicator", Indicator.code, "the indicator's code"),
        C("name", Indicator.name, "what is measured"),
        C("unit", Indicator.unit, "percent, number, points, score or rate"),
        C("year", years.c.year, "the year", NUMBER),
        C("target_printed", TargetRow.printed, "the target's cell as printed"),
        C("kind", TargetRow.kind, "figure, up, down, national, national_plus, not_applicable or blank"),
        C("target", TargetRow.value, "the target, or what is added to the national average", FIGURE),
        C("floor", TargetRow.floor, "the floor standard, where one is known", FIGURE),
        C("green_tolerance", TargetRow.green_tolerance, "how far off is still GREEN, where one is known", FIGURE),
        C("amber_tolerance", TargetRow.amber_tolerance, "how far off is still AMBER, where one is known", FIGURE),
        C("national_printed", Benchmark.printed, "the national figure's cell as printed"),
        C("national", Benchmark.value, "the national figure", FIGURE),
        C("national_comparable", Benchmark.comparable, "whether it is measured in the same way", YES_NO),
        C("neighbours", Benchmark.neighbours, "the average of the statistical neighbours", FIGURE),
        C("line", TargetRow.source_line, "the lines of the plan the target comes from"),
        C("note", TargetRow.note, "what was remarked of the target when it was loaded, or why it was set"),
        C("national_line", Benchmark.source_line, "the lines of the plan the national figure comes from"),
        C("national_note", Benchmark.note, "what was remarked of it when it was loaded, or why it was set"),
    ),
    _targets,
)


def _results(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Result)
        .join(Indicator, Indicator.id == Result.indicator_id)
        .outerjoin(Person, Person.id == Result.person_id)
        .order_by(Indicator.position, Indicator.id, Result.basis, Result.period_end, Result.revision)
    )


RESULTS = Export(
    "results",
    "Every result with its judgement, superseded revisions included, one a row, in the order of the scorecard.",
    (
        C("indicator", Indicator.code, "the indicator's code"),
        C("name", Indicator.name, "what is measured"),
        C("unit", Indicator.unit, "percent, number, points, score or rate"),
        C("period", Result.period, "the period"),
        C("period_end", Result.period_end, "the last day of the period", DAY),
        C("basis", Result.basis, "what the period covers: annual, snapshot, rolling or year to date"),
        C("printed", Result.printed, "the cell or the words as printed"),
        C("value", Result.value, "the result; empty where no figure was printed", FIGURE),
        C("status", Result.status, "provisional or final"),
        C("opening", Result.opening, "whether it belongs to the opening position, which raises nothing", YES_NO),
        C("revision", Result.revision, "1 for the first, more for each correction", NUMBER),
        C("current", Result.current, "whether it is the revision that counts", YES_NO),
        C("correction_reason", Result.reason, "why it was corrected"),
        C("rag", Result.rag, "how it was rated; empty when it is not rated", RAG),
        C("target_year", Result.target_year, "the year of the target it was judged against", NUMBER),
        C("target", Result.target_value, "the target it was judged against", FIGURE),
        C("floor", Result.floor_value, "where AMBER ended; close to target: how far off was still AMBER", FIGURE),
        C("floor_assumed", Result.floor_assumed, "whether that was assumed", YES_NO),
        C("why", Result.why, "what there is to say about the judgement, or why there is none"),
        C("direction", Result.direction, "better, same or worse than the result before on the same basis"),
        C("policy_version", Result.policy_version, "the version of the policy it was judged under", NUMBER),
        C("published_on", Result.published_on, "the day it was published here", DAY),
        C("recorded_at", Result.recorded_at, "when it was recorded", MOMENT),
        C("recorded_by", Person.name, "who published it; empty when it was loaded from the plan"),
        C("line", Result.source_line, "the lines of the plan it comes from"),
        C("note", Result.note, "what was remarked when it was loaded"),
        C("judged_at", Result.judged_at, "when it was judged; empty while it waits for that", MOMENT),
    ),
    _results,
)
