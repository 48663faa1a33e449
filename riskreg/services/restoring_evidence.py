"""What stands under the indicators and contracts that a whole register adds, as rows, judged as it was in its time.

A result that was judged keeps its judgement; one that was not yet is judged when the register is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.target_setting import WITH_VALUE
from riskreg.exchange.tables import quoted
from riskreg.extensions import Table, db
from riskreg.models import (
    Benchmark,
    BenchmarkPast,
    Contract,
    ContractProvider,
    ContractReview,
    ContractRoute,
    Indicator,
    Result,
    ResultComment,
    TargetPast,
    TargetRow,
)
from riskreg.services.restoring_rows import Known, named_by
from riskreg.services.restoring_subjects import Added
from riskreg.services.whole_register import SheetLine

FIGURES = ("floor", "green_tolerance", "amber_tolerance")
AS_THEY_ARE = ("period", "period_end", "target_year", "basis", "value", "printed", "status", "opening", "revision")
JUDGED = ("rag", "floor_assumed", "why", "direction", "policy_version", "judged_at")
SAYS_SO = "a target that is a figure, or is added to the national average, has one, and no other has."


def write_under_subjects(lines: Mapping[str, list[SheetLine]], added: Added, known: Known) -> None:
    """Write the rows under what was added. What is wrong with the lines is gathered, and then nothing is written."""
    rows: list[Table] = []
    for name, make in MAKERS.items():
        column = column_of_code(name)
        seen: set[tuple[Any, ...]] = set()
        for line in lines[name]:
            held = added.of(column).get(line[column])
            if held is not None:
                _once(line, seen, known)
                rows += make(line, held[1], known)
            elif line[column] not in (known.contracts if column == "contract" else known.indicators):
                said = f"there is no {column} {quoted(line[column])} in the sheet {quoted(f'{column}s')}."
                known.wrong(line, column, said)
    _in_turn([line for line in lines["results"] if line["indicator"] in added.indicators], known)
    if not known.problems:
        db.session.add_all(rows)
        db.session.flush()
        for comment, result in known.comments:
            comment.result_id = result.id
        db.session.add_all([comment for comment, _ in known.comments])
        db.session.flush()


def column_of_code(sheet: str) -> str:
    """The column of a sheet that says whose its lines are."""
    return "contract" if sheet.startswith("contract") else "indicator"


def _once(line: SheetLine, seen: set[tuple[Any, ...]], known: Known) -> None:
    columns = ONE_EACH.get(line.mapping.sheet)
    if columns:
        key = tuple(line[name] for name in columns)
        if key in seen:
            known.wrong(line, columns[-1], "this is there twice.")
        seen.add(key)


def _in_turn(lines: Iterable[SheetLine], known: Known) -> None:
    """Each correction stands behind what it corrects, and the last revision of a period is the one that counts."""

    def period(line: SheetLine) -> tuple[str, str, Any]:
        return line["indicator"], line["basis"], line["period_end"]

    ordered = sorted(lines, key=lambda line: (*period(line), line["revision"]))
    for _, group in groupby(ordered, key=period):
        revisions = list(group)
        for number, line in enumerate(revisions, 1):
            if line["revision"] != number:
                known.wrong(line, "revision", f"the revisions of a period count from 1: {number} is not there.")
                break
            if line["current"] != (number == len(revisions)):
                known.wrong(line, "current", "the last revision of a period counts, and no other does.")


def _target(line: SheetLine, indicator: Indicator, known: Known) -> Iterator[Table]:
    if line["kind"] is None and line["national_comparable"] is None:
        known.wrong(line, "kind", "the line holds neither a target nor a national figure.")
    if line["kind"] is not None:
        if not indicator.is_rated:
            known.wrong(line, "kind", "an indicator for information has no target.")
        yield TargetRow(
            indicator_id=indicator.id,
            year=line["year"],
            **_terms(line, known),
            source_line=line["line"],
            note=line["note"],
        )
    elif any(line[name] is not None for name in ("target", *FIGURES)):
        known.wrong(line, "kind", "the cell is empty, though a target is there.")
    if line["national_comparable"] is not None:
        figures = {"source_line": line["national_line"], "note": line["national_note"]}
        yield Benchmark(indicator_id=indicator.id, year=line["year"], **_national(line), **figures)
    elif line["national"] is not None or line["neighbours"] is not None:
        known.wrong(line, "national_comparable", "the cell is empty, though a national figure is there.")


def _terms(line: SheetLine, known: Known) -> dict[str, Any]:
    if (line["kind"] in WITH_VALUE) != (line["target"] is not None):
        known.wrong(line, "target", SAYS_SO)
    for name in FIGURES[1:]:
        if line[name] is not None and line[name] < 0:
            known.wrong(line, name, "a tolerance is a distance from the target: 0 or more.")
    figures = {name: line[name] for name in FIGURES}
    return {"printed": line["target_printed"], "kind": line["kind"], "value": line["target"], **figures}


def _national(line: SheetLine) -> dict[str, Any]:
    said = {"printed": line["national_printed"], "value": line["national"], "neighbours": line["neighbours"]}
    return {**said, "comparable": line["national_comparable"]}


def _past_target(line: SheetLine, indicator: Indicator, known: Known) -> Iterator[Table]:
    yield TargetPast(indicator_id=indicator.id, year=line["year"], **_terms(line, known), **_replaced(line, known))


def _past_national(line: SheetLine, indicator: Indicator, known: Known) -> Iterator[Table]:
    yield BenchmarkPast(indicator_id=indicator.id, year=line["year"], **_national(line), **_replaced(line, known))


def _replaced(line: SheetLine, known: Known) -> dict[str, Any]:
    by = {"replaced_by": named_by(line, known), "replaced_why": line["replaced_why"]}
    return {**by, "replaced_at": line["replaced_at"]}


def _result(line: SheetLine, indicator: Indicator, known: Known) -> Iterator[Table]:
    version = line["policy_version"]
    if version is not None and version not in known.versions:
        known.wrong(line, "policy_version", f"there is no version {version} of the policy here: adopt it first.")
    if version is None and (line["rag"] or line["judged_at"]):
        known.wrong(line, "policy_version", "the cell is empty, though the result was judged.")
    if version is not None and line["value"] is None:
        known.wrong(line, "value", "the cell is empty, though the result was judged.")
    made = Result(
        indicator_id=indicator.id,
        **{name: line[name] for name in (*AS_THEY_ARE, *JUDGED, "current", "published_on", "recorded_at", "note")},
        reason=line["correction_reason"],
        target_value=line["target"],
        floor_value=line["floor"],
        person_id=named_by(line, known, "recorded_by"),
        source_line=line["line"],
    )
    known.results[_revision(line)] = made
    yield made


def _revision(line: SheetLine) -> tuple[Any, ...]:
    return tuple(line[name] for name in ("indicator", "basis", "period_end", "revision"))


def _comment(line: SheetLine, _indicator: Indicator, known: Known) -> tuple[()]:
    """Gather a comment, which is written once its result has a number."""
    result = known.results.get(_revision(line))
    if result is None:
        known.wrong(line, "revision", "there is no such revision of this result in the sheet “results”.")
        return ()
    comment = ResultComment(text=line["comment"], at=line["at"], person_id=named_by(line, known))
    known.comments.append((comment, result))
    return ()


def _route(line: SheetLine, contract: Contract, known: Known) -> Iterator[Table]:
    extended = line["route"] == RouteKind.EXTEND and line["stage"] == RouteStage.AWARDED
    if extended != (line["new_end"] is not None):
        known.wrong(line, "new_end", "an extension that is awarded has a new end, and nothing else has.")
    yield ContractRoute(
        kind=line["route"],
        stage=line["stage"],
        on=line["on"],
        new_end=line["new_end"] or "",
        **_recorded(line, contract, known),
    )


def _review(line: SheetLine, contract: Contract, known: Known) -> Iterator[Table]:
    days = {"reviewed_on": line["reviewed_on"], "next_review": line["next_review"] or ""}
    yield ContractReview(**days, **_recorded(line, contract, known))


def _provider(line: SheetLine, contract: Contract, known: Known) -> Iterator[Table]:
    until = {"provider": line["provider"], "until_on": line["until_on"]}
    yield ContractProvider(**until, **_recorded(line, contract, known))


def _recorded(line: SheetLine, contract: Contract, known: Known) -> dict[str, Any]:
    when = {"note": line["note"], "recorded_at": line["recorded_at"]}
    return {**when, "contract_id": contract.id, "person_id": named_by(line, known)}


MAKERS: dict[str, Callable[[SheetLine, Any, Known], Iterable[Table]]] = {
    "contract-routes": _route,
    "contract-reviews": _review,
    "contract-providers": _provider,
    "targets": _target,
    "past-targets": _past_target,
    "past-national": _past_national,
    "results": _result,
    "result-comments": _comment,
}
ONE_EACH = {"targets": ("indicator", "year"), "results": ("indicator", "basis", "period_end", "revision")}
