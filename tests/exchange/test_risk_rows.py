"""What other people's lists of risks are called and mean."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from riskreg.domain.keeping import ResponseKind
from riskreg.exchange.mapping import read_lines, suggest_mapping
from riskreg.exchange.opening import read_workbook
from riskreg.exchange.risk_rows import ALIASES, PRESETS, Rated, Source, parsers_for, source_of
from riskreg.queries.exports_risks import RISKS

CISO = (
    "ref_id;assets;threats;name;description;existing_controls;current_impact;current_proba;current_risk;"
    "additional_controls;residual_impact;residual_proba;residual_risk;treatment\n"
    "R.1;Laptops;Theft;Loss of data;A laptop is stolen;Disks are encrypted;High;Medium;High;;Low;Low;Low;mitigate\n"
)
SIMPLERISK = (
    "ID,Status,Subject,Reference ID,Category,Team,Owner,Current Likelihood,Current Impact,Calculated Risk,"
    "Planning Strategy,Review Date\n"
    "1001,Mitigation Planned,A subject,EXT-1,Access,Places,Jo Bloggs,Likely,Moderate,4.8,Accept,2017-03-01\n"
)
KENT = (
    "Risk No.*,Risk Title,Current Risk Rating,Target Risk Rating,Direction of Travel since previous year\n"
    "CYPE0001,Safeguarding,16 (High),TBC,↑\n"
)


def read(content: str, name: str = "list.csv") -> tuple[Source, dict[str, object]]:
    """Whose list it is taken for, and the values of its first row."""
    book = read_workbook(content.encode(), name)
    found = [suggest_mapping(book, wanted) for wanted in (ALIASES, *PRESETS.values())]
    mapping = max((one for one in found if one), key=lambda one: len(one.columns))
    source = source_of(mapping.headings.values())
    line = next(iter(read_lines(book, mapping, parsers_for(source))))
    assert not line.problems
    return source, {name: value for name, value in line.values.items() if value not in (None, "")}


def test_the_columns_of_a_risk_assessment_in_ciso_assistant() -> None:
    source, values = read(CISO)
    assert source is Source.CISO
    assert values == {
        "Reference": "R.1", "Title": "Loss of data", "Event": "A laptop is stolen", "Likelihood": "Medium",
        "Impact": "High", "Rating": Rated(None, "high"), "Target likelihood": "Low", "Target impact": "Low",
        "Target rating": Rated(None, "low"), "Response": ResponseKind.TREAT, "Controls": "Disks are encrypted",
    }  # fmt: skip


def test_the_columns_and_the_classic_levels_of_simplerisk() -> None:
    source, values = read(SIMPLERISK)
    assert source is Source.SIMPLERISK
    assert values == {
        "Reference": "EXT-1", "Title": "A subject", "Category": "Access", "Division": "Places", "Owner": "Jo Bloggs",
        "Likelihood": 4, "Impact": 3, "Rating": Rated(Decimal("4.8"), ""), "Status": "open",
        "Response": ResponseKind.TOLERATE, "Last review": date(2017, 3, 1),
    }  # fmt: skip


def test_the_columns_of_a_published_summary() -> None:
    source, values = read(KENT)
    assert source is Source.KENT
    assert values == {
        "Reference": "CYPE0001", "Title": "Safeguarding", "Rating": Rated(Decimal(16), "high"),
        "Direction of travel": "↑",
    }  # fmt: skip


def test_our_own_export_is_known_by_its_columns() -> None:
    rows = f"{','.join(RISKS.header)}\n{','.join(['x'] * len(RISKS.header))}\n"
    mapping = suggest_mapping(read_workbook(rows.encode(), "risks.csv"), ALIASES)
    assert mapping is not None
    assert source_of(mapping.headings.values()) is Source.OURS
    assert {"Reference", "Title", "Rating", "Target rating", "Likelihood", "Impact", "Exempt"} <= set(mapping.columns)


@pytest.mark.parametrize(
    ("said", "points", "word"),
    [
        ("16", "16", ""), ("16 (High)", "16", "high"), ("High 16", "16", "high"), ("Amber", None, "amber"),
        ("Very high", None, "very high"), ("9 - Medium", "9", "medium"), ("7.5", "7.5", ""),
    ],
)  # fmt: skip
def test_a_rating_is_points_a_word_or_both(said: str, points: str | None, word: str) -> None:
    _, values = read(f"Risk title,Current rating\nA risk,{said}\n")
    assert values["Rating"] == Rated(Decimal(points) if points else None, word)


@pytest.mark.parametrize("said", ["TBC", "N/A", "-", ""])
def test_no_rating_is_no_rating(said: str) -> None:
    _, values = read(f"Risk title,Current rating\nA risk,{said}\n")
    assert "Rating" not in values


def problem(content: str) -> str:
    book = read_workbook(content.encode(), "list.csv")
    mapping = suggest_mapping(book, ALIASES)
    assert mapping is not None
    line = next(iter(read_lines(book, mapping, parsers_for(Source.OTHER))))
    return "; ".join(map(str, line.problems))


@pytest.mark.parametrize(
    ("column", "said", "message"),
    [
        ("Likelihood", "6", "“6” is not a whole number from 1 to 5."),
        ("Status", "lost", "“lost” is not known here: write open, closed, draft or proposed."),
        ("Response", "pray", "“pray” is not known here"),
        ("Last review", "soon", "“soon” is not a date such as"),
    ],
)
def test_what_cannot_be_read_is_named(column: str, said: str, message: str) -> None:
    found = problem(f"Risk title,{column}\nA risk,{said}\n")
    assert found.startswith(f"list.csv, row 2, column B ({column}): ")
    assert message in found


def test_the_apostrophe_that_our_csv_puts_before_a_formula_is_taken_away() -> None:
    _, values = read("Risk title,Cause\n'=1+1,'quoted'\n")
    assert (values["Title"], values["Cause"]) == ("=1+1", "'quoted'")
