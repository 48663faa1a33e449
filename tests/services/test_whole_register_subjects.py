"""The indicators and contracts of a whole register: added where they are not held, left alone where they are."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from riskreg.exchange.tables import BrokenTable
from riskreg.extensions import db
from riskreg.models import AuditEvent, Contract, Indicator, Link, PolicyVersion, Result, Risk, SignalRow
from riskreg.queries.exports import export_rows
from riskreg.services import whole_register
from riskreg.services.restoring import preview_whole_register, take_in_whole_register
from riskreg.services.whole_register import COMES_BACK, ONLY_WITH_ALL, SUBJECTS, whole_register_file
from tests import databases
from tests.services.by_hand import add_by_hand, everybody, minutes
from tests.services.taking_in import book, register_id, take_in

Rows = dict[str, list[dict[str, object]]]
NUMBERS = {"controls": {"control"}, "actions": {"action"}, "updates": {"action"}}
LATER = minutes(60)


def rows() -> Rows:
    """Every sheet that comes back, as it comes out; moments to the second, as the workbook has them."""
    return {
        export.name: [
            {name: str(value).replace(".000815", "") for name, value in zip(export.header, row, strict=True)}
            for row in export_rows(export)
        ]
        for export in (*COMES_BACK, *SUBJECTS)
    }


def signals() -> set[tuple[object, ...]]:
    """The signals that stand, by what they are about."""
    found = db.session.execute(
        select(Indicator.code, Contract.code, SignalRow.kind, SignalRow.fact, SignalRow.sentence)
        .select_from(SignalRow)
        .outerjoin(Indicator, Indicator.id == SignalRow.indicator_id)
        .outerjoin(Contract, Contract.id == SignalRow.contract_id)
        .where(SignalRow.state == "stands")
    )
    return {tuple(row) for row in found}


@pytest.fixture(scope="session")
def taken_out(backend: databases.Backend) -> tuple[bytes, Rows, set[tuple[object, ...]]]:
    """The plan's register with indicators and contracts added by hand: the workbook, its rows, and what stands."""
    with contextmanager(backend.application)("plan"):
        add_by_hand()
        return whole_register_file(), rows(), signals()


