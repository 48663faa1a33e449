"""Months counted by the calendar, and dates known to the day, the month or the year."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskreg.domain.dates import PartialDate, add_months, read_partial

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
MONTHS = st.integers(-600, 600)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2017-03-31", 12, "2018-03-31"),
        ("2018-03-31", -12, "2017-03-31"),
        ("2017-08-31", -6, "2017-02-28"),
        ("2016-08-31", -6, "2016-02-29"),
        ("2016-02-29", 12, "2017-02-28"),
        ("2016-02-29", 48, "2020-02-29"),
        ("2017-01-31", 1, "2017-02-28"),
        ("2017-12-31", 1, "2018-01-31"),
        ("2017-01-01", -1, "2016-12-01"),
        ("2017-05-15", 0, "2017-05-15"),
    ],
)
def test_months_keep_the_day_or_end_with_a_shorter_month(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months).isoformat() == end


@given(DAYS, MONTHS)
def test_going_there_and_back_loses_at_most_the_three_days_of_a_shorter_month(start: date, months: int) -> None:
    back = add_months(add_months(start, months), -months)
    assert timedelta(0) <= start - back <= timedelta(days=3)
    assert (back.year, back.month) == (start.year, start.month)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)).filter(lambda day: day.day <= 28), MONTHS)
def test_a_day_that_every_month_has_comes_back_exactly(start: date, months: int) -> None:
    assert add_months(add_months(start, months), -months) == start


@given(DAYS, DAYS, MONTHS)
def test_a_later_day_is_never_earlier_the_same_months_on(one: date, other: date, months: int) -> None:
    earlier, later = sorted((one, other))
    assert add_months(earlier, months) <= add_months(later, months)


@pytest.mark.parametrize(
    ("text", "last_day", "words"),
    [
        ("2018-03-31", "2018-03-31", "31 March 2018"),
        ("2018-03-05", "2018-03-05", "5 March 2018"),
        ("2018-03", "2018-03-31", "March 2018"),
        ("2017-02", "2017-02-28", "February 2017"),
        ("2016-02", "2016-02-29", "February 2016"),
        ("2017-12", "2017-12-31", "December 2017"),
        ("2018", "2018-12-31", "2018"),
    ],
)
def test_a_date_counts_from_the_last_day_it_can_mean(text: str, last_day: str, words: str) -> None:
    partial = PartialDate(text)
    assert partial.last_day.isoformat() == last_day
    assert str(partial) == words


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ongoing",
        "TBC",
        "Annually",
        "18",
        "2018-3",
        "2018-13",
        "2018-00",
        "2017-02-29",
        "2018-02-30",
        "0000",
        "2018-03-31\n",
        " 2018",
        "2018/03",
        "31-03-2018",
        "２０１８",
    ],
)
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date such as 2018-03-31, 2018-03 or 2018"):
        PartialDate(text)


@given(DAYS)
def test_a_date_written_out_and_read_again_is_the_same_day(day: date) -> None:
    assert PartialDate(day.isoformat()).last_day == day


@given(DAYS)
def test_the_less_is_known_the_later_a_date_counts(day: date) -> None:
    text = day.isoformat()
    known, month, year = (PartialDate(text[:length]).last_day for length in (10, 7, 4))
    assert known <= month <= year
    assert (month + timedelta(days=1)).day == 1


@given(DAYS)
def test_dates_with_the_same_text_are_the_same(day: date) -> None:
    assert PartialDate(day.isoformat()) == PartialDate(day.isoformat())
    assert len({PartialDate(day.isoformat()), PartialDate(day.isoformat()[:7])}) == 2


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2018-03-31", "2018-03-31"),
        ("2018-03", "2018-03"),
        ("2018", "2018"),
        ("31 March 2018", "2018-03-31"),
        (" 1st march, 2018 ", "2018-03-01"),
        ("March 2018", "2018-03"),
        ("Sept 2018", "2018-09"),
        ("mar-2018", "2018-03"),
        ("3/2018", "2018-03"),
        ("31/3/2018", "2018-03-31"),
        ("5.12.2018", "2018-12-05"),
    ],
)
def test_a_date_may_be_typed_as_it_is_written_here(typed: str, text: str) -> None:
    assert read_partial(typed).text == text


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "TBC",
        "March",
        "18",
        "March 18",
        "31 2018",
        "30 February 2018",
        "3/31/2018",
        "ma 2018",
        "31 Marchy 2018",
        "0001",
    ],
)
def test_what_nobody_can_mean_as_a_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match="is not a date such as 31 March 2018, March 2018 or 2018"):
        read_partial(typed)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_date_of_our_time_or_refused(typed: str) -> None:
    with suppress(ValueError):
        assert 1900 <= read_partial(typed).last_day.year < 2200


@given(DAYS)
def test_a_date_read_out_is_read_back_the_same(day: date) -> None:
    for length in (10, 7, 4):
        known = PartialDate(day.isoformat()[:length])
        assert read_partial(str(known)) == known
