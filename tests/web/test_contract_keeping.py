"""Keeping contracts by pages: the form, what it does before it is saved, the provider, closing, who may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from riskreg import models
from riskreg.extensions import db
from tests.web.before_dmt import DIRECTOR, fresh
from tests.web.browsing import post, problems, sign_in_as, words
from tests.web.test_contract import MANAGER, path_of

COORDINATOR = "Risk Co-ordinator"
SHOWN = re.compile(r'name="shown" value="([0-9a-f]+)"')
NEW: dict[str, Any] = {
    "title": "Careers advice",
    "kind": "external",
    "service_area": "Skills and Employability",
    "provider": "CxK",
    "end": "July 2017",
    "value_yearly": "£18,000.50",
    "reason": "Signed in March.",
    "revision": 0,
}


@pytest.fixture
def coordinator(client: FlaskClient) -> FlaskClient:
    """The risk co-ordinator."""
    sign_in_as(client, COORDINATOR)
    return client


def owner() -> int:
    """The post that manages EXT-08."""
    found = db.session.scalars(select(models.Contract.owner_post_id).where(models.Contract.code == "EXT-08")).one()
    fresh()
    return found


def contract(code: str) -> models.Contract:
    """A contract by its reference."""
    fresh()
    return db.session.scalars(select(models.Contract).where(models.Contract.code == code)).one()


def count() -> int:
    """How many contracts there are."""
    fresh()
    return db.session.scalar(select(func.count()).select_from(models.Contract)) or 0


def terms_of(client: FlaskClient, path: str) -> dict[str, Any]:
    """The fields of a form as a browser would send them."""
    page = client.get(path).text
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="search"' not in tag and ('type="radio"' not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    ticks = [name for name in ("rolling", "safeguarding_critical") if not re.search(f'name="{name}"[^>]*checked', page)]
    return {name: value for name, value in found.items() if name not in ("csrf_token", "q", *ticks)}


def through(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Look at what a change would do, then save it as it was shown."""
    answer = post(client, path, **fields)
    found = SHOWN.search(answer.text)
    return post(client, path, **fields, step="save", shown=found[1]) if found else answer


def test_a_contract_is_added_after_what_it_does_was_shown(coordinator: FlaskClient) -> None:
    before = count()
    shown = post(coordinator, "/contracts/new", **NEW, owner_post_id=owner())
    text = words(shown)
    assert shown.status_code == 200
    assert "Nothing is saved yet. This is what it does to 1 contract" in text
    assert "Value a year – £18,000.50" in text
    assert "Signals that begin Careers advice: it ends on 31 July 2017" in text
    assert count() == before
    answer = through(coordinator, "/contracts/new", **NEW, owner_post_id=owner())
    assert answer.location == "/contracts"
    assert "EXT-44 is added. No escalation changed." in words(coordinator.get("/contracts"))
    text = words(coordinator.get(path_of("EXT-44")))
    assert "Provider CxK Value £18,000.50 a year Tier not set: it counts as tier 2" in text
    assert "What the plan says" not in text


def test_the_next_reference_is_offered_to_a_new_contract_only(coordinator: FlaskClient) -> None:
    said = "Leave it empty to get the next one of its kind"
    assert said in coordinator.get("/contracts/new").text
    assert said not in coordinator.get(f"{path_of('EXT-08')}/edit").text


