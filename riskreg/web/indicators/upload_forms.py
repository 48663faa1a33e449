"""What is asked with a file of results: the period, as far as the file does not say it, and their status."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request

from riskreg.services.result_files import (
    BASIS,
    CODE,
    COMMENT,
    ENDS,
    INDICATOR,
    NOTE,
    REASON,
    RESULT,
    STATUS,
    GivenPeriod,
)
from riskreg.web.datefields import DateField
from riskreg.web.fields import ChoiceField
from riskreg.web.forms import AddressForm, Form
from riskreg.web.indicators.forms import STATUSES
from riskreg.web.indicators.period_forms import check_period, name_field, target_field
from riskreg.web.seeing.forms import asked_days
from riskreg.web.spreadsheets.forms import UploadForm
from riskreg.web.spreadsheets.purposes import Purpose, WantedColumn

RESULTS = Purpose(
    "results",
    (
        WantedColumn(CODE, ("Indicator code", "Ref", "Reference", "Measure code", "KPI code", "ID")),
        WantedColumn(INDICATOR, ("Indicator name", "Name of indicator", "Measure", "KPI", "Performance indicator")),
        WantedColumn(RESULT, ("Value", "Actual", "Outturn", "Performance", "Latest result", "Figure"), needed=True),
        WantedColumn(
            ENDS,
            ("Period end", "Period end date", "Last day of the period", "Period", "Reporting period"),
            hint="Only if the file says the period in each row.",
        ),
        WantedColumn(STATUS, ("Provisional or final",), hint="Provisional or final."),
        WantedColumn(BASIS, ("Basis",), hint="Only where it differs from what the indicator is usually measured over."),
        WantedColumn(NOTE, ("Notes", "Source")),
        WantedColumn(REASON, ("Reason", "Why corrected"), hint="Needed where a published figure is corrected."),
        WantedColumn(COMMENT, ("Commentary", "Officer comment"), hint="Kept beside the result."),
    ),
    either=((CODE, INDICATOR),),
    told=("Unit", "Previous result", "Previous period", "Target"),
)


class GivenForm(AddressForm):
    """What was given with the file, as it stands in the address."""

    ends = DateField(
        "Last day of the period (optional)",
        hint="Leave it empty if the file says it in each row. For example, 31 3 2017",
        called="last day of the period",
    )
    target = target_field()
    period = name_field()
    status = ChoiceField(
        "Status of results of which the file does not say it",
        choices=STATUSES,
        needed="Say whether the results are provisional or final.",
        default="provisional",
    )

    @classmethod
    def asked(cls) -> GivenForm:
        """Return what the address says."""
        given = asked_days(ends=None)
        for name in ("target", "period", "status"):
            if name in request.args:
                given[name] = request.args[name].replace("\x00", "").strip()
        given.setdefault("status", "provisional")
        return cls(given)

    def is_right(self, today: date) -> bool:
        """Whether a file can be read with it."""
        return self.validate() and _is_right(self, today)

    def given(self) -> GivenPeriod:
        """Return the period."""
        return GivenPeriod(self.ends.data, self.target.data, self.period.data, self.status.data)


class ResultsUploadForm(UploadForm, GivenForm):
    """A file of results, and the period."""

    class Meta:
        """Read by WTForms."""

        csrf = True

    def is_possible(self, today: date) -> bool:
        """Whether what is given with the file can be; if not, the fields say why."""
        return _is_right(self, today)

    def carried(self) -> dict[str, Any]:
        """Return what is given with the file as parts of an address."""
        ends: date | None = self.ends.data
        parts = {
            "ends": [ends.day, ends.month, ends.year] if ends else None,
            "target": self.target.data,
            "period": self.period.data,
            "status": self.status.data,
        }
        return {name: value for name, value in parts.items() if value}


def _is_right(form: Form, today: date) -> bool:
    check_period(form, today)
    return not form.problems
