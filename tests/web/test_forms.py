"""The fields: what they take, the sentence for everything else, and where the error summary leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, get_template_attribute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from riskreg.web.datefields import DateField
from riskreg.web.fields import (
    ChoiceField,
    LongTextField,
    RevisionField,
    SelectField,
    TextField,
    TickField,
    WholeNumberField,
)
from riskreg.web.forms import Form
from riskreg.web.listing import Pages, address_with, asked, asked_id, asked_one_of


class EveryField(Form):
    """One field of each kind."""

    title = TextField("Title", needed="Enter a title.")
    reason = LongTextField("Reason", needed="Give the reason.")
    note = LongTextField("Anything else?", called="note", limit=10)
    due_on = DateField("Due date", needed="Enter the due date.")
    progress = WholeNumberField("Progress", low=0, high=100)
    kind = ChoiceField("Route", choices=[("extend", "Extend"), ("end", "End", "It stops.")])
    owner = SelectField("Owner", choices=[("", "Choose one"), ("1", "Head of Fair Access")])
    escalate = TickField("Put it before DMT")
    revision = RevisionField()


GOOD = {
    "title": "Surplus places",
    "reason": "Numbers rise.",
    "due_on": ["31", "8", "2017"],
    "kind": "extend",
    "revision": "3",
}


@pytest.fixture
def asking(app: Flask) -> Iterator[Flask]:
    """Within a request, without the check against forged forms."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST"):
        yield app


def filled(**changes: Any) -> EveryField:
    form = EveryField(formdata=MultiDict({**GOOD, **changes}))
    form.validate()
    return form


def said(**changes: Any) -> list[str]:
    return [problem.sentence for problem in filled(**changes).problems]


def led(**changes: Any) -> list[str]:
    return [problem.anchor for problem in filled(**changes).problems]


def test_what_is_right_is_taken(asking: Flask) -> None:
    form = filled(progress="40%", owner="1", escalate="y")
    assert form.problems == []
    assert form.answer_status == 200
    assert form.due_on.data == date(2017, 8, 31)
    assert (form.progress.data, form.kind.data, form.owner.data) == (40, "extend", "1")
    assert (form.escalate.data, form.revision.data) == (True, 3)


def test_what_is_needed_is_asked_for_in_its_own_words(asking: Flask) -> None:
    form = filled(title=" ", reason="\r\n", due_on=["", "", ""], kind="")
    sentences = ["Enter a title.", "Give the reason.", "Enter the due date.", "Choose one of the answers."]
    assert [problem.sentence for problem in form.problems] == sentences
    assert [problem.anchor for problem in form.problems] == ["title", "reason", "due_on-day", "kind"]
    assert form.answer_status == 422


def test_nothing_posted_at_all_is_everything_left_empty(asking: Flask) -> None:
    form = EveryField(formdata=MultiDict({"other": "x"}), data={"title": "Old", "kind": "end", "owner": "1"})
    assert not form.validate()
    assert form.title.errors == ["Enter a title."]
    assert form.kind.errors == ["Choose one of the answers."]


def test_a_text_keeps_what_was_typed_and_loses_what_no_database_holds(asking: Flask) -> None:
    assert filled(reason="  One.\r\n\r\nTwo\x00.  ").reason.data == "One.\n\nTwo."


def test_a_text_of_20_000_characters_is_refused_and_kept(asking: Flask) -> None:
    form = filled(reason="é" * 20_000)
    assert said(reason="é" * 20_000) == ["The reason must be 4,000 characters or fewer. You typed 20,000."]
    assert "é" * 20_000 in form.reason()
    assert said(reason="é" * 4_000) == []
    assert said(note="x" * 11) == ["The note must be 10 characters or fewer. You typed 11."]


@pytest.mark.parametrize(
    ("typed", "sentence", "anchor"),
    [
        (["31", "2", "2017"], "The due date must be a real date, such as 31 8 2017.", "due_on-day"),
        (["0", "1", "2017"], "The due date must be a real date, such as 31 8 2017.", "due_on-day"),
        (["x", "1", "2017"], "The due date must be a real date, such as 31 8 2017.", "due_on-day"),
        (["1", "13", "2017"], "The due date must be a real date, such as 31 8 2017.", "due_on-day"),
        (["1", "1", "17"], "The due date must be a real date, such as 31 8 2017.", "due_on-year"),
        (["1", "1", "99999999999"], "The due date must be a real date, such as 31 8 2017.", "due_on-year"),
        (["²", "1", "2017"], "The due date must be a real date, such as 31 8 2017.", "due_on-day"),
        (["31", "8", ""], "The due date must include a year.", "due_on-year"),
        (["31", "", ""], "The due date must include a month and a year.", "due_on-month"),
        (["31", "8"], "The due date must include a year.", "due_on-year"),
        (["31"], "The due date must include a month and a year.", "due_on-month"),
        ([], "Enter the due date.", "due_on-day"),
    ],
)
def test_a_date_that_is_none_is_refused_at_the_box_that_is_wrong(
    asking: Flask, typed: list[str], sentence: str, anchor: str
) -> None:
    form = filled(due_on=typed)
    assert [(one.sentence, one.anchor) for one in form.problems] == [(sentence, anchor)]
    shown = form.due_on()
    assert f'id="{anchor}"' in shown
    assert all(f'value="{words}"' in shown for words in typed if words)


def test_more_values_than_three_boxes_are_no_fault(asking: Flask) -> None:
    form = filled(due_on=["31", "8", "2017", "1", "2"])
    assert form.problems == []
    assert form.due_on().count("<input") == 3


