"""The register: what is listed, filtered, searched, sorted and counted, and the references that were used before."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from riskreg.extensions import db
from riskreg.queries import owners, register
from tests import factories as make
from tests.web.before_dmt import counted, escalated, signed_in_as
from tests.web.browsing import sign_in_as, words

AUDITOR = "Auditor"


def listed(text: str, *titles: str) -> list[int]:
    """The places of titles on a page; ValueError for one that is missing."""
    return [text.index(title) for title in titles]


def test_the_plan_opens_with_thirteen_open_risks_in_the_order_of_their_references(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    answer = client.get("/register")
    text = words(answer)
    assert answer.status_code == 200
    assert "13 risks" in text
    places = listed(text, "CYPE 01", "CYPE 02", "CYPE 03", "CYPE 20", "CYPE 22", "CYPE 23")
    assert places == sorted(places)


def test_both_ratings_stand_beside_each_other_where_they_differ(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    text = words(client.get("/register?q=take-up"))
    assert "AMBER → raised to RED raised automatically, awaiting DMT" in text
    assert "1 risk " in text


def test_a_red_risk_before_dmt_stays_red_and_says_that_it_is_there(app: Flask) -> None:
    escalated(risk=make.RiskFactory(own_rag="RED"))
    text = words(signed_in_as(app, "auditor").get("/register"))
    assert "RED put before DMT, awaiting its decision" in text
    assert "raised to" not in text


def test_the_counts_by_rating_are_of_everything_filtered_and_link_to_their_rows(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    answer = client.get("/register?rag=RED")
    text = words(answer)
    assert "8 RED 5 AMBER 0 GREEN 13 all ratings" in text
    assert "8 risks" in text
    assert '/register?rag=AMBER"' in answer.text
    assert "5 risks" in words(client.get("/register?rag=AMBER"))


def test_the_used_references_are_said_plainly(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    sentence = "CYPE 04, 09, 11–17 and 21 were used before this plan."
    answer = client.get("/register")
    assert "References used before this plan" in words(answer)
    assert '/register?status=used"' in answer.text
    used = words(client.get("/register?status=used"))
    assert sentence in used
    assert "Schools going into category" not in used


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Open one", "Late one"}),
        ("status=closed", {"Closed one"}),
        ("status=all", {"Open one", "Late one", "Closed one"}),
        ("overdue=1", {"Late one"}),
        ("late_actions=1", {"Open one"}),
        ("escalated=1", {"Open one"}),
        ("rag=RED", {"Open one"}),
        ("q=because", {"Late one"}),
        ("q=BECAUSE+late", {"Late one"}),
        ("q=because+open", set()),
        ("q=CYPE+7007", {"Late one"}),
        ("q=cype07007", {"Late one"}),
        ("q=100%25", {"Open one"}),
        ("q=_", set()),
        ("q=%25", {"Open one"}),
        ("q=%27+OR+1%3D1", set()),
    ],
)
def test_a_filter_shows_what_it_says_and_nothing_else(app: Flask, query: str, shown: set[str]) -> None:
    opened = make.RiskFactory(title="Open one", published_text="It is 100% sure.", effective_rag="RED")
    escalated(risk=opened)
    late = date(2017, 4, 2)
    make.ActionFactory(risk=opened, first_due_on=late)
    late_one = make.ReferenceFactory(number=7007)
    second = make.RiskFactory(title="Late one", cause="Because of this", review_due_on=late, reference=late_one)
    make.ActionFactory(risk=second, first_due_on=late, status="done")
    closed = make.RiskFactory(title="Closed one", closed=True, review_due_on=late)
    make.ActionFactory(risk=closed, first_due_on=late)
    reader = signed_in_as(app, "auditor")
    text = words(reader.get(f"/register?{query}"))
    assert {title for title in ("Open one", "Late one", "Closed one") if title in text} == shown
    if not shown:
        assert "No risk fits these filters." in text


def test_division_and_owner_narrow_the_list_and_can_be_taken_away_again(app: Flask) -> None:
    post = make.PostFactory(title="Head of Fair Access")
    division = make.DivisionFactory(name="Planning and Access")
    make.RiskFactory(title="Theirs", owner_post=post, division=division)
    make.RiskFactory(title="Another")
    address = f"/register?division={division.id}&owner={post.id}"
    answer = signed_in_as(app, "auditor").get(address)
    assert "Theirs" in answer.text
    assert "Another" not in answer.text
    assert "Remove Planning and Access" in words(answer)
    assert f'/register?division={division.id}"' in answer.text


def owners_offered(text: str) -> list[str]:
    """The titles in the list of owners to choose from, after "All owners"."""
    offered = text.partition('id="filter-owner"')[2].partition("</select>")[0]
    return re.findall(r">([^<]+)</option>", offered)[1:]


def test_more_owners_than_can_be_listed_are_offered_by_division(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "MOST_OWNERS", 2)
    post, other = make.PostFactory(title="Head of Fair Access"), make.PostFactory(title="Head of SEN")
    division = make.DivisionFactory(name="Planning and Access")
    make.RiskFactory(owner_post=post, division=division)
    make.RiskFactory(owner_post=other)
    make.RiskFactory(status="draft", owner_post=make.PostFactory(title="Head of Drafts"))
    reader = signed_in_as(app, "auditor")
    few = reader.get("/register").text
    assert owners_offered(few) == ["Head of Fair Access", "Head of SEN"]
    assert "too many to list" not in few
    make.RiskFactory(owner_post=make.PostFactory(title="Head of Youth Hubs"))
    db.session.commit()
    every = reader.get("/register").text
    assert owners_offered(every) == []
    assert "There are too many to list: choose a division first." in every
    there = reader.get(f"/register?division={division.id}").text
    assert owners_offered(there) == ["Head of Fair Access"]
    assert "too many to list" not in there
    asked_for = reader.get(f"/register?owner={other.id}")
    assert owners_offered(asked_for.text) == ["Head of SEN"]
    assert "1 risk " in words(asked_for)
    assert "Remove Head of SEN" in words(asked_for)


def test_words_are_found_the_same_whether_few_or_many_risks_have_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, rag in (("A", "RED"), ("B", "GREEN"), ("C", "RED")):
        make.RiskFactory(title=f"Places {name}", own_rag=rag)
    make.RiskFactory(title="Something else", own_rag="RED")
    reader = signed_in_as(app, "auditor")
    addresses = [f"/register?q=places&rag={rag}&sort=-title" for rag in ("", "RED", "GREEN", "AMBER")]
    found = [re.findall("Places [ABC]", reader.get(address).text) for address in addresses]
    assert found == [["Places C", "Places B", "Places A"], ["Places C", "Places A"], ["Places B"], []]
    monkeypatch.setattr(register, "FEW", 0)
    assert [re.findall("Places [ABC]", reader.get(address).text) for address in addresses] == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("reference", "BCA"),
        ("-reference", "ACB"),
        ("title", "ABC"),
        ("-title", "CBA"),
        ("rag", "CAB"),
        ("-rag", "BAC"),
        ("review", "ABC"),
        ("-review", "CBA"),
        ("nothing", "BCA"),
    ],
)
def test_columns_sort_both_ways_and_red_is_the_worst(app: Flask, sort: str, order: str) -> None:
    for number, name, rag in ((3, "A", "AMBER"), (1, "B", "GREEN"), (2, "C", "RED")):
        due = date(2017, 4, 10) + timedelta(days="ABC".index(name))
        reference = make.ReferenceFactory(number=number)
        make.RiskFactory(title=f"Risk {name}!", reference=reference, own_rag=rag, review_due_on=due)
    text = words(signed_in_as(app, "auditor").get(f"/register?sort={sort}"))
    places = {name: text.index(f"Risk {name}!") for name in order}
    assert sorted(order, key=lambda name: places[name]) == list(order)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("rag=PURPLE", "Rating shown “PURPLE” was not understood and is left aside."),
        ("division=x&owner=99999", "Division “x” and Owner “99999” were not understood and are left aside."),
        ("status=%00", ""),
        ("status=open&sort=%27", "Status “open” and Order “'” were not understood"),
        ("escalated=yes", "Escalated to DMT “yes” was not understood"),
        ("rag=&status=&sort=reference", ""),
    ],
)
def test_a_filter_that_is_not_understood_is_left_aside_and_the_page_says_so(
    client: FlaskClient, query: str, said: str
) -> None:
    sign_in_as(client, AUDITOR)
    answer = client.get(f"/register?{query}")
    assert answer.status_code == 200
    assert "13 risks" in words(answer)
    assert said in words(answer)
    assert ("left aside" in words(answer)) == bool(said)


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "99999999999"])
def test_a_page_that_does_not_exist_is_said_to_be_missing(client: FlaskClient, number: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = client.get(f"/register?page={number}")
    assert answer.status_code == 404
    assert "There is no page" in words(answer)


def test_an_overdue_review_is_tagged(app: Flask) -> None:
    make.RiskFactory(review_due_on=date(2017, 4, 2))
    make.RiskFactory(review_due_on=date(2017, 4, 3))
    text = words(signed_in_as(app, "auditor").get("/register"))
    assert "2 April 2017 overdue" in text
    assert text.count("overdue") == 3  # the tag, and the names of two filters


def test_a_long_register_is_shown_by_fifties_with_as_many_queries_as_a_short_one(app: Flask) -> None:
    make.RiskFactory()
    reader = signed_in_as(app, "auditor")
    with counted() as few:
        reader.get("/register")
    for _ in range(59):
        escalated(risk=make.RiskFactory())
    db.session.commit()
    with counted() as many:
        answer = reader.get("/register")
    assert len(many) == len(few) <= 8
    assert answer.text.count('<th scope="row"') == 50
    assert "Showing 1 to 50 of 60 risks" in words(answer)
    assert reader.get("/register?page=2").text.count('<th scope="row"') == 10


def test_a_register_without_anything_says_so(app: Flask) -> None:
    assert "nothing has been loaded yet" in words(signed_in_as(app, "auditor").get("/register"))


def test_what_was_typed_into_a_risk_is_shown_and_not_obeyed(app: Flask) -> None:
    make.RiskFactory(title="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in_as(app, "auditor").get("/register?q=<script>").text
