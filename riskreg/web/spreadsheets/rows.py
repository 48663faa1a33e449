"""The rows of a spreadsheet before anything is done with them: those that are right beside those that are not."""

from __future__ import annotations

from typing import Any

from riskreg.domain.errors import RowProblem
from riskreg.domain.sentences import plural
from riskreg.web.fields import TickField
from riskreg.web.forms import Form


class RowsForm(Form):
    """Whether to go on with the rows that are right. Nothing is taken in while some are wrong and that is not said."""

    leave_out = TickField("Leave out the rows with a problem")

    def set_counts(self, right: int, wrong: int) -> None:
        """Say how many rows are taken in and how many are left out; nothing needs to be ticked when none is wrong."""
        self.right, self.wrong = right, wrong
        rest = f"take in {plural(right, 'row')}" if right else "take in nothing"
        self.leave_out.label.text = f"Leave out {plural(wrong, 'row')} with a problem and {rest}"

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Refuse to go on with wrong rows that nobody chose to leave out."""
        right = bool(super().validate(*args, **kwargs))
        if self.wrong and not self.leave_out.data:
            they_are, rows_are = ("it is", "row is") if self.wrong == 1 else ("they are", "rows are")
            self.show_broken(
                f"{plural(self.wrong, 'row')} cannot be taken in as {they_are}."
                f" Mend the file and upload it again, or tick that the {rows_are} left out.",
                "leave_out",
            )
            return False
        return right

    def show_row_broken(self, problem: RowProblem) -> None:
        """Show what turned out wrong with a row only now, such as a change by somebody else."""
        place = f"{problem.row[:1].upper()}{problem.row[1:]}: " if problem.row else ""
        self.show_broken(f"{place}{problem.sentence}", None)
