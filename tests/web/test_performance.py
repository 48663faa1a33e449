"""The performance of contracts: on their pages, in their register and in my work; adding and ending indicators."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from riskreg import models
from riskreg.extensions import db
from tests import factories as make
from tests.web.before_dmt import DIRECTOR, counted, fresh
from tests.web.browsing import post, problems, sign_in_as, words

OFFICER, KEEPER = "Performance Officer", "Risk Co-ordinator"
TYPED = {
    "name": "Visits on time",
    "service_group": "Fair Access",
    "origin": "The provider's quarterly return",
    "unit": "percent",
    "decimals": "0",
    "polarity": "higher",
    "basis": "quarter",
    "frequency_months": "3",
    "is_rated": "yes",
}


def contract_of(code: str = "EXT-08") -> models.Contract:
    """A contract of the plan; CYPE 03 relies on it."""
    return db.session.scalars(select(models.Contract).where(models.Contract.code == code)).one()


def own(contract: models.Contract, rag: str | None = "RED", ends: date = date(2016, 12, 31)) -> models.Indicator:
    """An indicator of a contract with one result."""
    indicator: models.Indicator = make.IndicatorFactory(
        contract_id=contract.id, service_group="Fair Access", position=10_000
    )
    facts = {"rag": rag, "target_value": Decimal(90), "policy_version": 1, "judged_at": make.NOW}
    make.ResultFactory(indicator=indicator, period_end=ends, **facts)
    db.session.commit()
    return indicator


def test_a_contract_without_an_indicator_says_so_and_offers_none_to_a_reader(client: FlaskClient) -> None:
    path = f"/contracts/{contract_of().id}"
    sign_in_as(client, DIRECTOR)
    text = words(client.get(path))
    assert "No indicator measures this contract." in text
    assert "Measuring the contract alone escalates nothing." in text
    assert "Add an indicator of this contract" not in text
    sign_in_as(client, OFFICER)
    assert "Add an indicator of this contract" in words(client.get(path))


def test_the_contract_shows_its_indicators_and_offers_the_links_that_are_missing(client: FlaskClient) -> None:
    contract = contract_of()
    indicator = own(contract)
    late = own(contract, "GREEN", date(2014, 12, 31))
    path, address = f"/contracts/{contract.id}", f"/links/indicators/{indicator.id}"
    sign_in_as(client, DIRECTOR)
    answer = client.get(path)
    text = words(answer)
    assert f"{indicator.name} {indicator.code} 70% December 2016 90% RED" in text
    assert f"{late.code} Not known since 31 December 2014" in text
    assert "CYPE 03 does not heed it." in text
    assert address not in answer.text
    sign_in_as(client, KEEPER)
    answer = client.get(path)
    assert "Link it to CYPE 03" in words(answer)
    risk_id = db.session.scalar(
        select(models.Link.risk_id).join(models.Risk).where(models.Link.contract_id == contract.id)
    )
    form = words(client.get(f"/risks/{risk_id}{address}"))
    assert f"It measures {contract.code} {contract.title}, on which the risk relies." in form
    make.LinkFactory(risk=db.session.get(models.Risk, risk_id), indicator=indicator, contract=None, heeds="watch")
    db.session.commit()
    assert "CYPE 03 watches it only" in words(client.get(path))


def test_the_suggestions_for_a_risk_begin_with_what_measures_a_contract_it_relies_on(client: FlaskClient) -> None:
    contract = contract_of()
    indicator = own(contract)
    risk_id = db.session.scalar(select(models.Link.risk_id).where(models.Link.contract_id == contract.id))
    sign_in_as(client, KEEPER)
    answer = client.get(f"/risks/{risk_id}/links")
    first = answer.text.partition('<li class="app-links__item">')[2].partition("</li>")[0]
    assert indicator.code in first
    assert f"It measures {contract.code} " in first


def test_the_contract_register_tells_the_worst_and_is_narrowed_by_it(client: FlaskClient) -> None:
    contract = contract_of()
    own(contract, "GREEN", date(2014, 12, 31))
    own(contract, "AMBER")
    own(contract_of("EXT-09"), None)
    sign_in_as(client, DIRECTOR)
    text = words(client.get("/contracts?performance=AMBER"))
    assert "performance: AMBER Remove" in text
    assert f"{contract.code} {contract.title}" in text
    assert "AMBER a result is overdue" in text
    for asked, size in (("RED", 0), ("AMBER", 1), ("not rated", 1), ("no indicator", 120), ("nonsense", 122)):
        assert f"{size} All" in words(client.get("/contracts", query_string={"performance": asked}))
    rows = client.get("/export/contracts.csv").text
    assert next(line for line in rows.splitlines() if line.startswith("EXT-08")).count(",AMBER,") == 1


def test_an_indicator_is_added_for_a_contract_by_its_manager_and_by_nobody_else(client: FlaskClient) -> None:
    contract = contract_of()
    manager = contract.owner_post.holdings[0].person.name
    fresh()
    sign_in_as(client, manager)
    path = f"/indicators/new?contract={contract.id}"
    assert f'value="{contract.id}" selected' in client.get(path).text
    answer = post(client, path, **TYPED, contract_id=str(contract.id))
    assert answer.status_code == 302
    text = words(client.get(answer.location))
    assert "IND-01 is added. The performance officer sets its target and publishes its results." in text
    assert f"Measures the contract {contract.code} {contract.title}" in text
    assert "Change the indicator" not in text
    other = contract_of("EXT-01").id
    answer = post(client, path, **{**TYPED, "name": "Another"}, contract_id=str(other))
    assert answer.status_code == 422
    for who, expected in ((DIRECTOR, 403), (KEEPER, 403), (OFFICER, 200)):
        sign_in_as(client, who)
        assert client.get(path).status_code == expected


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "Enter the name."),
        ("name", "x" * 201, "The name must be 200 characters or fewer. You typed 201."),
        ("service_group", "", "Choose the service group, or enter another."),
        ("service_group", "Not there", "Choose one of the answers in the list."),
        ("origin", "", "Say where its figures come from."),
        ("unit", "litres", "Choose the unit."),
        ("decimals", "many", "The decimals must be a whole number from 0 to 3."),
        ("polarity", "", "Choose which way is better."),
        ("basis", "fortnight", "Choose what a result is measured over."),
        ("frequency_months", "", "Choose how often a result is published."),
        ("is_rated", "", "Say whether it is rated."),
        ("contract_id", "999999", "Choose one of the answers in the list."),
    ],
)
def test_bad_input_is_said_beside_its_field_and_nothing_is_added(
    client: FlaskClient, field: str, typed: str, sentence: str
) -> None:
    sign_in_as(client, OFFICER)
    answer = post(client, "/indicators/new", **{**TYPED, field: typed})
    assert (answer.status_code, problems(answer)) == (422, [sentence])
    if field != "origin":
        assert "The provider&#39;s quarterly return" in answer.text
    assert db.session.scalar(select(func.count(models.Indicator.id))) == 110


def test_an_indicator_is_changed_ended_and_taken_up_again(client: FlaskClient) -> None:
    indicator = own(contract_of())
    path = f"/indicators/{indicator.id}"
    link = make.LinkFactory(risk=db.session.scalars(select(models.Risk)).first(), indicator=indicator, contract=None)
    db.session.commit()
    sign_in_as(client, OFFICER)
    typed = {"name": "Renamed", "service_group": "Fair Access", "origin": "Return", "why": "Clearer.", "revision": "0"}
    assert post(client, f"{path}/edit", **{**typed, "name": ""}).status_code == 422
    assert post(client, f"{path}/edit", **typed).location == path
    assert post(client, f"{path}/edit", **{**typed, "name": "Late"}).status_code == 409
    assert "are linked to it" in (text := words(client.get(f"{path}/end"))) or "is linked to it" in text
    refused = post(client, f"{path}/end", why="Over.", revision="1")
    assert (refused.status_code, "End the links first." in words(refused)) == (422, True)
    db.session.delete(db.session.merge(link))
    db.session.commit()
    assert post(client, f"{path}/end", why="Over.", revision="1").location == path
    text = words(client.get(path))
    assert "Ended on 3 April 2017: Over. No further result of it is asked for." in text
    assert "Publish a result" not in text
    assert "Renamed" in words(client.get("/indicators?ended=1"))
    assert "Renamed" not in words(client.get("/indicators"))
    assert post(client, f"{path}/end", why="Still measured.", revision="2").location == path
    assert "Publish a result" in words(client.get(path))
    sign_in_as(client, DIRECTOR)
    for rest in ("edit", "end"):
        assert client.get(f"{path}/{rest}").status_code == 403


def test_my_work_tells_the_manager_of_a_contract_which_of_its_indicators_are_red(client: FlaskClient) -> None:
    contract = contract_of()
    red, green = own(contract), own(contract, "GREEN")
    manager = contract.owner_post.holdings[0].person.name
    sign_in_as(client, manager)
    text = words(client.get("/"))
    assert f"Its indicator “{red.name}” is RED for December 2016." in text
    assert green.name not in text


def test_many_indicators_of_a_contract_take_as_many_queries_as_one(client: FlaskClient, plan_app: Flask) -> None:
    contract = contract_of()
    own(contract)
    sign_in_as(client, KEEPER)
    path = f"/contracts/{contract.id}"
    fresh()
    with counted() as few:
        client.get(path)
    for _ in range(20):
        own(db.session.get_one(models.Contract, contract.id))
    fresh()
    with counted() as many:
        client.get(path)
    assert len(many) == len(few) <= 12