@pytest.mark.parametrize("month", ["8", "08", "August", "aug", "AUG"])
def test_a_month_may_be_a_name(asking: Flask, month: str) -> None:
    assert filled(due_on=["31", month, "2017"]).due_on.data == date(2017, 8, 31)


@pytest.mark.parametrize("typed", ["-1", "101", "x", "4.5", "9" * 30])
def test_a_whole_number_has_its_bounds(asking: Flask, typed: str) -> None:
    assert said(progress=typed) == ["The progress must be a whole number from 0 to 100."]


def test_an_answer_that_was_not_offered_is_refused(asking: Flask) -> None:
    assert said(kind="forged", owner="99") == [
        "Choose one of the answers.",
        "Choose one of the answers in the list.",
    ]


@pytest.mark.parametrize("typed", ["", "x", "-1", "1" * 20])
def test_a_page_that_does_not_say_what_it_showed_is_not_taken(asking: Flask, typed: str) -> None:
    assert said(revision=typed) == ["Open the page again: it does not say which state of the record you saw."]
    assert led(revision=typed) == [""]


def test_after_a_change_the_form_means_the_record_as_it_is_now(asking: Flask) -> None:
    form = EveryField(formdata=MultiDict({**GOOD, "revision": "3"}), data={"revision": 4})
    assert form.validate()
    form.show_changed("Someone else decided meanwhile.")
    assert form.answer_status == 409
    assert form.problems[0].sentence == "Someone else decided meanwhile."
    assert 'value="4"' in form.revision()


def test_an_invalid_form_still_means_the_record_that_was_seen(asking: Flask) -> None:
    form = EveryField(formdata=MultiDict({**GOOD, "title": ""}), data={"revision": 4})
    assert not form.validate()
    assert 'value="3"' in form.revision()


def test_every_field_is_drawn_with_its_label_and_error(asking: Flask) -> None:
    form = filled(title="", kind="", due_on=["31", "", "2017"])
    for field in form:
        if field.name in ("revision", "csrf_token"):
            continue
        drawn = field()
        assert field.label.text in drawn
        assert (f'id="{field.id}-error"' in drawn) == bool(field.errors), field.name
        assert 'class="govuk-hint"' not in drawn or field.description or "It stops." in drawn, "no empty hint"
    around = get_template_attribute("macros.html", "csrf_field")
    assert 'name="csrf_token"' in around()


def test_what_a_record_holds_is_shown(asking: Flask) -> None:
    form = EveryField(
        formdata=None,
        data={
            "title": "T",
            "due_on": date(2017, 8, 1),
            "progress": 5,
            "kind": "end",
            "owner": "1",
        },
    )
    assert [f'value="{words}"' in form.due_on() for words in ("1", "8", "2017")] == [True] * 3
    assert 'value="5"' in form.progress()
    assert " checked" in form.kind()
    assert " selected" in form.owner()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.text(max_size=8), max_size=5), st.text(max_size=30), st.text(max_size=30))
def test_nothing_that_is_typed_is_a_fault(asking: Flask, parts: list[str], figure: str, number: str) -> None:
    form = filled(due_on=parts, progress=number, revision=number, kind=figure, owner=figure)
    for field in form:
        field()
    assert form.answer_status in (200, 422)


class TestLists:
    """What lists read from the address."""

    @pytest.mark.parametrize(
        ("number", "total", "links"),
        [(1, 0, [1]), (1, 50, [1]), (1, 51, [1, 2]), (3, 500, [1, 2, 3, 4, None, 10]), (10, 500, [1, None, 9, 10])],
    )
    def test_the_links_are_the_first_the_last_and_those_around(
        self, number: int, total: int, links: list[int | None]
    ) -> None:
        assert Pages(number, total).links == links

    def test_the_rows_of_a_page(self) -> None:
        assert (Pages(2, 120).first, Pages(2, 120).last, Pages(3, 120).last) == (51, 100, 120)
        assert (Pages(1, 0).first, Pages(1, 0).last) == (0, 0)

    @pytest.mark.parametrize("words", ["0", "-1", "x", "1.5", "9" * 12, "²"])
    def test_what_is_no_page_number_is_said_to_be_none(self, app: Flask, words: str) -> None:
        with app.test_request_context(f"/?page={words}"), pytest.raises(NotFound, match="There is no page"):
            Pages.asked(100)

    def test_a_page_beyond_the_last_says_how_many_there_are(self, app: Flask) -> None:
        with app.test_request_context("/?page=4"), pytest.raises(NotFound, match="no page 4: this list has 3 pages"):
            Pages.asked(120)

    def test_what_is_asked_for_is_made_safe(self, app: Flask) -> None:
        with app.test_request_context("/?q=%00+places+&rag=PINK&owner=7&division=x&long=" + "y" * 500):
            assert asked("q") == "places"
            assert asked_one_of("rag", {"RED"}, "") == ""
            assert (asked_id("owner"), asked_id("division"), asked_id("none")) == (7, None, None)
            assert len(asked("long")) == 200

    def test_an_address_keeps_its_query_but_not_its_page(self, app: Flask) -> None:
        with app.test_request_context("/sign-in?q=a+b&rag=RED&rag=AMBER&page=3"):
            assert address_with(sort="title") == "/sign-in?q=a+b&rag=RED&rag=AMBER&sort=title"
            assert address_with(rag=None) == "/sign-in?q=a+b"
            assert address_with(page=2) == "/sign-in?q=a+b&rag=RED&rag=AMBER&page=2"
