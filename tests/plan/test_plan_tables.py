"""The tables of the shipped plan: whole, consistent, and free of invented figures."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

PLAN = Path(__file__).resolve().parents[2] / "riskreg" / "plan"
LAST_LINE = 1141
YEARS = ("2016", "2017", "2018", "2019", "2020")
ROLE_NAMES = "risk_owner;action_owner;performance_officer;contract_manager;dmt_member;coordinator;auditor"
ROLES = {*ROLE_NAMES.split(";"), "administrator", "corporate_coordinator"}
NAMES = "registers divisions services posts used_references risks indicators targets benchmarks results contracts links"
NAMES += " mitigations not_loaded"
COUNTS = dict(zip(NAMES.split(), (2, 5, 16, 26, 10, 13, 110, 550, 110, 116, 122, 75, 39, 47), strict=True))
GROUPS = {
    "Early Years & Childcare": ("EY", 9),
    "School Improvement": ("SI", 39),
    "SEND": ("SEND", 3),
    "VSK": ("VSK", 2),
    "Fair Access": ("FA", 10),
    "Provision Planning": ("PP", 3),
    "Skills & Employability": ("SK", 18),
    "Early Help & Preventative Services": ("EH", 26),
}
TARGET_WORDS = {"": "blank", "N/A": "not_applicable", "↑": "up", "↓": "down"}
TARGET_WORDS |= {"= National average": "national", "National average +2%": "national_plus"}
Row = dict[str, str]


def table(name: str) -> list[Row]:
    with (PLAN / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def keyed(name: str, *columns: str) -> dict[tuple[str, ...], Row]:
    rows = table(name)
    found = {tuple(row[column] for column in columns): row for row in rows}
    assert len(found) == len(rows), f"{name}: {columns} is not a key"
    return found


def codes(name: str, column: str) -> set[str]:
    return {key[0] for key in keyed(name, column)}


def is_partial_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text):
        return False
    date.fromisoformat((text + "-01-01")[:10])
    return True


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_every_table_has_its_number_of_rows(name: str, count: int) -> None:
    assert len(table(name)) == count


@pytest.mark.parametrize("name", COUNTS)
def test_every_file_is_plain_csv_with_full_rows(name: str) -> None:
    raw = (PLAN / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    for row in table(name):
        assert not {None} & {*row, *row.values()}, row
        assert all(value == value.strip() for value in row.values()), row
        assert all(row.get(column, "") in {"yes", ""} for column in ("assumed", "opening", "comparable")), row


@pytest.mark.parametrize("name", COUNTS)
def test_every_line_number_lies_inside_the_plan(name: str) -> None:
    for row in table(name):
        for column in ("line", "qpr_line"):
            for number in filter(None, row.get(column, "").split(";")):
                assert 1 <= int(number) <= LAST_LINE, row
        assert row["line"], row


@pytest.mark.parametrize("name", ["risks", "contracts", "links", "mitigations"])
def test_owners_and_links_are_always_marked_as_assumed(name: str) -> None:
    assert all(row["assumed"] == "yes" and row["note"] for row in table(name))


def test_the_directorate_has_three_divisions_a_unit_and_a_budget() -> None:
    rows = table("divisions")
    assert Counter(row["kind"] for row in rows) == {"division": 3, "unit": 1, "budget": 1}
    assert sum(int(row["fte"] or 0) for row in rows) == 1627
    assert sum(Decimal(row["net"]) for row in rows) == Decimal("57230.2")
    for row in rows:
        assert Decimal(row["staffing"]) + Decimal(row["non_staffing"]) == Decimal(row["gross"])
        income = sum(Decimal(row[column] or 0) for column in ("internal_income", "external_income", "grants"))
        assert Decimal(row["gross"]) + income == Decimal(row["net"])


def test_only_the_corporate_director_is_a_post_of_the_plan() -> None:
    posts, divisions = keyed("posts", "code"), codes("divisions", "name")
    for (code,), post in posts.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        if code == "corporate-risk-manager":  # outside the directorate, and over nobody in it
            assert (post["division"], post["line_manager"], post["roles"]) == ("", "", "corporate_coordinator")
            assert (post["assumed"], post["line"]) == ("yes", "783")
            continue
        assert post["division"] in divisions
        if code == "corporate-director":
            assert (post["assumed"], post["line"], post["line_manager"]) == ("", "24", "")
        else:
            assert (post["assumed"], post["note"]) == ("yes", "The plan names no post for this.")
            assert (post["line_manager"],) in posts
            assert post["line_manager"] != code
    assert {role for post in table("posts") for role in post["roles"].split(";")} == ROLES


def test_the_corporate_register_is_assumed_where_the_plan_is_silent() -> None:
    own, above = table("registers")
    assert (own["prefix"], own["parent"], above["prefix"], above["parent"]) == ("CYPE", "CRR", "CRR", "")
    assert (above["assumed"], above["line"]) == ("yes", "783")
    assert "assumed" in above["note"]


def test_every_owner_holds_the_role_that_the_work_asks_for() -> None:
    roles = {post["code"]: post["roles"].split(";") for post in table("posts")}
    assert all("risk_owner" in roles[row["owner_post"]] for row in table("risks"))
    assert all("contract_manager" in roles[row["owner_post"]] for row in table("contracts"))
    assert all("action_owner" in roles[row["owner_post"]] for row in table("mitigations"))


def test_the_references_run_from_01_to_23_without_a_gap() -> None:
    risks, used = codes("risks", "reference"), codes("used_references", "reference")
    assert not risks & used
    assert risks | used == {f"CYPE {number:02d}" for number in range(1, 24)}


def test_a_risk_says_only_what_its_paragraph_says() -> None:
    services = {(row["division"], row["name"]) for row in table("services")}
    divisions = codes("divisions", "name")
    for risk in table("risks"):
        for column in ("reference", "title", "rag_printed", "cause", "event", "consequence"):
            assert risk[column] in risk["printed"], risk
        assert risk["rag"] == risk["rag_printed"].strip("()").upper()
        assert risk["division"] in divisions
        assert not risk["service"] or (risk["division"], risk["service"]) in services
    assert Counter(risk["rag"] for risk in table("risks")) == {"RED": 4, "AMBER": 9}


def test_the_scorecard_has_110_indicators_in_8_groups() -> None:
    rows = table("indicators")
    expected = [f"{prefix}-{number:02d}" for prefix, size in GROUPS.values() for number in range(1, size + 1)]
    assert [row["code"] for row in rows] == expected
    assert [row["group"] for row in rows] == [group for group, (_, size) in GROUPS.items() for _ in range(size)]
    assert {row["unit"] for row in rows} <= {"percent", "number", "points", "score", "rate"}
    assert {row["frequency_months"] for row in rows} == {"12"}
    rolling = {"rolling three months", "rolling twelve months"}
    assert {row["basis"] for row in rows} == rolling | {"annual", "snapshot", "year to date"}


def test_ten_indicators_answer_to_the_quarterly_performance_report() -> None:
    rows = {row["qpr_line"]: row for row in table("indicators") if row["qpr"]}
    answers = ("SI-25", "SI-26", "EY-08", "SK-05", "SK-07", "SEND-02", "EH-06", "EH-02", "EH-24", "EH-11")
    assert {line: row["code"] for line, row in rows.items()} == {str(801 + i): a for i, a in enumerate(answers)}
    assert "a number of apprenticeships" in rows["805"]["qpr_note"]
    assert "16-17" in rows["804"]["qpr_note"]


def test_a_derived_polarity_follows_from_the_printed_targets() -> None:
    targets = keyed("targets", "indicator", "year")
    for row in table("indicators"):
        assert row["polarity"] in {"higher", "lower", "close"}
        assert row["polarity_reason"]
        assert row["polarity_basis"] in {"derived", "assumed"}
        assert (row["polarity"] == "close") == (row["code"] in {"PP-01", "PP-02"})
        if row["polarity_basis"] == "assumed":
            continue
        aims = [targets[row["code"], year] for year in YEARS]
        kinds = {aim["kind"] for aim in aims}
        if {aim["kind"] for aim in aims[1:]} == {"figure"}:
            values = [Decimal(aim["value"]) for aim in aims[1:]][:: 1 if row["polarity"] == "higher" else -1]
            assert values[0] < values[-1], row
            assert all(before <= after for before, after in pairwise(values)), row
        else:
            assert kinds & {"up", "down"} == ({"up"} if row["polarity"] == "higher" else {"down"}), row


def test_every_indicator_has_a_target_of_each_year() -> None:
    known = codes("indicators", "code")
    assert set(keyed("targets", "indicator", "year")) == {(code, year) for code in known for year in YEARS}
    assert set(keyed("benchmarks", "indicator", "year")) == {(code, "2016") for code in known}


def test_a_target_that_is_no_figure_has_no_value() -> None:
    for row in table("targets"):
        if row["kind"] == "figure":
            assert Decimal(row["value"]) == Decimal(row["printed"].replace(",", ""))
            assert "," not in row["value"]
        elif row["kind"] == "national_plus":
            assert (row["printed"], row["value"]) == ("National average +2%", "2")
        else:
            assert row["value"] == ""
        assert row["kind"] == TARGET_WORDS.get(row["printed"].removeprefix("'"), "figure")


def test_the_decimals_of_an_indicator_hold_every_printed_figure() -> None:
    most: dict[str, int] = {}
    for row in table("targets") + table("benchmarks") + table("results"):
        if row.get("kind", "figure") == "figure":
            most[row["indicator"]] = max(most.get(row["indicator"], 0), len(row["value"].partition(".")[2]))
    for row in table("indicators"):
        assert int(row["decimals"]) == most.get(row["code"], 0), row


def test_a_starred_national_figure_is_not_comparable() -> None:
    benchmarks = {row["indicator"]: row for row in table("benchmarks")}
    starred = {code: row["value"] for code, row in benchmarks.items() if row["printed"].endswith("*")}
    assert starred == {"SI-16": "28", "SI-19": "40", "VSK-02": "4.9"}
    for code, row in benchmarks.items():
        if row["printed"] == "N/A":
            assert (row["value"], row["comparable"]) == ("", "")
        elif row["printed"].endswith("*"):
            assert row["comparable"] == ""
            assert "954" in row["line"].split(";")
            assert row["note"]
        else:
            assert Decimal(row["value"]) == Decimal(row["printed"])
            assert row["comparable"] == ("" if code == "SI-39" else "yes")


def test_results_open_once_and_later_ones_follow_on_the_same_basis() -> None:
    indicators, results = keyed("indicators", "code"), keyed("results", "indicator", "period_end")
    opening = {row["indicator"]: row for row in results.values() if row["opening"]}
    assert set(opening) == codes("indicators", "code")
    for (code, period_end), row in results.items():
        assert row["basis"] == indicators[code,]["basis"]
        assert row["status"] == "provisional"
        assert row["period"]
        assert date.fromisoformat(period_end) <= date(2017, 4, 3)
        if row["opening"]:
            assert row["target_year"] == "2016"
            assert row["value"] == ("" if row["printed"] == "N/A" else row["printed"].replace(",", ""))
        else:
            assert row["target_year"] == "2017"
            assert period_end > opening[code]["period_end"]
        assert not row["value"] or Decimal(row["value"]).is_finite()
    assert [code for code, row in opening.items() if not row["value"]] == ["EH-03"]


def test_the_facts_that_the_demonstration_tells_are_those_of_the_plan() -> None:
    results = {(row["indicator"], row["period_end"]): row["value"] for row in table("results")}
    targets = {(row["indicator"], row["year"]): row["value"] for row in table("targets")}
    assert (results["EY-05", "2016-08-31"], results["EY-05", "2016-12-31"]) == ("74", "70")
    assert (targets["EY-05", "2016"], targets["EY-05", "2017"]) == ("74", "78")
    assert (results["SK-05", "2016-01-31"], results["SK-05", "2017-01-31"]) == ("5.0", "3.0")
    assert (targets["SK-05", "2016"], targets["SK-05", "2017"]) == ("3.5", "2.5")
    assert (results["SI-21", "2016-08-31"], results["SI-21", "2016-12-31"]) == ("4", "3")
    assert (results["SI-24", "2016-12-31"], results["SI-24", "2017-02-28"]) == ("90", "90")
    assert (results["SI-27", "2016-09-30"], targets["SI-27", "2017"]) == ("100", "100")
    assert targets["SK-06", "2016"] == "7800"


def test_contracts_are_numbered_in_the_order_of_the_plan() -> None:
    sizes = (("INT", "internal", 66), ("EXT", "external", 43), ("COM", "commissioning", 13))
    assert [(row["reference"], row["kind"]) for row in table("contracts")] == [
        (f"{prefix}-{number:02d}", kind) for prefix, kind, size in sizes for number in range(1, size + 1)
    ]


def test_a_contract_keeps_its_words_beside_what_is_read_from_them() -> None:
    for row in table("contracts"):
        for column in ("start", "end", "review"):
            assert not row[column] or (row[f"{column}_printed"] and is_partial_date(row[column])), row
            assert row[column] or not re.fullmatch(r"([A-Z][a-z]+ )?\d{4}", row[f"{column}_printed"]), row
        for column in ("value_total", "value_yearly"):
            assert not row[column] or (row["value_printed"] and Decimal(row[column]) > 0), row
        assert not (row["value_total"] and row["value_yearly"])


def test_what_the_plan_calls_open_ended_rolls_on_and_nothing_else_does() -> None:
    rolling = [row for row in table("contracts") if row["rolling"]]
    assert [row["reference"] for row in rolling] == ["EXT-03"]
    words = re.compile("open.ended|ongoing|rolling", re.IGNORECASE)
    assert [row for row in table("contracts") if words.search(row["end_printed"])] == rolling
    assert not any(row["end"] for row in rolling)


def test_what_the_plan_gives_an_option_to_extend_has_its_months_and_nothing_else_does() -> None:
    extended = [row for row in table("contracts") if row["extension_months"]]
    words = re.compile("option|extend|extension", re.IGNORECASE)
    assert [row for row in table("contracts") if words.search(row["end_printed"] + row["value_printed"])] == extended
    assert [(row["reference"], row["end"], row["extension_months"]) for row in extended] == [
        ("COM-13", "2018-04-30", "25")
    ]


def test_a_row_broken_by_a_page_header_is_joined() -> None:
    writing = keyed("indicators", "code")["SI-07",]
    assert (writing["comment"], writing["line"]) == ("Drafted by KA as not in SI targets file", "833;837")
    row = keyed("contracts", "reference")["COM-11",]
    assert row["line"] == "1132;1135"
    assert row["manager_printed"].endswith("the new Children and Young People's Mental Health Service contract.")


def test_every_link_joins_a_risk_to_exactly_one_thing_once() -> None:
    risks, indicators = codes("risks", "reference"), codes("indicators", "code")
    contracts = codes("contracts", "reference")
    keyed("links", "risk", "indicator", "contract")
    for row in table("links"):
        assert row["risk"] in risks
        assert bool(row["indicator"]) != bool(row["contract"]), row
        assert not row["indicator"] or row["indicator"] in indicators
        assert not row["contract"] or row["contract"] in contracts
        assert row["heeds"] in {"any", "red", "watch"}
        assert row["reason"].endswith("."), row


def test_every_action_has_a_day_and_no_control_has_one() -> None:
    risks = codes("risks", "reference")
    keyed("mitigations", "risk", "text")
    for row in table("mitigations"):
        assert row["risk"] in risks
        assert row["kind"] in {"control", "action"}
        assert bool(row["due"]) == (row["kind"] == "action")
        assert not row["due"] or date.fromisoformat(row["due"]) > date(2017, 4, 3)
