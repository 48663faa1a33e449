"""Figures and dates as they are read out: one way to write each, wherever a rule explains itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
# What a vacant post leaves to whoever is told instead: its line director, or else the co-ordinator.
MAY_ACT = "Until somebody holds it, you may do its work."
FILLED_BY = "An administrator can enter who holds it."
MOST_NAMED = 3  # rows that a sentence names one by one


def day(value: date) -> str:
    """A date as the pages write it: 5 March 2017."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """A month as the pages write it: March 2017."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def written_reference(prefix: str, number: int) -> str:
    """A reference as it is written: CYPE 01."""
    return f"{prefix} {number:02d}"


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


def moved(slips: int, first: date, now: date) -> str:
    """How a date moved that was promised: moved twice, by 668 days in all. Empty when it stands as it was promised."""
    days = (now - first).days
    if not (slips or days):
        return ""
    times = {0: "", 1: " once", 2: " twice"}.get(slips, f" {slips} times")
    if days > 0:
        in_all = " in all" if slips > 1 else ""
        return f"moved{times}{',' if times else ''} by {plural(days, 'day')}{in_all}"
    stands = f"{plural(-days, 'day')} earlier" if days else "as it was first"
    return f"moved{times}, now {stands}" if times else f"now {stands}"


def closed(text: str) -> str:
    """What somebody typed, without spaces around it and with a full stop, so that a sentence can follow."""
    words = text.strip()
    return words if words.endswith((".", "!", "?", "…")) or not words else f"{words}."


def one_line(words: str) -> str:
    """Words without line ends and control characters, which could begin a header of an e-mail or break a calendar."""
    return " ".join("".join(one if unicodedata.category(one) != "Cc" else " " for one in words).split())


def rows_named(rows: Sequence[str]) -> str:
    """Rows as a sentence names them: row 3 and row 4. Of many only the first is: row 3 and 198 more rows."""
    if len(rows) <= MOST_NAMED:
        return listed(list(rows))
    return f"{rows[0]} and {len(rows) - 1:,} more rows"


def listed(words: list[str]) -> str:
    """Words in a row as a sentence has them: a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def the(title: str) -> str:
    """A post as it stands within a sentence: the Head of Early Help. One that has an article already keeps its own."""
    return title if title.lower().startswith(("the ", "a ", "an ")) else f"the {title}"


def shortened(text: str, most: int) -> str:
    """A text of `most` characters at most, ended with an ellipsis behind a whole word where it was longer."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    return f"{kept[: kept.rfind(' ') if ' ' in kept else len(kept)].rstrip()}…"
