"""Reading a figure that someone typed: a number, or a sentence that says why it is none."""

from __future__ import annotations

import re
from decimal import Decimal

from riskreg.domain.errors import RuleBroken

NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
MOST_DIGITS = 15
WHOLE_SHARE = Decimal(100)


def read_figure(words: str, unit: str, field: str = "value") -> Decimal:
    """Return the figure with the precision it was typed with; thousands commas and a percent sign may be there.

    Raises RuleBroken for words, for N/A and arrows, and for a percentage outside -100 to 100.
    """
    text = words.strip().replace("\N{MINUS SIGN}", "-")
    if unit == "percent":
        text = text.removesuffix("%").strip()
    if not text:
        raise RuleBroken("Enter the result.", field)
    if not NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
        raise RuleBroken(
            f"“{words.strip()[:40]}” is not a number. Enter the result in figures, such as 70 or 70.5.", field
        )
    value = Decimal(text.replace(",", ""))
    if unit == "percent" and abs(value) > WHOLE_SHARE:
        raise RuleBroken("A percentage must be between -100 and 100.", field)
    if unit == "number" and (value < 0 or value != value.to_integral_value()):
        raise RuleBroken("This indicator counts: enter a whole number, 0 or more.", field)
    return value
