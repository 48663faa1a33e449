"""Finding risks: references in any writing, words, and the register as a whole."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event, text

from riskreg.extensions import db
from riskreg.queries import register as found
from tests import factories as make


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("CYPE 20", 20), ("cype20", 20), (" Cype-020 ", 20), ("20", 20), ("CYPE 04", 4), ("CYPE 1001", 1001),
        ("KCC 20", None), ("CYPE", None), ("", None), ("CYPE 20 21", None), ("0", None), ("-1", None), ("２０", None),
        ("99999999999", None),
    ],
)  # fmt: skip
def test_a_reference_is_read_however_it_is_written(words: str, number: int | None) -> None:
    assert found.read_reference(words, "CYPE") == number


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ([], []),
        ([4], ["04"]),
        ([4, 9, *range(11, 18), 21], ["04", "09", "11–17", "21"]),
        ([2, 1], ["01", "02"]),
        ([1, 2, 3], ["01–03"]),
        ([99, 100, 101], ["99–101"]),
    ],
)
def test_references_in_a_row_are_written_as_a_range(numbers: list[int], written: list[str]) -> None:
    assert found.reference_ranges(numbers) == written


def test_an_empty_database_has_no_register(app: Flask) -> None:
    assert found.only_register() is None


def test_a_reference_stands_for_a_risk_or_for_none_or_was_never_given(app: Flask) -> None:
    risk = make.RiskFactory(reference=make.ReferenceFactory(number=7001))
    make.ReferenceFactory(number=7002, note="Used once.")
    register = found.only_register()
    assert register is not None
    assert found.find_reference(register, 7001) == found.Named(risk.id, True, "", "")
    assert found.find_reference(register, 7002) == found.Named(None, False, "Used once.", "")
    assert found.find_reference(register, 7003) is None
    assert [one.number for one in found.used_references(register)] == [7002]


def test_drafts_and_proposals_are_not_listed(app: Flask) -> None:
    for status in ("draft", "proposed"):
        make.RiskFactory(status=status)
    register = found.only_register()
    assert register is not None
    for status in ("", "open", "closed"):
        counts = found.risks_found(register, found.Wanted(status=status), make.TODAY).by_rag
        assert sum(counts.values()) == 0


def test_a_merged_risk_is_listed_with_the_closed_ones(app: Flask) -> None:
    make.RiskFactory(status="merged", merged_into=make.RiskFactory())
    register = found.only_register()
    assert register is not None
    for status, number in (("", 2), ("open", 1), ("closed", 1)):
        counts = found.risks_found(register, found.Wanted(status=status), make.TODAY).by_rag
        assert sum(counts.values()) == number


def test_every_word_of_a_search_must_occur_somewhere(app: Flask) -> None:
    make.RiskFactory(title="Places", cause="Numbers rise", event="too late", consequence="children travel")
    register = found.only_register()
    assert register is not None
    for search, count in (("places RISE late travel", 1), ("places fall", 0), ("cype places", 1), ("", 1)):
        counts = found.risks_found(register, found.Wanted(search=search), make.TODAY).by_rag
        assert sum(counts.values()) == count, search


def titles_in_order(sort: str) -> list[str]:
    """The titles of the first page in an order."""
    register = found.only_register()
    assert register is not None
    lines = found.risk_lines(register, found.Wanted(), sort, make.TODAY, limit=50, offset=0)
    return [line.title for line in lines]


def test_titles_are_in_order_whatever_their_capitals_and_their_length(app: Flask) -> None:
    longest = "m" * 4000  # what an imported list may hold
    for title in ("zebra", "Apple", longest, "banana"):
        make.RiskFactory(title=title)
    assert titles_in_order("title") == ["Apple", "banana", longest, "zebra"]
    assert titles_in_order("-title") == ["zebra", longest, "banana", "Apple"]


@pytest.mark.parametrize("sort", ["title", "-title"])
def test_sqlite_finds_a_page_in_order_of_title_by_an_index(app: Flask, sort: str) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the index is of SQLite alone")
    for number in range(20):
        make.RiskFactory(title=f"Provision {number}")
    db.session.flush()
    # what SQLite would know of ten thousand risks
    for statement in (
        "ANALYZE",
        "UPDATE sqlite_stat1 SET stat = replace(stat, '20', '10000')",
        "ANALYZE sqlite_schema",
    ):
        db.session.execute(text(statement))
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, statement: str, given: tuple[object, ...], *_: object) -> None:
        asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    titles_in_order(sort)
    event.remove(db.engine, "before_cursor_execute", note)
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[-1][0]}", asked[-1][1])
    assert "SCAN risk USING INDEX ix_risk_title" in [row.detail for row in plan]


def test_a_request_takes_the_connection_that_was_used_last(app: Flask) -> None:
    with db.engine.connect() as first, db.engine.connect() as second:
        used = [one.connection.driver_connection for one in (first, second)]
    with db.engine.connect() as third:
        assert third.connection.driver_connection is used[0]  # given back last