def test_who_goes_back_from_what_was_shown_finds_what_was_typed(coordinator: FlaskClient) -> None:
    answer = post(coordinator, "/contracts/new", **NEW, owner_post_id=owner(), step="change")
    assert answer.status_code == 200
    assert 'value="Careers advice"' in answer.text
    assert "Add a contract" in words(answer)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Enter the title."),
        ({"title": "x" * 301}, "The title must be 300 characters or fewer. You typed 301."),
        ({"kind": ""}, "Choose the kind of contract."),
        ({"service_area": " "}, "Enter the service area."),
        ({"owner_post_id": ""}, "Choose the post that manages the contract."),
        ({"owner_post_id": "99999"}, "Choose the post that manages the contract."),
        ({"reason": ""}, "Say why."),
        ({"code": "EXT 1"}, "The reference has letters, figures and hyphens, 30 at most, such as EXT-20."),
        ({"code": "EXT-08"}, "The reference EXT-08 belongs to another contract."),
        ({"end": "soon"}, "“soon” is not a date such as 31 March 2018, March 2018 or 2018."),
        ({"end": "31/2/2018"}, "“31/2/2018” is not a date such as 31 March 2018, March 2018 or 2018."),
        ({"start": "August 2017"}, "The end must not come before the start, August 2017."),
        ({"rolling": "y"}, "A rolling agreement has no end: leave the end empty."),
        ({"value_total": "-1"}, "Value in total: an amount cannot be negative."),
        ({"value_total": "lots"}, "The value in total must be an amount in pounds, such as 18,000 or 499,902.50."),
        ({"value_total": "1e5"}, "The value in total must be an amount in pounds, such as 18,000 or 499,902.50."),
        ({"value_total": "NaN"}, "The value in total must be an amount in pounds, such as 18,000 or 499,902.50."),
        ({"value_yearly": "1.999"}, "The value a year can have pounds and pence only."),
        ({"extensions": "1"}, "Say by how many months each extension is."),
        ({"extensions": "-1"}, "The extensions allowed must be a whole number from 0 to 20."),
        ({"extensions": "x"}, "The extensions allowed must be a whole number from 0 to 20."),
        (
            {"extensions": "1", "extension_months": "12", "notice_months": "13", "start": "August 2016"},
            "The notice is longer than the contract.",
        ),
        ({"tier": "7"}, "Choose one of the answers in the list."),
    ],
)
def test_bad_input_is_named_beside_its_field_and_kept_as_typed(
    coordinator: FlaskClient, fields: dict[str, str], sentence: str
) -> None:
    before = count()
    answer = post(coordinator, "/contracts/new", **{**NEW, "owner_post_id": owner(), **fields})
    assert answer.status_code == 422
    assert sentence in problems(answer)
    assert "Signed in March." in answer.text or "reason" in fields
    assert count() == before


