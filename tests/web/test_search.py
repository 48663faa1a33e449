"""The box of every page: where a reference leads, what is found, and how odd words are answered."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from riskreg.extensions import db
from riskreg.models import Person
from riskreg.web.search.wording import excerpt, marked
from tests import factories as make
from tests.queries.test_search import everything_said
from tests.web.before_dmt import counted, escalated, fresh, signed_in_as
from tests.web.browsing import sign_in_as, words

AUDITOR = "Auditor"


def search(client: FlaskClient, typed: str, **more: str) -> TestResponse:
    """Type words into the box and press the button."""
    return client.get("/search", query_string={"q": typed, **more})


@pytest.mark.parametrize("path", ["/", "/register", "/queue", "/indicators", "/contracts", "/no-such-page", "/search"])
def test_the_box_is_on_every_page(client: FlaskClient, path: str) -> None:
    sign_in_as(client, AUDITOR)
    text = client.get(path).text
    assert text.count('action="/search"') == 1
    assert '<label class="govuk-visually-hidden" for="find">' in text


def test_who_is_not_signed_in_or_has_no_role_gets_no_box(app: Flask, client: FlaskClient) -> None:
    assert 'action="/search"' not in client.get("/sign-in").text
    assert 'action="/search"' not in signed_in_as(app, post=make.PostFactory()).get("/").text


@pytest.mark.parametrize("written", ["CYPE 01", "cype1", "1", "01", "CYPE-01", " cype 001 "])
def test_a_reference_leads_straight_to_its_risk_however_it_is_written(client: FlaskClient, written: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, written)
    assert answer.status_code == 302
    assert "CYPE 01" in words(client.get(answer.location))


@pytest.mark.parametrize("written", ["CYPE 04", "4", "cype 17"])
def test_a_used_reference_says_that_it_was_used_before_this_plan(client: FlaskClient, written: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, written)
    assert answer.status_code == 200
    assert "was used before this plan" in words(answer)


@pytest.mark.parametrize("facts", [{"closed": True}, {"status": "merged"}])
def test_a_reference_of_a_risk_that_left_leads_to_it(app: Flask, facts: dict[str, object]) -> None:
    if "status" in facts:
        facts = {**facts, "merged_into": make.RiskFactory()}
    risk = make.RiskFactory(reference=make.ReferenceFactory(number=7001), **facts)
    address = f"/risks/{risk.id}"
    assert search(signed_in_as(app, "auditor"), "cype 7001").location == address


@pytest.mark.parametrize("written", ["CYPE 99", "2017"])
def test_a_reference_that_was_never_given_is_said_to_be_none_and_looked_for(client: FlaskClient, written: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, written)
    assert answer.status_code == 200
    assert f"No risk of this register has the reference “{written}”." in words(answer)


def test_a_number_in_quotes_is_looked_for_as_a_word(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, '"2"')
    assert answer.status_code == 200
    assert "Insufficient take-up of free places for <mark>2</mark> year olds" in answer.text


def test_every_hit_leads_to_its_place(app: Flask) -> None:
    said = everything_said()
    key = {str(kind): one for kind, one in said.items()}
    client = signed_in_as(app, "auditor")
    answer = search(client, "heron blue")
    places = [
        f"/risks/{key['risk']}", f"/actions/{key['action']}", f"/risks/{key['risk']}#control-{key['control']}",
        f"/actions/{key['action']}#update-{key['update']}", f"/risks/{key['risk']}?history=all#reviews",
        f"/escalations/{key['escalation']}#decisions", f"/risks/{key['risk']}#response",
        f"/escalations/{key['escalation']}", f"/indicators/{key['indicator']}", f"/contracts/{key['contract']}",
    ]  # fmt: skip
    shown = re.findall(r'app-hits__title">\s*<a class="govuk-link" href="([^"]+)"', answer.text)
    assert shown == places
    for place in places:
        path, _, anchor = place.partition("#")
        text = client.get(path).text
        assert not anchor or f'id="{anchor}"' in text, place
    assert "Ask the <mark>blue</mark> <mark>heron</mark>." in answer.text
    assert "Everything (10) Risks (1) Actions (1) Controls (1) Updates of actions (1)" in words(answer)


def test_one_kind_can_be_chosen_and_left_again(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    whole = search(client, "transport")
    assert "kind=action" in whole.text
    alone = search(client, "transport", kind="control")
    assert "app-hits__what" in alone.text
    assert re.search(r'kind=control[^"]*" aria-current="page"', alone.text)
    assert 'href="/search?q=transport"' in alone.text
    none = search(client, "transport", kind="review")
    assert "Nothing of this kind has all these words." in words(none)
    assert "Look in everything" in words(none)


def test_an_unknown_kind_is_left_aside_and_said(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, "transport", kind="<b>")
    assert answer.status_code == 200
    assert "Kind “<b>” was not understood and is left aside." in words(answer)
    assert "<b>" not in answer.text


@pytest.mark.parametrize("typed", ["", "   ", '"', '""', '" "', "\x00", "“”"])
def test_nothing_to_look_for_gives_a_hint(client: FlaskClient, typed: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, typed)
    assert answer.status_code == 200
    assert "Type a reference or some words into the box" in words(answer)
    assert client.get("/search").status_code == 200


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("100%", "All 100% sure"),
        ("a_b", "Named a_b"),
        ("\\", "Back \\ slash"),
        ("o/o", "Fraction o/o"),
        ("É", "Café"),
        ("<script>", "A <script> in it"),
        ("'", "The council's"),
        ("pla\x00ces", "Places"),
        ('"places', "Places"),
        ("z", "Zoo"),
    ],
)
def test_odd_signs_are_plain_ones(app: Flask, typed: str, title: str) -> None:
    for one in ("All 100% sure", "Named a_b", "Back \\ slash", "Fraction o/o", "Café", "A <script> in it",
                "The council's", "Places", "Zoo", "Nothing 1000 axb"):  # fmt: skip
        make.RiskFactory(title=one)
    answer = search(signed_in_as(app, "auditor"), typed)
    assert answer.status_code == 200
    assert escape(title) in re.sub("</?mark>", "", answer.text)
    assert answer.text.count("app-hits__item") == 1
    assert "<script>" not in answer.text


def test_words_that_are_too_long_are_cut_and_it_is_said(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, "x" * 300)
    assert answer.status_code == 200
    assert "Only the first 200 characters were looked for." in words(answer)
    assert "Only the first" not in words(search(client, "x" * 200))
    assert search(client, "a " * 150).status_code == 200


def test_nothing_found_says_what_to_try(client: FlaskClient) -> None:
    sign_in_as(client, AUDITOR)
    text = words(search(client, "nothing has these words"))
    assert "Nothing has all these words. Try fewer of them" in text


@pytest.mark.parametrize(
    ("number", "says"), [("99", "There is no page 99"), ("0", "no page “0”"), ("x", "no page “x”")]
)
def test_a_page_beyond_the_last_is_not_there(client: FlaskClient, number: str, says: str) -> None:
    sign_in_as(client, AUDITOR)
    answer = search(client, "transport", page=number)
    assert answer.status_code == 404
    assert says in words(answer)


def test_the_second_page_goes_on_where_the_first_ended(app: Flask) -> None:
    for number in range(25):
        make.RiskFactory(title=f"Otter {number:02d}.")
    client = signed_in_as(app, "auditor")
    first, second = (re.findall(r"</mark> (\d\d)\.", search(client, "otter", page=page).text) for page in ("1", "2"))
    assert [int(one) for one in (*first, *second)] == list(range(24, -1, -1))
    assert len(first) == 20


@pytest.mark.parametrize(("role", "sees"), [("coordinator", True), ("risk_owner", True), ("auditor", False)])
@pytest.mark.parametrize("status", ["draft", "proposed"])
def test_what_is_not_in_the_register_yet_is_found_by_those_who_may_propose(
    app: Flask, role: str, sees: bool, status: str
) -> None:
    risk = make.RiskFactory(title="Otter", status=status, reference=make.ReferenceFactory(number=7001))
    make.ActionFactory(risk=risk, text="Feed the otter.")
    client = signed_in_as(app, role)
    assert ("risk " + status in words(search(client, "otter"))) is sees
    assert ("Nothing has all these words." in words(search(client, "otter"))) is not sees
    assert (search(client, "cype 7001").status_code == 302) is sees


def test_one_hit_takes_as_many_queries_as_a_hundred(app: Flask) -> None:
    escalated(risk=make.RiskFactory(title="Heron"))
    for number in range(100):
        make.ActionFactory(risk=make.RiskFactory(title=f"Otter {number}"), text="Feed the otter.")
    client = signed_in_as(app, "auditor")
    numbers = []
    for typed in ("heron", "otter"):
        fresh()
        with counted() as sent:
            assert search(client, typed).status_code == 200
        numbers.append(len(sent))
    assert numbers[0] == numbers[1] <= 6


def test_before_anything_is_loaded_there_is_a_hint(app: Flask) -> None:
    client = signed_in_as(app, "auditor")
    assert db.session.query(Person).count() == 1
    assert search(client, "words").status_code == 200


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("Free places", ("places",), "Free <mark>places</mark>"),
        ("Free places", ("place", "places"), "Free <mark>places</mark>"),
        ("a < b & c", ("b",), "a &lt; <mark>b</mark> &amp; c"),
        ("İstanbul É", ("é",), "İstanbul <mark>É</mark>"),
        ("nothing", ("x",), "nothing"),
    ],
)
def test_words_are_marked_and_all_else_is_plain(text: str, asked: tuple[str, ...], shown: str) -> None:
    assert marked(text, asked) == shown


def test_an_excerpt_shows_whole_words_around_the_first_one_found() -> None:
    text = "before " * 40 + "otter " + "after " * 60
    shown = excerpt(text, ("otter",))
    assert shown.startswith("… before before")
    assert "before <mark>otter</mark> after" in shown
    assert shown.endswith("after …")
    assert 200 < len(shown) < 290
    assert excerpt("x" * 500, ("y",)) == "x" * 160 + " …"
    assert excerpt("First said.\n\nThen an otter came.", ("otter",)) == "Then an <mark>otter</mark> came."
    assert excerpt("", ("y",)) == ""
    assert "<mark>y</mark>" in excerpt("x" * 500 + "y" + "x" * 500, ("y",))
