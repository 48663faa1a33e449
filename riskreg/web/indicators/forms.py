"""The forms of the performance officer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from riskreg.domain.periods import Basis
from riskreg.queries.indicator import TargetLine
from riskreg.web.datefields import DateField
from riskreg.web.fields import CHOOSE, ChoiceField, LongTextField, SelectField, TextField
from riskreg.web.forms import Form

LONGEST_FIGURE = 40
LONGEST_PERIOD = 80
LONGEST_NOTE = 2_000
STATUSES = (
    ("provisional", "Provisional", "It may still change."),
    ("final", "Final", "It is not expected to change."),
)


class PublishForm(Form):
    """A result of a period that has none yet."""

    value = TextField(
        "Result",
        needed="Enter the result.",
        hint="In figures, as it is published, with at most 3 decimals: 70 or 70.5.",
        limit=LONGEST_FIGURE,
    )
    period = TextField(
        "Period",
        needed="Name the period with its year, such as March 2017.",
        hint="With its year, as it should read on pages and in e-mails. For example, March 2017",
        limit=LONGEST_PERIOD,
    )
    period_end = DateField(
        "Last day of the period", needed="Enter the last day of the period.", hint="For example, 31 3 2017"
    )
    target_year = SelectField(
        "Target",
        needed="Choose the target.",
        hint="Of the year in which the period ended, or of the year before or after it.",
    )
    basis = SelectField(
        "What it is measured over (optional)",
        hint="Only where this result differs from the usual one. It is compared only with its like, and the usual one "
        "stays asked for.",
    )
    status = ChoiceField("Status", choices=STATUSES, needed="Say whether the result is provisional or final.")
    note = LongTextField(
        "Note (optional)", hint="Such as where the figure comes from.", called="note", limit=LONGEST_NOTE
    )

    def offer_targets(self, targets: Sequence[TargetLine], unit: str, today: date) -> None:
        """Offer the years that have a target, and the present one in any case; the present one is chosen at first."""
        words = {line.year: f"{line.year}: {line.in_words(unit) or 'none was set'}" for line in targets}
        words.setdefault(today.year, f"{today.year}: none was set")
        self.target_year.offer([CHOOSE, *((str(year), words[year]) for year in sorted(words))])
        if not self.is_submitted():
            self.target_year.data = str(today.year)

    def offer_bases(self, usual: str) -> None:
        """Offer what a result can be measured over, the indicator's usual basis first."""
        others = [(str(basis), basis.capitalize()) for basis in Basis if basis != usual]
        self.basis.offer([("", f"As usual: {usual}"), *others])

    def show_broken(self, sentence: str, field: str | None) -> None:
        """Show beside the period that it has a result already: correcting it, with a reason, is a page of its own."""
        super().show_broken(sentence, "period_end" if field == "reason" else field)


class CorrectForm(Form):
    """A figure that supersedes a published one."""

    value = TextField("Right result", needed="Enter the result.", called="result", limit=LONGEST_FIGURE)
    status = ChoiceField("Status", choices=STATUSES, needed="Say whether the result is provisional or final.")
    reason = LongTextField(
        "Why it is corrected",
        hint="Kept beside the old figure and shown to everyone. Making a provisional figure final needs no reason.",
        called="reason",
        limit=LONGEST_NOTE,
        mentions=True,
    )


class CommentForm(Form):
    """What the performance officer says about a result."""

    text = LongTextField(
        "Comment",
        needed="Enter the comment.",
        hint="What is behind the figure, and what is done about it. It is only added to, never changed.",
        called="comment",
        limit=LONGEST_NOTE,
        mentions=True,
    )
