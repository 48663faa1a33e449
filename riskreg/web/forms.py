"""The form every page builds on: its problems in one list, and what the services refused shown where it belongs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm

from riskreg.domain.errors import RowProblem
from riskreg.web.fields import RevisionField


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary. `anchor` is the id of what it is about, empty when it is about the whole form."""

    sentence: str
    anchor: str


class Form(FlaskForm):
    """A form of the register. `changed` says what changed meanwhile, empty while nothing did.

    `broken`: how many rules each field was shown to break by what was asked of the service, all of which are told.
    """

    changed: str = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.broken = Counter[str]()

    @property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, in the order of the page; what concerns the whole form comes first."""
        found = [Problem(self.changed, "")] if self.changed else []
        found += [Problem(sentence, "") for sentence in self.form_errors]
        for field in self:
            told = field.errors[: max(self.broken[field.short_name], 1)] if field.errors else ()
            found += [Problem(sentence, getattr(field, "anchor", field.id)) for sentence in told]
        return found

    @property
    def answer_status(self) -> int:
        """The status its page is answered with: 409 when something changed meanwhile, 422 when invalid, else 200."""
        if self.changed:
            return 409
        return 422 if self.errors or self.form_errors else 200

    def show_broken(self, sentence: str, field: str | None) -> None:
        """Show a broken rule beside its field, or above the form when it belongs to none of them."""
        if field is not None and field in self._fields:
            errors, before = list(self._fields[field].errors), self.broken[field]
            self._fields[field].errors = [*errors[:before], sentence, *errors[before:]]
            self.broken[field] += 1
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


class AddressForm(Form):
    """A form whose answers stand in the address: it changes nothing and carries no token."""

    class Meta:
        """Read by WTForms."""

        csrf = False
