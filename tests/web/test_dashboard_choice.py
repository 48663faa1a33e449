"""What the dashboard opens with for each role, and that narrowed numbers lead to as many rows as well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.domain.access import Role
from riskreg.extensions import db
from riskreg.services.actors import SYSTEM
from riskreg.services.audit import record
from tests import factories as make
from tests.queries.test_as_at import assessed, entered
from tests.web.before_dmt import counted, escalated, reviewed, signed_in_as
from tests.web.browsing import sign_in_as, words
from tests.web.test_dashboard import numbers, rows_behind, something_of_each

OWNER = "Head of Early Years and Childcare"
DIRECTOR = "Director of Quality and Standards"


def mismatched(client: FlaskClient, address: str) -> list[tuple[str, int]]:
    """The numbers of a page whose rows are not as many."""
    found = numbers(client.get(address, follow_redirects=True).text)
    assert len(found) > 3
    return [(to, count) for to, count in found if rows_behind(client, to) != count]


@pytest.mark.parametrize(
    ("name", "address"),
    [(OWNER, "/dashboard"), (OWNER, "/dashboard?of=mine&since=1+1+2016"), (DIRECTOR, "/dashboard"),
     ("Auditor", "/dashboard/indicators"), ("Auditor", "/dashboard/contracts")],
)  # fmt: skip
def test_every_number_leads_to_as_many_rows_on_the_plan(client: FlaskClient, name: str, address: str) -> None:
    sign_in_as(client, name)
    assert mismatched(client, address) == []


def test_every_number_of_every_division_leads_to_as_many_rows(client: FlaskClient) -> None:
    sign_in_as(client, "Auditor")
    held = select(models.Risk.division_id).distinct()
    for division in db.session.scalars(held).all():
        assert mismatched(client, f"/dashboard?of={division}") == []


def test_narrowed_numbers_of_every_kind_lead_to_as_many_rows(app: Flask) -> None:
    something_of_each(app)
    register, post = db.session.scalars(select(models.Register)).first(), make.PostFactory(bringing=("risk_owner",))
    some = db.session.scalars(select(models.Risk).order_by(models.Risk.id)).all()[::2]
    division = make.DivisionFactory(name="Ours")
    for risk in some:
        risk.owner_post_id, risk.division_id = post.id, division.id
    assessed(entered(register=register, owner_post=post, division=division), "RED", make.NOW, (5, 5))
    escalated(risk=entered(register=register, owner_post=post, division=division))
    reviewed(some[0])
    reader = signed_in_as(app, post=post)
    for of in ("mine", division.id, "whole"):
        for since in ("1+4+2017", "1+1+2016"):
            assert mismatched(reader, f"/dashboard?of={of}&since={since}") == []


def test_a_risk_owner_sees_the_own_risks_and_only_those(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    text = words(client.get("/dashboard"))
    assert "today: my risks" in text
    assert "CYPE 22" in text
    assert "CYPE 01" not in text.partition("Likelihood by impact")[2]
    listed = words(client.get("/dashboard/risks?of=mine&rag=all"))
    assert "All open risks, my risks" in listed
    assert "CYPE 01" not in listed


def test_a_deputy_sees_the_risks_of_the_post_as_well(app: Flask) -> None:
    post = make.PostFactory(bringing=("risk_owner",))
    entered(owner_post=post, title="Of the post")
    entered(title="Of another")
    person = make.PersonFactory(holding=make.PostFactory(bringing=("action_owner",)))
    db.session.add(models.Holding(post_id=post.id, person_id=person.id, deputy=True, from_on=make.TODAY))
    who = f"{person.id}:{person.session_stamp}"
    db.session.commit()
    reader = app.test_client()
    with reader.session_transaction() as session:
        session["_user_id"] = who
    assert "0 RED 1 AMBER 0 GREEN 1 all ratings" in words(reader.get("/dashboard"))


def test_a_director_sees_the_division_of_the_post_and_can_go_to_the_whole(client: FlaskClient) -> None:
    sign_in_as(client, DIRECTOR)
    assert "today: Quality and Standards" in words(client.get("/dashboard", follow_redirects=True))
    assert "13 all ratings" in words(client.get("/dashboard?of=whole"))


@pytest.mark.parametrize("name", ["Risk Co-ordinator", "Auditor", "Administrator"])
def test_who_looks_after_everything_sees_the_whole_register(client: FlaskClient, name: str) -> None:
    sign_in_as(client, name)
    assert "today: the whole register" in words(client.get("/dashboard"))


@pytest.mark.parametrize(
    ("name", "address"),
    [("Performance Officer", "/dashboard/indicators"), ("Commissioning Manager", "/dashboard/contracts")],
)
def test_who_looks_after_indicators_or_contracts_sees_those_first(client: FlaskClient, name: str, address: str) -> None:
    sign_in_as(client, name)
    answer = client.get("/dashboard")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert "13 all ratings" in words(client.get("/dashboard?of=whole"))


def test_the_panels_say_what_stands_on_the_plan(client: FlaskClient) -> None:
    sign_in_as(client, "Performance Officer")
    text = words(client.get("/dashboard/indicators"))
    assert "Slipped to a worse RAG" in text
    assert "open risks linked to an indicator" in text
    listed = words(client.get("/dashboard/signals?kind=slipped"))
    assert "it fell from 74% (2016) to 70% (December 2016)" in listed
    assert "January to March" in words(client.get("/dashboard/contracts"))


def test_my_work_leads_to_the_dashboard(client: FlaskClient) -> None:
    sign_in_as(client, OWNER)
    assert 'href="/dashboard"' in client.get("/").text.partition("<main")[2]


@pytest.mark.parametrize(
    "address",
    ["/dashboard?of=99999", "/dashboard?of=nobody", "/dashboard/risks?of=x&rag=RED", "/dashboard/signals?kind=x",
     "/dashboard/endings?in=1900-1", "/dashboard/endings?in=", "/register/changes?of=0", "/dashboard/risks?linked=x",
     "/dashboard/actions?of=-1&due=two-weeks"],
)  # fmt: skip
def test_an_address_of_no_part_is_not_found_and_says_a_way_on(client: FlaskClient, address: str) -> None:
    sign_in_as(client, "Auditor")
    answer = client.get(address)
    assert answer.status_code == 404
    assert "dashboard" in words(answer).lower()


def test_an_empty_register_has_no_panels_yet(app: Flask) -> None:
    reader = signed_in_as(app, "auditor")
    assert reader.get("/dashboard/indicators").status_code == 404
    make.RegisterFactory()
    reader = signed_in_as(app, "auditor")
    assert "There is no indicator yet." in words(reader.get("/dashboard/indicators"))
    assert "There is no contract yet." in words(reader.get("/dashboard/contracts"))


def test_what_is_recorded_of_my_risk_is_counted_at_once(app: Flask) -> None:
    post = make.PostFactory(bringing=("risk_owner",))
    risk = entered(owner_post=post)
    risk_id = risk.id
    reader = signed_in_as(app, post=post)
    assert "0 RED 1 AMBER" in words(reader.get("/dashboard"))
    kept = db.session.get_one(models.Risk, risk_id)
    assessed(kept, "RED", make.NOW, (4, 4))
    record(SYSTEM, "assessed", f"risk:{risk_id}", "Worse.", now=make.NOW, risk=kept)
    db.session.commit()
    text = words(reader.get("/dashboard"))
    assert "1 RED 0 AMBER" in text
    assert "Likelihood 4" not in text
    assert "16 RED 1 risk" in text


def test_the_number_of_queries_is_the_same_for_one_and_for_many(app: Flask) -> None:
    post, sent = make.PostFactory(bringing=("risk_owner", "dmt_member")), []
    reader = signed_in_as(app, post=post)
    post_id = post.id
    for count in (1, 20):
        post = db.session.get_one(models.Post, post_id)
        for _ in range(count):
            risk = entered(owner_post=post)
            assessed(risk, "RED", make.NOW, (5, 5))
            assessed(entered(datetime(2017, 1, 9, tzinfo=UTC), owner_post=post), "RED", make.NOW)
            make.LinkFactory(risk=risk, contract=make.ContractFactory())
            record(SYSTEM, "entered", f"risk:{risk.id}", "Entered.", now=make.NOW, risk=risk)
        db.session.commit()
        each = []
        assert "of=" in reader.get("/dashboard").location
        for address in ("/dashboard?of=whole", "/dashboard?of=mine", "/dashboard/indicators", "/dashboard/contracts"):
            with counted() as statements:
                assert reader.get(address).status_code == 200
            each.append(len(statements))
        sent.append(each)
    assert sent[0] == sent[1]
    assert max(sent[1]) <= 15


def test_every_role_has_a_dashboard(app: Flask) -> None:
    entered()
    for role in Role:
        assert signed_in_as(app, role).get("/dashboard", follow_redirects=True).status_code == 200