def test_what_was_added_by_hand_comes_back_cell_by_cell(fresh: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    content, before, _ = taken_out
    assert all(before[one.name] for one in SUBJECTS), [one.name for one in SUBJECTS if not before[one.name]]
    take_in(book(content), LATER)
    db.session.commit()
    after = rows()
    for name, held in before.items():
        dropped = NUMBERS.get(name, set())
        shown = [[{k: v for k, v in row.items() if k not in dropped} for row in one] for one in (after[name], held)]
        assert shown[0] == shown[1], name


def test_the_same_signals_stand_and_the_same_risks_are_before_dmt(
    fresh: Flask, taken_out: tuple[bytes, Rows, set[tuple[object, ...]]]
) -> None:
    content, before, stood = taken_out
    take_in(book(content), LATER)
    assert signals() == stood
    assert any(code and str(code).startswith("IND-") for code, *_ in stood)
    escalated = [
        {str(row["reference"]) for row in one["risks"] if row["escalation"] not in ("", "None")}
        for one in (before, rows())
    ]
    assert escalated[0] == escalated[1] != set()


def test_taken_out_again_and_taken_in_again_it_is_still_the_same(
    fresh: Flask, taken_out: tuple[bytes, Rows, Any]
) -> None:
    take_in(book(taken_out[0]), LATER)
    again = whole_register_file()
    first, second = (openpyxl.load_workbook(BytesIO(content), read_only=True) for content in (taken_out[0], again))
    for one in SUBJECTS:
        assert list(second[one.name].values) == list(first[one.name].values), one.name


def test_no_cell_of_the_workbook_can_run_as_a_formula(taken_out: tuple[bytes, Rows, Any]) -> None:
    opened = openpyxl.load_workbook(BytesIO(taken_out[0]))
    kinds = {cell.data_type for one in SUBJECTS for row in opened[one.name].iter_rows() for cell in row}
    assert "f" not in kinds
    assert "=Welfare calls" in {cell.value for cell in opened["contracts"]["D"]}


def test_what_is_held_stays_and_only_the_rest_is_added(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    held = {row.code: row.id for row in db.session.scalars(select(Indicator))}
    results = db.session.scalar(select(func.count()).select_from(Result)) or 0
    seen = take_in(book(taken_out[0]), LATER)
    assert seen.added == (
        "EXT-44 =Welfare calls", "INT-67 Minibus", "IND-01 Calls made on time", "IND-03 Calls in all",
        "IND-04 Callers", "IND-02 Calls answered",
    )  # fmt: skip
    assert seen.kept == ()
    counts = dict(seen.counts)
    assert (counts["indicators"], counts["contracts"], counts["targets"], counts["results"]) == (4, 2, 3, 7)
    assert (db.session.scalar(select(func.count()).select_from(Result)) or 0) == results + 7
    assert {row.code: row.id for row in db.session.scalars(select(Indicator)) if row.code in held} == held


def test_what_differs_is_named_and_not_overwritten(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    one, other = db.session.scalars(select(Indicator).order_by(Indicator.position, Indicator.id).limit(2))
    one.name, one.decimals = "Another name", 3
    db.session.execute(delete(Result).where(Result.indicator_id == other.id))
    contract = db.session.scalars(select(Contract).order_by(Contract.position)).first()
    assert contract is not None
    contract.provider = "Somebody else"
    db.session.flush()
    seen = take_in(book(taken_out[0]), LATER)
    assert seen.kept == (
        f"{contract.code} {contract.title} stays as it is held here. The workbook says something else in “provider”.",
        f"{one.code} Another name stays as it is held here. The workbook says something else in “name” and “decimals”.",
        f"{other.code} {other.name} stays as it is held here. The workbook says something else in the sheet “results”.",
    )
    assert (one.name, contract.provider) == ("Another name", "Somebody else")


def test_the_preview_says_what_is_added_and_leaves_nothing(fresh: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    found = book(taken_out[0])
    seen = preview_whole_register(everybody(), register_id(), found, LATER)
    assert len(seen.added) == 114 + 124
    assert [db.session.scalar(select(func.count()).select_from(one)) for one in (Indicator, Contract, Risk)] == [
        0,
        0,
        0,
    ]
    assert take_in_whole_register(everybody(), register_id(), found, LATER, shown=seen.digest) == seen


def test_each_one_that_is_added_says_where_it_came_from(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    take_in(book(taken_out[0]), LATER)
    added = db.session.scalars(select(Indicator).where(Indicator.code == "IND-01")).one()
    said = select(AuditEvent.sentence).where(AuditEvent.subject == f"indicator:{added.id}")
    row = [one["indicator"] for one in taken_out[1]["indicators"]].index("IND-01") + 2
    assert db.session.scalars(said).all() == [
        f"IND-01 Calls made on time was taken in with its history from “all.xlsx”, row {row}."
    ]
    assert added.polarity_basis == "stated"


def test_a_workbook_of_before_names_only_what_is_held(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    def without(opened: Any) -> None:
        for one in (*SUBJECTS, *ONLY_WITH_ALL):
            del opened[one.name]

    with pytest.raises(BrokenTable, match="there is no indicator “IND-01”"):
        take_in(book(taken_out[0], without), LATER)

    def and_links(opened: Any) -> None:
        without(opened)
        for page in (opened["links"], opened["past-links"]):
            for number in range(page.max_row, 1, -1):
                if {"IND-01", "EXT-44"} & {str(cell.value) for cell in page[number]}:
                    page.delete_rows(number)

    db.session.rollback()
    seen = take_in(book(taken_out[0], and_links), LATER)
    assert (seen.added, seen.kept) == ((), ())
    assert db.session.scalar(select(func.count()).select_from(Link)) == 75


def test_a_workbook_with_some_of_their_sheets_is_not_whole(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    with pytest.raises(BrokenTable, match="the sheet “results” is not there"):
        take_in(book(taken_out[0], lambda opened: opened.remove(opened["results"])), LATER)


def test_a_sheet_with_too_many_rows_is_refused(
    bare: Flask, taken_out: tuple[bytes, Rows, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_register, "MOST_LINES", 200)
    with pytest.raises(BrokenTable, match="targets: the sheet has 553 rows; 200 are the most"):
        take_in(book(taken_out[0]), LATER)


def test_a_result_of_a_policy_that_is_not_held_is_named(fresh: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    db.session.execute(select(PolicyVersion)).scalars().one().version = 2
    db.session.flush()
    with pytest.raises(BrokenTable, match=r"\(policy_version\): there is no version 1 of the policy here: adopt it"):
        take_in(book(taken_out[0]), LATER)


ONE_OF = {"contracts": "INT-67", "past-targets": "IND-01", "past-national": "IND-01", "result-comments": "IND-01"}
CANNOT_BE_READ = [
    ("indicators", "A", None, "(indicator): the cell is empty."),
    ("indicators", "D", "miles", "(unit): “miles” is not percent"),
    ("indicators", "F", "sideways", "(polarity): “sideways” is not higher"),
    ("indicators", "I", "fortnight", "(basis): “fortnight” is not annual"),
    ("targets", "D", "next year", "(year): “next year” is not a figure"),
    ("targets", "G", "=1+1", "(target): the cell holds a formula"),
    ("past-targets", "M", "soon", "(replaced_at): “soon” is not a day and a time."),
    ("past-national", "G", None, "(national_comparable): the cell is empty."),
    ("results", "E", None, "(period_end): the cell is empty."),
    ("results", "H", "much", "(value): “much” is not a figure."),
    ("results", "N", "PINK", "(rag): “PINK” is not GREEN"),
    ("result-comments", "J", None, "(comment): the cell is empty."),
    ("contracts", "B", "verbal", "(kind): “verbal” is not external"),
    ("contracts", "D", None, "(title): the cell is empty."),
    ("contracts", "J", "a lot", "(value_total): “a lot” is not a figure."),
    ("contracts", "N", "soon", "(start): “soon” is not a date"),
    ("contract-routes", "G", None, "(note): the cell is empty."),
    ("contract-reviews", "C", "32/1/2017", "(reviewed_on): “32/1/2017” is not a date"),
]
CANNOT_BE = [
    ("indicators", "E", 2, "(decimals): A count is a whole number: it has 0 decimals."),
    ("indicators", "J", 5, "(frequency_months): Choose how often a result is published."),
    ("indicators", "V", "EXT-999", "(contract): there is no contract “EXT-999”."),
    ("indicators", "Z", "2017-01-01", "(ended_why): what ended says when and why."),
    ("contracts", "AD", 3, "(extension_months): Months of each extension: say how many"),
    ("contracts", "AL", "Nobody's post", "(owner): there is no post “Nobody's post”."),
]
CANNOT_STAND_UNDER = [
    ("targets", "F", "up", "(target): a target that is a figure"),
    ("targets", "I", -1, "(green_tolerance): a tolerance is a distance from the target: 0 or more."),
    ("targets", "L", 5, "(national_comparable): the cell is empty, though a national figure is there."),
    ("past-targets", "L", "A stranger", "(by): there is no person called “A stranger”."),
    ("results", "K", 2, "(revision): the revisions of a period count from 1: 1 is not there."),
    ("results", "U", None, "(policy_version): the cell is empty, though the result was judged."),
    ("results", "X", "A stranger", "(recorded_by): there is no person called “A stranger”."),
    ("result-comments", "F", 9, "(revision): there is no such revision of this result in the sheet “results”."),
    ("contract-routes", "F", None, "(new_end): an extension that is awarded has a new end, and nothing else has."),
    ("contract-providers", "A", "EXT-999", "(contract): there is no contract “EXT-999” in the sheet “contracts”."),
]
ALONE = [
    ("indicators", "A", "IND-01", "(indicator): “IND-01” is there twice."),
    ("indicators", "A", "ind-01", "(indicator): “ind-01” is there twice."),
    ("targets", "A", "IND-99", "(indicator): there is no indicator “IND-99” in the sheet “indicators”."),
    ("targets", "A", "IND-03", "(kind): an indicator for information has no target."),
    ("targets", "A", "IND-01", "(year): this is there twice."),
    ("targets", "F", None, "(kind): the cell is empty, though a target is there."),
    ("results", "H", None, "(value): the cell is empty, though the result was judged."),
    ("results", "L", False, "(current): the last revision of a period counts, and no other does."),
]


@pytest.mark.parametrize("wrong", [CANNOT_BE_READ, CANNOT_BE, CANNOT_STAND_UNDER, *([one] for one in ALONE)])
def test_what_is_wrong_is_named_with_its_place_and_nothing_is_taken_in(
    bare: Flask, taken_out: tuple[bytes, Rows, Any], wrong: list[tuple[str, str, object, str]]
) -> None:
    places: list[str] = []

    def change(opened: Any) -> None:
        for sheet, column, value, said in wrong:
            page, code = opened[sheet], ONE_OF.get(sheet, "EXT-44" if sheet.startswith("contract") else "IND-04")
            row = max(cell.row for cell in page["A"] if str(cell.value) == code)
            places.append(f"all.xlsx, {sheet}, row {row}, column {column} {said}")
            changes.append((page, f"{column}{row}", value))
        for page, place, value in changes:
            page[place] = value

    changes: list[tuple[Any, str, object]] = []
    before = held()
    with pytest.raises(BrokenTable) as refused:
        take_in(book(taken_out[0], change), LATER)
    said = str(refused.value)
    assert [one for one in places if one.partition(", column ")[0] not in said] == []
    assert [one for one in wrong if one[3] not in said] == []
    db.session.rollback()
    assert held() == before


def test_a_code_that_differs_in_capitals_only_is_too_alike(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    one = db.session.scalars(select(Indicator).where(Indicator.code == "EY-05")).one()
    one.code = "ey-05"
    db.session.flush()
    with pytest.raises(BrokenTable, match=r"\(indicator\): “EY-05” is held here already, with other capitals"):
        take_in(book(taken_out[0]), LATER)


def held() -> list[int | None]:
    """How much is held of what a workbook may add."""
    return [db.session.scalar(select(func.count()).select_from(one)) for one in (Risk, Contract, Indicator, Result)]


def test_a_column_that_is_missing_is_named(bare: Flask, taken_out: tuple[bytes, Rows, Any]) -> None:
    def change(opened: Any) -> None:
        opened["results"]["AA1"] = None

    with pytest.raises(BrokenTable, match="results, row 1, column judged_at: the column is missing"):
        take_in(book(taken_out[0], change), LATER)
