"""Figures and dates as they are read out: one way to write each, wherever a rule explains itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def day(value: date) -> str:
    """A date as the pages write it: 5 March 2017."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """A month as the pages write it: March 2017."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def number(value: Decimal) -> str:
    """A figure at the precision it was published with, thousands apart: 7,800 or 70.2."""
    return f"{value:,f}"


def shortest(value: Decimal) -> str:
    """A computed figure without trailing noughts: 70.20 becomes 70.2."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(value: Decimal, unit: str) -> str:
    """A published figure with its unit: 70% or 3,020."""
    return number(value) + ("%" if unit == "percent" else "")


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: 1 day, 3 days."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: list[str]) -> str:
    """Words in a row as a sentence has them: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
