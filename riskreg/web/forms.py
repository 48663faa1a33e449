"""The form every page builds on: its problems in one list, and what the services refused shown where it belongs."""

from __future__ import annotations

from dataclasses import dataclass

from flask_wtf import FlaskForm

from riskreg.domain.errors import RowProblem
from riskreg.web.fields import RevisionField


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary. `anchor` is the id of what it is about, empty when it is about the whole form."""

    sentence: str
    anchor: str


class Form(FlaskForm):
    """A form of the register. `changed` says what changed meanwhile, empty while nothing did."""

    changed: str = ""

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the page; what concerns the whole form comes first."""
        found = [Problem(self.changed, "")] if self.changed else []
        found += [Problem(sentence, "") for sentence in self.form_errors]
        for field in self:
            if field.errors:
                found.append(Problem(field.errors[0], getattr(field, "anchor", field.id)))
        return found

    @property
    def answer_status(self) -> int:
        """The status its page is answered with: 409 when something changed meanwhile, 422 when invalid, else 200."""
        if self.changed:
            return 409
        return 422 if self.errors or self.form_errors else 200

    def show_broken(self, sentence: str, field: str | None) -> None:
        """Show a broken rule beside its field, or above the form when it belongs to none of them."""
        if field in self._fields:
            self._fields[field].errors = [sentence, *self._fields[field].errors]
        else:
            self.form_errors.append(sentence)

    def show_row_broken(self, problem: RowProblem) -> None:
        """Show one of the problems that were found together; a form with rows puts it beside its row."""
        self.show_broken(problem.sentence, problem.field)

    def show_changed(self, sentence: str) -> None:
        """Say that the record changed since the page was opened; sent again, the form means the record as it is now."""
        self.changed = sentence
        for field in self:
            if isinstance(field, RevisionField):
                field.stand_at_present()
