"""Recording a contract's route and its reviews."""

from __future__ import annotations

from riskreg.domain.contracts import RouteKind, RouteStage
from riskreg.domain.dates import read_partial
from riskreg.services.contracts import ReviewEntry, RouteEntry
from riskreg.web.datefields import DateField
from riskreg.web.fields import ChoiceField, LongTextField, RevisionField, TextField
from riskreg.web.forms import Form

TYPED = "2018-03-31, March 2018 or 2018"


class WrittenDateField(TextField):
    """A date known to the day, the month or the year, typed as it is written. Empty stays empty."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError with the sentence for what is no date."""
        super().process_formdata(valuelist)
        if self.data.strip():
            read_partial(self.data)

    def as_partial(self) -> str:
        """The date in ISO form cut to what is known, or empty; for a valid form."""
        return read_partial(self.data).text if self.data else ""


class RouteForm(Form):
    """What is decided about the end of a contract, and how far that has come."""

    kind = ChoiceField(
        "What is to happen at the end?",
        choices=[
            (RouteKind.EXTEND.value, "Extend", "The contract goes on with its provider."),
            (RouteKind.REPROCURE.value, "Re-procure", "A provider is looked for again."),
            (RouteKind.END.value, "End", "Nothing follows, and nothing relies on it any more."),
        ],
        needed="Choose what is to happen at the end of the contract.",
    )
    stage = ChoiceField(
        "How far has that come?",
        choices=[
            (str(int(RouteStage.DECIDED)), "Decided", "The manager has settled on what is to happen."),
            (
                str(int(RouteStage.APPROVED)),
                "Approved",
                "Whoever has to approve it has done so. The last stage of a contract that is let end.",
            ),
            (
                str(int(RouteStage.AWARDED)),
                "Awarded",
                "The extension is agreed, or the new contract awarded. Not for a contract that is let end.",
            ),
        ],
        needed="Choose how far the route has come.",
    )
    on = DateField("On which day?", needed="Enter the day on which this happened.", called="day")
    new_end = WrittenDateField(
        "New end of the contract", hint=f"Only for an extension that is awarded. For example, {TYPED}", called="new end"
    )
    note = LongTextField("What was decided, and by whom?", needed="Say what was decided.", called="text", mentions=True)
    revision = RevisionField()

    def as_entry(self) -> RouteEntry:
        """The route as the service takes it; for a valid form."""
        return RouteEntry(
            kind=RouteKind(self.kind.data),
            stage=RouteStage(int(self.stage.data)),
            on=self.on.data,
            note=self.note.data,
            new_end=self.new_end.as_partial(),
        )


class ReviewForm(Form):
    """A review that was held, and when the next one falls."""

    reviewed_on = DateField(
        "On which day was it reviewed?", needed="Enter the day of the review.", called="day of the review"
    )
    note = LongTextField("What came of it?", needed="Say what was found.", called="text", mentions=True)
    next_review = WrittenDateField(
        "Next review", hint=f"For example, {TYPED}. Leave it empty if no further review is set.", called="next review"
    )
    revision = RevisionField()

    def as_entry(self) -> ReviewEntry:
        """The review as the service takes it; for a valid form."""
        return ReviewEntry(self.reviewed_on.data, self.note.data, self.next_review.as_partial())
