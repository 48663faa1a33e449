"""Dates as three boxes, as the GOV.UK Design System has them; every way of getting one wrong is said in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from govuk_frontend_wtf.wtforms_widgets import GovDateInput
from wtforms import Field

from riskreg.domain.dates import PLAN_YEARS
from riskreg.domain.sentences import MONTHS
from riskreg.web.fields import in_sentence, needed_or_optional

PARTS = ("day", "month", "year")
WIDTHS = {"day": "govuk-input--width-2", "month": "govuk-input--width-2", "year": "govuk-input--width-4"}


class DateInput(GovDateInput):
    """The package's date input, for any number of posted values and with its error at the box that is wrong."""

    def map_gov_params(self, field: Any, **kwargs: Any) -> Any:
        """Describe the three boxes."""
        typed, field.raw_data = field.typed, list(field.typed)
        kwargs.pop("value", None)
        params = super().map_gov_params(field, **kwargs)
        params["items"] = [
            {
                "label": part.capitalize(),
                "id": f"{field.id}-{part}",
                "name": field.name,
                "classes": WIDTHS[part] + (" govuk-input--error" if part in field.faulty else ""),
                "value": words,
            }
            for part, words in zip(PARTS, typed, strict=True)
        ]
        return params


class DateField(Field):
    """A day. Its data is a date, or None when it was left empty."""

    widget = DateInput()
    data: Any

    def __init__(
        self,
        label: str = "",
        *,
        needed: str = "",
        hint: str = "For example, 31 8 2017",
        called: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(label, [needed_or_optional(needed)], description=hint, **rest)
        self.called = called or in_sentence(label)
        self.wrong: frozenset[str] = frozenset()

    @property
    def typed(self) -> tuple[str, str, str]:
        """What stands in the three boxes."""
        if self.raw_data is not None:
            words = [str(one).strip() for one in self.raw_data[:3]] + ["", "", ""]
            return words[0], words[1], words[2]
        return self.shown()

    def shown(self) -> tuple[str, str, str]:
        """The stored day as the three boxes show it."""
        day: date | None = self.data
        return (str(day.day), str(day.month), str(day.year)) if day else ("", "", "")

    def _value(self) -> str:
        return " ".join(self.typed).strip()

    @property
    def faulty(self) -> frozenset[str]:
        """The boxes that are marked: those that are wrong, or all when the whole date is."""
        return (self.wrong or frozenset(PARTS)) if self.errors else frozenset()

    @property
    def anchor(self) -> str:
        """The id of the first box to put right."""
        return f"{self.id}-{next((part for part in PARTS if part in self.faulty), 'day')}"

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the date. Raises ValueError with the sentence for one that is incomplete or impossible."""
        self.data = None
        if any(self.typed):
            self.data = self.read(dict(zip(PARTS, self.typed, strict=True)))

    def read(self, typed: dict[str, str]) -> date:
        """Return the day that was typed. Raises ValueError with a sentence."""
        self.demand(typed, PARTS)
        try:
            return date(self.year(typed), self.month(typed), int(typed["day"]))
        except ValueError:
            raise self.unreal() from None

    def demand(self, typed: dict[str, str], parts: tuple[str, ...]) -> None:
        """Raise ValueError naming the parts that are missing."""
        missing = [part for part in parts if not typed[part]]
        if missing:
            self.wrong = frozenset(missing)
            raise ValueError(f"The {self.called} must include a {' and a '.join(missing)}.")

    def year(self, typed: dict[str, str]) -> int:
        """Return the year that was typed. Raises ValueError when no plan could mean it."""
        year = int(typed["year"]) if typed["year"].isdecimal() else 0
        if year not in PLAN_YEARS:
            self.wrong = frozenset({"year"})
            raise ValueError
        return year

    @staticmethod
    def month(typed: dict[str, str]) -> int:
        """Return the month that was typed, as a number or a name. Raises ValueError for neither."""
        words = typed["month"].lower()
        names = [name.lower() for name in MONTHS]
        short = [name[:3] for name in names]
        if words in names or words in short:
            return (names if words in names else short).index(words) + 1
        return int(words)

    def unreal(self) -> ValueError:
        """The error of a date that does not exist."""
        return ValueError(f"The {self.called} must be a real date, such as 31 8 2017.")
