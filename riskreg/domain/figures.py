"""Reading a figure that someone typed: a number, or a sentence that says why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from riskreg.domain.errors import RuleBroken
from riskreg.domain.sentences import figure, plural

NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d{1,3})?", re.ASCII)  # a scorecard prints up to three decimals
MOST_DIGITS = 15
WHOLE_SHARE = Decimal(100)
MOST_ASKED = 5
NEARER = 10  # from here on an earlier figure is nearer to a hundred times a figure than to the figure itself


def is_gap(name: str) -> bool:
    """Whether an indicator is a gap between two percentages, which may turn round; the plan's say so by their names."""
    return "gap" in name.lower()


def read_figure(words: str, unit: str, field: str = "value", *, is_gap: bool = False) -> Decimal:
    """Return the figure with the precision it was typed with; thousands commas and a percent sign may be there.

    Raises RuleBroken for words, for N/A and arrows, and for a percentage outside 0 to 100; a gap between two
    percentages (`is_gap`) may be negative.
    """
    text = words.strip().replace("\N{MINUS SIGN}", "-")
    if unit == "percent":
        text = text.removesuffix("%").strip()
    if not text:
        raise RuleBroken("Enter the result.", field)
    if not NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
        raise RuleBroken(
            f"“{words.strip()[:40]}” is not a number such as 70 or 70.5, with up to three decimals.", field
        )
    value = Decimal(text.replace(",", ""))
    least = -WHOLE_SHARE if is_gap else Decimal(0)
    if unit == "percent" and not least <= value <= WHOLE_SHARE:
        raise RuleBroken(f"This percentage must be between {least} and 100.", field)
    if unit == "number" and (value < 0 or value != value.to_integral_value()):
        raise RuleBroken("This indicator counts: enter a whole number, 0 or more.", field)
    return value


def share_question(words: str, value: Decimal, unit: str, earlier: Decimal | None) -> str:
    """Return the question whether a figure was meant as a share, such as 0.055 for 5.5%; nothing when it cannot be.

    It is asked of a percentage below 1 that is written without its sign, `words`, when a hundred times as much is
    nearer to the figure `earlier` than it is itself, and when no earlier figure is known.
    """
    if unit != "percent" or "%" in words or not 0 < abs(value) < 1:
        return ""
    if earlier is not None and abs(earlier) < NEARER * abs(value):
        return ""
    return f"“{words}”: is it {figure((value * 100).normalize(), unit)} or {words}%?"


def share_doubts(asked: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield these questions, each with where it is asked, as doubts: the first of them, and how many more there are."""
    for where, question in asked[:MOST_ASKED]:
        yield f"{where}: {question} No earlier figure tells; write the sign."
    if len(asked) > MOST_ASKED:
        yield f"The same is asked of {plural(len(asked) - MOST_ASKED, 'more figure')}."