def test_the_manager_corrects_an_end_and_sees_what_that_does(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    path = f"{path_of('EXT-08')}/edit"
    fields = {**terms_of(client, path), "end": "July 2019", "reason": "The plan has the wrong year."}
    shown = words(post(client, path, **fields))
    assert "End July 2017 July 2019" in shown
    assert "CYPE 03" in shown
    assert contract("EXT-08").end == "2017-07"
    assert through(client, path, **fields).location == path_of("EXT-08")
    text = words(client.get(path_of("EXT-08")))
    assert "Ends in July 2019." in text
    assert "End “July 2017” July 2019" in text


def test_nothing_changed_is_said_so(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    path = f"{path_of('EXT-08')}/edit"
    answer = post(client, path, **{**terms_of(client, path), "reason": "Just looking."})
    assert problems(answer) == ["Nothing differs from what is kept already, so there is nothing to save."]


def test_every_contract_of_the_plan_can_be_edited_and_says_nothing_differs(coordinator: FlaskClient) -> None:
    for code in ("EXT-10", "EXT-43", "INT-61", "COM-12", "EXT-25"):
        path = f"{path_of(code)}/edit"
        fields = {**terms_of(coordinator, path), **texts(code), "reason": "Just looking."}
        assert problems(post(coordinator, path, **fields)) == [
            "Nothing differs from what is kept already, so there is nothing to save."
        ], code


def texts(code: str) -> dict[str, str]:
    """The long texts of a contract, which no input holds."""
    found = contract(code)
    return {"description": found.description, "value_note": found.value_note}


def test_what_another_saved_meanwhile_is_not_overwritten(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    path = f"{path_of('EXT-08')}/edit"
    fields = {**terms_of(client, path), **texts("EXT-08"), "reason": "Sets the tier."}
    assert through(client, path, **{**fields, "tier": "1"}).status_code == 302
    answer = through(client, path, **{**fields, "tier": "2"})
    assert answer.status_code == 409
    assert "Someone else recorded something on this contract" in words(answer)
    assert contract("EXT-08").tier == 1


def test_another_provider_takes_over_and_the_first_is_kept(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    path = f"{path_of('EXT-08')}/provider"
    first = contract("EXT-08").provider
    fields = {"provider": "The Trust", "provider_until": [31, 3, 2017], "reason": "It withdrew.", "revision": 0}
    assert through(client, path, **fields).location == path_of("EXT-08")
    text = words(client.get(path_of("EXT-08")))
    assert "Provider The Trust" in text
    assert f"{first or 'None was known'}, until 31 March 2017 Recorded by {MANAGER}" in text


def test_the_last_day_of_a_provider_is_not_in_the_future(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    fields = {"provider": "The Trust", "provider_until": [4, 4, 2017], "reason": "It withdraws.", "revision": 0}
    answer = post(client, f"{path_of('EXT-08')}/provider", **fields)
    assert problems(answer) == ["The date must be today or earlier."]


def test_a_contract_that_ended_is_closed_knowingly_and_reopened(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    path = f"{path_of('EXT-12')}/close"
    assert "Still relied on by CYPE 03." in words(client.get(path))
    answer = post(client, path, why="It ended last summer.", revision=0)
    assert problems(answer) == ["CYPE 03 still relies on it: say that you know, and why it is closed."]
    fields = {"why": "The places are bought elsewhere.", "relied_on": "y", "revision": 0}
    seen = words(post(client, path, **fields))
    assert "State open closed on 3 April 2017" in seen
    assert "EXT-12 was closed on 3 April 2017: The places are bought elsewhere. Closed although CYPE 03" in seen
    assert "What was missing" not in seen
    assert through(client, path, **fields).location == path_of("EXT-12")
    text = words(client.get(path_of("EXT-12")))
    assert "Closed on 3 April 2017: The places are bought elsewhere." in text
    assert "Closed although CYPE 03 still relies on it." in text
    assert "Record a route" not in text
    assert "Edit the contract" not in text
    assert through(client, path, why="It was the wrong one.", revision=1).status_code == 302
    assert "Edit the contract" in words(client.get(path_of("EXT-12")))


def test_a_contract_that_goes_on_is_not_closed(client: FlaskClient) -> None:
    sign_in_as(client, MANAGER)
    answer = post(client, f"{path_of('EXT-08')}/close", why="Enough.", relied_on="y", revision=0)
    assert problems(answer)[0].startswith("It ends on 31 July 2017: close it after that day.")


@pytest.mark.parametrize("page", ["edit", "provider", "close"])
def test_only_the_manager_and_the_coordinator_keep_a_contract(client: FlaskClient, page: str) -> None:
    sign_in_as(client, DIRECTOR)
    assert client.get(f"{path_of('EXT-08')}/{page}").status_code == 403
    assert "Edit the contract" not in client.get(path_of("EXT-08")).text
    assert client.get("/contracts/new").status_code == 403
    assert "Add a contract" not in client.get("/contracts").text
    sign_in_as(client, MANAGER)
    assert client.get(f"{path_of('EXT-16')}/{page}").status_code == 403
    assert client.get(f"{path_of('EXT-08')}/{page}").status_code == 200
    assert client.get("/contracts/99999/edit").status_code == 404
    sign_in_as(client, COORDINATOR)
    assert client.get(f"{path_of('EXT-16')}/{page}").status_code == 200


def test_the_timeline_sums_what_ends_in_each_quarter(coordinator: FlaskClient) -> None:
    text = words(coordinator.get("/contracts/timeline"))
    assert "July to September 2016 over 1 contract, July to September 2016 – – £100,000 0" in text
    assert "October to December 2016 over none January to March 2017 over 1 contract" in text
    assert "1 contract, April to June 2018 £1,500,000 – – 0" in text
    assert "– £30,000 £1,163,832 0" in text
    assert "No date known 84 contracts, No date known £2,000,000 £650,000 £23,551,895 65" in text  # one rolls on
    assert 'style="' not in coordinator.get("/contracts/timeline").text
    assert "/contracts/timeline" in coordinator.get("/dashboard/contracts").text
