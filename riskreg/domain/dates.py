"""Dates of any precision: a plan says “31 March 2018”, “March 2018”, “2018” or words (design, section 3)."""

from __future__ import annotations

import calendar
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from riskreg.domain.sentences import day, month

LONDON = ZoneInfo("Europe/London")
PARTIAL = re.compile(r"(?P<year>\d{4})(-(?P<month>\d{2})(-(?P<day>\d{2}))?)?", re.ASCII)


def day_of(moment: datetime) -> date:
    """Return the day in London on which an aware moment falls."""
    return moment.astimezone(LONDON).date()


def add_months(start: date, months: int) -> date:
    """Return the same day that many months later (earlier when negative), or the last day of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month_index = divmod(index, 12)
    last = calendar.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start.day, last))


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date known to the day, the month or the year. `text` is its ISO form cut to what is known."""

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no date: ValueError, with a sentence."""
        if found := PARTIAL.fullmatch(self.text):
            with suppress(ValueError):
                date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
                return
        raise ValueError(f"“{self.text}” is not a date such as 2018-03-31, 2018-03 or 2018")

    @property
    def last_day(self) -> date:
        """The last day it can mean: a month counts from its end (design, section 3, Signals from contracts)."""
        parts = [int(part) for part in self.text.split("-")]
        if len(parts) == 3:
            return date(*parts)
        last_month = parts[1] if len(parts) == 2 else 12
        return date(parts[0], last_month, calendar.monthrange(parts[0], last_month)[1])

    def __str__(self) -> str:
        """As the pages write it: 31 March 2018, March 2018 or 2018."""
        if len(self.text) == len("2018"):
            return self.text
        return month(self.last_day) if len(self.text) == len("2018-03") else day(self.last_day)
