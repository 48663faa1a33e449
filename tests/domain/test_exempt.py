"""What is exempt, by which paragraph, and which periods and days are reported."""

from __future__ import annotations

from datetime import date

import pytest

from riskreg.domain.errors import RuleBroken
from riskreg.domain.exempt import PARAGRAPHS, check_exempt, check_not_exempt, exempt_word, exemption, paragraph_of
from riskreg.domain.reporting import check_pack_day, check_period, financial_year_of


@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_each_paragraph_can_be_read_back_from_what_is_stored(paragraph: int) -> None:
    why = exemption(paragraph, "  The price is secret. ")
    assert why == f"paragraph {paragraph}: The price is secret."
    assert paragraph_of(why) == paragraph
    assert exempt_word(why) == f"exempt, paragraph {paragraph}"


def test_the_law_has_seven_paragraphs() -> None:
    assert list(PARAGRAPHS) == [1, 2, 3, 4, 5, 6, 7]
    assert (paragraph_of(""), exempt_word("")) == (None, "")


@pytest.mark.parametrize(
    ("paragraph", "reason", "field"), [(None, "A", "paragraph"), (8, "A", "paragraph"), (3, " ", "reason")]
)
def test_a_marking_needs_a_paragraph_and_a_reason(paragraph: int | None, reason: str, field: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        exemption(paragraph, reason)
    assert broken.value.field == field


def test_nothing_is_marked_twice_nor_taken_back_unmarked() -> None:
    check_exempt("paragraph 1: A.")
    check_not_exempt("")
    with pytest.raises(RuleBroken, match="already, by paragraph 1: A"):
        check_not_exempt("paragraph 1: A.")
    with pytest.raises(RuleBroken, match="not marked"):
        check_exempt("")


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2017, 3, 31), date(2016, 4, 1)),
        (date(2017, 4, 1), date(2017, 4, 1)),
        (date(2017, 12, 31), date(2017, 4, 1)),
        (date(2020, 2, 29), date(2019, 4, 1)),
    ],
)
def test_the_financial_year_begins_on_the_first_of_april(today: date, first: date) -> None:
    assert financial_year_of(today) == first


MARCH, APRIL = date(2017, 3, 31), date(2017, 4, 3)


@pytest.mark.parametrize(
    ("since", "until", "began", "said"),
    [
        (MARCH, date(2017, 4, 4), MARCH, "today or earlier"),
        (APRIL, MARCH, MARCH, "must not be after the last"),
        (MARCH, MARCH, APRIL, "no risk until 3 April 2017"),
        (MARCH, APRIL, None, "no risk yet"),
    ],
)
def test_a_period_that_cannot_be_reported_is_refused(since: date, until: date, began: date | None, said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        check_period(since, until, APRIL, began)


def test_a_period_of_one_day_is_reported_and_a_pack_is_made_until_the_day_of_its_meeting() -> None:
    check_period(APRIL, APRIL, APRIL, APRIL)
    check_pack_day(APRIL, APRIL)
    with pytest.raises(RuleBroken, match="The meeting of 31 March 2017 is over"):
        check_pack_day(MARCH, APRIL)
