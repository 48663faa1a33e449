"""The export of what the performance officer said about results."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select

from riskreg.models import Indicator, Person, Result, ResultComment
from riskreg.queries.export_columns import DAY, FIGURE, MOMENT, NUMBER, RAG, YES_NO, Export, ExportColumn

C = ExportColumn


def _comments(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(ResultComment)
        .join(Result, Result.id == ResultComment.result_id)
        .join(Indicator, Indicator.id == Result.indicator_id)
        .join(Person, Person.id == ResultComment.person_id)
        .order_by(ResultComment.id)
    )


RESULT_COMMENTS = Export(
    "result-comments",
    "Every comment on a result, one a row, the earliest first; also those on figures that were corrected since.",
    (
        C("indicator", Indicator.code, "the indicator's code"),
        C("name", Indicator.name, "what is measured"),
        C("period", Result.period, "the period of the result"),
        C("period_end", Result.period_end, "the last day of that period", DAY),
        C("basis", Result.basis, "what the period covers: annual, snapshot, rolling or year to date"),
        C("revision", Result.revision, "which revision of the result was commented on", NUMBER),
        C("current", Result.current, "whether it is still the revision that counts", YES_NO),
        C("value", Result.value, "the result; empty where no figure was printed", FIGURE),
        C("rag", Result.rag, "how it was rated; empty when it is not rated", RAG),
        C("comment", ResultComment.text, "the comment"),
        C("by", Person.name, "the person who made it"),
        C("at", ResultComment.at, "when it was made", MOMENT),
    ),
    _comments,
)
