"""What ends when: every quarter between the first end and the last has its place, also one in which nothing ends."""

from __future__ import annotations

from flask import Flask

from riskreg.domain.contract_terms import KIND_OF_SUM_NOT_SAID
from riskreg.extensions import db
from riskreg.models import Contract
from tests import factories as make
from tests.web.before_dmt import signed_in_as
from tests.web.browsing import words

PATH = "/contracts/timeline"


def shown(app: Flask, *ends: str) -> str:
    """The table for contracts with these ends."""
    post = make.PostFactory(owning=True)
    for end in ends:
        make.ContractFactory(end=end)
    return words(signed_in_as(app, post=post).get(PATH)).partition("Without a value ")[2]


def test_quarters_in_which_nothing_ends_have_their_place(app: Flask) -> None:
    text = shown(app, "2017-02", "2017-11", "2018")
    assert text.startswith(
        "January to March 2017 over 1 contract, January to March 2017 – – – 1 "
        "April to June 2017 now none July to September 2017 none "
        "October to December 2017 1 contract, October to December 2017 – – – 1 "
        "2018, month not known 1 contract, 2018, month not known – – – 1"
    )


def test_a_year_whose_month_is_not_known_stands_before_its_quarters(app: Flask) -> None:
    text = shown(app, "2017-05", "2018", "2018-05")
    order = ["April to June 2017", "October to December 2017", "2018, month not known", "January to March 2018 none"]
    places = [text.index(one) for one in order]
    assert places == sorted(places)


def test_a_long_time_in_which_nothing_ends_has_one_row(app: Flask) -> None:
    text = shown(app, "2017-05", "2035-02")
    assert "From July to September 2017 until October to December 2034 none January to March 2035" in text
    assert text.count("none") == 1


def test_the_plan_says_with_each_value_of_unknown_kind_that_it_is_one(plan_app: Flask) -> None:
    notes = db.session.query(Contract.value_note).filter(Contract.value_note.contains("not said"))
    unknown = [note for (note,) in notes if "total or a yearly" in note]
    assert len(unknown) == 45
    assert all(KIND_OF_SUM_NOT_SAID in note for note in unknown)
