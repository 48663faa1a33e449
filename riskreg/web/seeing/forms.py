"""Days in an address: three boxes of one name, or one value as somebody would write it, 31 8 2017."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from riskreg.domain.dates import read_partial
from riskreg.domain.sentences import day as in_words
from riskreg.web.datefields import DateField
from riskreg.web.forms import AddressForm, Form

LONGEST = 40
WHOLE = len("2017-08-31")


class DayForm(AddressForm):
    """A day of the register."""

    day = DateField("Date", needed="Enter the date at which you want to see the register.")


class SinceForm(AddressForm):
    """The day since which movement is counted."""

    since = DateField("Movement since", needed="Enter the date since which you want to see movement.")


class PeriodForm(AddressForm):
    """The two days whose ends are compared."""

    to = DateField("To the end of", needed="Enter the later date.", called="later date")


# The address says from=…, which is no name that a class body could hold.
setattr(PeriodForm, "from", DateField("From the end of", needed="Enter the earlier date.", called="earlier date"))


def asked_days(**defaults: date | None) -> MultiDict[str, str]:
    """Return the days of the address as boxes; where the address names none, those of the default."""
    found: MultiDict[str, str] = MultiDict()
    for name, default in defaults.items():
        values = [one.replace("\x00", "").strip()[:LONGEST] for one in request.args.getlist(name)[:3]]
        if not any(values) and default is not None:
            values = [str(default.day), str(default.month), str(default.year)]
        found.setlist(name, _boxes(values[0]) if len(values) == 1 else values)
    return found


def _boxes(words: str) -> list[str]:
    """Part one value into day, month and year: 31 8 2017, 31/8/2017, 31 August 2017 or 2017-08-31."""
    with suppress(ValueError):
        text = read_partial(words).text
        if len(text) == WHOLE:
            read = date.fromisoformat(text)
            return [str(read.day), str(read.month), str(read.year)]
    return re.split(r"[\s/.,-]+", words, maxsplit=2)


def refuse_later(form: Form, name: str, today: date) -> None:
    """Say beside a day that it has not come yet."""
    field = form[name]
    if field.data and field.data > today:
        form.show_broken(f"The {field.called} must be today, {in_words(today)}, or earlier.", name)
