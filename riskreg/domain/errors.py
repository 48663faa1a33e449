"""What the rules refuse, each with a sentence for the person who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one row of many. `row` is what its giver calls it, such as the row of a sheet."""

    row: str
    sentence: str
    field: str | None = None


class RuleBroken(Exception):  # noqa: N818 - a rule that is broken says what happened; the trade has no other word
    """Something the rules do not allow. `field` names the form field the sentence belongs beside, if one does."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Everything that is wrong, one at least."""
        return (RowProblem("", self.sentence, self.field),)


class RowsBroken(RuleBroken):
    """What is wrong with several rows, all of it together. The first problem is its own sentence and field."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(problems[0].sentence, problems[0].field)
        self._problems = tuple(problems)

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """Everything that is wrong, in the order of the rows."""
        return self._problems


class NotPermitted(RuleBroken):
    """The person may not do this."""


class ChangedMeanwhile(RuleBroken):
    """The thing changed after the person had opened it; nothing was saved."""
