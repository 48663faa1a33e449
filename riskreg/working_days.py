"""Which days people work on: neither weekends nor the bank holidays of England."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether the day is neither a Saturday nor a Sunday nor a bank holiday in England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def next_working_day(day: date) -> date:
    """Return the day itself, or the first working day after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


@lru_cache
def bank_holidays(year: int) -> dict[date, str]:
    """Return the bank holidays of a year in England with their names, those granted for one year included."""
    import holidays  # noqa: PLC0415 - every country's calendars, which a web worker hardly ever needs

    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))
