"""The exports of targets and national figures as they were: only added to, never changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from riskreg.models import BenchmarkPast, Indicator, Person, TargetPast
from riskreg.queries.export_columns import FIGURE, MOMENT, NUMBER, YES_NO, Export, ExportColumn

C = ExportColumn


def _replaced(table: Any) -> Any:
    """Return how the rows of a table of what was replaced are joined and ordered."""

    def joined(rows: Select[Any]) -> Select[Any]:
        held = rows.select_from(table).join(Indicator, Indicator.id == table.indicator_id)
        held = held.join(Person, Person.id == table.replaced_by)
        return held.order_by(Indicator.position, Indicator.id, table.year, table.id)

    return joined


def _until(table: Any) -> tuple[ExportColumn, ...]:
    return (
        C("replaced_why", table.replaced_why, "why another was set in its place"),
        C("by", Person.name, "the person who did it"),
        C("replaced_at", table.replaced_at, "until when it held", MOMENT),
    )


OF_WHICH_INDICATOR = (
    C("indicator", Indicator.code, "the indicator's code"),
    C("name", Indicator.name, "what is measured"),
    C("unit", Indicator.unit, "percent, number, points, score or rate"),
)
PAST_TARGETS = Export(
    "past-targets",
    "Targets as they were until they were replaced, one a row, in the order of the scorecard.",
    (
        *OF_WHICH_INDICATOR,
        C("year", TargetPast.year, "the year", NUMBER),
        C("target_printed", TargetPast.printed, "the target's cell as printed"),
        C("kind", TargetPast.kind, "figure, up, down, national, national_plus, not_applicable or blank"),
        C("target", TargetPast.value, "the target, or what was added to the national average", FIGURE),
        C("floor", TargetPast.floor, "the floor standard, where one was known", FIGURE),
        C("green_tolerance", TargetPast.green_tolerance, "how far off was still GREEN, where that was known", FIGURE),
        C("amber_tolerance", TargetPast.amber_tolerance, "how far off was still AMBER, where that was known", FIGURE),
        *_until(TargetPast),
    ),
    _replaced(TargetPast),
)

PAST_NATIONAL = Export(
    "past-national",
    "National figures as they were until they were replaced, one a row, in the order of the scorecard.",
    (
        *OF_WHICH_INDICATOR,
        C("year", BenchmarkPast.year, "the year", NUMBER),
        C("national_printed", BenchmarkPast.printed, "the national figure's cell as printed"),
        C("national", BenchmarkPast.value, "the national figure; empty where it was not known", FIGURE),
        C("national_comparable", BenchmarkPast.comparable, "whether it was measured in the same way", YES_NO),
        C("neighbours", BenchmarkPast.neighbours, "the average of the statistical neighbours", FIGURE),
        *_until(BenchmarkPast),
    ),
    _replaced(BenchmarkPast),
)
