"""The two forms of publishing a period: which period, in the address; and its table, a row an indicator."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request

from riskreg.database import LARGEST_ID
from riskreg.domain.errors import RowProblem
from riskreg.domain.periods import Basis, misnamed, period_name, target_year_of
from riskreg.queries.due_results import DueRow, WantedPeriod
from riskreg.services.results import YEAR
from riskreg.web.datefields import DateField
from riskreg.web.fields import SelectField, TextField, TickField, WholeNumberField, tidy
from riskreg.web.forms import AddressForm, Form, Problem
from riskreg.web.indicators.forms import LONGEST_FIGURE, LONGEST_NOTE, LONGEST_PERIOD
from riskreg.web.seeing.forms import asked_days

FIELDS = ("value", "status", "note")
ROW = re.compile(r"(?:value|note)-([0-9]{1,9})")


def check_period(form: Form, today: date) -> None:
    """Say beside the fields of a form what is wrong with its period, as far as it is given."""
    ends, target, name = form["ends"].data, form["target"].data, form["period"].data
    if ends and ends > today:
        form.show_broken("The period has not ended yet.", "ends")
    if ends and target is not None and abs(target - ends.year) > 1:
        form.show_broken(f"A period that ended in {ends.year} is not judged against the target of {target}.", "target")
    if name and not YEAR.search(name):
        form.show_broken("Name the period with its year, such as March 2017.", "period")
    elif name and ends and (wrong := misnamed(name, ends)):
        form.show_broken(wrong, "period")


def target_field() -> WholeNumberField:
    """Return a field for the year of the target; a form shows its fields in the order in which they are made."""
    return WholeNumberField(
        "Year of the target (optional)",
        low=2000,
        high=2100,
        called="year of the target",
        hint="Empty: of the school year",
    )


def name_field() -> TextField:
    """Return a field for the name of the period."""
    return TextField(
        "Name of the period (optional)",
        called="name of the period",
        hint="Empty: each by what it is measured over, such as Quarter to March 2017",
        limit=LONGEST_PERIOD,
    )


class PeriodForm(AddressForm):
    """Which period, of which indicators."""

    ends = DateField(
        "Last day of the period", needed="Enter the last day of the period.", hint="For example, 31 3 2017"
    )
    basis = SelectField("Measured over")
    group = SelectField("Service group")
    target = target_field()
    period = name_field()
    all = TickField("Also indicators whose result is not due yet")

    @classmethod
    def asked(cls, default: date, groups: Sequence[str]) -> PeriodForm:
        """Return what the address asks for; without a day, the default."""
        given = asked_days(ends=default)
        for name in ("basis", "group", "target", "period", "all"):
            if name in request.args:
                given[name] = request.args[name].replace("\x00", "").strip()
        form = cls(given)
        form.basis.offer([("", "All, each by its usual"), *((str(one), one.capitalize()) for one in Basis)])
        form.group.offer([("", "All"), *((name, name) for name in groups)])
        return form

    def is_right(self, today: date) -> bool:
        """Whether a table can be set out; if not, the fields say why."""
        if self.validate():
            check_period(self, today)
        return not self.problems

    @property
    def says_more(self) -> bool:
        """Whether anything is said of the period, or is wrong with it, that is asked under “More”."""
        return any(self[name].data or self[name].errors for name in ("period", "target", "basis"))

    def wanted(self) -> WantedPeriod:
        """Return the period."""
        ends = self.ends.data
        year = self.target.data or target_year_of(ends)
        return WantedPeriod(ends, year, self.basis.data, self.group.data, self.all.data)

    def name_for(self, basis: str) -> str:
        """Return the name of the period for a result on this basis."""
        return self.period.data or period_name(basis, self.ends.data)


@dataclass(slots=True)
class TableRow:
    """One indicator of the table, with what was typed for it and what is wrong with that."""

    due: DueRow
    value: str = ""
    status: str = "provisional"
    note: str = ""
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Each faulty field with its sentence, in the order of the row."""
        return sorted(self.wrong, key=lambda one: FIELDS.index(one[0]))


class TableForm(Form):
    """The results of a period. Its rows are plain markup, since a hundred of them have three fields each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows: list[TableRow] = []

    @staticmethod
    def typed_ids() -> set[int]:
        """The indicators for which something was typed."""
        found = {int(match[1]) for name in request.form if request.form[name] and (match := ROW.fullmatch(name))}
        return {one for one in found if one <= LARGEST_ID}

    def set_out(self, shown: Sequence[DueRow], rest: Sequence[DueRow]) -> None:
        """Make a row of each that is shown, and of any other for which something was typed."""
        typed = self.typed_ids()
        for due in [*shown, *(one for one in rest if one.id in typed)]:
            row = TableRow(due)
            for name in FIELDS:
                words = tidy(request.form.get(f"{name}-{due.id}"))
                if words is not None:
                    setattr(row, name, words)
            self.rows.append(row)

    def filled(self) -> Iterator[TableRow]:
        """Return the rows in which something was typed."""
        return (row for row in self.rows if row.value or row.note)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the token and the lengths; the service checks the rest."""
        for row in self.filled():
            for name, limit in (("value", LONGEST_FIGURE), ("note", LONGEST_NOTE)):
                length = len(getattr(row, name))
                if length > limit:
                    row.wrong.append((name, f"The {name} must be {limit:,} characters or fewer. You typed {length:,}."))
        return bool(super().validate(*args, **kwargs)) and not any(row.wrong for row in self.rows)

    def show_row_broken(self, problem: RowProblem) -> None:
        """Show a problem beside the field of its row."""
        for row in self.rows:
            if row.due.code == problem.row:
                row.wrong.append((problem.field if problem.field in FIELDS else "value", problem.sentence))
                return
        super().show_row_broken(problem)

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, each linked to the field of its row."""
        return super().problems + [
            Problem(f"{row.due.code}: {sentence}", f"{name}-{row.due.id}")
            for row in self.rows
            for name, sentence in row.faults
        ]

    @property
    def answer_status(self) -> int:
        """As for any form; a faulty row makes it invalid."""
        status = super().answer_status
        return 422 if status == 200 and any(row.wrong for row in self.rows) else status
