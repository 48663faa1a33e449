"""A figure that is typed into a form and may be a share, such as 0.745 for 74.5%: the sign is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.before_dmt import fresh
from tests.web.browsing import post, problems, words
from tests.web.test_correct import ENTRY as CORRECTION
from tests.web.test_correct import result_of
from tests.web.test_doubts import indicator, without_figures
from tests.web.test_indicator import path_of
from tests.web.test_publish import ENTRY, publish, stored
from tests.web.test_publish_period import PATH, typed
from tests.web.test_targets import target

ASKED = "“0.745”: is it 74.5% or 0.745%? Write the sign."


def test_a_result_without_a_sign_is_asked_for_and_goes_on_with_one(officer: FlaskClient) -> None:
    before, path = stored(), path_of("EY-05", "/publish")
    answer = post(officer, path, **{**ENTRY, "value": "0.745"})
    assert (answer.status_code, problems(answer)) == (422, [ASKED])
    assert 'value="0.745"' in answer.text
    assert stored() == before
    for value in ("0.745%", "74.5"):
        assert "Before you publish" in words(post(officer, path, **{**ENTRY, "value": value}))


def test_it_is_asked_in_a_form_also_where_no_earlier_figure_tells(officer: FlaskClient) -> None:
    without_figures("EY-05")
    answer = post(officer, path_of("EY-05", "/publish"), **{**ENTRY, "value": "0.745"})
    assert (answer.status_code, problems(answer)) == (422, [ASKED])


def test_a_result_on_another_basis_is_held_against_its_own(officer: FlaskClient) -> None:
    term: dict[str, Any] = {"basis": "term", "period_end": [31, 12, 2016], "period": "Autumn term 2016"}
    publish(officer, value="0.8%", **term)
    spring = {**ENTRY, **term, "value": "0.7", "period_end": [31, 3, 2017], "period": "Spring term 2017"}
    assert "Before you publish" in words(post(officer, path_of("EY-05", "/publish"), **spring))


def test_a_small_percentage_after_a_small_one_is_not_asked_about(officer: FlaskClient) -> None:
    fields = {**ENTRY, "value": "0.04", "period": "March 2017"}
    assert "Before you publish" in words(post(officer, path_of("EH-24", "/publish"), **fields))


def test_a_correction_is_asked_for_and_what_stays_is_not(officer: FlaskClient) -> None:
    path = f"/results/{result_of()}/correct"
    answer = post(officer, path, **{**CORRECTION, "value": "0.745"})
    assert (answer.status_code, problems(answer)) == (422, [ASKED])
    path = f"/results/{result_of('EH-24', '2016')}/correct"
    final = {"value": "0.03", "status": "final", "reason": ""}
    assert "Before you publish" in words(post(officer, path, **final))


def test_a_correction_without_an_earlier_figure_is_held_against_the_one_it_corrects(officer: FlaskClient) -> None:
    path = f"/results/{result_of('EY-05', '2016')}/correct"
    answer = post(officer, path, **{**CORRECTION, "value": "0.745"})
    assert (answer.status_code, problems(answer)) == (422, [ASKED])
    path = f"/results/{result_of('EH-24', '2016')}/correct"
    assert "Before you correct" in words(post(officer, path, **{**CORRECTION, "value": "0.04"}))


def test_each_row_of_the_table_of_a_period_is_asked_by_itself(officer: FlaskClient) -> None:
    before = stored()
    answer = post(officer, PATH, **typed(EY_05="0.745", EY_08="97", EH_24="0.04"))
    assert (answer.status_code, problems(answer)) == (422, [f"EY-05: {ASKED}"])
    assert 'value="0.745"' in answer.text
    assert stored() == before
    assert "Before you publish" in words(post(officer, PATH, **typed(EY_05="0.745%", EY_08="97", EH_24="0.04")))


def year_of(code: str, kind: str, year: int) -> str:
    found = indicator(code).id
    fresh()
    return f"/indicators/{found}/{kind}/{year}"


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({"value": "0.745", "floor": ""}, [ASKED]),
        ({"value": "80", "floor": "0.745"}, [ASKED]),
        ({"value": "0.745%", "floor": "0.745"}, [ASKED]),
        ({"value": "80", "floor": "0.745%"}, []),
        ({"kind": "national_plus", "value": "0.5"}, []),
    ],
)
def test_a_target_and_its_floor_are_asked_for(officer: FlaskClient, fields: dict[str, Any], asked: list[str]) -> None:
    answer = post(officer, year_of("EY-05", "targets", 2018), **{**target(), **fields})
    assert (answer.status_code, problems(answer)) == (422 if asked else 200, asked)


def test_a_national_figure_and_the_neighbours_are_asked_for(officer: FlaskClient) -> None:
    path = year_of("EY-05", "national", 2017)
    fields = {"value": "0.745", "neighbours": "0.7", "comparable": "y", "reason": "From the DfE.", "revision": 0}
    answer = post(officer, path, **fields)
    neighbours = "“0.7”: is it 70% or 0.7%? Write the sign."
    assert (answer.status_code, problems(answer)) == (422, [ASKED, neighbours])
    signed = {**fields, "value": "0.745%", "neighbours": "70"}
    assert post(officer, path, **signed).status_code == 200
    without_figures("EY-05")
    assert problems(post(officer, path, **fields)) == [ASKED, neighbours]
