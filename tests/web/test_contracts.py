"""Contracts as a list: by kind and service area, with what comes next and which signals stand."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, escalated, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    """Someone who reads the contracts of the plan."""
    sign_in_as(client, DIRECTOR)
    return client


def rows(answer: TestResponse) -> int:
    """How many contracts a page lists."""
    return answer.text.count('<th scope="row"')


def test_the_plan_s_contracts_are_listed_by_kind_and_service_area(reader: FlaskClient) -> None:
    answer = reader.get("/contracts")
    text = words(answer)
    assert "122 All 43 Externally delivered 66 Internally delivered 13 Commissioning" in text
    assert "SEN Assessment and Placement (Externally delivered)" in text
    assert "Showing 1 to 50 of 122 contracts" in text
    assert rows(answer) == 50
    assert rows(reader.get("/contracts?page=3")) == 22


def test_a_line_keeps_the_plan_s_words_where_nothing_could_be_read(reader: FlaskClient) -> None:
    text = words(reader.get("/contracts?kind=external"))
    assert re.search("“N/A – formulaic hourly rate” not set [A-Za-z0-9 -]+ rolls on “Open ended” none ahead none", text)
    line = "31 March 2018 Route approved, 30 September 2017 1 signal of EXT-02 its manager"
    assert re.search(f"£275,000 a year not set [A-Za-z -]+ {line}", text)
    assert "£1,500,000 not set Head of School Improvement 30 April 2020 Review, April 2018 none" in text


@pytest.mark.parametrize(
    ("query", "count", "said"),
    [
        ("kind=commissioning", 13, "COM-13"),
        ("kind=internal&area=HeadStart", 1, "Universal Virtual Resilience Hub"),
        ("q=barnardo", 1, "EXT-12"),
        ("q=ext-08", 1, "Teaching contract for low incidence needs"),
        ("q=%25", 0, "No contract fits the filters."),
        ("q=_", 0, "No contract fits the filters."),
        ("ends=past", 2, "EXT-13"),
        ("ends=soon&q=Royal London", 1, "July 2017 Review, April 2017"),
        ("ends=unknown&kind=external&q=Agilisys", 1, "“As with Agilisys”"),
        ("signals=1&q=Barnardo", 1, "1 signal of EXT-12 DMT"),
        ("unheeded=1&q=EXT-13", 1, "1 signal of EXT-13 not linked"),
        ("unheeded=1&q=Barnardo", 0, "with signals for DMT that no risk heeds Remove"),
    ],
)
def test_the_list_is_narrowed_and_every_filter_can_be_taken_away(
    reader: FlaskClient, query: str, count: int, said: str
) -> None:
    answer = reader.get(f"/contracts?{query}")
    assert answer.status_code == 200
    assert rows(answer) == count
    assert said in words(answer)


def test_a_filter_by_the_managing_post_shows_its_contracts_only(app: Flask) -> None:
    make.RegisterFactory()
    mine = make.ContractFactory(owner_post=make.PostFactory(title="Head of Fair Access"))
    make.ContractFactory(title="Somebody else's")
    post_id = mine.owner_post_id
    text = words(signed_in_as(app, "auditor").get(f"/contracts?manager={post_id}"))
    assert "managed by the Head of Fair Access Remove" in text
    assert "Somebody else's" not in text


@pytest.mark.parametrize(
    "query", ["kind=foreign", "area=Nowhere", "manager=x", "manager=99999", "ends=never", "signals=2"]
)
def test_a_filter_that_is_not_known_is_left_aside(reader: FlaskClient, query: str) -> None:
    answer = reader.get(f"/contracts?{query}")
    assert answer.status_code == 200
    assert "Showing 1 to 50 of 122 contracts" in words(answer)


@pytest.mark.parametrize("number", ["4", "0", "x"])
def test_a_page_that_does_not_exist_is_said_to_be_missing(reader: FlaskClient, number: str) -> None:
    assert reader.get(f"/contracts?page={number}").status_code == 404


def test_an_empty_register_says_that_nothing_is_loaded(app: Flask) -> None:
    make.RegisterFactory()
    assert "No contract has been loaded yet." in words(signed_in_as(app, "auditor").get("/contracts"))


@pytest.mark.parametrize(
    ("heeds", "status", "tag"),
    [("any", "open", "DMT"), ("red", "open", "DMT"), ("watch", "open", "not linked"), ("any", "closed", "not linked")],
)
def test_a_signal_reaches_dmt_only_through_an_open_risk_that_heeds_it(
    app: Flask, heeds: str, status: str, tag: str
) -> None:
    row = escalated(risk=make.RiskFactory(status=status))
    signal = signal_on(row, "It ends soon.")
    db.session.execute(update(models.Link).values(heeds=heeds))
    code, path = db.session.get_one(models.Contract, signal.contract_id).code, f"/contracts/{signal.contract_id}"
    reference = str(row.risk.reference)
    someone = signed_in_as(app, "auditor")
    listing, page = words(someone.get("/contracts")), words(someone.get(path))
    assert f"1 signal of {code} {tag}" in listing
    assert ("1 contract has signals for DMT that reach nobody" in listing) is (tag != "DMT")
    told = f"DMT is told through the risks that depend on it: {reference}."
    assert (told if tag == "DMT" else "No risk heeds this contract, so DMT is not told.") in page
    assert ("reaches DMT" if tag == "DMT" else "reaches nobody at DMT") in page


def test_many_contracts_take_as_many_queries_as_one(app: Flask) -> None:
    row = escalated()
    signal_on(row, "It ends soon.")
    someone = signed_in_as(app, "auditor")
    with counted() as few:
        someone.get("/contracts")
    for _ in range(60):
        signal_on(row, "It ends soon.")
    db.session.commit()
    with counted() as many:
        answer = someone.get("/contracts")
    assert rows(answer) == 50
    assert len(many) == len(few) <= 9


def test_the_list_is_sorted_by_a_heading_without_its_groups(reader: FlaskClient) -> None:
    text = words(reader.get("/contracts?sort=-value"))
    assert "SEN Assessment and Placement (Externally delivered)" not in text
    assert "Signals Performance INT-19 Adult Skills Specification commissioned by KCC from CLS (£14 million)" in text
    plain = words(reader.get("/contracts?sort=nonsense"))
    assert "SEN Assessment and Placement (Externally delivered)" in plain


def test_a_new_filter_is_named_and_can_be_taken_away(reader: FlaskClient) -> None:
    text = words(reader.get("/contracts?tier=none&provider=pie+factory&ends=24&critical=1&closed=1"))
    for said in (
        "no tier set Remove",
        "provider “pie factory” Remove",
        "safeguarding-critical Remove",
        "closed Remove",
    ):
        assert said in text
    assert "No contract fits the filters." in text
