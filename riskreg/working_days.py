"""Which days people work on: neither weekends nor the bank holidays of England."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether the day is neither a Saturday nor a Sunday nor a bank holiday in England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year)


def why_free(day: date) -> str:
    """Say why people do not work on a day, such as “a Saturday”; empty for a working day."""
    if day.weekday() >= SATURDAY:
        return "a Saturday" if day.weekday() == SATURDAY else "a Sunday"
    name = bank_holidays(day.year).get(day)
    return f"a bank holiday, {name}" if name else ""


@lru_cache
def bank_holidays(year: int) -> dict[date, str]:
    """Return the bank holidays of a year in England with their names, those granted for one year included."""
    import holidays  # noqa: PLC0415 - every country's calendars, which a web worker hardly ever needs

    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))
