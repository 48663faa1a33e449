"""One contract: the plan's words beside what was read, its milestones, and the risks that depend on it."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, escalated, fresh, signal_on, signed_in_as
from tests.web.browsing import sign_in_as, words

MANAGER = "Head of Special Educational Needs Assessment and Placement"


def path_of(code: str) -> str:
    """The address of a contract of the plan."""
    found = db.session.scalars(select(models.Contract.id).where(models.Contract.code == code)).one()
    fresh()
    return f"/contracts/{found}"


def page_of(client: FlaskClient, code: str) -> str:
    """The words of the page of a contract of the plan."""
    sign_in_as(client, DIRECTOR)
    return words(client.get(path_of(code)))


def test_the_page_shows_signals_milestones_and_the_risks_that_depend_on_it(client: FlaskClient) -> None:
    text = page_of(client, "EXT-08")
    assert "Ends in July 2017." in text
    assert "No approved route reaches DMT" in text
    assert "DMT is told through the risks that depend on it: CYPE 03." in text
    assert "it ends on 31 July 2017, and no route for what follows has been approved." in text
    assert "Route approved 31 January 2017 passed, nothing recorded Review April 2017 next Award or extension" in text
    assert "CYPE 03 Meeting the demand for specialist provision" in text
    assert (
        "Pupils with low incidence needs are taught through this contract. assumed every signal that reaches DMT"
        in text
    )
    assert "Business Plan, line 1067" in text
    assert "No route and no review has been recorded yet." in text


def test_the_plan_s_words_stand_beside_what_was_read_from_them(client: FlaskClient) -> None:
    text = page_of(client, "EXT-15")
    assert "Value “£120,000” £120,000. Whether this is a total or a yearly amount is not said." in text
    assert "Review “New contract from January 2016” no date: these words give no signal" in text
    assert (
        "The date of the review is not known: the plan says “New contract from January 2016”. It gives no signal."
        in text
    )


def test_words_that_are_no_date_are_said_to_be_none(client: FlaskClient) -> None:
    assert "The date of the end is not known: the plan says “TBC”. It gives no signal." in page_of(client, "EXT-42")


def test_what_the_plan_calls_open_ended_rolls_on_and_what_it_gives_an_end_keeps_it(client: FlaskClient) -> None:
    text = page_of(client, "EXT-03")
    assert "It rolls on: it has reviews and no end. The plan says “Open ended”." in text
    assert "End “Open ended” no end: it rolls on" in text
    assert "Review “Annually” no date: these words give no signal" in text
    assert "The date of the end is not known" not in text
    text = page_of(client, "EXT-07")
    assert "Ends in July 2017." in text
    assert "The title says that it rolls on each year; the end that is printed is kept." in text


def test_an_amount_that_the_plan_says_in_words_alone_is_said_once(client: FlaskClient) -> None:
    text = page_of(client, "EXT-03")
    assert text.count("No amount: an hourly rate by formula.") == 2  # of what is kept, and beside the plan's words
    assert "no amount" not in text


def test_a_plan_that_gives_no_end_is_said_to_give_none(client: FlaskClient) -> None:
    text = page_of(client, "COM-01")
    assert "The date of the end is not known: the plan gives none." in text
    assert "Manager “Angela Ford” words only; the register goes by the post: Head of HeadStart" in text


def test_routes_and_reviews_say_who_recorded_them_and_move_the_milestones(app: Flask) -> None:
    make.RegisterFactory()
    found = make.ContractFactory(end="2017-12", review="2017-03")
    who = make.PersonFactory(name="The manager").id
    common = {"contract_id": found.id, "recorded_at": make.NOW, "person_id": who}
    db.session.add_all(
        [
            models.ContractRoute(
                kind="extend", stage=3, on=date(2017, 3, 1), new_end="2018-12", note="For a year.", **common
            ),
            models.ContractRoute(kind="end", stage=2, on=date(2017, 4, 1), note="Nothing follows.", **common),
            models.ContractReview(reviewed_on=date(2017, 3, 30), next_review="2018-03", note="All is well.", **common),
        ]
    )
    path = f"/contracts/{found.id}"
    text = words(signed_in_as(app, "auditor").get(path))
    assert "Ends in December 2018, by the extension awarded on 1 March 2017." in text
    assert "Route decided 31 December 2017 recorded Review March 2018 next Route approved 30 June 2018 recorded" in text
    assert "Award or extension 30 September 2018 not needed" in text
    assert "Route: extend, awarded on 1 March 2017, new end December 2018 Recorded by The manager" in text
    assert "Review held on 30 March 2017" in text


def test_a_review_that_set_no_next_one_comes_before_the_plan_s_words(app: Flask) -> None:
    make.RegisterFactory()
    found = make.ContractFactory(review="", review_printed="Reviewed termly")
    common = {"contract_id": found.id, "recorded_at": make.NOW, "person_id": make.PersonFactory().id}
    db.session.add(models.ContractReview(reviewed_on=make.TODAY, note="All is well.", **common))
    path = f"/contracts/{found.id}"
    text = words(signed_in_as(app, "auditor").get(path))
    assert "Reviewed on 3 April 2017; no further review is set. It gives no signal." in text
    assert "The date of the review is not known" not in text


def test_an_awarded_extension_comes_before_the_plan_s_words(app: Flask) -> None:
    make.RegisterFactory()
    found = make.ContractFactory(end="", end_printed="Rolling")
    common = {"contract_id": found.id, "recorded_at": make.NOW, "person_id": make.PersonFactory().id}
    route = models.ContractRoute(kind="extend", stage=3, on=make.TODAY, new_end="2018-12", note="A year.", **common)
    db.session.add(route)
    path = f"/contracts/{found.id}"
    text = words(signed_in_as(app, "auditor").get(path))
    assert "Ends in December 2018, by the extension awarded on 3 April 2017." in text
    assert "The date of the end is not known" not in text


def test_a_closed_contract_says_when_it_was_closed(app: Flask) -> None:
    make.RegisterFactory()
    path = f"/contracts/{make.ContractFactory(closed_on=date(2017, 4, 1), closed_why='It ended.').id}"
    assert "Closed on 1 April 2017: It ended." in words(signed_in_as(app, "auditor").get(path))


def test_only_who_manages_the_contract_is_given_the_buttons(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    assert "Record a route" in client.get(path_of("EXT-08")).text
    assert "Record a route" not in client.get(path_of("EXT-16")).text
    for name in (DIRECTOR, "Auditor", "Head of Fair Access"):
        sign_in_as(client, name)
        assert "Record a route" not in client.get(path_of("EXT-08")).text


@pytest.mark.parametrize("path", ["/contracts/9999", "/contracts/99999999999999999999", "/contracts/EXT-08"])
def test_an_unknown_contract_is_a_page_that_says_so(client: FlaskClient, path: str) -> None:
    sign_in_as(client, DIRECTOR)
    assert client.get(path).status_code == 404


def test_much_that_was_recorded_takes_as_many_queries_as_little(app: Flask) -> None:
    row = escalated()
    found = make.ContractFactory()
    signal_on(row, "It ends soon.", contract=found)
    who, path = make.PersonFactory().id, f"/contracts/{found.id}"
    common = {"contract_id": found.id, "recorded_at": make.NOW, "person_id": who, "note": "Said."}
    db.session.add(models.ContractRoute(kind="extend", stage=1, on=make.TODAY, **common))
    db.session.add(models.ContractReview(reviewed_on=make.TODAY, **common))
    someone = signed_in_as(app, "auditor")
    with counted() as few:
        someone.get(path)
    for _ in range(30):
        common["person_id"] = make.PersonFactory().id
        db.session.add(models.ContractRoute(kind="extend", stage=1, on=make.TODAY, **common))
        db.session.add(models.ContractReview(reviewed_on=make.TODAY, **common))
        make.LinkFactory(contract_id=found.id)
    db.session.commit()
    with counted() as many:
        assert words(someone.get(path)).count("Route: extend") == 31
    assert len(many) == len(few) <= 9
