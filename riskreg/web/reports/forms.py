"""The form that makes a report: from which day to which."""

from __future__ import annotations

from riskreg.web.datefields import DateField
from riskreg.web.forms import Form


class ReportForm(Form):
    """The period of a report, both days included."""

    since = DateField("First day", needed="Enter the first day of the report.", hint="For example, 1 4 2017")
    until = DateField(
        "Last day", needed="Enter the last day of the report.", hint="The register is shown as it stood on this day."
    )
